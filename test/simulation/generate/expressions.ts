import type { ColumnType } from '../case.ts';
import type { ArithmeticOp, CompareOp, Expr } from '../expression.ts';
import type { Choices } from '../random.ts';
import { valueOf } from './values.ts';

/** The columns an expression may use. */
export type Scope = readonly Extract<Expr, { kind: 'column' }>[];

const ARITHMETIC: readonly ArithmeticOp[] = ['+', '-', '*', '+', '/', '%'];
const COMPARISONS: readonly CompareOp[] = ['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM'];

/** A random expression of a type. */
export function expressionOf(choices: Choices, scope: Scope, type: ColumnType, depth = 2): Expr {
  const columns = scope.filter((column) => column.type === type);
  if (columns.length > 0 && (depth === 0 || choices.chance(0.5))) return choices.of(columns);
  if (depth === 0 || choices.chance(0.15)) return literalOf(choices, type);
  if (type === 'BOOLEAN') return conditionOf(choices, scope, depth - 1);
  const inner = (): Expr => expressionOf(choices, scope, type, depth - 1);
  switch (choices.below(4)) {
    case 0: {
      const when = conditionOf(choices, scope, depth - 1);
      return { kind: 'case', when, whenTrue: inner(), otherwise: inner(), type };
    }
    case 1:
      return { kind: 'coalesce', left: inner(), right: inner(), type };
    case 2: {
      const from = scope.filter((column) => castable(column.type, type));
      return from.length === 0
        ? literalOf(choices, type)
        : { kind: 'cast', operand: choices.of(from), type };
    }
    default:
      if (type === 'VARCHAR') return inner();
      return {
        kind: 'arithmetic',
        op: choices.of(ARITHMETIC),
        left: inner(),
        right: inner(),
        type,
      };
  }
}

function castable(from: ColumnType, to: ColumnType): boolean {
  const isInteger = from === 'INTEGER' || from === 'BIGINT';
  return isInteger && (to === 'VARCHAR' || to === 'BIGINT' || to === 'INTEGER');
}

/** A random condition: comparisons of columns, tests for null, and their combinations. */
export function conditionOf(choices: Choices, scope: Scope, depth = 2): Expr {
  const inner = (): Expr => conditionOf(choices, scope, depth - 1);
  if (depth > 0 && choices.chance(0.35)) {
    if (choices.chance(0.3)) return { kind: 'not', operand: inner(), type: 'BOOLEAN' };
    const op = choices.of(['AND', 'OR'] as const);
    return { kind: 'logical', op, left: inner(), right: inner(), type: 'BOOLEAN' };
  }
  const flags = scope.filter(({ type }) => type === 'BOOLEAN');
  if (flags.length > 0 && choices.chance(0.15)) return choices.of(flags);
  const comparable = scope.filter(({ type }) => type !== 'BOOLEAN');
  if (comparable.length === 0) return literalOf(choices, 'BOOLEAN');
  const column = choices.of(comparable);
  if (choices.chance(0.2)) {
    return { kind: 'isNull', operand: column, negated: choices.chance(0.5), type: 'BOOLEAN' };
  }
  const left = plainOf(choices, scope, column);
  const right = choices.chance(0.3)
    ? plainOf(choices, scope, choices.of(scope.filter(({ type }) => type === column.type)))
    : literalOf(choices, column.type);
  return { kind: 'compare', op: choices.of(COMPARISONS), left, right, type: 'BOOLEAN' };
}

/** The column, or arithmetic over it, which fails for null. */
function plainOf(choices: Choices, scope: Scope, column: Scope[number]): Expr {
  if (column.type === 'VARCHAR' || choices.chance(0.75)) return column;
  const right = choices.chance(0.5)
    ? choices.of(scope.filter(({ type }) => type === column.type))
    : literalOf(choices, column.type);
  return { kind: 'arithmetic', op: choices.of(ARITHMETIC), left: column, right, type: column.type };
}

function literalOf(choices: Choices, type: ColumnType): Expr {
  // A number that fits 32 bits is an INTEGER.
  if (type === 'BIGINT') return { kind: 'cast', operand: literalOf(choices, 'INTEGER'), type };
  return { kind: 'literal', value: valueOf(choices, type), type };
}

/** Whether the value is the same for all rows. */
export function isConstant(expr: Expr): boolean {
  return expr.kind === 'literal' || (expr.kind === 'cast' && isConstant(expr.operand));
}
