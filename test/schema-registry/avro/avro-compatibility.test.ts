import avsc from 'avsc';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { avroIncompatibilities } from '../../../src/schema-registry/avro/avro-compatibility.ts';
import { parseAvro } from '../../../src/schema-registry/avro/parse-avro.ts';

type Json = string | object;

function problems(reader: Json, writer: Json): string[] {
  const [read, written] = [reader, writer].map((schema) => parseAvro(JSON.stringify(schema), []));
  return avroIncompatibilities(read as never, written as never).map(
    ({ kind, path }) => `${kind} ${path}`,
  );
}

function record(...fields: object[]): object {
  return { type: 'record', name: 'R', fields };
}

const A = { name: 'a', type: 'int' };
const B = { name: 'b', type: 'string' };
const B_DEFAULT = { ...B, default: '' };

const symbols = (...names: string[]) => ({ type: 'enum', name: 'E', symbols: names });

const fixed = (size: number) => ({ type: 'fixed', name: 'F', size });

const decimal = (precision: number, scale: number) => ({
  type: 'bytes',
  logicalType: 'decimal',
  precision,
  scale,
});

const list = (...more: object[]) => ({
  type: 'record',
  name: 'List',
  fields: [{ name: 'next', type: ['null', 'List'], default: null }, ...more],
});

describe('what a reader takes', () => {
  test.each([
    ['int', 'long'],
    ['int', 'float'],
    ['int', 'double'],
    ['long', 'float'],
    ['long', 'double'],
    ['float', 'double'],
    ['string', 'bytes'],
    ['bytes', 'string'],
    ['int', ['null', 'long']],
    [['int'], 'int'],
    [
      ['null', 'int'],
      ['string', 'null', 'long'],
    ],
  ] as [Json, Json][])('%j as %j', (writer, reader) => {
    expect(problems(reader, writer)).toEqual([]);
  });

  test.each([
    ['long', 'int', 'TYPE_MISMATCH /'],
    ['double', 'float', 'TYPE_MISMATCH /'],
    ['int', 'string', 'TYPE_MISMATCH /'],
    ['null', 'int', 'TYPE_MISMATCH /'],
    [['null', 'int'], 'int', 'MISSING_UNION_BRANCH /'],
    [['int', 'string'], ['null', 'int'], 'MISSING_UNION_BRANCH /'],
    ['string', ['null', 'int'], 'MISSING_UNION_BRANCH /'],
    [{ type: 'array', items: 'long' }, { type: 'array', items: 'int' }, 'TYPE_MISMATCH /items'],
    [{ type: 'map', values: 'long' }, { type: 'map', values: 'int' }, 'TYPE_MISMATCH /values'],
  ] as [Json, Json, string][])('not %j as %j', (writer, reader, expected) => {
    expect(problems(reader, writer)).toEqual([expected]);
  });

  test('fields may be new with a default, or gone', () => {
    expect(problems(record(A, B_DEFAULT), record(A))).toEqual([]);
    expect(problems(record(A), record(A, B))).toEqual([]);
    expect(problems(record(A, B), record(A))).toEqual([
      'READER_FIELD_MISSING_DEFAULT_VALUE /fields/1',
    ]);
    expect(problems(record({ ...A, type: 'string' }), record(A))).toEqual([
      'TYPE_MISMATCH /fields/0/type',
    ]);
  });

  test('fields and types go by another name with an alias', () => {
    expect(problems(record({ name: 'x', type: 'int', aliases: ['a'] }), record(A))).toEqual([]);
    const renamed = { ...record(A), name: 'S' };
    expect(problems(renamed, record(A))).toEqual(['NAME_MISMATCH /name']);
    expect(problems({ ...renamed, aliases: ['R'] }, record(A))).toEqual([]);
    expect(problems({ ...record(A), namespace: 'n' }, record(A))).toEqual([]);
  });

  test('symbols may be new, or gone when there is a default', () => {
    expect(problems(symbols('A', 'B'), symbols('A'))).toEqual([]);
    expect(problems(symbols('A'), symbols('A', 'B'))).toEqual(['MISSING_ENUM_SYMBOLS /symbols']);
    expect(problems({ ...symbols('A'), default: 'A' }, symbols('A', 'B'))).toEqual([]);
  });

  test('bytes of a fixed length keep it, and decimals their scale', () => {
    expect(problems(fixed(4), fixed(4))).toEqual([]);
    expect(problems(fixed(4), fixed(5))).toEqual(['FIXED_SIZE_MISMATCH /size']);
    expect(problems(decimal(8, 2), decimal(4, 2))).toEqual([]);
    expect(problems(decimal(8, 3), decimal(8, 2))).toEqual(['DECIMAL_SCALE_MISMATCH /']);
    expect(problems('bytes', decimal(8, 2))).toEqual([]);
  });

  test('schemas that contain themselves', () => {
    expect(problems(list(), list(A))).toEqual([]);
    expect(problems(list(A), list())).toEqual(['READER_FIELD_MISSING_DEFAULT_VALUE /fields/1']);
  });
});

const primitive = fc.constantFrom(
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'string',
  'bytes',
);

/** Schemas in which every type has its own name. */
const schema: fc.Arbitrary<Json> = fc.letrec<{ type: Json }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    primitive,
    fc.record({ type: fc.constant('array'), items: tie('type') }),
    fc.record({ type: fc.constant('map'), values: tie('type') }),
    fc.uniqueArray(primitive, { minLength: 1, maxLength: 3 }),
    fc.record({
      type: fc.constant('enum'),
      name: fc.constant('E'),
      symbols: fc.uniqueArray(fc.constantFrom('A', 'B', 'C'), { minLength: 1 }),
    }),
    fc.record({
      type: fc.constant('fixed'),
      name: fc.constant('F'),
      size: fc.integer({ min: 1, max: 2 }),
    }),
    fc
      .uniqueArray(
        fc.oneof(
          fc.record({ name: fc.constantFrom('a', 'b', 'c'), type: fc.constant('int') }),
          fc.record({
            name: fc.constantFrom('a', 'b', 'c'),
            type: fc.constantFrom('int', 'long'),
            default: fc.constant(1),
          }),
        ),
        { selector: ({ name }) => name, maxLength: 3 },
      )
      .map((fields) => ({ type: 'record', name: 'R', fields })),
  ),
})).type;

const names = (json: Json): string[] => JSON.stringify(json).match(/"name":"[A-Z]"/g) ?? [];

test('agrees with avsc on which schemas read which', () => {
  let readable = 0;
  fc.assert(
    fc.property(schema, schema, (reader, writer) => {
      // Avro defines a type once; a schema that would do so twice is no schema.
      fc.pre(new Set(names(reader)).size === names(reader).length);
      fc.pre(new Set(names(writer)).size === names(writer).length);
      const expected = resolves(reader, writer);
      if (expected) readable++;
      expect(problems(reader, writer).length === 0).toBe(expected);
    }),
    { numRuns: 3_000, seed: 20_251_127 },
  );
  expect(readable).toBeGreaterThan(100);
});

function resolves(reader: Json, writer: Json): boolean {
  const type = avsc.Type.forSchema(reader as never, { wrapUnions: true });
  try {
    type.createResolver(avsc.Type.forSchema(writer as never, { wrapUnions: true }));
    return true;
  } catch {
    return false;
  }
}
