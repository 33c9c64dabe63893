import type { TerminateNode } from '../../grammar/ast.ts';
import { errorAt } from '../analyze/error-at.ts';
import type { Entity } from '../api/entities.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import { succeeded } from './entities.ts';
import type { Prepared, Services, StatementDefinition } from './executor.ts';
import { changed, type World } from './world.ts';

/** TERMINATE: ends one persistent or push query, or ALL persistent ones. Their state goes, their sinks stay. */
export const terminate: StatementDefinition<TerminateNode> = {
  kind: 'terminate',
  isDefinition: true,
  prepare({ node, sql }, world, services) {
    const { queryId } = node;
    if (queryId === null) {
      const ids = world.catalog.queries.map(({ id }) => id);
      return ids.length === 0
        ? { world, run: async () => null }
        : ending(ids, { sql, commandId: 'terminate/ALL/execute' }, world, services);
    }
    // Ids are upper case; one typed in lower case is meant all the same.
    const id = [queryId.name, queryId.name.toUpperCase()].find((candidate) =>
      world.catalog.query(candidate),
    );
    if (id !== undefined) {
      return ending([id], { sql, commandId: `terminate/${id}/execute` }, world, services);
    }
    const written = queryId.name.toLowerCase();
    const transient = services.transientQueries().find((q) => q.id.toLowerCase() === written);
    if (transient !== undefined) {
      return { world, run: async () => terminateTransient(sql, transient.id, services) };
    }
    const known = [
      ...world.catalog.queries.map((query) => query.id),
      ...services.transientQueries().map((query) => query.id),
    ];
    throw errorAt(
      'UNKNOWN_QUERY',
      queryId,
      `Unknown query: there is no query with the id ${queryId.name}.${didYouMean(queryId.name, known)} SHOW QUERIES lists those that run.`,
    );
  },
};

function ending(
  queryIds: readonly string[],
  { sql, commandId }: { sql: string; commandId: string },
  world: World,
  { run }: Services,
): Prepared {
  let { catalog } = world;
  for (const id of queryIds) catalog = catalog.withoutQuery(id);
  return {
    world: changed(world, { catalog, nextNumber: world.nextNumber + 1 }),
    async run() {
      const number = await run(sql, { kind: 'terminateQueries', queryIds });
      return succeeded({ sql, commandId, message: 'Query terminated.', number });
    },
  };
}

function terminateTransient(sql: string, queryId: string, { closeTransient }: Services): Entity {
  return {
    '@type': 'terminate_query',
    statementText: sql,
    queryId,
    wasTerminated: closeTransient(queryId),
    warnings: [],
  };
}
