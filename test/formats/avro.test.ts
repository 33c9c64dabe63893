import avsc from 'avsc';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { avroFormat } from '../../src/formats/avro.ts';
import { deriveAvroSchema } from '../../src/formats/avro-derive.ts';
import { DeserializationError, type FormatSpec } from '../../src/formats/format.ts';
import { SchemaNeeded, type WriterSchema } from '../../src/formats/registered-schema.ts';
import type { Column } from '../../src/sql/schema.ts';
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
  type Row,
  type SqlType,
  type Value,
} from '../../src/sql/types.ts';
import { avroType, nullableOf, valueOf } from './arbitrary-value.ts';
import { avroWriter, header, knownSchemas } from './known-schemas.ts';
import { columnsOfTypes, decode, encode } from './round-trip.ts';

const ID = 7;

/** Longs beyond 2^53, which avsc leaves to its user. */
const longs = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: number | bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  fromJSON: Number,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'number' || typeof value === 'bigint',
  compare: (a: number | bigint, b: number | bigint) => Number(BigInt(a) - BigInt(b)),
});

function avscType(text: string): avsc.Type {
  return avsc.Type.forSchema(JSON.parse(text, plainLongs) as avsc.Schema, {
    registry: { long: longs },
    wrapUnions: true,
  });
}

/** Logical types take the library's own longs, which lose digits. */
function plainLongs(_name: string, json: unknown): unknown {
  const isLong =
    typeof json === 'object' && json !== null && 'type' in json && json.type === 'long';
  return isLong ? 'long' : json;
}

/** A value as avsc takes it: unions wrapped, records with their field names. */
function forAvsc(value: Value, type: SqlType): unknown {
  if (value === null) return null;
  switch (type.kind) {
    case 'ARRAY':
      return (value as Value[]).map((item) => branch(item, type.element));
    case 'MAP':
      return [...(value as Map<Value, Value>)].map(([key, item]) => ({
        key: branch(key, type.key),
        value: branch(item, type.value),
      }));
    case 'STRUCT':
      return Object.fromEntries(
        type.fields.map(({ name, type: field }, i) => [
          name,
          branch((value as Value[])[i]!, field),
        ]),
      );
    case 'DECIMAL':
      return decimalBytes(value as number | bigint);
    case 'BYTES':
      return Buffer.from(value as Uint8Array);
    default:
      return value;
  }
}

function branch(value: Value, type: SqlType): unknown {
  return value === null ? null : new Wrapped(forAvsc(value, type));
}

/** Stands for the one branch of a union that is not null, whatever its name. */
class Wrapped {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Gives the wrapped values the name of their branch. */
function named(value: unknown, type: avsc.Type): unknown {
  if (value instanceof Wrapped) {
    const union = type as avsc.types.WrappedUnionType;
    const [, inner] = union.types;
    return { [inner!.branchName!]: named(value.value, inner!) };
  }
  if (Array.isArray(value)) {
    const { itemsType } = type as avsc.types.ArrayType;
    return value.map((item) => named(item, itemsType));
  }
  if (type instanceof avsc.types.RecordType) {
    const record = value as Record<string, unknown>;
    return Object.fromEntries(
      type.fields.map(({ name, type: field }) => [name, named(record[name], field)]),
    );
  }
  return value;
}

function decimalBytes(unscaled: number | bigint): Buffer {
  let hex = BigInt.asUintN(512, BigInt(unscaled)).toString(16).padStart(128, '0');
  while (
    hex.length > 2 &&
    ((hex.startsWith('00') && hex[2]! < '8') || (hex.startsWith('ff') && hex[2]! >= '8'))
  ) {
    hex = hex.slice(2);
  }
  return Buffer.from(hex, 'hex');
}

const rows = fc
  .array(avroType, { minLength: 1, maxLength: 5 })
  .chain((types) =>
    fc.record({ types: fc.constant(types), row: fc.tuple(...types.map(nullableOf)) }),
  );

function derivedWriter(columns: readonly Column[], spec: FormatSpec): WriterSchema {
  return { id: ID, type: 'AVRO', text: deriveAvroSchema(columns, spec), dependencies: [] };
}

describe('bytes', () => {
  test('are those of avsc, behind the id of the schema', () => {
    fc.assert(
      fc.property(rows, ({ types, row }) => {
        const columns = columnsOfTypes(...types);
        const writer = derivedWriter(columns, { name: 'AVRO' });
        const payload = encode(avroFormat, columns, row, { name: 'AVRO', writer });
        const type = avscType(writer.text);
        const struct: SqlType = { kind: 'STRUCT', fields: columns };
        const expected = type.toBuffer(named(forAvsc(row, struct), type));
        expect(payload).toEqual(Buffer.concat([header(ID), expected]));
      }),
      { numRuns: 200 },
    );
  });

  test('are read as they were written', () => {
    fc.assert(
      fc.property(rows, ({ types, row }) => {
        const columns = columnsOfTypes(...types);
        const writer = derivedWriter(columns, { name: 'AVRO' });
        const spec = { name: 'AVRO', writer };
        const payload = encode(avroFormat, columns, row, spec)!;
        const found = decode(avroFormat, columns, payload, spec, undefined, knownSchemas(writer));
        expect(found).toEqual(row);
      }),
      { numRuns: 200 },
    );
  });

  test('of a bare value are read as they were written', () => {
    const typed = avroType.chain((type) =>
      fc.record({ type: fc.constant(type), value: valueOf(type) }),
    );
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const columns = columnsOfTypes(type);
        const bare = { name: 'AVRO', unwrapped: true };
        const writer = derivedWriter(columns, bare);
        const payload = encode(avroFormat, columns, [value], { ...bare, writer })!;
        const found = decode(avroFormat, columns, payload, bare, undefined, knownSchemas(writer));
        expect(found).toEqual([value]);
      }),
      { numRuns: 150 },
    );
  });
});

