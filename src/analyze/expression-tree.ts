import { unreachable } from '../base/assert.ts';
import type { CaseExpression, Expression } from '../expressions/expression.ts';
import { childrenOf } from '../expressions/walk.ts';
import { BOOLEAN, typesEqual } from '../sql/types.ts';

/** AND or OR of two conditions. */
export function logical(operator: 'AND' | 'OR', left: Expression, right: Expression): Expression {
  return { kind: 'logical', type: BOOLEAN, operator, left, right };
}

/** One WHEN ... THEN ... of a CASE. */
export function branch(when: Expression, then: Expression): CaseExpression['branches'][number] {
  // oxlint-disable-next-line unicorn/no-thenable -- plain data that nobody awaits
  return { when, then };
}

/** Whether two expressions over the same row are written the same after resolution. */
export function expressionsEqual(a: Expression, b: Expression): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || !typesEqual(a.type, b.type) || !sameNode(a, b)) return false;
  const operandsOfA = childrenOf(a);
  const operandsOfB = childrenOf(b);
  return (
    operandsOfA.length === operandsOfB.length &&
    operandsOfA.every((operand, index) => expressionsEqual(operand, operandsOfB[index]!))
  );
}

/** Equality of everything but type and operands. */
function sameNode(a: Expression, b: Expression): boolean {
  if (a.kind === 'literal' && b.kind === 'literal') return a.value === b.value;
  if (a.kind === 'column' && b.kind === 'column') return a.index === b.index;
  if (a.kind === 'pseudo' && b.kind === 'pseudo') return a.column === b.column;
  if (a.kind === 'call' && b.kind === 'call') {
    return a.name === b.name && a.overload === b.overload;
  }
  if (a.kind === 'like' && b.kind === 'like') {
    return a.negated === b.negated && a.escape === b.escape;
  }
  if (a.kind === 'case' && b.kind === 'case') {
    return (a.otherwise === null) === (b.otherwise === null);
  }
  if (a.kind === 'lambdaParameter' && b.kind === 'lambdaParameter') return a.slot === b.slot;
  if (a.kind === 'dereference' && b.kind === 'dereference') return a.fieldIndex === b.fieldIndex;
  if ('operator' in a && 'operator' in b) return a.operator === b.operator;
  if ('negated' in a && 'negated' in b) return a.negated === b.negated;
  return true;
}

/**
 * The expression with parts exchanged, from the top: a part for which `replace` returns an expression becomes that
 * one and is not looked into; null keeps the part and goes on with its operands.
 */
export function replaceParts(
  expression: Expression,
  replace: (part: Expression) => Expression | null,
): Expression {
  const replaced = replace(expression);
  if (replaced !== null) return replaced;
  const again = (part: Expression): Expression => replaceParts(part, replace);
  switch (expression.kind) {
    case 'literal':
    case 'column':
    case 'pseudo':
    case 'lambdaParameter':
      return expression;
    case 'call':
      return { ...expression, arguments: expression.arguments.map(again) };
    case 'cast':
    case 'negate':
    case 'not':
    case 'isNull':
      return { ...expression, operand: again(expression.operand) };
    case 'arithmetic':
    case 'comparison':
    case 'distinct':
    case 'logical':
      return { ...expression, left: again(expression.left), right: again(expression.right) };
    case 'in':
      return {
        ...expression,
        operand: again(expression.operand),
        options: expression.options.map(again),
      };
    case 'like':
      return {
        ...expression,
        operand: again(expression.operand),
        pattern: again(expression.pattern),
      };
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map(({ when, then }) => branch(again(when), again(then))),
        otherwise: expression.otherwise === null ? null : again(expression.otherwise),
      };
    case 'subscript':
      return { ...expression, base: again(expression.base), index: again(expression.index) };
    case 'dereference':
      return { ...expression, base: again(expression.base) };
    case 'array':
      return { ...expression, elements: expression.elements.map(again) };
    case 'map':
      return {
        ...expression,
        entries: expression.entries.map(({ key, value }) => ({
          key: again(key),
          value: again(value),
        })),
      };
    case 'struct':
      return { ...expression, values: expression.values.map(again) };
    case 'lambda':
      return { ...expression, body: again(expression.body) };
    default:
      return unreachable(expression);
  }
}
