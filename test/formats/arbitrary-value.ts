import * as fc from 'fast-check';
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
import { integer } from '../../src/sql/value.ts';

/** Names as people and machines give them; never two that differ only in case. */
export const fieldName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'ID',
    'NAME',
    'user_id',
    'eventTime',
    'Ünïcode',
    'with "quote"',
    '__proto__',
    '日本',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
);

/** Types that every format with more than one column supports. */
export const scalarType: fc.Arbitrary<SqlType> = fc.oneof(
  fc.constantFrom(BOOLEAN, INTEGER, BIGINT, DOUBLE, STRING, BYTES, TIME, DATE, TIMESTAMP),
  fc
    .tuple(fc.integer({ min: 1, max: 38 }), fc.nat())
    .map(([precision, n]) => ({ kind: 'DECIMAL' as const, precision, scale: n % (precision + 1) })),
);

/** All types, collections with STRING map keys included. */
export const anyType: fc.Arbitrary<SqlType> = fc.letrec<{ type: SqlType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalarType,
    tie('type').map((element) => ({ kind: 'ARRAY' as const, element })),
    tie('type').map((value) => ({ kind: 'MAP' as const, key: STRING, value })),
    fc
      .uniqueArray(fc.record({ name: fieldName, type: tie('type') }), {
        selector: (field) => field.name.toUpperCase(),
        maxLength: 4,
      })
      .map((fields) => ({ kind: 'STRUCT' as const, fields })),
  ),
})).type;

const AVRO_NAMES = ['ID', 'NAME', 'user_id', 'eventTime', '__proto__', 'constructor', '_x', 'F9'];

/** Types whose names Avro and Protobuf can have. */
export const avroType: fc.Arbitrary<SqlType> = fc.letrec<{ type: SqlType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalarType,
    tie('type').map((element) => ({ kind: 'ARRAY' as const, element })),
    tie('type').map((value) => ({ kind: 'MAP' as const, key: STRING, value })),
    fc
      .uniqueArray(fc.record({ name: fc.constantFrom(...AVRO_NAMES), type: tie('type') }), {
        selector: (field) => field.name,
        minLength: 1,
        maxLength: 4,
      })
      .map((fields) => ({ kind: 'STRUCT' as const, fields })),
  ),
})).type;

/** Types that Protobuf has: no collections right inside of an array, and no empty structs. */
export const protobufType: fc.Arbitrary<SqlType> = fc.letrec<{ type: SqlType; single: SqlType }>(
  (tie) => ({
    type: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie('single'),
      tie('single').map((element) => ({ kind: 'ARRAY' as const, element })),
      tie('type').map((value) => ({ kind: 'MAP' as const, key: STRING, value })),
    ),
    single: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      scalarType,
      fc
        .uniqueArray(
          fc.record({
            name: fc.constantFrom(...AVRO_NAMES.filter((name) => name !== '__proto__')),
            type: tie('type'),
          }),
          { selector: (field) => field.name, minLength: 1, maxLength: 4 },
        )
        .map((fields) => ({ kind: 'STRUCT' as const, fields })),
    ),
  }),
).type;

/** Values of a type without any null, which Protobuf keeps for messages alone. */
export function presentValueOf(type: SqlType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'ARRAY':
      return fc.array(presentValueOf(type.element), { maxLength: 4 });
    case 'MAP':
      return fc
        .array(fc.tuple(fc.string({ maxLength: 8 }), presentValueOf(type.value)), { maxLength: 4 })
        .map((entries) => new Map<Value, Value>(entries));
    case 'STRUCT':
      return fc.tuple(...type.fields.map((field) => presentValueOf(field.type)));
    case 'DATE':
      // Years that have a date of their own.
      return fc.integer({ min: -100_000, max: 1_000_000 });
    default:
      return valueOf(type);
  }
}

/** Values of a type, nulls included. */
export function nullableOf(type: SqlType): fc.Arbitrary<Value> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 9, arbitrary: valueOf(type) },
  );
}

/** Values of a type except null itself; collections may hold nulls. */
export function valueOf(type: SqlType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'BOOLEAN':
      return fc.boolean();
    case 'INTEGER':
    case 'DATE':
      return fc.oneof(fc.integer(), fc.integer({ min: -100, max: 100 }));
    case 'BIGINT':
      return fc.oneof(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(integer),
        fc.integer({ min: -1000, max: 1000 }),
        fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), Number.MAX_SAFE_INTEGER, 2n ** 53n),
      );
    case 'DOUBLE':
      return fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, NaN, Infinity, 5e-324, 1e21));
    case 'DECIMAL': {
      const bound = 10n ** BigInt(type.precision) - 1n;
      return fc.bigInt({ min: -bound, max: bound }).map(integer);
    }
    case 'STRING':
      return fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.string({ maxLength: 30 }),
        fc.constantFrom('', '"\\\b\f\n\r\t\u0000/', '\ud83d\ude00', '\u2028\ufffd', 'null'),
      );
    case 'BYTES':
      return fc.uint8Array({ maxLength: 40 });
    case 'TIME':
      return fc.integer({ min: 0, max: 86_400_000 });
    case 'TIMESTAMP':
      return fc.maxSafeInteger();
    case 'ARRAY':
      return fc.array(nullableOf(type.element), { maxLength: 4 });
    case 'MAP':
      return fc
        .array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 8 }), nullableOf(type.value)), {
          maxLength: 4,
        })
        .map((entries) => new Map<Value, Value>(entries));
    case 'STRUCT':
      return fc.tuple(...type.fields.map((field) => nullableOf(field.type)));
  }
}
