import { describe, expect, test } from 'vitest';
import { compileCast } from '../../src/sql/cast.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
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

function array(element: SqlType): SqlType {
  return { kind: 'ARRAY', element };
}

const DAY = 86_400_000;

describe('casts of one value', () => {
  test.each<[SqlType, Value, SqlType, Value]>([
    [BOOLEAN, true, STRING, 'true'],
    [INTEGER, 7, BIGINT, 7],
    [INTEGER, 7, DOUBLE, 7],
    [INTEGER, 7, decimal(4, 2), 700],
    [INTEGER, -7, STRING, '-7'],
    [BIGINT, 2 ** 32 + 5, INTEGER, 5],
    [BIGINT, 2n ** 62n + 3n, INTEGER, 3],
    [BIGINT, 2n ** 63n - 1n, STRING, '9223372036854775807'],
    [BIGINT, 2n ** 62n, DOUBLE, 2 ** 62],
    [decimal(4, 2), -199, INTEGER, -1],
    [decimal(30, 1), 10n ** 20n + 5n, BIGINT, -8446744073709551616n],
    [decimal(4, 2), 996, decimal(2, 1), 100],
    [decimal(4, 2), 1000, STRING, '10.00'],
    [decimal(12, 10), 1, STRING, '0.0000000001'],
    [decimal(4, 2), 1050, DOUBLE, 10.5],
    [DOUBLE, -2.9, INTEGER, -2],
    [DOUBLE, 1e30, INTEGER, 2147483647],
    [DOUBLE, -1e30, BIGINT, -(2n ** 63n)],
    [DOUBLE, 1e30, BIGINT, 2n ** 63n - 1n],
    [DOUBLE, 2 ** 60, BIGINT, 2n ** 60n],
    [DOUBLE, NaN, BIGINT, 0],
    [DOUBLE, 1.005, decimal(4, 2), 101],
    [DOUBLE, 0.1, decimal(3, 1), 1],
    [DOUBLE, 1.0e10, STRING, '1.0E10'],
    [STRING, ' TR ', BOOLEAN, true],
    [STRING, 'Yes', BOOLEAN, true],
    [STRING, '', BOOLEAN, false],
    [STRING, 'truely', BOOLEAN, false],
    [STRING, ' +12 ', INTEGER, 12],
    [STRING, '-9223372036854775808', BIGINT, -(2n ** 63n)],
    [STRING, '1.005', decimal(4, 2), 101],
    [STRING, '1e1', decimal(4, 2), 1000],
    [STRING, ' 1.5e3 ', DOUBLE, 1500],
    [STRING, '.5d', DOUBLE, 0.5],
    [STRING, 'AQI=', BYTES, new Uint8Array([1, 2])],
    [STRING, '10:00:05', TIME, 36_005_000],
    [STRING, '1970-01-02', DATE, 1],
    [STRING, '1970-01-02T00:00:01', TIMESTAMP, DAY + 1000],
    [TIME, 36_005_999, STRING, '10:00:05'],
    [DATE, 1, STRING, '1970-01-02'],
    [DATE, 1, TIMESTAMP, DAY],
    [TIMESTAMP, -1, STRING, '1969-12-31T23:59:59.999'],
    [TIMESTAMP, -1, DATE, -1],
    [TIMESTAMP, -1, TIME, DAY - 1],
  ])('%j %s to %j is %s', (from, value, to, expected) => {
    expect(compileCast(from, to)(value)).toStrictEqual(expected);
  });

  test.each<[SqlType, Value, SqlType]>([
    [INTEGER, 100, decimal(4, 2)],
    [decimal(4, 2), 1000, decimal(2, 1)],
    [DOUBLE, NaN, decimal(4, 2)],
    [DOUBLE, 1e30, decimal(4, 2)],
    [STRING, '1.0', INTEGER],
    [STRING, '2147483648', INTEGER],
    [STRING, '', INTEGER],
    [STRING, '0x10', INTEGER],
    [STRING, '9223372036854775808', BIGINT],
    [STRING, '9'.repeat(100_000), BIGINT],
    [STRING, 'NaN', DOUBLE],
    [STRING, '1e999', DOUBLE],
    [STRING, 'abc', decimal(4, 2)],
    [STRING, '100', decimal(4, 2)],
    [STRING, 'AQ*=', BYTES],
    [STRING, '25:00', TIME],
    [STRING, '2021-02-29', DATE],
    [STRING, 'now', TIMESTAMP],
  ])('%j %s to %j is an evaluation error', (from, value, to) => {
    expect(() => compileCast(from, to)(value)).toThrow(EvaluationError);
  });

  test('shows only the beginning of a long text in its message', () => {
    expect(() => compileCast(STRING, INTEGER)('x'.repeat(1000))).toThrow(
      `'${'x'.repeat(100)}...' is not a number that INTEGER can hold`,
    );
  });

  test('null stays null, also as text', () => {
    expect(compileCast(INTEGER, STRING)(null)).toBeNull();
    expect(compileCast(STRING, INTEGER)(null)).toBeNull();
  });

  test('names the overflow and the value', () => {
    expect(() => compileCast(INTEGER, decimal(4, 2))(100)).toThrow(
      'Numeric field overflow: DECIMAL(4, 2) holds absolute values less than 10^2. Got 100',
    );
  });
});

describe('casts of collections', () => {
  test('to text', () => {
    expect(compileCast(array(INTEGER), STRING)([1, 2, null])).toBe('[1, 2, null]');
    expect(compileCast(array(decimal(8, 7)), STRING)([1, -15, 10])).toBe(
      '[1E-7, -0.0000015, 0.0000010]',
    );
    const map: SqlType = { kind: 'MAP', key: STRING, value: DOUBLE };
    expect(
      compileCast(
        map,
        STRING,
      )(
        new Map<Value, Value>([
          ['k', 1],
          ['k2', null],
        ]),
      ),
    ).toBe('{k=1.0, k2=null}');
    const struct: SqlType = {
      kind: 'STRUCT',
      fields: [
        { name: 'A', type: INTEGER },
        { name: 'B', type: STRING },
        { name: 'C', type: STRING },
      ],
    };
    expect(compileCast(struct, STRING)([1, 'x', null])).toBe('Struct{A=1,B=x}');
  });

  test('member by member; one failing member fails the whole', () => {
    const cast = compileCast(array(STRING), array(INTEGER));
    expect(cast(['1', null, '3'])).toEqual([1, null, 3]);
    expect(() => cast(['1', 'x'])).toThrow(EvaluationError);
  });

  test('of structs take fields by name and leave out or fill in the others', () => {
    const from: SqlType = {
      kind: 'STRUCT',
      fields: [
        { name: 'A', type: INTEGER },
        { name: 'B', type: STRING },
      ],
    };
    const to: SqlType = {
      kind: 'STRUCT',
      fields: [
        { name: 'B', type: STRING },
        { name: 'C', type: DOUBLE },
      ],
    };
    expect(compileCast(from, to)([1, 'x'])).toEqual(['x', null]);
  });
});
