import type {
  CreateConnectorNode,
  DescribeConnectorNode,
  DropConnectorNode,
  ListConnectorsNode,
  StatementNode,
} from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { StatementDefinition } from './executor.ts';

/** The statements about connectors of Kafka Connect, which this database does not talk to. */
export const createConnector = refused<CreateConnectorNode>('createConnector');
export const dropConnector = refused<DropConnectorNode>('dropConnector');
export const listConnectors = refused<ListConnectorsNode>('listConnectors');
export const describeConnector = refused<DescribeConnectorNode>('describeConnector');

function refused<N extends StatementNode>(kind: N['kind']): StatementDefinition<N> {
  return {
    kind,
    isDefinition: false,
    prepare({ node }) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        'This database has no Kafka Connect that could run connectors. Bring records in with INSERT or over the API, or run Kafka Connect by itself.',
      );
    },
  };
}
