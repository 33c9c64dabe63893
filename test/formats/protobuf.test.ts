import * as fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { DeserializationError, type FormatSpec } from '../../src/formats/format.ts';
import { deriveProtobufSchema } from '../../src/formats/protobuf-derive.ts';
import { protobufFormat, protobufNoSrFormat } from '../../src/formats/protobuf.ts';
import type { WriterSchema } from '../../src/formats/registered-schema.ts';
import { WELL_KNOWN_FILES } from '../../src/formats/protobuf-well-known.ts';
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
import { protobufType, presentValueOf } from './arbitrary-value.ts';
import { header, knownSchemas } from './known-schemas.ts';
import { columnsOfTypes, decode, encode } from './round-trip.ts';

const ID = 9;

/** A 64-bit number as the library takes it. */
function long(text: string): unknown {
  return (protobuf.util.Long as unknown as { fromString(text: string): unknown }).fromString(text);
}

function protoWriter(text: string, id = ID): WriterSchema {
  return { id, type: 'PROTOBUF', text, dependencies: [] };
}

function derivedWriter(columns: readonly Column[], spec: FormatSpec): WriterSchema {
  return protoWriter(deriveProtobufSchema(columns, spec));
}

/** The message of this name, by the library alone. */
function messageOf(text: string, name: string): protobuf.Type {
  const root = new protobuf.Root();
  for (const file of WELL_KNOWN_FILES.values()) protobuf.parse(file, root, { keepCase: true });
  protobuf.parse(text, root, { keepCase: true });
  root.resolveAll();
  return root.lookupType(name);
}

/** A value as the library takes it; what Protobuf does not write is left out. */
function forLibrary(value: Value, type: SqlType): unknown {
  switch (type.kind) {
    case 'ARRAY':
      return (value as Value[]).map((item) => forLibrary(item, type.element));
    case 'MAP':
      return [...(value as Map<Value, Value>)].map(([key, item]) =>
        fields([
          ['key', key, type.key],
          ['value', item, type.value],
        ]),
      );
    case 'STRUCT':
      return fields(
        type.fields.map(({ name, type: field }, i) => [name, (value as Value[])[i]!, field]),
      );
    case 'BIGINT':
      return long(String(value));
    case 'BYTES':
      return Buffer.from(value as Uint8Array);
    default:
      return value;
  }
}

function fields(members: [name: string, value: Value, type: SqlType][]): object {
  return Object.fromEntries(
    members
      .filter(([, value]) => !isDefault(value))
      .map(([name, value, type]) => [name, forLibrary(value, type)]),
  );
}

function isDefault(value: Value): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  return value === null || value === false || value === '' || Object.is(value, 0);
}

const rows = fc.array(protobufType, { minLength: 1, maxLength: 5 }).chain((types) =>
  fc.record({
    types: fc.constant(types),
    row: fc.tuple(...types.map((type) => presentValueOf(type))),
  }),
);

