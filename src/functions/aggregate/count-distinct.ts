// Hot path: once per record.
import { BIGINT, BYTES, type Value } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';
import { addHash, estimateCount, mergeRegisters, NO_REGISTERS } from './hyper-log-log.ts';
import { hashValue } from './value-hash.ts';

/** The state is the registers of a HyperLogLog sketch, replaced whenever one of them changes. */
const sketch: Aggregate = {
  resultType: BIGINT,
  stateTypes: [BYTES],
  initial: () => [NO_REGISTERS],
  add(state, slot, value: Value) {
    if (value !== null) state[slot] = addHash(state[slot] as Uint8Array, hashValue(value));
  },
  merge(state, slot, from) {
    state[slot] = mergeRegisters(state[slot] as Uint8Array, from[slot] as Uint8Array);
  },
  result: (state, slot) => estimateCount(state[slot] as Uint8Array),
};

/** COUNT_DISTINCT: about how many different values there are, in bounded memory. */
export const countDistinct: AggregateDefinition = {
  name: 'COUNT_DISTINCT',
  displayName: 'COUNT_DISTINCT',
  description:
    'How many different values there are; nulls do not count. Exact for a few hundred values nearly ' +
    'always, an estimate within about 1 % beyond.',
  examples: ['SELECT page, COUNT_DISTINCT(user) FROM clicks GROUP BY page EMIT CHANGES;'],
  signatures: ['COUNT_DISTINCT(T value)'],
  intermediate: 'NESTED',
  bind: ([type, ...more]) => (type && more.length === 0 ? sketch : null),
};
