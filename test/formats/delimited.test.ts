import { describe, expect, test } from 'vitest';
import { delimitedFormat } from '../../src/formats/delimited.ts';
import { DeserializationError } from '../../src/formats/format.ts';
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
import { columnsOfTypes, decode, encode, encodeText } from './round-trip.ts';

const DECIMAL_33_16: SqlType = { kind: 'DECIMAL', precision: 33, scale: 16 };
const STRINGS = columnsOfTypes(STRING, STRING);

function check(delimiter: string): void {
  delimitedFormat.check(STRINGS, { name: 'DELIMITED', delimiter }, 'value');
}

describe('decoding', () => {
  test.each<[SqlType, string, Value]>([
    [BOOLEAN, 'TRUE', true],
    [BOOLEAN, 'yes', false],
    [INTEGER, '-12', -12],
    [INTEGER, '+2147483647', 2147483647],
    [INTEGER, '"-10"', -10],
    [BIGINT, '9223372036854775807', 2n ** 63n - 1n],
    [BIGINT, '-9223372036854775808', -(2n ** 63n)],
    [BIGINT, '1000000000000000000', 10n ** 18n],
    [BIGINT, '007', 7],
    [DOUBLE, '1.0E10', 1e10],
    [DOUBLE, 'NaN', NaN],
    [DECIMAL_33_16, '.12', 1_200_000_000_000_000],
    [DECIMAL_33_16, '-12345.12', -123_451_200_000_000_000_000n],
    [STRING, ' a ', ' a '],
    [STRING, '""', null],
    [BYTES, 'AQID', Uint8Array.of(1, 2, 3)],
    [TIME, '86400000', 86400000],
    [DATE, '-1', -1],
    [TIMESTAMP, '1700000000000', 1700000000000],
  ])('%j reads %s', (type, text, expected) => {
    expect(decode(delimitedFormat, columnsOfTypes(type), text)).toEqual([expected]);
  });

  test.each<[SqlType, string, string]>([
    [
      INTEGER,
      '1.0',
      'Cannot read INTEGER of column C0: found "1.0", expected a whole number of 32 bits',
    ],
    [INTEGER, '2147483648', 'found "2147483648"'],
    [INTEGER, ' 1', 'found " 1"'],
    [BIGINT, '9223372036854775808', 'expected a whole number of 64 bits'],
    [BIGINT, '-9223372036854775809', 'expected a whole number of 64 bits'],
    [BIGINT, '18446744073709551616', 'expected a whole number of 64 bits'],
    [DOUBLE, 'x', 'expected a number'],
    [{ kind: 'DECIMAL', precision: 3, scale: 1 }, '1.25', 'no more digits than fit'],
    [{ kind: 'DECIMAL', precision: 3, scale: 1 }, '100', 'no more digits than fit'],
    [BYTES, '*', 'expected base64 text'],
    [TIME, '86400001', 'expected milliseconds from 0 to 86400000'],
    [DATE, 'x', 'expected a whole number of days'],
    [TIMESTAMP, '1.5', 'expected a whole number of milliseconds'],
  ])('%j refuses %s', (type, text, message) => {
    const columns = columnsOfTypes(type);
    expect(() => decode(delimitedFormat, columns, text)).toThrow(DeserializationError);
    expect(() => decode(delimitedFormat, columns, text)).toThrow(message);
  });

  test.each<[string, Value[]]>([
    ['a,b', ['a', 'b']],
    [',', [null, null]],
    ['"a,b","c""d"', ['a,b', 'c"d']],
    ['"a\nb",c', ['a\nb', 'c']],
    ['a"b,c"', ['a"b', 'c"']],
    ['\r\n\na,b\r\nc,d,e', ['a', 'b']],
    ['a,b\n"', ['a', 'b']],
  ])('reads the fields of %j', (text, expected) => {
    expect(decode(delimitedFormat, STRINGS, text)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['', 'The payload is empty'],
    ['\n', 'The payload is empty'],
    ['a', 'Found 1 fields, expected 2 separated by ","'],
    ['a,b,', 'Found 3 fields, expected 2'],
    ['"a,b', 'The quoted field at character 1 does not end'],
    ['a,"b"c', 'Found "c" behind the quoted field 2'],
  ])('refuses the fields of %j', (text, message) => {
    expect(() => decode(delimitedFormat, STRINGS, text)).toThrow(message);
  });

  test('refuses bytes that are not UTF-8', () => {
    const payload = Buffer.from([0x61, 0x2c, 0xff]);
    expect(() => decode(delimitedFormat, STRINGS, payload)).toThrow('not valid UTF-8');
  });

  test('does not look at columns that are not needed, but counts them', () => {
    const columns = columnsOfTypes(INTEGER, STRING);
    const spec = { name: 'DELIMITED' };
    expect(decode(delimitedFormat, columns, 'x,y', spec, [false, true])).toEqual([null, 'y']);
    expect(() => decode(delimitedFormat, columns, 'x', spec, [false, true])).toThrow('Found 1');
  });
});

describe('encoding', () => {
  test.each<[Value[], string]>([
    [['a', 'b'], 'a,b'],
    [[null, null], ','],
    [[null, 'b'], ',b'],
    [['', ''], '"",'],
    [['_x', '_x'], '"_x",_x'],
    [['é', 'é'], '"é",é'],
    [['a,b', 'c"d'], '"a,b","c""d"'],
    [['a\nb', '#'], '"a\nb","#"'],
    [['a ', ' b'], '"a "," b"'],
    [['a$', '$b'], 'a$,$b'],
  ])('writes the fields %j as %s', (row, expected) => {
    expect(encodeText(delimitedFormat, STRINGS, row)).toBe(expected);
  });

  test('writes each type as its plain text, a leading sign in quotes', () => {
    const columns = columnsOfTypes(
      INTEGER,
      INTEGER,
      BOOLEAN,
      DOUBLE,
      { kind: 'DECIMAL', precision: 4, scale: 2 },
      BYTES,
      TIMESTAMP,
    );
    const row = [-10, -10, true, 1e10, 110, Uint8Array.of(1, 2, 3), 1700000000000];
    expect(encodeText(delimitedFormat, columns, row)).toBe(
      '"-10",-10,true,1.0E10,1.10,AQID,1700000000000',
    );
  });

  test('uses the delimiter of the source', () => {
    const spec = { name: 'DELIMITED', delimiter: '|' };
    expect(encodeText(delimitedFormat, STRINGS, ['a|b', 'c,d'], spec)).toBe('"a|b"|c,d');
    expect(decode(delimitedFormat, STRINGS, 'a,b|c', spec)).toEqual(['a,b', 'c']);
  });

  test('writes null for rows without columns', () => {
    expect(encode(delimitedFormat, [], [])).toBeNull();
  });
});

describe('check', () => {
  test('refuses collections', () => {
    const columns = columnsOfTypes({ kind: 'ARRAY', element: STRING });
    expect(() => delimitedFormat.check(columns, { name: 'DELIMITED' }, 'value')).toThrow(
      'Format DELIMITED cannot hold column C0 of type ARRAY<STRING>.',
    );
  });

  test('refuses wrapping of a single column', () => {
    const spec = { name: 'DELIMITED', unwrapped: false };
    expect(() => delimitedFormat.check(columnsOfTypes(STRING), spec, 'value')).toThrow(
      'cannot wrap a single column',
    );
  });

  test('refuses delimiters that are not one character or could not be read back', () => {
    for (const delimiter of [';', ' ', '\t', 'é']) check(delimiter);
    for (const delimiter of ['', '<>', '"', '\n', '\r', '😀']) {
      expect(() => check(delimiter)).toThrow('Invalid delimiter');
    }
  });
});
