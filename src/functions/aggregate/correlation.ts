// Hot path: once per record.
import { BIGINT, DOUBLE, type Row, type Value } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';

/** Six slots: the count of pairs, and the sums of x, y, x*x, y*y and x*y. */
const pearson: Aggregate = {
  resultType: DOUBLE,
  stateTypes: [BIGINT, DOUBLE, DOUBLE, DOUBLE, DOUBLE, DOUBLE],
  initial: () => [0, 0, 0, 0, 0, 0],
  add: (state, slot, value) => count(state, slot, value as Value[], 1),
  undo: (state, slot, value) => count(state, slot, value as Value[], -1),
  merge(state, slot, from) {
    for (let i = slot; i < slot + 6; i++) {
      state[i] = (state[i] as number) + (from[i] as number);
    }
  },
  result(state, slot) {
    const [n, x, y, xx, yy, xy] = state.slice(slot, slot + 6) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y));
  },
};

function count(state: Row, slot: number, pair: readonly Value[], by: 1 | -1): void {
  if (pair[0] === null || pair[1] === null) return;
  const x = Number(pair[0]);
  const y = Number(pair[1]);
  const sums = [1, x, y, x * x, y * y, x * y];
  for (let i = 0; i < sums.length; i++) {
    state[slot + i] = (state[slot + i] as number) + by * (sums[i] as number);
  }
}

/** CORRELATION: Pearson's coefficient; NaN while it is not defined. */
export const correlation: AggregateDefinition = {
  name: 'CORRELATION',
  displayName: 'correlation',
  description:
    'How far two columns rise and fall together, from -1.0 to 1.0 (the coefficient of Pearson); pairs ' +
    'with a null do not count, and it is NaN as long as one column has had one value only.',
  examples: ['SELECT page, CORRELATION(bytes, ms) FROM clicks GROUP BY page EMIT CHANGES;'],
  signatures: ['INTEGER', 'BIGINT', 'DOUBLE'].map((type) => `correlation(${type} x, ${type} y)`),
  intermediate: 'NESTED',
  bind(argumentTypes) {
    const [x, y] = argumentTypes;
    if (argumentTypes.length !== 2 || !x || x.kind !== y?.kind) return null;
    return x.kind === 'INTEGER' || x.kind === 'BIGINT' || x.kind === 'DOUBLE' ? pearson : null;
  },
};
