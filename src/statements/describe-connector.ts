import type { DescribeConnectorNode } from '../../grammar/ast.ts';
import type { Entity, Warning } from '../api/entities.ts';
import { redact } from '../base/redact.ts';
import type { ConnectorStatus, WorkerState } from '../connect/connect-answers.ts';
import type { ConnectClient } from '../connect/connect-client.ts';
import { connectOf, naming, valueOf } from './connect-access.ts';
import { describeSource } from './describe-source.ts';
import type { StatementDefinition } from './executor.ts';

/** DESCRIBE CONNECTOR: how it is, the topics it has used, and the streams and tables here over topics of those names. */
export const describeConnector: StatementDefinition<DescribeConnectorNode> = {
  kind: 'describeConnector',
  isDefinition: false,
  prepare({ node, sql }, world, services) {
    const connect = connectOf(services);
    const { name } = node.name;
    const run = async (): Promise<Entity> => {
      const status = await valueOf(connect.status(name), 'Failed to query connector status');
      const info = await valueOf(connect.info(name), 'Failed to describe connector');
      const { topics, warnings } = await topicsOf(connect, name);
      const visible = topics.filter((topic) => services.isTopicVisible(topic));
      const used = new Set(visible);
      const sources = world.catalog.sources
        .filter(({ topic }) => used.has(topic))
        .map((source) => describeSource(source, { world, services, extended: false }));
      return {
        '@type': 'connector_description',
        statementText: sql,
        connectorClass: info.config['connector.class'] ?? '',
        status: withoutSecrets(status),
        sources,
        topics: visible,
        warnings,
      };
    };
    return { world, run };
  },
};

/** Not being told the topics is no reason to tell nothing; Connect before version 2.5 does not know them. */
async function topicsOf(
  connect: ConnectClient,
  name: string,
): Promise<{ topics: readonly string[]; warnings: readonly Warning[] }> {
  const reply = await naming(connect.topics(name), 'Could not list related topics');
  if (reply.kind === 'found') return { topics: reply.value, warnings: [] };
  if (reply.status === 404) return { topics: [], warnings: [] };
  const message = `Could not list related topics due to error: ${reply.message}`;
  return { topics: [], warnings: [{ message }] };
}

function withoutSecrets(status: ConnectorStatus): ConnectorStatus {
  const { connector, tasks } = status;
  return { ...status, connector: shownState(connector), tasks: tasks.map(shownState) };
}

function shownState<T extends WorkerState>(state: T): T {
  return state.trace === undefined ? state : { ...state, trace: redact(state.trace) };
}