const FIELDS = {
  type: 'record',
  name: 'R',
  fields: [
    { name: 'id', type: 'int' },
    { name: 'Name', type: ['string', 'null'] },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
    { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 2 } },
    { name: 'tags', type: { type: 'map', values: 'float' } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } },
  ],
} as const;

const PAYLOAD = avsc.Type.forSchema(FIELDS as unknown as avsc.Schema, {
  wrapUnions: true,
}).toBuffer({
  id: 5,
  Name: { string: 'x' },
  kind: 'B',
  hash: Buffer.from([1, 2]),
  tags: { t: 0.5 },
  at: 1000,
});

function read(columns: readonly Column[], schema: unknown, payload: Buffer): Row | null {
  const bytes = Buffer.concat([header(ID), payload]);
  const schemas = knownSchemas(avroWriter(ID, schema));
  return decode(avroFormat, columns, bytes, { name: 'AVRO' }, undefined, schemas);
}

describe('reading through the schema of the writer', () => {
  test('finds fields by their upper-cased name and widens what fits', () => {
    const columns: Column[] = [
      { name: 'AT', type: BIGINT },
      { name: 'TAGS', type: { kind: 'MAP', key: STRING, value: DOUBLE } },
      { name: 'NAME', type: STRING },
      { name: 'ID', type: BIGINT },
      { name: 'KIND', type: STRING },
      { name: 'HASH', type: BYTES },
      { name: 'ABSENT', type: INTEGER },
    ];
    const expected = [1000, new Map([['t', 0.5]]), 'x', 5, 'B', new Uint8Array([1, 2]), null];
    expect(read(columns, FIELDS, PAYLOAD)).toEqual(expected);
  });

  test('fills a STRING from any scalar but bytes', () => {
    expect(read([{ name: 'ID', type: STRING }], FIELDS, PAYLOAD)).toEqual(['5']);
    expect(read([{ name: 'AT', type: STRING }], FIELDS, PAYLOAD)).toEqual(['1000']);
    expect(() => read([{ name: 'HASH', type: STRING }], FIELDS, PAYLOAD)).toThrow(
      'Cannot read STRING at hash: the payload has fixed',
    );
  });

  test('does not narrow, nor take what is of another kind', () => {
    expect(() => read([{ name: 'AT', type: INTEGER }], FIELDS, PAYLOAD)).toThrow(
      DeserializationError,
    );
    expect(() => read([{ name: 'ID', type: DOUBLE }], FIELDS, PAYLOAD)).toThrow(
      DeserializationError,
    );
    expect(() => read([{ name: 'ID', type: BOOLEAN }], FIELDS, PAYLOAD)).toThrow(
      DeserializationError,
    );
  });

  test('takes a null for a column of any type', () => {
    const schema = { type: 'record', name: 'R', fields: [{ name: 'A', type: ['null', 'string'] }] };
    expect(read([{ name: 'A', type: INTEGER }], schema, Buffer.from([0]))).toEqual([null]);
  });
});

