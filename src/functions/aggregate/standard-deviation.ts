// Hot path: once per record.
import { BIGINT, DOUBLE, type Row, type SqlType, type Value } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';

/** STDDEV_SAMPLE: the square root of the sample variance. */
export const standardDeviation: AggregateDefinition = {
  name: 'STDDEV_SAMPLE',
  displayName: 'STDDEV_SAMPLE',
  description:
    'The standard deviation of a sample of values; nulls do not count, and it is 0.0 for fewer than ' +
    'two values.',
  examples: ['SELECT page, STDDEV_SAMPLE(ms) FROM clicks GROUP BY page EMIT CHANGES;'],
  signatures: signaturesOf('STDDEV_SAMPLE'),
  intermediate: 'NESTED',
  bind: (argumentTypes) => bindDeviation(argumentTypes, Math.sqrt),
};

/** STDDEV_SAMP: despite its name the sample variance, as the dialect has it. */
export const sampleVariance: AggregateDefinition = {
  name: 'STDDEV_SAMP',
  displayName: 'STDDEV_SAMP',
  description:
    'The variance of a sample of values, which is the square of STDDEV_SAMPLE; nulls do not count, and ' +
    'it is 0.0 for fewer than two values.',
  examples: ['SELECT page, STDDEV_SAMP(ms) FROM clicks GROUP BY page EMIT CHANGES;'],
  signatures: signaturesOf('STDDEV_SAMP'),
  intermediate: 'NESTED',
  bind: (argumentTypes) => bindDeviation(argumentTypes, (variance) => variance),
};

function signaturesOf(name: string): readonly string[] {
  return ['INTEGER', 'BIGINT', 'DOUBLE'].map((type) => `${name}(${type} value)`);
}

/**
 * Three slots: sum, count, and the sum of squared distances from the mean, kept up to date by the formula of Youngs
 * and Cramer, which loses fewer digits than the difference of two sums of squares.
 */
function bindDeviation(
  argumentTypes: readonly (SqlType | null)[],
  ofVariance: (variance: number) => number,
): Aggregate | null {
  const [type] = argumentTypes;
  if (argumentTypes.length !== 1) return null;
  if (type?.kind !== 'INTEGER' && type?.kind !== 'BIGINT' && type?.kind !== 'DOUBLE') return null;
  return {
    resultType: DOUBLE,
    stateTypes: [DOUBLE, BIGINT, DOUBLE],
    initial: () => [0, 0, 0],
    add(state, slot, value) {
      if (value === null) return;
      const sum = (state[slot] as number) + Number(value);
      const count = (state[slot + 1] as number) + 1;
      state[slot + 2] = (state[slot + 2] as number) + distance(value, sum, count);
      state[slot] = sum;
      state[slot + 1] = count;
    },
    undo(state, slot, value) {
      if (value === null) return;
      const sum = state[slot] as number;
      const count = state[slot + 1] as number;
      state[slot + 2] = (state[slot + 2] as number) - distance(value, sum, count);
      state[slot] = sum - Number(value);
      state[slot + 1] = count - 1;
    },
    merge,
    result(state, slot) {
      const count = state[slot + 1] as number;
      return count < 2 ? 0 : ofVariance((state[slot + 2] as number) / (count - 1));
    },
  };
}

/** The squared distances of both, and those of their means from each other. */
function merge(state: Row, slot: number, from: Row): void {
  const [sumA, countA, squaresA] = state.slice(slot, slot + 3) as [number, number, number];
  const [sumB, countB, squaresB] = from.slice(slot, slot + 3) as [number, number, number];
  const count = countA + countB;
  state[slot] = sumA + sumB;
  state[slot + 1] = count;
  state[slot + 2] = squaresA + squaresB;
  if (countA === 0 || countB === 0) return;
  const difference = sumA / countA - sumB / countB;
  state[slot + 2] = squaresA + squaresB + (countA * countB * difference * difference) / count;
}

/** What the value adds to the squared distances; sum and count are those that include it. */
function distance(value: Value, sum: number, count: number): number {
  if (count < 2) return 0;
  const difference = Number(value) * count - sum;
  return (difference * difference) / (count * (count - 1));
}
