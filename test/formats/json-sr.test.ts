import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeserializationError, type FormatSpec } from '../../src/formats/format.ts';
import { deriveJsonSchema } from '../../src/formats/json-schema-derive.ts';
import { jsonSrFormat } from '../../src/formats/json-sr.ts';
import type { WriterSchema } from '../../src/formats/registered-schema.ts';
import type { Column } from '../../src/sql/schema.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  INTEGER,
  STRING,
  TIMESTAMP,
  type Row,
} from '../../src/sql/types.ts';
import { anyType, nullableOf, valueOf } from './arbitrary-value.ts';
import { header, jsonWriter, knownSchemas } from './known-schemas.ts';
import { columnsOfTypes, decode, encode } from './round-trip.ts';

const ID = 4;

function derivedWriter(columns: readonly Column[], spec: FormatSpec): WriterSchema {
  return { id: ID, type: 'JSON', text: deriveJsonSchema(columns, spec), dependencies: [] };
}

describe('decode inverts encode', () => {
  test('for rows of any types', () => {
    const rows = fc
      .array(anyType, { minLength: 1, maxLength: 6 })
      .chain((types) =>
        fc.record({ types: fc.constant(types), row: fc.tuple(...types.map(nullableOf)) }),
      );
    fc.assert(
      fc.property(rows, ({ types, row }) => {
        const columns = columnsOfTypes(...types);
        const writer = derivedWriter(columns, { name: 'JSON_SR' });
        const spec = { name: 'JSON_SR', writer };
        const payload = encode(jsonSrFormat, columns, row, spec)!;
        const schemas = knownSchemas(writer);
        expect(decode(jsonSrFormat, columns, payload, spec, undefined, schemas)).toEqual(row);
      }),
      { numRuns: 300 },
    );
  });

  test('for a bare value of any type', () => {
    const typed = anyType.chain((type) =>
      fc.record({ type: fc.constant(type), value: valueOf(type) }),
    );
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const columns = columnsOfTypes(type);
        const bare = { name: 'JSON_SR', unwrapped: true };
        const writer = derivedWriter(columns, bare);
        const payload = encode(jsonSrFormat, columns, [value], { ...bare, writer })!;
        const schemas = knownSchemas(writer);
        expect(decode(jsonSrFormat, columns, payload, bare, undefined, schemas)).toEqual([value]);
      }),
      { numRuns: 150 },
    );
  });
});

test('a payload is a header and JSON, a MAP an array of entries', () => {
  const columns: Column[] = [
    { name: 'A', type: BIGINT },
    { name: 'M', type: { kind: 'MAP', key: STRING, value: INTEGER } },
    { name: 'D', type: { kind: 'DECIMAL', precision: 4, scale: 2 } },
    { name: 'B', type: BYTES },
  ];
  const writer = derivedWriter(columns, { name: 'JSON_SR' });
  const row: Row = [9007199254740993n, new Map([['k', 1]]), 110, new Uint8Array([1])];
  const payload = encode(jsonSrFormat, columns, row, { name: 'JSON_SR', writer })!;
  expect(payload.subarray(0, 5)).toEqual(header(ID));
  expect(payload.subarray(5).toString()).toBe(
    '{"A":9007199254740993,"M":[{"key":"k","value":1}],"D":1.10,"B":"AQ=="}',
  );
});

function nullable(type: object): object {
  return { oneOf: [{ type: 'null' }, type] };
}

test('the derived schema has every field nullable and in its place', () => {
  const columns: Column[] = [
    { name: 'A', type: INTEGER },
    { name: 'L', type: { kind: 'ARRAY', element: DOUBLE } },
  ];
  const double = nullable({ type: 'number', 'connect.type': 'float64' });
  expect(JSON.parse(deriveJsonSchema(columns, { name: 'JSON_SR' }))).toEqual({
    type: 'object',
    properties: {
      A: { 'connect.index': 0, ...nullable({ type: 'integer', 'connect.type': 'int32' }) },
      L: { 'connect.index': 1, ...nullable({ type: 'array', items: double }) },
    },
  });
});

