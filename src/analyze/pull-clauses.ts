import type { ExpressionNode, QueryNode } from '../../grammar/ast.ts';
import { selectExpressions, walk } from './ast-walk.ts';
import { errorAt, type Located } from './error-at.ts';
import { findAggregate } from './group-by.ts';
import { PULL_HELP } from './pull-help.ts';

/**
 * What a pull query must not contain, in the order the dialect checks it (section 8.1 of its reference).
 * @param options.isLimitAllowed `ksql.query.pull.limit.clause.enabled`.
 * @throws DatabaseError BAD_STATEMENT, saying how to ask for a push query instead.
 */
export function checkPullClauses(
  query: QueryNode,
  { isLimitAllowed }: { readonly isLimitAllowed: boolean },
): void {
  const [join] = query.from.joins;
  if (join !== undefined) throw refusal(join, 'JOIN clauses');
  if (query.window !== null) throw refusal(query.window, 'WINDOW clauses');
  if (query.groupBy !== null) throw refusal(query.groupBy[0] ?? query, 'GROUP BY clauses');
  if (query.partitionBy !== null) {
    throw refusal(query.partitionBy[0] ?? query, 'PARTITION BY clauses');
  }
  if (query.having !== null) throw refusal(query.having, 'HAVING clauses');
  if (query.limit !== null && !isLimitAllowed) {
    throw errorAt(
      'BAD_STATEMENT',
      query,
      `LIMIT clause in pull queries is currently disabled. You can enable them by setting ksql.query.pull.limit.clause.enabled=true.${PULL_HELP}`,
    );
  }
  if (query.limit !== null && query.limit < 0) {
    throw refusal(query, 'negative integers in the LIMIT clause');
  }
  if (query.emit !== null) throw refusal(query, 'EMIT clauses');
  refuseRecordColumns(selectExpressions(query), 'SELECT');
  refuseRecordColumns(query.where === null ? [] : [query.where], 'WHERE');
  const aggregate = findAggregate(query);
  if (aggregate !== null) throw refusal(aggregate, 'aggregate functions');
  const wildcard = query.items.find((item) => item.kind === 'selectAll');
  if (wildcard !== undefined && query.items.length > 1) {
    throw errorAt(
      'BAD_STATEMENT',
      wildcard,
      'Pull queries only support wildcards in the projects if they are the only expression.',
    );
  }
}

function refuseRecordColumns(expressions: readonly ExpressionNode[], clause: string): void {
  const columns = expressions.flatMap((expression) =>
    [...walk(expression)].filter((node) => node.kind === 'column'),
  );
  const refused = columns.filter(({ name }) => isRecordColumn(name.name));
  const [first] = refused;
  if (first === undefined) return;
  const names = new Set(refused.map(({ name }) => `\`${name.name}\``));
  throw errorAt(
    'BAD_STATEMENT',
    first,
    `Pull queries don't support the following columns in ${clause} clauses: ${[...names].join(', ')}\n${PULL_HELP.trimStart()}`,
  );
}

function isRecordColumn(name: string): boolean {
  return name === 'ROWPARTITION' || name === 'ROWOFFSET';
}

function refusal(node: Located, what: string): Error {
  return errorAt('BAD_STATEMENT', node, `Pull queries don't support ${what}.${PULL_HELP}`);
}
