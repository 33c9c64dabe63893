import type { DropConnectorNode } from '../../grammar/ast.ts';
import type { Entity } from '../api/entities.ts';
import { connectOf, naming, refusal } from './connect-access.ts';
import { nothingToDo } from './entities.ts';
import type { StatementDefinition } from './executor.ts';

const FAILED = 'Failed to drop connector';

/** DROP CONNECTOR. Names of connectors are told apart by case: one that is not upper-case stands in back-quotes. */
export const dropConnector: StatementDefinition<DropConnectorNode> = {
  kind: 'dropConnector',
  isDefinition: false,
  prepare({ node, sql }, world, services) {
    const connect = connectOf(services);
    const { name } = node.name;
    const run = async (): Promise<Entity> => {
      const reply = await naming(connect.delete(name), FAILED);
      if (reply.kind === 'found') {
        return { '@type': 'drop_connector', statementText: sql, connectorName: name, warnings: [] };
      }
      if (reply.status !== 404 || !node.ifExists) throw refusal(reply, FAILED);
      return nothingToDo(sql, `Connector '${name}' does not exist.`);
    };
    return { world, run };
  },
};
