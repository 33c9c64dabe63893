import type { ExpressionNode, QueryNode } from '../../grammar/ast.ts';
import { selectExpressions, walk } from './ast-walk.ts';
import { errorAt, type Located } from './error-at.ts';
import { findAggregate } from './group-by.ts';

/**
 * What a pull query must not contain, in the order the dialect checks it (section 8.1 of its reference).
 * @throws DatabaseError BAD_STATEMENT, saying how to ask for a push query instead.
 */
export function checkPullClauses(query: QueryNode): void {
  const [join] = query.from.joins;
  if (join !== undefined) throw refusal(join, 'JOIN clauses');
  if (query.window !== null) throw refusal(query.window, 'WINDOW clauses');
  if (query.groupBy !== null) throw refusal(query.groupBy[0] ?? query, 'GROUP BY clauses');
  if (query.partitionBy !== null) {
    throw refusal(query.partitionBy[0] ?? query, 'PARTITION BY clauses');
  }
  if (query.having !== null) throw refusal(query.having, 'HAVING clauses');
  if (query.emit !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      query,
      "Pull queries don't support EMIT clauses: with one, this is a push query.",
    );
  }
  refuseRecordColumns(selectExpressions(query), 'SELECT');
  refuseRecordColumns(query.where === null ? [] : [query.where], 'WHERE');
  const aggregate = findAggregate(query);
  if (aggregate !== null) throw refusal(aggregate, 'aggregate functions');
  const wildcard = query.items.find((item) => item.kind === 'selectAll');
  if (wildcard !== undefined && query.items.length > 1) {
    throw errorAt(
      'BAD_STATEMENT',
      wildcard,
      'In a pull query * must stand alone. Select it alone, or name the columns.',
    );
  }
}

function refuseRecordColumns(expressions: readonly ExpressionNode[], clause: string): void {
  for (const expression of expressions) {
    for (const node of walk(expression)) {
      if (node.kind !== 'column') continue;
      const { name } = node.name;
      if (name === 'ROWPARTITION' || name === 'ROWOFFSET') {
        throw refusal(node, `the column ${name} in ${clause}`);
      }
    }
  }
}

function refusal(node: Located, what: string): Error {
  return errorAt(
    'BAD_STATEMENT',
    node,
    `Pull queries don't support ${what}. Add EMIT CHANGES if you intended to issue a push query.`,
  );
}
