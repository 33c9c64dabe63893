import { unreachable } from '../base/assert.ts';
import type { Expression } from './expression.ts';

/** The direct parts of an expression, in the order they are written. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'pseudo':
    case 'lambdaParameter':
      return [];
    case 'call':
      return expression.arguments;
    case 'cast':
    case 'negate':
    case 'not':
    case 'isNull':
      return [expression.operand];
    case 'arithmetic':
    case 'comparison':
    case 'distinct':
    case 'logical':
      return [expression.left, expression.right];
    case 'in':
      return [expression.operand, ...expression.options];
    case 'like':
      return [expression.operand, expression.pattern];
    case 'case': {
      const branches = expression.branches.flatMap(({ when, then }) => [when, then]);
      return expression.otherwise === null ? branches : [...branches, expression.otherwise];
    }
    case 'subscript':
      return [expression.base, expression.index];
    case 'dereference':
      return [expression.base];
    case 'array':
      return expression.elements;
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expression.values;
    case 'lambda':
      return [expression.body];
    default:
      return unreachable(expression);
  }
}

/** Whether the value depends on the row: it names a column or a pseudo column. */
export function hasColumns(expression: Expression): boolean {
  if (expression.kind === 'column' || expression.kind === 'pseudo') return true;
  return childrenOf(expression).some(hasColumns);
}
