// Hot path: once per record.
import { BIGINT } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';

const counter: Aggregate = {
  resultType: BIGINT,
  stateTypes: [BIGINT],
  initial: () => [0],
  add(state, slot, value) {
    if (value !== null) state[slot] = (state[slot] as number) + 1;
  },
  undo(state, slot, value) {
    if (value !== null) state[slot] = (state[slot] as number) - 1;
  },
  merge(state, slot, from) {
    state[slot] = (state[slot] as number) + (from[slot] as number);
  },
  result: (state, slot) => state[slot]!,
};

/** COUNT: rows, or values that are not null. Undo takes back a row that was counted. */
export const count: AggregateDefinition = {
  name: 'COUNT',
  displayName: 'COUNT',
  description: 'How many rows there are: all with COUNT(*), else those whose argument is not null.',
  examples: ['SELECT user, COUNT(*) FROM clicks GROUP BY user EMIT CHANGES;'],
  intermediate: 'SCALAR',
  signatures: ['COUNT(*)', 'COUNT(T value)'],
  bind: (argumentTypes) => (argumentTypes.length <= 1 ? counter : null),
};
