import { identityOf, type Identity } from '../../sql/identity.ts';
import type { Value } from '../../sql/types.ts';
import { arrayOf, GENERIC_T, parameter, type ScalarFunction } from '../function.ts';
import type { ScalarOverload } from '../function.ts';
import { arrayAt } from './argument-types.ts';
import { firstType } from './same-type.ts';

export const arrayDistinct: ScalarFunction = {
  name: 'ARRAY_DISTINCT',
  displayName: 'array_distinct',
  category: 'ARRAY',
  description: 'The first of each group of equal elements; null is a value.',
  examples: [
    { sql: 'ARRAY_DISTINCT(ARRAY[1, 2, 3, 1, 2])', result: '[1, 2, 3]' },
    { sql: "ARRAY_DISTINCT(ARRAY['apple', NULL, NULL])", result: '[apple, null]' },
  ],
  overloads: [
    {
      parameters: [parameter('array', arrayOf(GENERIC_T))],
      variadic: false,
      returnType: firstType,
      create: (types) => {
        const identity = identityOf(arrayAt(types, 0).element);
        return (array: readonly Value[]) => distinct(array, identity);
      },
    },
  ],
};

export const arrayUnion: ScalarFunction = {
  name: 'ARRAY_UNION',
  displayName: 'array_union',
  category: 'ARRAY',
  description: 'The distinct elements of both arrays, in the order of their first occurrence.',
  examples: [{ sql: 'ARRAY_UNION(ARRAY[1, 2, 2], ARRAY[3, 1])', result: '[1, 2, 3]' }],
  overloads: [ofTwoArrays((left, right, identity) => distinct([...left, ...right], identity))],
};

export const arrayIntersect: ScalarFunction = {
  name: 'ARRAY_INTERSECT',
  displayName: 'array_intersect',
  category: 'ARRAY',
  description: 'The distinct elements of the first array that the second has too.',
  examples: [{ sql: 'ARRAY_INTERSECT(ARRAY[3, 1, 3, 2], ARRAY[1, 3])', result: '[3, 1]' }],
  overloads: [
    ofTwoArrays((left, right, identity) => {
      const shared = new Set(right.map(identity));
      return distinct(left, identity).filter((element) => shared.has(identity(element)));
    }),
  ],
};

export const arrayExcept: ScalarFunction = {
  name: 'ARRAY_EXCEPT',
  displayName: 'array_except',
  category: 'ARRAY',
  description: 'The distinct elements of the first array that the second does not have.',
  examples: [{ sql: 'ARRAY_EXCEPT(ARRAY[1, 2, 3, 1], ARRAY[2, 3])', result: '[1]' }],
  overloads: [
    ofTwoArrays((left, right, identity) => {
      const excluded = new Set(right.map(identity));
      return distinct(left, identity).filter((element) => !excluded.has(identity(element)));
    }),
  ],
};

function ofTwoArrays(
  combine: (left: readonly Value[], right: readonly Value[], identity: Identity) => Value[],
): ScalarOverload {
  return {
    parameters: [parameter('left', arrayOf(GENERIC_T)), parameter('right', arrayOf(GENERIC_T))],
    variadic: false,
    returnType: firstType,
    create: (types) => {
      const identity = identityOf(arrayAt(types, 0).element);
      return (left: readonly Value[], right: readonly Value[]) => combine(left, right, identity);
    },
  };
}

function distinct(array: readonly Value[], identity: Identity): Value[] {
  const seen = new Set<Value>();
  return array.filter((element) => {
    const key = identity(element);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
