import { unreachable } from '../base/assert.ts';
import { isFallibleCast } from '../sql/cast.ts';
import { isTime } from '../sql/coerce.ts';
import type { ArithmeticExpression, ComparisonExpression, Expression } from './expression.ts';
import { childrenOf } from './walk.ts';

/** How expressions are evaluated; see section 2.8 of the dialect reference. */
export interface EvaluationRules {
  /**
   * `stream` (push and persistent queries): a null operand of arithmetic is an error. `pull`: it makes the
   * result null, and NaN equals NaN.
   */
  readonly mode: 'stream' | 'pull';
  /**
   * What becomes of an error in a cast or in a call that is an argument: it makes that part null (SELECT of
   * `stream`), makes it false if it is BOOLEAN (WHERE of `stream`), or fails the whole expression (`pull`).
   */
  readonly nestedError: 'NULL' | 'FALSE' | 'FAIL';
}

/** Whether a cast or an argument keeps its errors to itself under these rules. */
export function isIsolated(expression: Expression, { nestedError }: EvaluationRules): boolean {
  if (nestedError === 'FALSE') return expression.type.kind === 'BOOLEAN';
  return nestedError === 'NULL';
}

/** Whether the value may be null. */
export function isNullable(expression: Expression, rules: EvaluationRules): boolean {
  switch (expression.kind) {
    case 'literal':
      return expression.value === null;
    case 'column':
    case 'call':
    case 'subscript':
    case 'dereference':
    case 'lambdaParameter':
      return true;
    case 'cast':
      return isNullable(expression.operand, rules) || isIsolated(expression, rules);
    case 'negate':
      return rules.mode === 'pull' && isNullable(expression.operand, rules);
    case 'arithmetic':
      return (
        rules.mode === 'pull' &&
        (isNullable(expression.left, rules) || isNullable(expression.right, rules))
      );
    case 'case':
      return (
        expression.otherwise === null ||
        isNullable(expression.otherwise, rules) ||
        expression.branches.some(({ then }) => isNullable(then, rules))
      );
    case 'pseudo':
    case 'comparison':
    case 'distinct':
    case 'logical':
    case 'not':
    case 'isNull':
    case 'in':
    case 'like':
    case 'array':
    case 'map':
    case 'struct':
    case 'lambda':
      return false;
    default:
      return unreachable(expression);
  }
}

/** Whether evaluating it may throw an EvaluationError; true when in doubt. */
export function isFallible(expression: Expression, rules: EvaluationRules): boolean {
  if (expression.kind === 'cast' && isIsolated(expression, rules)) return false;
  const children = childrenOf(expression);
  if (isConstructor(expression)) {
    return children.some((child) => !isIsolated(child, rules) && isFallible(child, rules));
  }
  return isFallibleItself(expression, rules) || children.some((child) => isFallible(child, rules));
}

/** ARRAY[...], MAP(...) and STRUCT(...), whose members keep their errors to themselves as casts do. */
export function isConstructor({ kind }: Expression): boolean {
  return kind === 'array' || kind === 'map' || kind === 'struct';
}

function isFallibleItself(expression: Expression, rules: EvaluationRules): boolean {
  switch (expression.kind) {
    case 'call':
    case 'like':
      return true;
    case 'cast':
      return isFallibleCast(expression.operand.type, expression.type);
    case 'negate':
      return rules.mode === 'stream' && isNullable(expression.operand, rules);
    case 'arithmetic':
      return isFallibleArithmetic(expression, rules);
    case 'comparison':
    case 'distinct':
      return comparesTextWithTime(expression);
    case 'logical':
      return isNullable(expression.left, rules) || isNullable(expression.right, rules);
    case 'not':
      return isNullable(expression.operand, rules);
    case 'case':
      return expression.branches.some(({ when }) => isNullable(when, rules));
    case 'literal':
    case 'column':
    case 'pseudo':
    case 'isNull':
    case 'in':
    case 'dereference':
    case 'array':
    case 'map':
    case 'struct':
    case 'lambda':
    case 'lambdaParameter':
      return false;
    case 'subscript':
      return expression.base.type.kind === 'ARRAY' && isNullable(expression.index, rules);
    default:
      return unreachable(expression);
  }
}

function isFallibleArithmetic(expression: ArithmeticExpression, rules: EvaluationRules): boolean {
  const { type, operator, left, right } = expression;
  if (type.kind === 'STRING') return false;
  if (type.kind !== 'DOUBLE' && (operator === '/' || operator === '%')) return true;
  return rules.mode === 'stream' && (isNullable(left, rules) || isNullable(right, rules));
}

function comparesTextWithTime({ left, right }: Pick<ComparisonExpression, 'left' | 'right'>) {
  return (
    (left.type.kind === 'STRING' && isTime(right.type)) ||
    (right.type.kind === 'STRING' && isTime(left.type))
  );
}
