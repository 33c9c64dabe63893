import { describe, expect, test } from 'vitest';
import { bytesOfUnscaled, unscaledOf } from '../../src/formats/decimal-bytes.ts';
import { DeserializationError } from '../../src/formats/format.ts';
import { matchFields } from '../../src/formats/match-fields.ts';
import { conversionOf, type WireScalar } from '../../src/formats/wire-convert.ts';
import { DOUBLE, STRING, TIME, TIMESTAMP, type SqlType } from '../../src/sql/types.ts';

function decimal(precision: number, scale: number): Extract<SqlType, { kind: 'DECIMAL' }> {
  return { kind: 'DECIMAL', precision, scale };
}

function named(...names: readonly string[]): { name: string }[] {
  return names.map((name) => ({ name }));
}

describe('conversions', () => {
  test.each<[WireScalar['kind'], readonly SqlType['kind'][]]>([
    ['BOOLEAN', ['BOOLEAN', 'STRING']],
    ['INTEGER', ['INTEGER', 'BIGINT', 'STRING', 'TIME', 'DATE', 'TIMESTAMP']],
    ['BIGINT', ['BIGINT', 'STRING', 'TIMESTAMP']],
    ['FLOAT', ['DOUBLE', 'STRING']],
    ['DOUBLE', ['DOUBLE', 'STRING']],
    ['STRING', ['STRING']],
    ['BYTES', ['BYTES']],
    ['TIME', ['INTEGER', 'BIGINT', 'STRING', 'TIME']],
    ['DATE', ['INTEGER', 'BIGINT', 'STRING', 'DATE']],
    ['TIMESTAMP', ['BIGINT', 'STRING', 'TIMESTAMP']],
  ])('%s fills %s and no other', (from, expected) => {
    const kinds: readonly Exclude<SqlType['kind'], 'DECIMAL' | 'ARRAY' | 'MAP' | 'STRUCT'>[] = [
      'BOOLEAN',
      'INTEGER',
      'BIGINT',
      'DOUBLE',
      'STRING',
      'BYTES',
      'TIME',
      'DATE',
      'TIMESTAMP',
    ];
    const filled = kinds.filter((kind) => conversionOf({ kind } as WireScalar, { kind }) !== null);
    expect(filled).toEqual(kinds);
    const found = kinds.filter((kind) => conversionOf({ kind: from } as WireScalar, { kind }));
    expect(new Set(found)).toEqual(new Set(expected));
  });

  test('texts of numbers are those of the dialect', () => {
    expect(conversionOf({ kind: 'DOUBLE' }, STRING)!(1)).toBe('1.0');
    expect(conversionOf({ kind: 'FLOAT' }, STRING)!(Math.fround(1.1))).toBe('1.1');
    expect(conversionOf({ kind: 'FLOAT' }, DOUBLE)!(Math.fround(1.1))).toBe(Math.fround(1.1));
    expect(conversionOf(decimal(4, 2), STRING)!(110)).toBe('1.10');
  });

  test('a decimal takes the scale of its column and has to fit', () => {
    const narrow = conversionOf(decimal(6, 3), decimal(4, 1))!;
    expect(narrow(12_300)).toBe(123);
    expect(() => narrow(12_340)).toThrow('12.340 does not fit');
    expect(() => narrow(12_345_600)).toThrow(DeserializationError);
    expect(conversionOf(decimal(4, 1), decimal(6, 3))!(123)).toBe(12_300);
  });

  test('times have bounds', () => {
    expect(() => conversionOf({ kind: 'INTEGER' }, TIME)!(86_400_001)).toThrow('from 0 to');
    expect(() => conversionOf({ kind: 'BIGINT' }, TIMESTAMP)!(2n ** 60n)).toThrow('from');
  });
});

test('bytes of a decimal are two’s complement, as few as can be', () => {
  for (const [unscaled, hex] of [
    [0, '00'],
    [127, '7f'],
    [128, '0080'],
    [-1, 'ff'],
    [-128, '80'],
    [-129, 'ff7f'],
    [2n ** 63n, '008000000000000000'],
  ] as const) {
    const bytes = bytesOfUnscaled(unscaled);
    expect(unscaledOf(bytes)).toBe(unscaled);
    expect(Buffer.from(bytes).toString('hex')).toBe(hex);
  }
  expect(unscaledOf(new Uint8Array(0))).toBe(0);
  expect(() => unscaledOf(new Uint8Array(2000))).toThrow(DeserializationError);
});

test('fields are found by their name, else by their upper-cased name, of which the last counts', () => {
  expect(matchFields(named('a', 'B', 'A'), named('A', 'B'))).toEqual([-1, 1, 0]);
  expect(matchFields(named('a', 'aa', 'Aa'), named('A', 'AA'))).toEqual([0, -1, 1]);
  expect(matchFields(named('A'), named('a'))).toEqual([-1]);
});