describe('bytes', () => {
  test('are those of protobufjs, behind the id of the schema and the index of the message', () => {
    fc.assert(
      fc.property(rows, ({ types, row }) => {
        // Times and decimals are messages, whose bytes have tests of their own.
        const plain = types.map(withoutMessages);
        const values = row.map((value, i) => (plain[i] === types[i] ? value : ''));
        const columns = columnsOfTypes(...plain);
        const writer = derivedWriter(columns, { name: 'PROTOBUF' });
        const payload = encode(protobufFormat, columns, values, { name: 'PROTOBUF', writer });
        const struct: SqlType = { kind: 'STRUCT', fields: columns };
        const message = messageOf(writer.text, 'ConnectDefault1');
        const expected = message.encode(forLibrary(values, struct) as object).finish();
        expect(payload).toEqual(Buffer.concat([header(ID), Buffer.from([0]), expected]));
      }),
      { numRuns: 200 },
    );
  });

  test('are read as they were written', () => {
    fc.assert(
      fc.property(rows, ({ types, row }) => {
        const columns = columnsOfTypes(...types);
        const writer = derivedWriter(columns, { name: 'PROTOBUF' });
        const spec = { name: 'PROTOBUF', writer };
        const payload = encode(protobufFormat, columns, row, spec)!;
        const schemas = knownSchemas(writer);
        expect(decode(protobufFormat, columns, payload, spec, undefined, schemas)).toEqual(row);
        const bare = encode(protobufNoSrFormat, columns, row)!;
        expect(bare).toEqual(payload.subarray(6));
        expect(decode(protobufNoSrFormat, columns, bare)).toEqual(row);
      }),
      { numRuns: 200 },
    );
  });

  test('of times and decimals are those of their messages', () => {
    const columns: Column[] = [
      { name: 'D', type: DATE },
      { name: 'T', type: TIME },
      { name: 'TS', type: TIMESTAMP },
      { name: 'N', type: { kind: 'DECIMAL', precision: 6, scale: 2 } },
    ];
    const writer = derivedWriter(columns, { name: 'PROTOBUF' });
    const payload = encode(protobufFormat, columns, [18262, 3_723_004, -1500, -1234], {
      name: 'PROTOBUF',
      writer,
    });
    const message = messageOf(writer.text, 'ConnectDefault1');
    const expected = message
      .encode({
        D: { year: 2020, month: 1, day: 1 },
        T: { hours: 1, minutes: 2, seconds: 3, nanos: 4_000_000 },
        TS: { seconds: long('-2'), nanos: 500_000_000 },
        N: { value: Buffer.from('fb2e', 'hex'), precision: 4, scale: 2 },
      })
      .finish();
    expect(payload).toEqual(Buffer.concat([header(ID), Buffer.from([0]), expected]));
  });
});

function withoutMessages(type: SqlType): SqlType {
  const isPlain = (inner: SqlType): boolean => {
    switch (inner.kind) {
      case 'TIME':
      case 'DATE':
      case 'TIMESTAMP':
      case 'DECIMAL':
        return false;
      case 'ARRAY':
        return isPlain(inner.element);
      case 'MAP':
        return isPlain(inner.value);
      case 'STRUCT':
        return inner.fields.every((field) => isPlain(field.type));
      default:
        return true;
    }
  };
  return isPlain(type) ? type : STRING;
}

describe('nulls', () => {
  const columns: Column[] = [
    { name: 'I', type: INTEGER },
    { name: 'S', type: STRING },
    { name: 'A', type: { kind: 'ARRAY', element: INTEGER } },
    { name: 'R', type: { kind: 'STRUCT', fields: [{ name: 'F', type: INTEGER }] } },
    { name: 'TS', type: TIMESTAMP },
  ];
  const nulls: Row = [null, null, null, null, null];

  test('of scalars and collections are read as defaults, of messages as null', () => {
    const payload = encode(protobufNoSrFormat, columns, nulls)!;
    expect(payload).toHaveLength(0);
    expect(decode(protobufNoSrFormat, columns, payload)).toEqual([0, '', [], null, null]);
  });

  test.each(['OPTIONAL', 'WRAPPER'] as const)('of scalars are kept with %s', (nullable) => {
    const spec: FormatSpec = { name: 'PROTOBUF_NOSR', nullable };
    const written = (row: Row): Row | null => {
      const payload = encode(protobufNoSrFormat, columns, row, spec)!;
      return decode(protobufNoSrFormat, columns, payload, spec);
    };
    expect(written(nulls)).toEqual([null, null, [], null, null]);
    const defaults: Row = [0, '', [], [0], 0];
    expect(written(defaults)).toEqual(defaults);
  });

  test('inside of collections are refused', () => {
    const row: Row = [1, 's', [1, null], null, null];
    expect(() => encode(protobufNoSrFormat, columns, row)).toThrow('An element of A is null');
  });
});

