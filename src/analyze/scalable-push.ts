import type { QueryNode } from '../../grammar/ast.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { isTableFunction } from '../functions/resolve.ts';
import { queryExpressions, walk } from './ast-walk.ts';
import { errorAt } from './error-at.ts';

/** Which records of the log a row came from is not known where rows are taken from a running query. */
const RECORD_COLUMNS = new Set(['ROWPARTITION', 'ROWOFFSET']);

/**
 * Whether a push query can follow the one persistent query that writes its source (section 8.4 of the dialect
 * reference): it reads that source alone and only filters and projects its rows.
 */
export function canFollow(query: QueryNode, catalog: Catalog): boolean {
  const { from, window, groupBy, partitionBy, having, emit } = query;
  if (from.joins.length > 0 || emit !== 'CHANGES') return false;
  if (window !== null || groupBy !== null || partitionBy !== null || having !== null) return false;
  if (catalog.writersOf(from.first.source.name).length !== 1) return false;
  return queryExpressions(query).every((expression) => {
    for (const node of walk(expression)) {
      if (node.kind === 'column' && RECORD_COLUMNS.has(node.name.name)) return false;
      if (node.kind === 'call' && isTableFunction(node.name.name)) return false;
    }
    return true;
  });
}

/** @throws DatabaseError BAD_STATEMENT for a wildcard that is not alone. */
export function checkFollowing(query: QueryNode): void {
  const wildcard = query.items.find((item) => item.kind === 'selectAll');
  if (wildcard === undefined || query.items.length === 1) return;
  throw errorAt(
    'BAD_STATEMENT',
    wildcard,
    'Scalable push queries only support wildcards in the projects if they are the only expression. ' +
      'Name the columns, or set ksql.query.push.v2.enabled to false.',
  );
}
