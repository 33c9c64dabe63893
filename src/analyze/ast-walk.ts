import type { ExpressionNode, QueryNode } from '../../grammar/ast.ts';
import { unreachable } from '../base/assert.ts';

/** The parts of an expression, in the order they are written. */
export function childrenOf(node: ExpressionNode): readonly ExpressionNode[] {
  switch (node.kind) {
    case 'literal':
    case 'column':
    case 'intervalUnit':
      return [];
    case 'call':
      return node.arguments;
    case 'cast':
    case 'unary':
    case 'not':
    case 'isNull':
      return [node.operand];
    case 'binary':
    case 'comparison':
    case 'distinct':
    case 'logical':
      return [node.left, node.right];
    case 'between':
      return [node.operand, node.low, node.high];
    case 'in':
      return [node.operand, ...node.options];
    case 'like':
      return [node.operand, node.pattern];
    case 'case':
      return [
        ...(node.operand === null ? [] : [node.operand]),
        ...node.branches.flatMap((branch) => [branch.when, branch.then]),
        ...(node.otherwise === null ? [] : [node.otherwise]),
      ];
    case 'subscript':
      return [node.base, node.index];
    case 'dereference':
      return [node.base];
    case 'array':
      return node.elements;
    case 'map':
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'struct':
      return node.fields.map((field) => field.value);
    case 'lambda':
      return [node.body];
    default:
      return unreachable(node);
  }
}

/** The expression and all its parts, depth first, left to right; however deep it is, the stack stays flat. */
export function* walk(root: ExpressionNode): Generator<ExpressionNode> {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    yield node;
    const children = childrenOf(node);
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i]!);
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
