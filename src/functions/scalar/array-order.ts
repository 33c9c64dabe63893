import { orderOf, type Comparison } from '../../sql/compare.ts';
import { EvaluationError } from '../../sql/evaluation-error.ts';
import { formatType, STRING, type SqlType, type Value } from '../../sql/types.ts';
import { arrayOf, GENERIC_T, parameter, type ScalarFunction } from '../function.ts';
import type { ScalarOverload } from '../function.ts';
import { arrayAt } from './argument-types.ts';
import { firstType } from './same-type.ts';

export const arrayMinimum: ScalarFunction = {
  name: 'ARRAY_MIN',
  displayName: 'array_min',
  category: 'ARRAY',
  description: 'The smallest element; nulls do not count. Null when there is none.',
  examples: [
    { sql: 'ARRAY_MIN(ARRAY[3, NULL, 1])', result: '1' },
    { sql: 'ARRAY_MIN(ARRAY[true, false])', result: 'false' },
  ],
  overloads: [extreme(-1)],
};

export const arrayMaximum: ScalarFunction = {
  name: 'ARRAY_MAX',
  displayName: 'array_max',
  category: 'ARRAY',
  description: 'The largest element; nulls do not count. Null when there is none.',
  examples: [
    { sql: 'ARRAY_MAX(ARRAY[3, NULL, 1])', result: '3' },
    { sql: "ARRAY_MAX(ARRAY['Zoe', 'adam'])", result: "'adam'" },
  ],
  overloads: [extreme(1)],
};

/** @param direction 1 for the largest, -1 for the smallest. */
function extreme(direction: 1 | -1): ScalarOverload {
  return {
    parameters: [parameter('array', arrayOf(GENERIC_T))],
    variadic: false,
    returnType: (types) => arrayAt(types, 0).element,
    create: (types) => {
      const compare = elementOrder(arrayAt(types, 0).element);
      return (array: readonly Value[]) => {
        let best: Value = null;
        for (const element of array) {
          if (element === null) continue;
          // The first is compared too, if only with itself: a lone element without an order is an error.
          const order = compare(element, best ?? element);
          if (best === null || order * direction > 0) best = element;
        }
        return best;
      };
    },
  };
}

/** 1 for ascending, -1 for descending. */
const DIRECTIONS: ReadonlyMap<string, number> = new Map([
  ['ASC', 1],
  ['ASCENDING', 1],
  ['DESC', -1],
  ['DESCENDING', -1],
]);

export const arraySort: ScalarFunction = {
  name: 'ARRAY_SORT',
  displayName: 'array_sort',
  category: 'ARRAY',
  description:
    'The elements in order, nulls last. The direction is ASC (also ASCENDING), the default, or DESC ' +
    '(DESCENDING); null for any other.',
  examples: [
    { sql: 'ARRAY_SORT(ARRAY[3, NULL, 1, 2])', result: '[1, 2, 3, null]' },
    { sql: "ARRAY_SORT(ARRAY[3, NULL, 1, 2], 'desc')", result: '[3, 2, 1, null]' },
    { sql: "ARRAY_SORT(ARRAY[3, 1], 'up')", result: 'null' },
  ],
  overloads: [
    {
      parameters: [parameter('array', arrayOf(GENERIC_T))],
      variadic: false,
      returnType: firstType,
      create: (types) => {
        const compare = elementOrder(arrayAt(types, 0).element);
        return (array: readonly Value[]) => sorted(array, compare);
      },
    },
    {
      parameters: [parameter('array', arrayOf(GENERIC_T)), parameter('direction', STRING)],
      variadic: false,
      returnType: firstType,
      create: (types) => {
        const compare = elementOrder(arrayAt(types, 0).element);
        return (array: readonly Value[], name: string) => {
          const direction = DIRECTIONS.get(name.toUpperCase());
          if (direction === undefined) return null;
          return sorted(array, (a, b) => compare(a, b) * direction);
        };
      },
    },
  ],
};

/** The argument itself is left as it is: other queries may see the same row. */
function sorted(array: readonly Value[], compare: Comparison): Value[] {
  const present = array.filter((element) => element !== null).sort(compare);
  const nulls = Array.from({ length: array.length - present.length }, () => null);
  return [...present, ...nulls];
}

/** False is before true; elements that have no order are an error of each row that holds some. */
function elementOrder(type: SqlType): Comparison {
  switch (type.kind) {
    case 'BOOLEAN':
      return (a, b) => Number(a) - Number(b);
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return () => {
        throw new EvaluationError(`Values of type ${formatType(type)} have no order`);
      };
    default:
      return orderOf(type);
  }
}
