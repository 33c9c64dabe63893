import { identityOf } from '../../sql/identity.ts';
import { BOOLEAN, INTEGER, type Value } from '../../sql/types.ts';
import { arrayOf, GENERIC_T, overload, parameter, type ScalarFunction } from '../function.ts';
import { arrayAt } from './argument-types.ts';
import { firstType } from './same-type.ts';

export const arrayLength: ScalarFunction = {
  name: 'ARRAY_LENGTH',
  displayName: 'ARRAY_LENGTH',
  category: 'ARRAY',
  description: 'How many elements the array has; nulls count.',
  examples: [
    { sql: 'ARRAY_LENGTH(ARRAY[4, NULL, 7])', result: '3' },
    { sql: 'ARRAY_LENGTH(CAST(NULL AS ARRAY<STRING>))', result: 'null' },
  ],
  overloads: [
    overload(
      [parameter('array', arrayOf(GENERIC_T))],
      INTEGER,
      (array: readonly Value[]) => array.length,
    ),
  ],
};

export const arrayContains: ScalarFunction = {
  name: 'ARRAY_CONTAINS',
  displayName: 'ARRAY_CONTAINS',
  category: 'ARRAY',
  description:
    'Whether the value is an element of the array; null is a value. False when the array is null.',
  examples: [
    { sql: 'ARRAY_CONTAINS(ARRAY[4, 7], 7)', result: 'true' },
    { sql: "ARRAY_CONTAINS(ARRAY[ARRAY['a']], ARRAY['b'])", result: 'false' },
    { sql: 'ARRAY_CONTAINS(ARRAY[4, NULL], NULL)', result: 'true' },
  ],
  overloads: [
    {
      parameters: [
        parameter('array', arrayOf(GENERIC_T), 'PASS'),
        parameter('value', GENERIC_T, 'PASS'),
      ],
      variadic: false,
      returnType: () => BOOLEAN,
      create: (types) => {
        const identity = identityOf(arrayAt(types, 0).element);
        return (array: readonly Value[] | null, value: Value) => {
          if (array === null) return false;
          const wanted = new Set([identity(value)]);
          return array.some((element) => wanted.has(identity(element)));
        };
      },
    },
  ],
};

export const arrayRemove: ScalarFunction = {
  name: 'ARRAY_REMOVE',
  displayName: 'array_remove',
  category: 'ARRAY',
  description: 'The array without the elements that are equal to the value; null removes nulls.',
  examples: [
    { sql: 'ARRAY_REMOVE(ARRAY[1, 2, 3, 2], 2)', result: '[1, 3]' },
    { sql: 'ARRAY_REMOVE(ARRAY[1, NULL], NULL)', result: '[1]' },
  ],
  overloads: [
    {
      parameters: [parameter('array', arrayOf(GENERIC_T)), parameter('value', GENERIC_T, 'PASS')],
      variadic: false,
      returnType: firstType,
      create: (types) => {
        const identity = identityOf(arrayAt(types, 0).element);
        return (array: readonly Value[], value: Value) => {
          const unwanted = new Set([identity(value)]);
          return array.filter((element) => !unwanted.has(identity(element)));
        };
      },
    },
  ],
};