describe('reading through the schema of the writer', () => {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      Name: { type: ['string', 'null'] },
      price: { type: 'number' },
      ok: { type: 'boolean' },
      tags: { type: 'object', additionalProperties: { type: 'integer' } },
      at: { type: 'integer', title: 'org.apache.kafka.connect.data.Timestamp' },
      address: { $ref: '#/definitions/address' },
      free: {},
      __proto__: undefined,
    },
    definitions: { address: { type: 'object', properties: { town: { enum: ['x', 'y'] } } } },
  };

  function read(columns: readonly Column[], text: string): Row | null {
    const bytes = Buffer.concat([header(ID), Buffer.from(text)]);
    const schemas = knownSchemas(jsonWriter(ID, schema));
    return decode(jsonSrFormat, columns, bytes, { name: 'JSON_SR' }, undefined, schemas);
  }

  test('takes fields by name and as the schema has them', () => {
    const columns: Column[] = [
      { name: 'ID', type: BIGINT },
      { name: 'NAME', type: STRING },
      { name: 'PRICE', type: DOUBLE },
      { name: 'TAGS', type: { kind: 'MAP', key: STRING, value: BIGINT } },
      { name: 'AT', type: TIMESTAMP },
      { name: 'ADDRESS', type: { kind: 'STRUCT', fields: [{ name: 'TOWN', type: STRING }] } },
      { name: 'FREE', type: STRING },
      { name: 'ABSENT', type: STRING },
    ];
    const text =
      '{"id":9007199254740993,"Name":"n","price":1,"tags":{"__proto__":2},"at":5,"address":{"town":"x"},"free":[1]}';
    const tags = new Map([['__proto__', 2]]);
    expect(read(columns, text)).toEqual([9007199254740993n, 'n', 1, tags, 5, ['x'], '[1]', null]);
    expect(read(columns, 'null')).toBeNull();
  });

  test('follows the schema and not the text', () => {
    const integer: Column[] = [{ name: 'ID', type: INTEGER }];
    expect(() => read(integer, '{"id":1}')).toThrow('Cannot read INTEGER at id');
    const text: Column[] = [{ name: 'ID', type: STRING }];
    expect(read(text, '{"id":1}')).toEqual(['1']);
    expect(() => read(text, '{"id":"1"}')).toThrow('expected a whole number');
    expect(() => read([{ name: 'NAME', type: STRING }], '{"Name":1}')).toThrow('expected a text');
    expect(() => read([{ name: 'OK', type: BOOLEAN }], '{"ok":"true"}')).toThrow('true or false');
    expect(() => read([{ name: 'ID', type: BIGINT }], '{"id":9223372036854775808}')).toThrow(
      'whole number of 64 bits',
    );
  });

  test('refuses bad payloads as errors of the record', () => {
    const columns: Column[] = [{ name: 'ID', type: BIGINT }];
    expect(() => read(columns, '')).toThrow(DeserializationError);
    expect(() => read(columns, '{"id":1')).toThrow(DeserializationError);
    expect(() => read(columns, '[1]')).toThrow('expected a JSON object');
    expect(() => read(columns, '['.repeat(100_000))).toThrow(DeserializationError);
    expect(() => decode(jsonSrFormat, columns, '{"id":1}')).toThrow('begins with byte 123');
  });
});

describe('writing with a schema of another', () => {
  const schema = {
    type: 'object',
    properties: { MORE: { type: 'string' }, ID: { type: 'integer', 'connect.index': 0 } },
  };
  const spec = { name: 'JSON_SR', writer: jsonWriter(ID, schema) };

  test('writes its properties in its order, null where the columns have nothing', () => {
    const payload = encode(jsonSrFormat, [{ name: 'ID', type: BIGINT }], [3], spec)!;
    expect(payload.subarray(5).toString()).toBe('{"ID":3,"MORE":null}');
  });

  test('refuses a column of another type', () => {
    expect(() => encode(jsonSrFormat, [{ name: 'ID', type: BOOLEAN }], [true], spec)).toThrow(
      'The JSON Schema cannot hold ID BOOLEAN',
    );
  });
});
