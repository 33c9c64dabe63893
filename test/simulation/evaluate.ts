import type { Value } from './case.ts';
import type { ArithmeticOp, CompareOp, Expr } from './expression.ts';

/** What an expression reads: columns and pseudo columns by qualified name (`S.V`, `S.ROWTIME`). */
export type Row = Readonly<Record<string, Value>>;

/** What fails an expression: the result is null, the condition is not true. */
export class EvaluationFailure extends Error {}

/** The value of an expression over a row. @throws EvaluationFailure as sections 2.4, 2.5 and 2.8 say. */
export function evaluate(expr: Expr, row: Row): Value {
  const value = (inner: Expr): Value => evaluate(inner, row);
  switch (expr.kind) {
    case 'column': {
      const found = row[`${expr.source}.${expr.name}`];
      if (found === undefined) throw new RangeError(`no column ${expr.source}.${expr.name}`);
      return found;
    }
    case 'literal':
      return expr.value;
    case 'arithmetic':
      return arithmetic(
        expr.op,
        value(expr.left),
        value(expr.right),
        expr.type === 'INTEGER' ? 32 : 64,
      );
    case 'compare':
      return compare(expr.op, value(expr.left), value(expr.right));
    case 'logical': {
      const left = condition(value(expr.left));
      if (expr.op === 'AND') return left && condition(value(expr.right));
      return left || condition(value(expr.right));
    }
    case 'not':
      return !condition(value(expr.operand));
    case 'isNull':
      return (value(expr.operand) === null) !== expr.negated;
    case 'case':
      return condition(value(expr.when)) ? value(expr.whenTrue) : value(expr.otherwise);
    case 'coalesce': {
      // Arguments are computed whether they are needed or not; what is itself a call fails on its own (2.8).
      const [left, right] = [expr.left, expr.right].map((argument) =>
        argument.kind === 'coalesce' ? evaluateOrNull(argument, row) : value(argument),
      );
      return left ?? right ?? null;
    }
    case 'cast':
      return cast(
        orNull(() => value(expr.operand)),
        expr.type,
      );
    case 'aggregate':
    case 'bound':
      throw new RangeError(`${expr.kind} stands for a column of an aggregation`);
  }
}

/** The value, or null when it fails. */
export function evaluateOrNull(expr: Expr, row: Row): Value {
  return orNull(() => evaluate(expr, row));
}

/** Whether the condition is true; one that fails is not. */
export function isTrue(expr: Expr, row: Row): boolean {
  return evaluateOrNull(expr, row) === true;
}

function orNull(produce: () => Value): Value {
  try {
    return produce();
  } catch (error) {
    if (error instanceof EvaluationFailure) return null;
    throw error;
  }
}

function condition(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new EvaluationFailure('a null condition');
}

function arithmetic(op: ArithmeticOp, left: Value, right: Value, bits: number): Value {
  if (left === null || right === null) throw new EvaluationFailure('a null operand');
  const [a, b] = [left as bigint, right as bigint];
  if ((op === '/' || op === '%') && b === 0n) throw new EvaluationFailure('division by zero');
  switch (op) {
    case '+':
      return BigInt.asIntN(bits, a + b);
    case '-':
      return BigInt.asIntN(bits, a - b);
    case '*':
      return BigInt.asIntN(bits, a * b);
    case '/':
      return BigInt.asIntN(bits, a / b);
    case '%':
      return a % b;
  }
}

function compare(op: CompareOp, left: Value, right: Value): boolean {
  if (op === 'IS DISTINCT FROM') return left !== right;
  if (left === null || right === null) return false;
  switch (op) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function cast(value: Value, type: string): Value {
  if (value === null) return null;
  switch (type) {
    case 'INTEGER':
      return BigInt.asIntN(32, value as bigint);
    case 'BIGINT':
      return value;
    default:
      return String(value);
  }
}
