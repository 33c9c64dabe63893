import { compileEquality } from '../../sql/compare.ts';
import type { Value } from '../../sql/types.ts';
import { GENERIC_T, parameter, type ScalarFunction } from '../function.ts';
import { firstType, sameType } from './same-type.ts';

export const coalesce: ScalarFunction = {
  name: 'COALESCE',
  displayName: 'COALESCE',
  category: 'CONDITIONAL',
  description: 'The first argument that is not null; all must have one type.',
  examples: [
    { sql: 'COALESCE(NULL, 2, 3)', result: '2' },
    { sql: "COALESCE(CAST('x' AS INTEGER), 0)", result: '0' },
  ],
  overloads: [
    {
      parameters: [parameter('first', GENERIC_T, 'PASS'), parameter('others', GENERIC_T, 'PASS')],
      variadic: true,
      returnType: firstType,
      create:
        () =>
        (...values: Value[]) => {
          for (const value of values) if (value !== null) return value;
          return null;
        },
    },
  ],
};

export const ifnull: ScalarFunction = {
  name: 'IFNULL',
  displayName: 'IFNULL',
  category: 'CONDITIONAL',
  description: 'The first argument, or the second when the first is null; both must have one type.',
  examples: [
    { sql: "IFNULL(NULL, 'none')", result: "'none'" },
    { sql: "IFNULL('some', 'none')", result: "'some'" },
  ],
  overloads: [
    sameType(
      [parameter('value', GENERIC_T, 'PASS'), parameter('alternative', GENERIC_T, 'PASS')],
      () => (value: Value, alternative: Value) => (value === null ? alternative : value),
    ),
  ],
};

export const nullif: ScalarFunction = {
  name: 'NULLIF',
  displayName: 'NULLIF',
  category: 'CONDITIONAL',
  description: 'Null when both arguments are equal, else the first.',
  examples: [
    { sql: "NULLIF('n/a', 'n/a')", result: 'null' },
    { sql: "NULLIF('x', 'n/a')", result: "'x'" },
    { sql: "NULLIF('x', NULL)", result: "'x'" },
  ],
  overloads: [
    sameType(
      [parameter('value', GENERIC_T, 'PASS'), parameter('other', GENERIC_T, 'PASS')],
      (type) => {
        const equal = compileEquality(type, type);
        return (value: Value, other: Value) => (equal(value, other) ? null : value);
      },
    ),
  ],
};

export const asValue: ScalarFunction = {
  name: 'AS_VALUE',
  displayName: 'AS_VALUE',
  category: 'OTHER',
  description: 'The argument itself; copies a key column into the value of the result.',
  examples: [{ sql: 'AS_VALUE(5)', result: '5' }],
  overloads: [sameType([parameter('value', GENERIC_T, 'PASS')], () => (value: Value) => value)],
};
