import { describe, expect, test } from 'vitest';
import {
  arithmeticType,
  canCast,
  canConvertArgument,
  commonType,
  isComparable,
  widerNumber,
  type ArithmeticOperator,
} from '../../src/sql/coerce.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  formatType,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  type SqlType,
} from '../../src/sql/types.ts';

function decimal(precision: number, scale: number): SqlType {
  return { kind: 'DECIMAL', precision, scale };
}

function array(element: SqlType): SqlType {
  return { kind: 'ARRAY', element };
}

function map(value: SqlType): SqlType {
  return { kind: 'MAP', key: STRING, value };
}

function struct(fields: Readonly<Record<string, SqlType>>): SqlType {
  return {
    kind: 'STRUCT',
    fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
  };
}

const PRIMITIVES = [
  BOOLEAN,
  INTEGER,
  BIGINT,
  decimal(4, 2),
  DOUBLE,
  STRING,
  BYTES,
  TIME,
  DATE,
  TIMESTAMP,
];

function text(type: SqlType | null): string | null {
  return type === null ? null : formatType(type);
}

describe('canCast', () => {
  // A row per source type, a column per target, in the order of PRIMITIVES; x: allowed.
  const matrix = [
    'x....x....',
    '.xxxxx....',
    '.xxxxx....',
    '.xxxxx....',
    '.xxxxx....',
    'xxxxxxxxxx',
    '......x...',
    '.....x.x..',
    '.....x..xx',
    '.....x.xxx',
  ];
  test('follows the matrix of the dialect', () => {
    const actual = PRIMITIVES.map((from) =>
      PRIMITIVES.map((to) => (canCast(from, to) ? 'x' : '.')).join(''),
    );
    expect(actual).toEqual(matrix);
  });

  test('goes member by member through collections', () => {
    expect(canCast(array(INTEGER), array(STRING))).toBe(true);
    expect(canCast(array(BOOLEAN), array(INTEGER))).toBe(false);
    expect(canCast(array(INTEGER), STRING)).toBe(true);
    expect(canCast(STRING, array(INTEGER))).toBe(false);
    expect(canCast(map(INTEGER), map(DOUBLE))).toBe(true);
    expect(canCast(map(TIME), map(DOUBLE))).toBe(false);
    expect(canCast(struct({ A: INTEGER, B: TIME }), struct({ A: BIGINT, C: BYTES }))).toBe(true);
    expect(canCast(struct({ A: TIME }), struct({ A: BIGINT }))).toBe(false);
  });
});

describe('canConvertArgument', () => {
  test.each<[SqlType, SqlType, boolean]>([
    [INTEGER, BIGINT, true],
    [BIGINT, INTEGER, false],
    [INTEGER, DOUBLE, true],
    [decimal(4, 2), DOUBLE, true],
    [DOUBLE, decimal(4, 2), false],
    [INTEGER, decimal(10, 0), true],
    [INTEGER, decimal(9, 0), false],
    [decimal(4, 2), decimal(6, 3), true],
    [decimal(4, 2), decimal(4, 3), false],
    [STRING, TIMESTAMP, true],
    [STRING, BYTES, true],
    [STRING, INTEGER, false],
    [INTEGER, STRING, false],
    [STRING, BOOLEAN, false],
    [array(INTEGER), array(BIGINT), false],
    [array(INTEGER), array(INTEGER), true],
  ])('%j to %j: %s', (from, to, expected) => {
    expect(canConvertArgument(from, to)).toBe(expected);
  });
});

describe('arithmeticType', () => {
  test.each<[SqlType, ArithmeticOperator, SqlType, string | null]>([
    [INTEGER, '+', INTEGER, 'INTEGER'],
    [INTEGER, '*', BIGINT, 'BIGINT'],
    [BIGINT, '/', DOUBLE, 'DOUBLE'],
    [decimal(4, 2), '+', DOUBLE, 'DOUBLE'],
    [decimal(4, 2), '+', decimal(6, 1), 'DECIMAL(8, 2)'],
    [decimal(4, 2), '-', decimal(4, 2), 'DECIMAL(5, 2)'],
    [decimal(4, 2), '*', decimal(3, 1), 'DECIMAL(8, 3)'],
    [decimal(4, 2), '/', decimal(4, 2), 'DECIMAL(11, 7)'],
    [decimal(2, 1), '/', decimal(2, 1), 'DECIMAL(8, 6)'],
    [decimal(4, 2), '%', decimal(5, 3), 'DECIMAL(5, 3)'],
    [decimal(4, 2), '+', INTEGER, 'DECIMAL(13, 2)'],
    [BIGINT, '+', decimal(4, 2), 'DECIMAL(22, 2)'],
    [STRING, '+', STRING, 'STRING'],
    [STRING, '-', STRING, null],
    [STRING, '+', INTEGER, null],
    [BOOLEAN, '+', BOOLEAN, null],
    [DATE, '-', DATE, null],
  ])('%j %s %j is %s', (left, operator, right, expected) => {
    expect(text(arithmeticType(operator, left, right))).toBe(expected);
  });
});

test('widens numbers so that both fit', () => {
  expect(text(widerNumber(INTEGER, BIGINT))).toBe('BIGINT');
  expect(text(widerNumber(decimal(4, 2), decimal(5, 1)))).toBe('DECIMAL(6, 2)');
  expect(text(widerNumber(INTEGER, decimal(4, 2)))).toBe('DECIMAL(12, 2)');
  expect(text(widerNumber(decimal(4, 2), DOUBLE))).toBe('DOUBLE');
  expect(widerNumber(INTEGER, STRING)).toBeNull();
});

describe('isComparable', () => {
  test.each<[SqlType, SqlType, boolean, boolean]>([
    [INTEGER, DOUBLE, true, true],
    [STRING, STRING, true, true],
    [STRING, TIMESTAMP, true, true],
    [TIME, STRING, true, true],
    [DATE, TIMESTAMP, true, true],
    [DATE, TIME, false, false],
    [TIME, TIMESTAMP, false, false],
    [BYTES, BYTES, true, true],
    [BYTES, STRING, false, false],
    [BOOLEAN, BOOLEAN, true, false],
    [array(INTEGER), array(INTEGER), true, false],
    [STRING, INTEGER, false, false],
    [BOOLEAN, INTEGER, false, false],
  ])('%j with %j: equality %s, order %s', (left, right, equality, order) => {
    expect(isComparable('=', left, right)).toBe(equality);
    expect(isComparable('<>', left, right)).toBe(equality);
    expect(isComparable('<', left, right)).toBe(order);
    expect(isComparable('>=', right, left)).toBe(order);
  });
});

describe('commonType', () => {
  test.each<[SqlType, SqlType, string | null]>([
    [INTEGER, BIGINT, 'BIGINT'],
    [decimal(2, 1), BIGINT, 'DECIMAL(20, 1)'],
    [STRING, DATE, 'DATE'],
    [BYTES, STRING, 'BYTES'],
    [STRING, INTEGER, null],
    [DATE, TIMESTAMP, null],
    [array(INTEGER), array(DOUBLE), 'ARRAY<DOUBLE>'],
    [array(INTEGER), array(STRING), null],
    [struct({ A: INTEGER }), struct({ B: STRING, A: BIGINT }), 'STRUCT<`A` BIGINT, `B` STRING>'],
  ])('of %j and %j is %s', (a, b, expected) => {
    expect(text(commonType(a, b))).toBe(expected);
  });
});