describe('writing with a schema of another', () => {
  const columns: Column[] = [{ name: 'ID', type: INTEGER }];

  test('fills what the columns lack with the default, else null', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'MORE', type: 'string', default: 'd' },
        { name: 'ID', type: ['null', 'int'] },
        { name: 'REST', type: ['null', 'string'] },
      ],
    };
    const payload = encode(avroFormat, columns, [3], {
      name: 'AVRO',
      writer: avroWriter(ID, schema),
    });
    const type = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: true });
    const expected = type.toBuffer({ MORE: 'd', ID: { int: 3 }, REST: null });
    expect(payload).toEqual(Buffer.concat([header(ID), expected]));
  });

  test('writes a null for a field with a default as that default', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [{ name: 'ID', type: 'int', default: -1 }],
    };
    const spec = { name: 'AVRO', writer: avroWriter(ID, schema) };
    expect(encode(avroFormat, columns, [null], spec)).toEqual(Buffer.from([0, 0, 0, 0, ID, 1]));
  });

  test('refuses a row that leaves a field without a value', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 'ID', type: 'int' },
        { name: 'MUST', type: 'int' },
      ],
    };
    const spec = { name: 'AVRO', writer: avroWriter(ID, schema) };
    expect(() => encode(avroFormat, columns, [1], spec)).toThrow('MUST');
    expect(() => encode(avroFormat, columns, [null], spec)).toThrow('ID is null');
  });
});

describe('bad payloads are errors of the record', () => {
  const columns: Column[] = [
    { name: 'ID', type: INTEGER },
    { name: 'NAME', type: STRING },
  ];

  test('cut off anywhere', () => {
    for (let length = 0; length < PAYLOAD.length; length++) {
      expect(() => read(columns, FIELDS, PAYLOAD.subarray(0, length))).toThrow(
        DeserializationError,
      );
    }
  });

  test('with bytes behind the end', () => {
    expect(() => read(columns, FIELDS, Buffer.concat([PAYLOAD, Buffer.from([0])]))).toThrow(
      '1 bytes are left',
    );
  });

  test('without a header, or of a schema nobody registered', () => {
    expect(() => decode(avroFormat, columns, Buffer.from('{}'))).toThrow(DeserializationError);
    expect(() => decode(avroFormat, columns, '{"ID": 12}')).toThrow('begins with byte 123');
    const bytes = Buffer.concat([header(99), PAYLOAD]);
    expect(() => decode(avroFormat, columns, bytes, undefined, undefined, knownSchemas())).toThrow(
      'schema 99, which is not registered',
    );
  });

  test('of a schema of another format', () => {
    const other: WriterSchema = { id: ID, type: 'JSON', text: '{}', dependencies: [] };
    const bytes = Buffer.concat([header(ID), PAYLOAD]);
    expect(() =>
      decode(avroFormat, columns, bytes, undefined, undefined, knownSchemas(other)),
    ).toThrow('is JSON, expected AVRO');
  });

  test('of a schema that does not parse', () => {
    expect(() => read(columns, { type: 'record', name: 'R' }, PAYLOAD)).toThrow('fields');
    expect(() => read(columns, 'nowhere', PAYLOAD)).toThrow('nowhere is not defined');
  });

  test('that claim huge lengths and counts', () => {
    const huge = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    const list = {
      type: 'record',
      name: 'R',
      fields: [{ name: 'A', type: { type: 'array', items: 'null' } }],
    };
    const text = { type: 'record', name: 'R', fields: [{ name: 'A', type: 'string' }] };
    const array: Column[] = [{ name: 'A', type: { kind: 'ARRAY', element: STRING } }];
    expect(() => read(array, list, huge)).toThrow('more items than the payload has bytes');
    expect(() => read([{ name: 'A', type: STRING }], text, huge)).toThrow('length of');
    expect(() => read([{ name: 'B', type: STRING }], list, huge)).toThrow(DeserializationError);
  });

  test('nested too deeply where nobody reads', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [{ name: 'next', type: ['null', 'R'] }],
    };
    expect(() => read(columns, schema, Buffer.alloc(100_000, 2))).toThrow('nested more than');
    const endless = { type: 'record', name: 'R', fields: [{ name: 'next', type: 'R' }] };
    expect(() => read(columns, endless, Buffer.alloc(0))).toThrow(DeserializationError);
  });

  test('of a schema that stands for more than can be compiled', () => {
    const names = Array.from({ length: 20_000 }, (_, i) => `R${i}`);
    const record = (i: number): object => {
      const type = i === 0 ? 'int' : names[i - 1];
      return { type: 'record', name: names[i], fields: [{ name: 'f', type }] };
    };
    const chain = names.map((_, i) => record(i));
    expect(() => read(columns, chain, Buffer.from([20_000 - 1]))).toThrow(DeserializationError);
  });

  test('of a schema whose unions lead to the same records again and again', () => {
    const depth = 40;
    const levels = Array.from({ length: depth }, (_, i) => {
      const type = i === 0 ? 'int' : [`A${i - 1}`, `B${i - 1}`];
      return ['A', 'B'].map((side) => {
        return { type: 'record', name: `${side}${i}`, fields: [{ name: 'F', type }] };
      });
    });
    let type: SqlType = INTEGER;
    for (let i = 0; i < depth; i++) type = { kind: 'STRUCT', fields: [{ name: 'F', type }] };
    const schema = [
      ...levels.flat(),
      { type: 'record', name: 'Top', fields: [{ name: 'F', type: 'A39' }] },
    ];
    const payload = Buffer.from([0xa0, 0x01, ...Array.from({ length: depth - 1 }, () => 2), 14]);
    let value: Value = 7;
    for (let i = 0; i < depth; i++) value = [value];
    expect(read([{ name: 'F', type }], schema, payload)).toEqual([value]);
  });

  test('of random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          read(columns, FIELDS, Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(DeserializationError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('a schema that is not in memory has to be fetched', () => {
  const schemas = { find: () => undefined };
  const bytes = Buffer.concat([header(3), PAYLOAD]);
  const columns = columnsOfTypes(INTEGER);
  expect(() => decode(avroFormat, columns, bytes, undefined, undefined, schemas)).toThrow(
    SchemaNeeded,
  );
});

