import { entriesInOrder } from '../../sql/map-order.ts';
import type { Value } from '../../sql/types.ts';
import { arrayOf, lambdaOf, mapOf, parameter, type ScalarFunction } from '../function.ts';
import { generic, typeAt } from './argument-types.ts';

const [T, K, V, S] = [generic('T'), generic('K'), generic('V'), generic('S')];

export const reduce: ScalarFunction = {
  name: 'REDUCE',
  displayName: 'reduce',
  category: 'LAMBDA',
  description:
    'The state after the lambda has taken in every element of the array, or every entry of the map, one ' +
    'after the other. A null collection leaves the state as it was.',
  examples: [
    { sql: 'REDUCE(ARRAY[1, 2, 3], 10, (total, x) => total + x)', result: '16' },
    { sql: "REDUCE(MAP('a' := 1, 'b' := 2), 0, (total, k, v) => total + v)", result: '3' },
    { sql: 'REDUCE(CAST(NULL AS ARRAY<INTEGER>), 10, (total, x) => total + x)', result: '10' },
  ],
  overloads: [
    {
      parameters: [
        parameter('array', arrayOf(T), 'PASS'),
        parameter('state', S),
        parameter('lambda', lambdaOf([S, T], S)),
      ],
      variadic: false,
      returnType: (types) => typeAt(types, 1),
      create: () => reduceArray,
    },
    {
      parameters: [
        parameter('map', mapOf(K, V), 'PASS'),
        parameter('state', S),
        parameter('lambda', lambdaOf([S, K, V], S)),
      ],
      variadic: false,
      returnType: (types) => typeAt(types, 1),
      create: () => reduceMap,
    },
  ],
};

function reduceArray(
  array: readonly Value[] | null,
  initial: Value,
  lambda: (state: Value, element: Value) => Value,
): Value {
  let state = initial;
  for (const element of array ?? []) state = lambda(state, element);
  return state;
}

function reduceMap(
  map: ReadonlyMap<Value, Value> | null,
  initial: Value,
  lambda: (state: Value, key: Value, value: Value) => Value,
): Value {
  let state = initial;
  if (map === null) return state;
  for (const [key, value] of entriesInOrder(map)) state = lambda(state, key, value);
  return state;
}
