import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import { errorAt, type Located } from './error-at.ts';

/** A persistent query that is about to be created. */
interface NewQuery {
  /** The source it writes into, which need not exist yet. */
  readonly sink: { readonly name: string; readonly topic: string };
  readonly reads: readonly Source[];
}

/**
 * Refuses a query whose sink, or another source over the same topic, feeds one of the sources it would read: its rows
 * would come back to it for ever.
 * @throws DatabaseError BAD_STATEMENT naming the way round.
 */
export function refuseCycle(catalog: Catalog, { sink, reads }: NewQuery, at: Located): void {
  const sharing = catalog.sources.filter(({ topic }) => topic === sink.topic);
  for (const from of [sink, ...sharing]) {
    for (const { name } of reads) {
      const path = catalog.path(from.name, name);
      if (path === null) continue;
      throw errorAt(
        'BAD_STATEMENT',
        at,
        `The query would make a cycle: ${[...path, sink.name].join(' -> ')}. Write to another stream.`,
      );
    }
  }
}
