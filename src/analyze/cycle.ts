import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import { errorAt, type Located } from './error-at.ts';

/**
 * Refuses a query whose sink already feeds, through persistent queries, one of the sources it would read: its rows
 * would come back to it for ever.
 * @throws DatabaseError BAD_STATEMENT naming the way round.
 */
export function refuseCycle(
  catalog: Catalog,
  query: { readonly sink: string; readonly reads: readonly Source[] },
  at: Located,
): void {
  for (const { name } of query.reads) {
    const path = catalog.path(query.sink, name);
    if (path === null) continue;
    throw errorAt(
      'BAD_STATEMENT',
      at,
      `The query would make a cycle: ${[...path, query.sink].join(' -> ')}. Write to another stream.`,
    );
  }
}
