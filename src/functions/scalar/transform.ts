import { EvaluationError } from '../../sql/evaluation-error.ts';
import type { Value } from '../../sql/types.ts';
import { arrayOf, lambdaOf, mapOf, parameter, type ScalarFunction } from '../function.ts';
import { generic, typeAt } from './argument-types.ts';

const [T, U, K, V] = [generic('T'), generic('U'), generic('K'), generic('V')];
const [newKey, newValue] = [generic('K2'), generic('V2')];

export const transform: ScalarFunction = {
  name: 'TRANSFORM',
  displayName: 'transform',
  category: 'LAMBDA',
  description:
    'The array with what the lambda makes of each element; or the map with what one lambda makes of each ' +
    'key and another of each value. Keys must not become equal, nor values null.',
  examples: [
    { sql: 'TRANSFORM(ARRAY[1, 2, 3], x => x * 10)', result: '[10, 20, 30]' },
    {
      sql: "TRANSFORM(MAP('a' := 1), (k, v) => UCASE(k), (k, v) => v + 1)",
      result: '{A=2}',
    },
  ],
  overloads: [
    {
      parameters: [parameter('array', arrayOf(T)), parameter('lambda', lambdaOf([T], U))],
      variadic: false,
      returnType: (types) => ({ kind: 'ARRAY', element: typeAt(types, 1) }),
      create: () => (array: readonly Value[], lambda: (element: Value) => Value) =>
        array.map((element) => lambda(element)),
    },
    {
      parameters: [
        parameter('map', mapOf(K, V)),
        parameter('keys', lambdaOf([K, V], newKey)),
        parameter('values', lambdaOf([K, V], newValue)),
      ],
      variadic: false,
      returnType: (types) => ({ kind: 'MAP', key: typeAt(types, 1), value: typeAt(types, 2) }),
      create: () => transformMap,
    },
  ],
};

function transformMap(
  map: ReadonlyMap<Value, Value>,
  keyOf: (key: Value, value: Value) => Value,
  valueOf: (key: Value, value: Value) => Value,
): Map<Value, Value> {
  const result = new Map<Value, Value>();
  for (const [oldKey, oldValue] of map) {
    const key = keyOf(oldKey, oldValue);
    const value = valueOf(oldKey, oldValue);
    if (result.has(key)) {
      throw new EvaluationError(`TRANSFORM makes two keys of the map ${String(key)}`);
    }
    if (value === null) {
      throw new EvaluationError(`TRANSFORM makes the value of the key ${String(key)} null`);
    }
    result.set(key, value);
  }
  return result;
}
