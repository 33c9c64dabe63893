import { describe, expect, test } from 'vitest';
import { kafkaFormat } from '../../src/formats/kafka.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  INTEGER,
  STRING,
  type SqlType,
  type Value,
} from '../../src/sql/types.ts';
import { columnsOfTypes, decode, encode } from './round-trip.ts';

test.each<[SqlType, Value, string]>([
  [INTEGER, -2, 'fffffffe'],
  [BIGINT, 5, '0000000000000005'],
  [BIGINT, -1, 'ffffffffffffffff'],
  [BIGINT, 2n ** 63n - 1n, '7fffffffffffffff'],
  [BIGINT, Number.MIN_SAFE_INTEGER, 'ffe0000000000001'],
  [DOUBLE, 1.5, '3ff8000000000000'],
  [STRING, 'aé', '61c3a9'],
  [STRING, '', ''],
  [BYTES, Uint8Array.of(0, 255), '00ff'],
])('%s %s is %s', (type, value, hex) => {
  const columns = columnsOfTypes(type);
  expect(encode(kafkaFormat, columns, [value])!.toString('hex')).toBe(hex);
  expect(decode(kafkaFormat, columns, Buffer.from(hex, 'hex'))).toEqual([value]);
});

test('a null is a null payload', () => {
  expect(encode(kafkaFormat, columnsOfTypes(INTEGER), [null])).toBeNull();
});

test.each<[SqlType, string, string]>([
  [INTEGER, '000000', 'Cannot read INTEGER from 3 bytes, expected 4'],
  [INTEGER, '0000000000', 'from 5 bytes, expected 4'],
  [BIGINT, '', 'Cannot read BIGINT from 0 bytes, expected 8'],
  [DOUBLE, '00000000', 'Cannot read DOUBLE from 4 bytes, expected 8'],
  [STRING, 'ff', 'not valid UTF-8'],
])('%j refuses %s', (type, hex, message) => {
  expect(() => decode(kafkaFormat, columnsOfTypes(type), Buffer.from(hex, 'hex'))).toThrow(message);
});

test('a column that is not needed is null whatever its bytes', () => {
  const spec = { name: 'KAFKA' };
  expect(decode(kafkaFormat, columnsOfTypes(INTEGER), 'xyz', spec, [false])).toEqual([null]);
});

test('without columns any bytes are read and null is written', () => {
  expect(decode(kafkaFormat, [], 'anything')).toEqual([]);
  expect(encode(kafkaFormat, [], [])).toBeNull();
});

describe('check', () => {
  test('refuses several columns', () => {
    expect(() =>
      kafkaFormat.check(columnsOfTypes(INTEGER, STRING), { name: 'KAFKA' }, 'key'),
    ).toThrow('Format KAFKA holds a single key column, found 2: C0, C1.');
  });

  test('refuses types without an encoding', () => {
    expect(() => kafkaFormat.check(columnsOfTypes(BOOLEAN), { name: 'KAFKA' }, 'value')).toThrow(
      'Format KAFKA cannot hold column C0 of type BOOLEAN.',
    );
  });

  test('refuses wrapping and delimiters', () => {
    const columns = columnsOfTypes(INTEGER);
    expect(() => kafkaFormat.check(columns, { name: 'KAFKA', unwrapped: false }, 'value')).toThrow(
      'Format KAFKA cannot wrap a single column',
    );
    expect(() => kafkaFormat.check(columns, { name: 'KAFKA', delimiter: ';' }, 'value')).toThrow(
      'Format KAFKA has no delimiter, found ";".',
    );
  });

  test('accepts a single column of each supported type', () => {
    for (const type of [INTEGER, BIGINT, DOUBLE, STRING, BYTES]) {
      kafkaFormat.check(columnsOfTypes(type), { name: 'KAFKA', unwrapped: true }, 'key');
    }
    kafkaFormat.check([], { name: 'KAFKA' }, 'key');
  });
});
