import type { CreateConnectorNode, LiteralNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Entity } from '../api/entities.ts';
import { DatabaseError } from '../base/errors.ts';
import { isSecretName, redactSetting } from '../base/redact.ts';
import type { ConnectorInfo } from '../connect/connect-answers.ts';
import type { ConnectClient } from '../connect/connect-client.ts';
import { connectorConfig } from '../connect/connector-config.ts';
import { connectOf, naming, refusal, valueOf } from './connect-access.ts';
import { nothingToDo } from './entities.ts';
import type { StatementDefinition } from './executor.ts';
import { maskedStatement } from './masked-statement.ts';

type Config = Readonly<Record<string, string>>;

/**
 * CREATE SOURCE|SINK CONNECTOR. What Kafka Connect says of the settings is known before any statement of the request
 * runs. Whether it is a source or a sink, its class tells; Connect keeps it, so nothing of it is in the command log.
 */
export const createConnector: StatementDefinition<CreateConnectorNode> = {
  kind: 'createConnector',
  isDefinition: false,
  async prepare({ node, sql }, world, services) {
    const connect = connectOf(services);
    const { name } = node.name;
    const config = connectorConfig(name, settingsOf(node));
    if (!node.ifNotExists && (await exists(connect, name))) {
      throw new DatabaseError('CONFLICT', `Connector ${name} already exists`);
    }
    await validate(connect, config);
    const shown = maskedStatement(sql);
    const run = async (): Promise<Entity> => {
      if (node.ifNotExists && (await exists(connect, name))) {
        return nothingToDo(shown, `Connector ${name} already exists`);
      }
      const reply = await naming(connect.create(name, config), 'Failed to create connector');
      if (reply.kind === 'refused') {
        const message = withoutSecrets(reply.message, config);
        throw refusal({ ...reply, message }, 'Failed to create connector');
      }
      const info = withoutSecretSettings(reply.value);
      return { '@type': 'connector_info', statementText: shown, info, warnings: [] };
    };
    return { world, run };
  },
};

/** @throws DatabaseError BAD_STATEMENT for a setting given twice or as NULL. */
function settingsOf({ properties }: CreateConnectorNode): Map<string, string> {
  const settings = new Map<string, string>();
  for (const property of properties) {
    const { name, value } = property;
    if (settings.has(name)) {
      throw errorAt('BAD_STATEMENT', property, `The setting '${name}' is given twice.`);
    }
    if (value.type === 'NULL') {
      throw errorAt('BAD_STATEMENT', property, `The setting '${name}' cannot be NULL.`);
    }
    settings.set(name, textOf(value));
  }
  return settings;
}

function textOf(value: Exclude<LiteralNode, { type: 'NULL' }>): string {
  return value.type === 'BOOLEAN' || value.type === 'STRING' ? String(value.value) : value.text;
}

/** Names that differ in case alone count as one. */
async function exists(connect: ConnectClient, name: string): Promise<boolean> {
  const names = await valueOf(connect.names(), 'Failed to check for existing connector');
  return names.some((known) => known.toLowerCase() === name.toLowerCase());
}

/** @throws DatabaseError BAD_STATEMENT saying what Connect finds wrong. */
async function validate(connect: ConnectClient, config: Config): Promise<void> {
  const className = config['connector.class'];
  if (className === undefined) {
    throw invalid("the connector config contains no connector type: set 'connector.class'");
  }
  if (className.trim() === '') throw invalid('Connector type cannot be empty');
  const reply = await naming(connect.validate(className, config), 'Validation error');
  if (reply.kind === 'refused') {
    const { status } = reply;
    if (status === 401 || status === 403) throw refusal(reply, 'Validation error');
    throw invalid(withoutSecrets(reply.message, config));
  }
  if (reply.value.length > 0) throw invalid(withoutSecrets(reply.value.join('\n'), config));
}

function invalid(what: string): DatabaseError {
  return new DatabaseError('BAD_STATEMENT', `Validation error: ${what}`);
}

/** Connect repeats in its messages what it does not like. */
function withoutSecrets(message: string, config: Config): string {
  let shown = message;
  for (const [name, value] of Object.entries(config)) {
    if (value !== '' && isSecretName(name))
      shown = shown.replaceAll(value, redactSetting(name, ''));
  }
  return shown;
}

function withoutSecretSettings(info: ConnectorInfo): ConnectorInfo {
  const settings = Object.entries(info.config);
  const config = settings.map(([name, value]) => [name, redactSetting(name, value)] as const);
  return { ...info, config: Object.fromEntries(config) };
}
