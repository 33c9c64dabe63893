import { describe, expect, test } from 'vitest';
import { findFormat, formats } from '../../src/formats/index.ts';
import { INTEGER, STRING, type SqlType } from '../../src/sql/types.ts';
import { columnsOfTypes, decode, encode } from './round-trip.ts';

const MAP: SqlType = { kind: 'MAP', key: STRING, value: INTEGER };

test('formats are found by name in any letter case', () => {
  expect(findFormat('json').name).toBe('JSON');
  expect(formats.map((format) => findFormat(format.name).name)).toEqual([
    'KAFKA',
    'JSON',
    'JSON_SR',
    'AVRO',
    'PROTOBUF',
    'PROTOBUF_NOSR',
    'DELIMITED',
    'NONE',
  ]);
});

test('an unknown format is refused with the known ones', () => {
  expect(() => findFormat('FOO')).toThrow(
    'Unknown format FOO, expected one of KAFKA, JSON, JSON_SR, AVRO, PROTOBUF, PROTOBUF_NOSR, DELIMITED, NONE.',
  );
});

test('single keys are bare by default where they can be, single values where they have to be', () => {
  const defaults = formats.map((format) => [
    format.name,
    format.unwrappedByDefault('key'),
    format.unwrappedByDefault('value'),
  ]);
  expect(defaults).toEqual([
    ['KAFKA', true, true],
    ['JSON', true, false],
    ['JSON_SR', true, false],
    ['AVRO', true, false],
    ['PROTOBUF', false, false],
    ['PROTOBUF_NOSR', true, false],
    ['DELIMITED', true, true],
    ['NONE', false, false],
  ]);
});

test('no format accepts a MAP anywhere in a key', () => {
  const nested: SqlType = {
    kind: 'ARRAY',
    element: { kind: 'STRUCT', fields: [{ name: 'M', type: MAP }] },
  };
  for (const format of formats.filter((format) => format.name !== 'NONE')) {
    for (const type of [MAP, nested]) {
      expect(() => format.check(columnsOfTypes(type), { name: format.name }, 'key')).toThrow(
        'a MAP cannot be part of a key',
      );
    }
  }
});

describe('JSON', () => {
  test('accepts every type as a value, MAP with STRING keys', () => {
    findFormat('JSON').check(columnsOfTypes(MAP, INTEGER), { name: 'JSON' }, 'value');
  });

  test('refuses other keys in a MAP, however deep', () => {
    const inner: SqlType = { kind: 'MAP', key: INTEGER, value: STRING };
    const columns = columnsOfTypes({ kind: 'MAP', key: STRING, value: inner });
    expect(() => findFormat('JSON').check(columns, { name: 'JSON' }, 'value')).toThrow(
      'Format JSON needs STRING as the key type of a MAP, found MAP<INTEGER, STRING> in column C0.',
    );
  });
});

describe('NONE', () => {
  const none = findFormat('NONE');

  test('reads any bytes and writes null', () => {
    none.check([], { name: 'NONE' }, 'key');
    expect(decode(none, [], 'anything')).toEqual([]);
    expect(encode(none, [], [])).toBeNull();
  });

  test('refuses columns', () => {
    expect(() => none.check(columnsOfTypes(INTEGER), { name: 'NONE' }, 'key')).toThrow(
      'Format NONE is for a key without columns, found C0.',
    );
  });
});
