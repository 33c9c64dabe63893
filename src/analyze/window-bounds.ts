import type { ComparisonExpression, Expression } from '../expressions/expression.ts';
import type { Ambient } from '../expressions/ambient.ts';
import { evaluateConstant } from '../expressions/fold.ts';
import { printExpression } from '../expressions/print.ts';
import { hasColumns } from '../expressions/walk.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';

/** A range of windows, in epoch milliseconds, both ends included; null where it is open. */
export interface WindowBounds {
  readonly startMin: number | null;
  readonly startMax: number | null;
  readonly endMin: number | null;
  readonly endMax: number | null;
}

export const ALL_WINDOWS: WindowBounds = {
  startMin: null,
  startMax: null,
  endMin: null,
  endMax: null,
};

/** The operator seen from the other side. */
const MIRRORED = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

/**
 * The windows that one condition admits; all of them when it is not about a window bound.
 * @throws EvaluationError when WINDOWSTART or WINDOWEND is used in a way that gives no range.
 */
export function boundsOf(leaf: Expression, ambient: Ambient): WindowBounds {
  if (leaf.kind === 'distinct' || leaf.kind === 'comparison') {
    const bound = boundName(leaf.left) ?? boundName(leaf.right);
    if (bound === null) return ALL_WINDOWS;
    if (leaf.kind === 'comparison' && leaf.operator !== '<>')
      return comparisonBounds(leaf, bound, ambient);
    throw new EvaluationError(
      `Unsupported ${bound} bounds: ${printExpression(leaf)}. Compare it by =, <, <=, > or >=.`,
    );
  }
  return ALL_WINDOWS;
}

function comparisonBounds(
  leaf: ComparisonExpression,
  bound: BoundName,
  ambient: Ambient,
): WindowBounds {
  const mirrored = boundName(leaf.left) === null;
  const operator = mirrored ? MIRRORED[leaf.operator] : leaf.operator;
  const limit = limitOf(mirrored ? leaf.left : leaf.right, bound, ambient);
  const { min, max } = range(operator, limit);
  return bound === 'WINDOWSTART'
    ? { ...ALL_WINDOWS, startMin: min, startMax: max }
    : { ...ALL_WINDOWS, endMin: min, endMax: max };
}

type BoundName = 'WINDOWSTART' | 'WINDOWEND';

function boundName(expression: Expression): BoundName | null {
  if (expression.kind !== 'pseudo') return null;
  const { column } = expression;
  return column === 'WINDOWSTART' || column === 'WINDOWEND' ? column : null;
}

function limitOf(expression: Expression, bound: BoundName, ambient: Ambient): number {
  const { kind } = expression.type;
  if (!hasColumns(expression) && (kind === 'INTEGER' || kind === 'BIGINT')) {
    const value = evaluateConstant(expression, ambient);
    if (value !== null) return Number(value);
  }
  throw new EvaluationError(
    `${bound} can be compared with an INTEGER, a BIGINT or a datetime in quotes, but found ${printExpression(expression)}`,
  );
}

function range(
  operator: ComparisonExpression['operator'],
  limit: number,
): { readonly min: number | null; readonly max: number | null } {
  switch (operator) {
    case '<':
      return { min: null, max: limit - 1 };
    case '<=':
      return { min: null, max: limit };
    case '>':
      return { min: limit + 1, max: null };
    case '>=':
      return { min: limit, max: null };
    default:
      return { min: limit, max: limit };
  }
}

/** The windows in both ranges. */
export function intersect(a: WindowBounds, b: WindowBounds): WindowBounds {
  return {
    startMin: tighter(a.startMin, b.startMin, Math.max),
    startMax: tighter(a.startMax, b.startMax, Math.min),
    endMin: tighter(a.endMin, b.endMin, Math.max),
    endMax: tighter(a.endMax, b.endMax, Math.min),
  };
}

/** The smallest range that contains both. */
export function union(a: WindowBounds, b: WindowBounds): WindowBounds {
  return {
    startMin: looser(a.startMin, b.startMin, Math.min),
    startMax: looser(a.startMax, b.startMax, Math.max),
    endMin: looser(a.endMin, b.endMin, Math.min),
    endMax: looser(a.endMax, b.endMax, Math.max),
  };
}

type Choice = (a: number, b: number) => number;

function tighter(a: number | null, b: number | null, choose: Choice): number | null {
  if (a === null) return b;
  return b === null ? a : choose(a, b);
}

function looser(a: number | null, b: number | null, choose: Choice): number | null {
  return a === null || b === null ? null : choose(a, b);
}
