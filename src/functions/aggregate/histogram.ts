// Hot path: once per record.
import { BIGINT, STRING, type SqlType, type Value } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';

/** Values that come when there are this many different ones already are not counted. */
const ENTRIES_MAX = 1000;

const COUNTS: SqlType = { kind: 'MAP', key: STRING, value: BIGINT };

const counts: Aggregate = {
  resultType: COUNTS,
  stateTypes: [COUNTS],
  initial: () => [new Map()],
  own(state, slot) {
    state[slot] = new Map(state[slot] as Map<Value, Value>);
  },
  add: (state, slot, value) => count(state[slot] as Map<Value, number>, value, 1),
  undo(state, slot, value) {
    const entries = state[slot] as Map<Value, number>;
    const count = entries.get(value);
    if (count === undefined) return;
    if (count > 1) entries.set(value, count - 1);
    else entries.delete(value);
  },
  merge(state, slot, from) {
    const entries = state[slot] as Map<Value, number>;
    for (const [value, times] of from[slot] as Map<Value, number>) count(entries, value, times);
  },
  result: (state, slot) => state[slot]!,
};

function count(entries: Map<Value, number>, value: Value, times: number): void {
  const before = entries.get(value);
  if (before !== undefined) entries.set(value, before + times);
  else if (entries.size < ENTRIES_MAX) entries.set(value, times);
}

/** HISTOGRAM: how often each text came; a null counts under the key null. */
export const histogram: AggregateDefinition = {
  name: 'HISTOGRAM',
  displayName: 'histogram',
  description: 'A MAP from each value to how often it came, for at most 1000 different values.',
  examples: ['SELECT user, HISTOGRAM(page) FROM clicks GROUP BY user EMIT CHANGES;'],
  signatures: ['histogram(STRING value)'],
  intermediate: 'NESTED',
  bind: (argumentTypes) =>
    argumentTypes.length === 1 && argumentTypes[0]?.kind === 'STRING' ? counts : null,
};
