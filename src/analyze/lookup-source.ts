import type { Identifier } from '../../grammar/ast.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import { errorAt } from './error-at.ts';

/**
 * The stream or table of that name.
 * @throws DatabaseError UNKNOWN_SOURCE, with the nearest name that exists.
 */
export function lookupSource(catalog: Catalog, name: Identifier): Source {
  const source = catalog.source(name.name);
  if (source !== null) return source;
  throw errorAt(
    'UNKNOWN_SOURCE',
    name,
    `The stream or table ${name.name} does not exist.${catalog.nearest(name.name)}`,
  );
}
