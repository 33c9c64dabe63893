import type { ExpressionNode } from './ast.ts';

/** The expressions directly inside an expression, in the order of the text. */
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
        ...node.branches.flatMap(({ when, then }) => [when, then]),
        ...(node.otherwise === null ? [] : [node.otherwise]),
      ];
    case 'subscript':
      return [node.base, node.index];
    case 'dereference':
      return [node.base];
    case 'array':
      return node.elements;
    case 'map':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return node.fields.map(({ value }) => value);
    case 'lambda':
      return [node.body];
  }
}

/**
 * Calls `visit` for the expression and everything inside it, outer before inner, in the order of the text; what is
 * inside a node is left out when `visit` returns false. A tree of any depth costs no stack.
 */
export function visitExpression(
  node: ExpressionNode,
  visit: (node: ExpressionNode) => boolean | void,
): void {
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (visit(next) === false) continue;
    const children = childrenOf(next);
    for (let index = children.length - 1; index >= 0; index--) {
      const child = children[index];
      if (child !== undefined) pending.push(child);
    }
  }
}
