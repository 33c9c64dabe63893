import type { AlterSourceNode } from '../../grammar/ast.ts';
import { formatStatement } from '../../grammar/format.ts';
import { analyzeAlterSource } from '../analyze/alter-source.ts';
import { succeeded } from './entities.ts';
import type { StatementDefinition } from './executor.ts';
import { changed } from './world.ts';

/** ALTER STREAM and TABLE: more value columns. Queries that run keep the columns they were planned with. */
export const alterSource: StatementDefinition<AlterSourceNode> = {
  kind: 'alterSource',
  isDefinition: true,
  prepare({ node, sql }, world, { run }) {
    const { catalog, nextNumber } = world;
    const source = analyzeAlterSource(node, { catalog });
    return {
      world: changed(world, { catalog: catalog.withSource(source), nextNumber: nextNumber + 1 }),
      async run() {
        const number = await run(sql, { kind: 'createSource', source });
        const kind = source.kind === 'TABLE' ? 'Table' : 'Stream';
        return succeeded({
          sql: formatStatement(node),
          commandId: `${kind.toLowerCase()}/${source.name}/alter`,
          message: `${kind} ${source.name} altered.`,
          number,
        });
      },
    };
  },
};