describe('reading through the schema of the writer', () => {
  const text = `syntax = "proto3"; package p;
    import "google/protobuf/wrappers.proto";
    message First { int32 x = 1; }
    message Second {
      uint32 u = 1; fixed64 f = 2; sint32 s = 3; float r = 4; Kind kind = 5;
      google.protobuf.Int64Value w = 6; map<string, int32> m = 7; Inner inner = 8;
      enum Kind { NONE = 0; SOME = 1; }
      message Inner { repeated string names = 1; Inner next = 2; }
    }`;
  const second = messageOf(text, 'p.Second');
  const columns: Column[] = [
    { name: 'U', type: BIGINT },
    { name: 'F', type: BIGINT },
    { name: 'S', type: INTEGER },
    { name: 'R', type: DOUBLE },
    { name: 'KIND', type: STRING },
    { name: 'W', type: BIGINT },
    { name: 'M', type: { kind: 'MAP', key: STRING, value: INTEGER } },
    {
      name: 'INNER',
      type: {
        kind: 'STRUCT',
        fields: [{ name: 'NAMES', type: { kind: 'ARRAY', element: STRING } }],
      },
    },
    { name: 'ABSENT', type: STRING },
  ];

  function read(payload: Uint8Array, index: readonly number[] = [2, 2]): Row | null {
    const bytes = Buffer.concat([header(ID), Buffer.from(index), payload]);
    const schemas = knownSchemas(protoWriter(text));
    return decode(protobufFormat, columns, bytes, { name: 'PROTOBUF' }, undefined, schemas);
  }

  const payload = second
    .encode({
      u: 4_294_967_295,
      f: long('-9223372036854775808'),
      s: -5,
      r: 1.1234,
      kind: 1,
      w: { value: 7 },
      m: { a: 1, b: 0 },
      inner: { names: ['n', ''], next: { names: ['deep'] } },
    })
    .finish();

  test('takes the message that the payload names, and its fields by name', () => {
    expect(read(payload)).toEqual([
      4_294_967_295,
      -(2n ** 63n),
      -5,
      1.1233999729156494,
      'SOME',
      7,
      new Map([
        ['a', 1],
        ['b', 0],
      ]),
      [['n', '']],
      null,
    ]);
  });

  test('gives defaults for what is not written', () => {
    expect(read(new Uint8Array(0))).toEqual([0, 0, 0, 0, 'NONE', null, new Map(), null, null]);
  });

  test('puts together a message that comes in parts, and takes numbers one by one or packed', () => {
    const list =
      'syntax = "proto3"; message L { repeated int32 n = 1; I i = 2; message I { int32 a = 1; int32 b = 2; } }';
    const target: Column[] = [
      { name: 'N', type: { kind: 'ARRAY', element: INTEGER } },
      {
        name: 'I',
        type: {
          kind: 'STRUCT',
          fields: [
            { name: 'A', type: INTEGER },
            { name: 'B', type: INTEGER },
          ],
        },
      },
    ];
    const parts = [0x08, 1, 0x0a, 2, 2, 3, 0x08, 4, 0x12, 2, 0x08, 5, 0x12, 2, 0x10, 6];
    const bytes = Buffer.concat([header(ID), Buffer.from([0, ...parts])]);
    const schemas = knownSchemas(protoWriter(list));
    expect(decode(protobufFormat, target, bytes, undefined, undefined, schemas)).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
  });

  test('refuses what the column cannot take', () => {
    const schemas = knownSchemas(protoWriter(text));
    const bytes = Buffer.concat([header(ID), Buffer.from([2, 2]), payload]);
    for (const type of [BOOLEAN, BYTES, DOUBLE, INTEGER]) {
      const target: Column[] = [{ name: 'U', type }];
      expect(() => decode(protobufFormat, target, bytes, undefined, undefined, schemas)).toThrow(
        DeserializationError,
      );
    }
  });

  test('refuses bad payloads as errors of the record', () => {
    expect(() => read(payload, [2, 4])).toThrow('names message 2');
    expect(() => read(payload, [4, 2, 8])).toThrow('names message 4');
    expect(() => read(payload, [0xfe, 0xff, 0xff, 0x0f])).toThrow('message index of');
    expect(() => read(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]))).toThrow('wire type');
    expect(() => read(Buffer.from([0x42, 0xff, 0xff, 0xff, 0xff, 0x0f]))).toThrow('length of');
    expect(() => read(Buffer.from([0x9b, 0x06, ...Buffer.alloc(50_000, 0x0b)]))).toThrow(
      'nested more than',
    );
    expect(() => read(Buffer.from([0x9f]))).toThrow('ends too early');
    for (let length = 1; length < payload.length; length++) {
      try {
        read(payload.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(DeserializationError);
      }
    }
  });

  test('refuses random bytes as errors of the record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          read(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DeserializationError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('refuses payloads of a schema that does not parse', () => {
    const schemas = knownSchemas(protoWriter('message {'));
    const bytes = Buffer.concat([header(ID), Buffer.from([0])]);
    expect(() => decode(protobufFormat, columns, bytes, undefined, undefined, schemas)).toThrow(
      'The Protobuf schema cannot be read',
    );
  });
});

