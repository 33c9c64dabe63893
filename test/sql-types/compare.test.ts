import { describe, expect, test } from 'vitest';
import { compileComparison, compileEquality, orderOf } from '../../src/sql/compare.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  type SqlType,
  type Value,
} from '../../src/sql/types.ts';

function decimal(precision: number, scale: number): SqlType {
  return { kind: 'DECIMAL', precision, scale };
}

const DAY = 86_400_000;

describe('compileComparison', () => {
  test.each<[SqlType, Value, SqlType, Value, number]>([
    [INTEGER, 1, BIGINT, 2n ** 60n, -1],
    [BIGINT, 2n ** 60n, DOUBLE, 2 ** 60, 0],
    [BIGINT, 2n ** 60n + 1n, DOUBLE, 2 ** 60, 1],
    [decimal(4, 2), 150, decimal(4, 1), 15, 0],
    [decimal(4, 2), 151, INTEGER, 2, -1],
    [decimal(2, 1), 1, DOUBLE, 0.1, 0],
    [DOUBLE, Infinity, decimal(2, 1), 1, 1],
    [DOUBLE, -0, INTEGER, 0, 0],
    [STRING, 'B', STRING, 'a', -1],
    [STRING, '1970-01-02', TIMESTAMP, DAY, 0],
    [TIMESTAMP, DAY + 1, STRING, '1970-01-02', 1],
    [STRING, '1970-01-02', DATE, 2, -1],
    [TIME, 0, STRING, '00:01', -1],
    [DATE, 1, TIMESTAMP, DAY, 0],
    [TIMESTAMP, DAY, DATE, 2, -1],
    [DOUBLE, NaN, DOUBLE, NaN, NaN],
    [DOUBLE, NaN, decimal(2, 1), 1, NaN],
  ])('%j %s against %j %s gives %d', (left, a, right, b, expected) => {
    expect(Math.sign(compileComparison(left, right)(a, b))).toBe(expected);
  });

  test('compares bytes as signed', () => {
    const compare = orderOf(BYTES);
    expect(compare(new Uint8Array([0x80]), new Uint8Array([0x7f]))).toBeLessThan(0);
    expect(compare(new Uint8Array([1]), new Uint8Array([1, 0]))).toBeLessThan(0);
    expect(compare(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(0);
  });

  test('refuses text that is no time', () => {
    expect(() => compileComparison(STRING, DATE)('tomorrow', 1)).toThrow('Failed to parse date');
  });
});

describe('compileEquality', () => {
  const numbers: SqlType = { kind: 'ARRAY', element: INTEGER };
  const map: SqlType = { kind: 'MAP', key: STRING, value: numbers };
  const struct: SqlType = { kind: 'STRUCT', fields: [{ name: 'A', type: map }] };

  test('is deep and takes null members as equal', () => {
    expect(compileEquality(numbers, numbers)([1, null], [1, null])).toBe(true);
    expect(compileEquality(numbers, numbers)([1, null], [1, 2])).toBe(false);
    expect(compileEquality(numbers, numbers)([1], [1, 2])).toBe(false);
    const a: Value = [
      new Map<Value, Value>([
        ['x', [1]],
        ['y', null],
      ]),
    ];
    const b: Value = [
      new Map<Value, Value>([
        ['y', null],
        ['x', [1]],
      ]),
    ];
    const c: Value = [
      new Map<Value, Value>([
        ['x', [1]],
        ['z', null],
      ]),
    ];
    expect(compileEquality(struct, struct)(a, b)).toBe(true);
    expect(compileEquality(struct, struct)(a, c)).toBe(false);
    expect(compileEquality(BYTES, BYTES)(new Uint8Array([1]), new Uint8Array([1]))).toBe(true);
  });

  test('never holds between arrays of different types', () => {
    const bigints: SqlType = { kind: 'ARRAY', element: BIGINT };
    expect(compileEquality(numbers, bigints)([1], [1])).toBe(false);
    expect(compileEquality(numbers, bigints)(null, null)).toBe(true);
  });

  test('takes null as the same as null and nothing else', () => {
    for (const type of [BOOLEAN, DOUBLE, STRING, numbers, map, struct]) {
      expect(compileEquality(type, type)(null, null)).toBe(true);
    }
    expect(compileEquality(INTEGER, INTEGER)(null, 0)).toBe(false);
    expect(compileEquality(BOOLEAN, BOOLEAN)(false, null)).toBe(false);
  });
});
