import { expect, test } from 'vitest';
import type { Value } from '../../../src/sql/types.ts';
import { evaluate } from '../evaluate.ts';

test.each<[string, Value]>([
  ["INT_FROM_BYTES(TO_BYTES('ffffffff', 'hex'))", -1],
  ["BIGINT_FROM_BYTES(TO_BYTES('7fffffffffffffff', 'hex'))", 2n ** 63n - 1n],
  ["BIGINT_FROM_BYTES(TO_BYTES('0100000000000000', 'hex'), 'little_endian')", 1],
  ["DOUBLE_FROM_BYTES(TO_BYTES('000000000000f8ff', 'hex'), 'LITTLE_ENDIAN')", NaN],
  ['INT_FROM_BYTES(Y)', null],
  ["INT_FROM_BYTES(Y, 'BIG_ENDIAN')", null],
])('%s is %s', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});

test.each([
  ["INT_FROM_BYTES(TO_BYTES('01', 'hex'))", 'INT_FROM_BYTES needs 4 bytes, but found 1'],
  ["DOUBLE_FROM_BYTES(TO_BYTES('01', 'hex'))", 'DOUBLE_FROM_BYTES needs 8 bytes, but found 1'],
  ["INT_FROM_BYTES(TO_BYTES('01020304', 'hex'), S)", 'an argument that must not be null is'],
  [
    "INT_FROM_BYTES(TO_BYTES('01020304', 'hex'), 'MIDDLE')",
    "INT_FROM_BYTES does not know the byte order 'MIDDLE'; it takes BIG_ENDIAN and LITTLE_ENDIAN",
  ],
])('%s is refused', (sql, message) => {
  expect(() => evaluate(sql)).toThrow(message);
});
