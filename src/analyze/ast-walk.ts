import type { ColumnNode, ExpressionNode, QueryNode } from '../../grammar/ast.ts';
import { childrenOf } from '../../grammar/visit.ts';

/** The expression and all its parts, depth first, left to right; however deep it is, the stack stays flat. */
export function* walk(root: ExpressionNode): Generator<ExpressionNode> {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i]!);
  }
}

/** The columns an expression names; names of lambda parameters are none. */
export function* columnsNamed(root: ExpressionNode): Generator<ColumnNode> {
  const parameters = new Set<string>();
  // A lambda comes before its body, and no column of a source may have the name of a parameter.
  for (const node of walk(root)) {
    if (node.kind === 'lambda') for (const { name } of node.parameters) parameters.add(name);
    if (node.kind !== 'column') continue;
    if (node.qualifier !== null || !parameters.has(node.name.name)) yield node;
  }
}

/** The expressions of the SELECT list; wildcards have none. */
export function selectExpressions(query: QueryNode): readonly ExpressionNode[] {
  return query.items.flatMap((item) => {
    if (item.kind === 'selectExpression') return [item.expression];
    return item.kind === 'selectStruct' ? [item.base] : [];
  });
}

/** Every expression of a query, clause by clause. */
export function queryExpressions(query: QueryNode): readonly ExpressionNode[] {
  return [
    ...selectExpressions(query),
    ...query.from.joins.map((join) => join.on),
    ...(query.where === null ? [] : [query.where]),
    ...(query.groupBy ?? []),
    ...(query.partitionBy ?? []),
    ...(query.having === null ? [] : [query.having]),
  ];
}