test('the derived schema names records by their fields and marks what Connect has to know', () => {
  const columns: Column[] = [
    { name: 'T', type: TIME },
    { name: 'D', type: DATE },
    { name: 'TS', type: TIMESTAMP },
    { name: 'S', type: { kind: 'STRUCT', fields: [{ name: 'F', type: INTEGER }] } },
    { name: 'M', type: { kind: 'MAP', key: STRING, value: BIGINT } },
  ];
  const connect = 'org.apache.kafka.connect.data';
  const time = (type: string, name: string, logicalType: string) => [
    'null',
    { type, 'connect.version': 1, 'connect.name': `${connect}.${name}`, logicalType },
  ];
  expect(JSON.parse(deriveAvroSchema(columns, { name: 'AVRO', fullName: 'a.b.C' }))).toEqual({
    type: 'record',
    name: 'C',
    namespace: 'a.b',
    'connect.name': 'a.b.C',
    fields: [
      { name: 'T', type: time('int', 'Time', 'time-millis'), default: null },
      { name: 'D', type: time('int', 'Date', 'date'), default: null },
      { name: 'TS', type: time('long', 'Timestamp', 'timestamp-millis'), default: null },
      {
        name: 'S',
        type: [
          'null',
          {
            type: 'record',
            name: 'C_S',
            fields: [{ name: 'F', type: ['null', 'int'], default: null }],
            'connect.name': 'a.b.C_S',
          },
        ],
        default: null,
      },
      {
        name: 'M',
        type: [
          'null',
          {
            type: 'array',
            items: {
              type: 'record',
              name: 'C_M',
              fields: [
                { name: 'key', type: ['null', 'string'], default: null },
                { name: 'value', type: ['null', 'long'], default: null },
              ],
              'connect.internal.type': 'MapEntry',
            },
            'connect.name': 'a.b.C_M',
          },
        ],
        default: null,
      },
    ],
  });
});

test('names that Avro does not have are refused', () => {
  checkName('a_1');
  checkName('a.b');
  expect(() => checkName('1Abc')).toThrow('cannot hold the name 1Abc');
  expect(() => checkName('ä')).toThrow('cannot hold the name ä');
});

function checkName(name: string): void {
  avroFormat.check([{ name, type: INTEGER }], { name: 'AVRO' }, 'value');
}
