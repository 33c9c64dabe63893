// Hot path: once per record.
import { addBigint, subtractBigint } from '../../sql/bigint.ts';
import {
  addDecimals,
  fitsPrecision,
  formatDecimal,
  subtractDecimals,
  type Integer,
} from '../../sql/decimal.ts';
import { EvaluationError } from '../../sql/evaluation-error.ts';
import { type SqlType, type Value } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';

/** A sum with another value added or taken away. */
export type Step = (sum: Value, value: Value) => Value;

/**
 * How values of a number type are added up and taken back: integers wrap, a DECIMAL keeps its type.
 * Null for types that have no sum. DECIMAL steps throw EvaluationError when the sum needs more digits.
 */
export function summation(type: SqlType): { readonly add: Step; readonly undo: Step } | null {
  switch (type.kind) {
    case 'INTEGER':
      return {
        add: (sum, value) => ((sum as number) + (value as number)) | 0,
        undo: (sum, value) => ((sum as number) - (value as number)) | 0,
      };
    case 'BIGINT':
      return {
        add: (sum, value) => addBigint(sum as Integer, value as Integer),
        undo: (sum, value) => subtractBigint(sum as Integer, value as Integer),
      };
    case 'DOUBLE':
      return {
        add: (sum, value) => (sum as number) + (value as number),
        undo: (sum, value) => (sum as number) - (value as number),
      };
    case 'DECIMAL':
      return {
        add: (sum, value) =>
          checked(addDecimals(sum as Integer, 0, value as Integer, 0), type.precision, type.scale),
        undo: (sum, value) =>
          checked(
            subtractDecimals(sum as Integer, 0, value as Integer, 0),
            type.precision,
            type.scale,
          ),
      };
    default:
      return null;
  }
}

function checked(sum: Integer, precision: number, scale: number): Integer {
  if (fitsPrecision(sum, precision)) return sum;
  throw new EvaluationError(
    `SUM reached ${formatDecimal(sum, scale)}, which DECIMAL(${precision}, ${scale}) cannot hold. ` +
      'CAST the argument to a wider DECIMAL',
  );
}

/** SUM in the type of its argument; 0 without values, nulls do not count. */
export const sum: AggregateDefinition = {
  name: 'SUM',
  displayName: 'SUM',
  description:
    'The sum of the values, in their type; nulls do not count and nothing adds up to 0. INTEGER and ' +
    'BIGINT wrap around on overflow; a DECIMAL that overflows stops the query.',
  examples: ['SELECT user, SUM(ms) FROM clicks GROUP BY user EMIT CHANGES;'],
  intermediate: 'SCALAR',
  signatures: [
    'SUM(INTEGER value)',
    'SUM(BIGINT value)',
    'SUM(DOUBLE value)',
    'SUM(DECIMAL value)',
  ],
  bind(argumentTypes) {
    const [type] = argumentTypes;
    if (argumentTypes.length !== 1 || type === undefined || type === null) return null;
    return bindSum(type);
  },
};

function bindSum(type: SqlType): Aggregate | null {
  const steps = summation(type);
  if (steps === null) return null;
  const { add, undo } = steps;
  return {
    resultType: type,
    stateTypes: [type],
    initial: () => [0],
    add(state, slot, value) {
      if (value !== null) state[slot] = add(state[slot]!, value);
    },
    undo(state, slot, value) {
      if (value !== null) state[slot] = undo(state[slot]!, value);
    },
    merge(state, slot, from) {
      state[slot] = add(state[slot]!, from[slot]!);
    },
    result: (state, slot) => state[slot]!,
  };
}
