// Hot path: once per record.
import type { SqlType, Value } from '../../sql/types.ts';
import type { Aggregate, AggregateConstants, AggregateDefinition } from '../aggregate.ts';
import { identical } from './identical.ts';
import { ownArray } from './own-array.ts';

/** COLLECT_LIST: every value, nulls too, in the order they came, up to the limit of the session. */
export const collectList: AggregateDefinition = {
  name: 'COLLECT_LIST',
  displayName: 'collect_list',
  description:
    'All values in an ARRAY, nulls included, in the order they arrive. When ' +
    'ksql.functions.collect_list.limit is set, only that many of the first ones are kept.',
  examples: ['SELECT user, COLLECT_LIST(page) FROM clicks GROUP BY user EMIT CHANGES;'],
  signatures: ['collect_list(T value)'],
  limit: 'collectList',
  intermediate: 'NESTED',
  bind: (argumentTypes, constants) => bindCollection(argumentTypes, constants, 'LIST'),
};

/** COLLECT_SET: every distinct value once, null too, up to the limit of the session. */
export const collectSet: AggregateDefinition = {
  name: 'COLLECT_SET',
  displayName: 'collect_set',
  description:
    'All distinct values in an ARRAY, null included, in the order they first arrive. When ' +
    'ksql.functions.collect_set.limit is set, only that many of the first ones are kept.',
  examples: ['SELECT user, COLLECT_SET(page) FROM clicks GROUP BY user EMIT CHANGES;'],
  signatures: ['collect_set(T value)'],
  limit: 'collectSet',
  intermediate: 'NESTED',
  bind: (argumentTypes, constants) => bindCollection(argumentTypes, constants, 'SET'),
};

function bindCollection(
  argumentTypes: readonly (SqlType | null)[],
  { limit }: AggregateConstants,
  kind: 'LIST' | 'SET',
): Aggregate | null {
  const [type] = argumentTypes;
  if (argumentTypes.length !== 1 || type === undefined || type === null) return null;
  const arrayType: SqlType = { kind: 'ARRAY', element: type };
  const countMax = limit ?? Infinity;
  const add: Aggregate['add'] = (state, slot, value) => {
    const values = state[slot] as Value[];
    if (values.length >= countMax) return;
    if (kind === 'LIST' || !values.some((seen) => identical(seen, value))) values.push(value);
  };
  const collection: Aggregate = {
    resultType: arrayType,
    stateTypes: [arrayType],
    initial: () => [[]],
    own: ownArray,
    add,
    merge(state, slot, from) {
      for (const value of from[slot] as Value[]) add(state, slot, value, 0);
    },
    result: (state, slot) => state[slot]!,
  };
  return kind === 'SET' ? collection : { ...collection, undo: removeLast };
}

/** A value that did not fit below the limit is not there to be taken back. */
function removeLast(state: Value[], slot: number, value: Value): void {
  const values = state[slot] as Value[];
  const index = values.findLastIndex((candidate) => identical(candidate, value));
  if (index >= 0) values.splice(index, 1);
}