describe('the derived schema', () => {
  test('numbers the columns and names messages in the order they appear', () => {
    const columns: Column[] = [
      { name: 'I', type: INTEGER },
      { name: 'A', type: { kind: 'ARRAY', element: STRING } },
      { name: 'S', type: { kind: 'STRUCT', fields: [{ name: 'F', type: BIGINT }] } },
      { name: 'M', type: { kind: 'MAP', key: STRING, value: DOUBLE } },
      { name: 'D', type: { kind: 'DECIMAL', precision: 4, scale: 2 } },
    ];
    expect(deriveProtobufSchema(columns, { name: 'PROTOBUF' })).toBe(`syntax = "proto3";

import "confluent/type/decimal.proto";

message ConnectDefault1 {
  int32 I = 1;
  repeated string A = 2;
  ConnectDefault2 S = 3;
  repeated ConnectDefault3Entry M = 4;
  confluent.type.Decimal D = 5 [(confluent.field_meta) = {
    params: [
      {
        value: "4",
        key: "precision"
      },
      {
        value: "2",
        key: "scale"
      }
    ]
  }];

  message ConnectDefault2 {
    int64 F = 1;
  }

  message ConnectDefault3Entry {
    string key = 1;
    double value = 2;
  }
}
`);
  });

  test('has the name that the statement gives, its package apart', () => {
    const columns = columnsOfTypes(BYTES);
    expect(deriveProtobufSchema(columns, { name: 'PROTOBUF', fullName: 'a.b.Rec' })).toBe(
      'syntax = "proto3";\npackage a.b;\n\nmessage Rec {\n  bytes C0 = 1;\n}\n',
    );
  });

  test('gives the columns it was derived from', () => {
    fc.assert(
      fc.property(fc.array(protobufType, { minLength: 1, maxLength: 5 }), (types) => {
        const columns = columnsOfTypes(...types);
        const schema = derivedWriter(columns, { name: 'PROTOBUF' });
        const options = { side: 'value', whole: null, fullName: undefined } as const;
        expect(protobufFormat.schemas!.infer(schema, options).columns).toEqual(columns);
      }),
    );
  });
});

test('what Protobuf does not have is refused', () => {
  const list: SqlType = { kind: 'ARRAY', element: INTEGER };
  expect(() => check('A', { kind: 'ARRAY', element: list })).toThrow('an ARRAY of ARRAY');
  expect(() => check('my name', INTEGER)).toThrow('cannot hold the name my name');
  expect(() => check('__proto__', INTEGER)).toThrow('cannot hold the name __proto__');
  const bare = { name: 'PROTOBUF_NOSR', unwrapped: true };
  expect(() => protobufNoSrFormat.check(columnsOfTypes(INTEGER), bare, 'key')).toThrow('STRUCT');
});

function check(name: string, type: SqlType): void {
  protobufFormat.check([{ name, type }], { name: 'PROTOBUF' }, 'value');
}
