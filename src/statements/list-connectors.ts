import type { ListConnectorsNode } from '../../grammar/ast.ts';
import type { ConnectorSummary, Entity, Warning } from '../api/entities.ts';
import type { ConnectorStatus } from '../connect/connect-answers.ts';
import type { ConnectClient, ListedConnector } from '../connect/connect-client.ts';
import { connectOf, valueOf } from './connect-access.ts';
import type { StatementDefinition } from './executor.ts';

/** SHOW [SOURCE|SINK] CONNECTORS, SHOW CONNECTOR PLUGINS. */
export const listConnectors: StatementDefinition<ListConnectorsNode> = {
  kind: 'listConnectors',
  isDefinition: false,
  prepare({ node, sql }, world, services) {
    const connect = connectOf(services);
    const { subject, direction } = node;
    const run = (): Promise<Entity> =>
      subject === 'CONNECTORS' ? connectors(connect, { sql, direction }) : plugins(connect, sql);
    return { world, run };
  },
};

async function connectors(
  connect: ConnectClient,
  { sql, direction }: { sql: string; direction: ListConnectorsNode['direction'] },
): Promise<Entity> {
  const listed = await valueOf(connect.list(), 'Failed to list connectors');
  const warnings: Warning[] = [];
  const summaries: ConnectorSummary[] = [];
  for (const connector of listed) {
    const { name, info } = connector;
    if (info === null) {
      const message = `Could not describe connector ${name}: Kafka Connect does not tell what it is.`;
      warnings.push({ message });
    }
    if (direction === null || info?.type === direction.toLowerCase()) {
      summaries.push(summaryOf(connector));
    }
  }
  return { '@type': 'connector_list', statementText: sql, connectors: summaries, warnings };
}

function summaryOf({ name, info, status }: ListedConnector): ConnectorSummary {
  const className = info?.config['connector.class'];
  return {
    name,
    type: info?.type ?? 'unknown',
    ...(className === undefined ? {} : { className }),
    ...(status === null ? {} : { state: stateOf(status) }),
  };
}

/** A connector that runs does nothing if none of its tasks does. */
function stateOf({ connector, tasks }: ConnectorStatus): string {
  if (connector.state !== 'RUNNING') return connector.state;
  const running = tasks.filter(({ state }) => state === 'RUNNING').length;
  const state = tasks.length > 0 && running === 0 ? 'WARNING' : 'RUNNING';
  return `${state} (${running}/${tasks.length} tasks RUNNING)`;
}

async function plugins(connect: ConnectClient, sql: string): Promise<Entity> {
  const connectorsPlugins = await valueOf(connect.plugins(), 'Failed to list connector plugins');
  return {
    '@type': 'connector_plugins_list',
    statementText: sql,
    connectorsPlugins,
    warnings: [],
  };
}
