import { EvaluationError } from '../../sql/evaluation-error.ts';
import { BOOLEAN, type Value } from '../../sql/types.ts';
import { arrayOf, lambdaOf, mapOf, parameter, type ScalarFunction } from '../function.ts';
import { generic } from './argument-types.ts';
import { firstType } from './same-type.ts';

const [T, K, V] = [generic('T'), generic('K'), generic('V')];

export const filter: ScalarFunction = {
  name: 'FILTER',
  displayName: 'filter',
  category: 'LAMBDA',
  description:
    'The elements of the array, or the entries of the map, for which the lambda is true. It must not be ' +
    'null, nor may the value of an entry that is kept.',
  examples: [
    { sql: 'FILTER(ARRAY[1, 5, 3], x => x > 2)', result: '[5, 3]' },
    { sql: "FILTER(MAP('a' := 1, 'b' := 2), (k, v) => v > 1)", result: '{b=2}' },
  ],
  overloads: [
    {
      parameters: [parameter('array', arrayOf(T)), parameter('lambda', lambdaOf([T], BOOLEAN))],
      variadic: false,
      returnType: firstType,
      create: () => (array: readonly Value[], lambda: (element: Value) => Value) =>
        array.filter((element) => isKept(lambda(element))),
    },
    {
      parameters: [parameter('map', mapOf(K, V)), parameter('lambda', lambdaOf([K, V], BOOLEAN))],
      variadic: false,
      returnType: firstType,
      create: () => filterMap,
    },
  ],
};

function filterMap(
  map: ReadonlyMap<Value, Value>,
  lambda: (key: Value, value: Value) => Value,
): Map<Value, Value> {
  const result = new Map<Value, Value>();
  for (const [key, value] of map) {
    if (!isKept(lambda(key, value))) continue;
    if (value === null) {
      throw new EvaluationError(`FILTER keeps the key ${String(key)}, whose value is null`);
    }
    result.set(key, value);
  }
  return result;
}

function isKept(answer: Value): boolean {
  if (answer === null) throw new EvaluationError('The lambda of FILTER is null for an element');
  return answer === true;
}
