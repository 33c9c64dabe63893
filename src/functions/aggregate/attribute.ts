// Hot path: once per record.
import { INTEGER, type SqlType, type Value } from '../../sql/types.ts';
import type { Aggregate, AggregateDefinition } from '../aggregate.ts';
import { identical } from './identical.ts';
import { ownArray } from './own-array.ts';

/** ATTR: the value all rows of the group agree on. Null is a value like any other. */
export const attribute: AggregateDefinition = {
  name: 'ATTR',
  displayName: 'ATTR',
  description: 'The value that all rows of the group share; null when they have different ones.',
  examples: ['SELECT user, ATTR(country) FROM clicks GROUP BY user EMIT CHANGES;'],
  signatures: ['ATTR(T value)'],
  intermediate: 'NESTED',
  bind(argumentTypes) {
    const [type] = argumentTypes;
    if (argumentTypes.length !== 1 || type === undefined || type === null) return null;
    return bindAttribute(type);
  },
};

/** The state: every distinct value with the count of its rows. Pairs are replaced, never edited. */
function bindAttribute(type: SqlType): Aggregate {
  const pair: SqlType = {
    kind: 'STRUCT',
    fields: [
      { name: 'VALUE', type },
      { name: 'COUNT', type: INTEGER },
    ],
  };
  return {
    resultType: type,
    stateTypes: [{ kind: 'ARRAY', element: pair }],
    initial: () => [[]],
    own: ownArray,
    add: (state, slot, value) => count(state[slot] as Pair[], value, 1),
    merge(state, slot, from) {
      for (const [value, times] of from[slot] as Pair[]) count(state[slot] as Pair[], value, times);
    },
    undo(state, slot, value) {
      const pairs = state[slot] as Pair[];
      const index = indexOf(pairs, value);
      if (index < 0) return;
      const count = pairs[index]![1];
      if (count > 1) pairs[index] = [value, count - 1];
      else pairs.splice(index, 1);
    },
    result(state, slot) {
      const pairs = state[slot] as Pair[];
      return pairs.length === 1 ? pairs[0]![0] : null;
    },
  };
}

type Pair = [value: Value, count: number];

function count(pairs: Pair[], value: Value, times: number): void {
  const index = indexOf(pairs, value);
  if (index < 0) pairs.push([value, times]);
  else pairs[index] = [value, pairs[index]![1] + times];
}

function indexOf(pairs: readonly Pair[], value: Value): number {
  return pairs.findIndex(([candidate]) => identical(candidate, value));
}
