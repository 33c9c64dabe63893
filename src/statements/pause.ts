import type { PauseNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import { succeeded } from './entities.ts';
import type { StatementDefinition } from './executor.ts';
import { changed, type World } from './world.ts';

/** PAUSE and RESUME: a paused query reads nothing and keeps its state, also over a restart of the database. */
export const pause: StatementDefinition<PauseNode> = {
  kind: 'pause',
  isDefinition: true,
  prepare({ node, sql }, world, { run }) {
    const queryIds = queriesOf(node, world);
    if (queryIds.length === 0) return { world, run: async () => null };
    const paused = node.action === 'PAUSE';
    return {
      world: changed(world, { nextNumber: world.nextNumber + 1 }),
      async run() {
        const number = await run(sql, { kind: 'pauseQueries', queryIds, paused });
        return succeeded({
          sql,
          commandId: `${node.action.toLowerCase()}/${node.queryId === null ? 'ALL' : queryIds[0]}/execute`,
          message: paused ? 'Query paused.' : 'Query resumed.',
          number,
        });
      },
    };
  },
};

function queriesOf({ queryId }: PauseNode, { catalog }: World): readonly string[] {
  const known = catalog.queries.map(({ id }) => id);
  if (queryId === null) return known;
  // Ids are upper case; one typed in lower case is meant all the same.
  const id = [queryId.name, queryId.name.toUpperCase()].find((candidate) =>
    catalog.query(candidate),
  );
  if (id !== undefined) return [id];
  throw errorAt(
    'UNKNOWN_QUERY',
    queryId,
    `Unknown query: there is no persistent query with the id ${queryId.name}.${didYouMean(queryId.name, known)} SHOW QUERIES lists those that run.`,
  );
}
