import type {
  CreateConnectorNode,
  DescribeConnectorNode,
  DropConnectorNode,
  ListConnectorsNode,
} from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import { nothingToDo } from './entities.ts';
import type { StatementDefinition } from './executor.ts';

/** The statements about connectors of Kafka Connect, which this database does not talk to: there are none. */
export const createConnector: StatementDefinition<CreateConnectorNode> = {
  kind: 'createConnector',
  isDefinition: false,
  prepare({ node }) {
    throw errorAt(
      'BAD_STATEMENT',
      node,
      'This database has no Kafka Connect that could run connectors. Bring records in with INSERT or over the API, or run Kafka Connect by itself.',
    );
  },
};

export const dropConnector: StatementDefinition<DropConnectorNode> = {
  kind: 'dropConnector',
  isDefinition: false,
  prepare({ node, sql }, world) {
    const { name } = node.name;
    if (!node.ifExists) throw unknown(node.name);
    const run = async () => nothingToDo(sql, `Connector '${name}' does not exist.`);
    return { world, run };
  },
};

export const listConnectors: StatementDefinition<ListConnectorsNode> = {
  kind: 'listConnectors',
  isDefinition: false,
  prepare({ node, sql }, world) {
    return {
      world,
      run: async () =>
        node.subject === 'CONNECTORS'
          ? { '@type': 'connector_list', statementText: sql, connectors: [], warnings: [] }
          : {
              '@type': 'connector_plugins_list',
              statementText: sql,
              connectorsPlugins: [],
              warnings: [],
            },
    };
  },
};

export const describeConnector: StatementDefinition<DescribeConnectorNode> = {
  kind: 'describeConnector',
  isDefinition: false,
  prepare({ node }) {
    throw unknown(node.name);
  },
};

function unknown(node: DropConnectorNode['name']): Error {
  return errorAt(
    'BAD_STATEMENT',
    node,
    `Connector '${node.name}' does not exist: this database has no Kafka Connect, so there are no connectors.`,
  );
}
