import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/base/byte-writer.ts';
import { mapKeyFunction, rowCodec } from '../../src/operators/state-codec.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  type Row,
  type SqlType,
  STRING,
  type Value,
} from '../../src/sql/types.ts';
import { KeyReader } from '../../src/state/key-bytes.ts';
import { anyType, nullableOf, scalarType } from '../formats/arbitrary-value.ts';

const keyType: fc.Arbitrary<SqlType> = fc.oneof(
  { weight: 4, arbitrary: scalarType },
  scalarType.map((element) => ({ kind: 'ARRAY' as const, element })),
  fc.array(scalarType, { minLength: 1, maxLength: 3 }).map((types) => ({
    kind: 'STRUCT' as const,
    fields: types.map((type, index) => ({ name: `F${index}`, type })),
  })),
);

const types = fc.array(anyType, { maxLength: 4 });
const keyTypes = fc.array(keyType, { maxLength: 3 });

function rowOf(columnTypes: readonly SqlType[]): fc.Arbitrary<Row> {
  return fc.tuple(...columnTypes.map((type) => nullableOf(type)));
}

function encodeKey(columnTypes: readonly SqlType[], key: Row): Buffer {
  const writer = new ByteWriter();
  rowCodec({ keyTypes: columnTypes, valueTypes: [] }).writeKey(writer, key);
  return writer.copy();
}

/** Keys do not tell -0 from 0. */
function withoutNegativeZero(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  return Object.is(value, -0) ? 0 : value;
}

describe('the state codec', () => {
  test('gives back every value row it wrote', () => {
    fc.assert(
      fc.property(
        types.chain((valueTypes) => fc.tuple(fc.constant(valueTypes), rowOf(valueTypes))),
        ([valueTypes, row]) => {
          const codec = rowCodec({ keyTypes: [], valueTypes });
          const writer = new ByteWriter();
          codec.writeValue(writer, row);
          expect(codec.readValue(writer.copy())).toStrictEqual(row);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('gives back every key it wrote, and stops at its end', () => {
    fc.assert(
      fc.property(
        keyTypes.chain((columnTypes) => fc.tuple(fc.constant(columnTypes), rowOf(columnTypes))),
        ([columnTypes, key]) => {
          const bytes = encodeKey(columnTypes, key);
          const reader = new KeyReader(Buffer.concat([bytes, Buffer.from([9])]), 0);
          const found = rowCodec({ keyTypes: columnTypes, valueTypes: [] }).readKey(reader);
          expect(found).toStrictEqual(key.map(withoutNegativeZero));
          expect(reader.readByte()).toBe(9);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each<[string, SqlType, Value[]]>([
    ['BOOLEAN', BOOLEAN, [null, false, true]],
    ['INTEGER', INTEGER, [null, -(2 ** 31), -1, 0, 1, 2 ** 31 - 1]],
    ['BIGINT', BIGINT, [null, -(2n ** 63n), -(2 ** 53) + 1, -1, 0, 5, 2n ** 53n, 2n ** 63n - 1n]],
    [
      'DECIMAL',
      { kind: 'DECIMAL', precision: 38, scale: 2 },
      [null, -(10n ** 37n), -65_536, -65_535, -256, -255, -1, 0, 1, 255, 256, 65_536, 10n ** 37n],
    ],
    ['DOUBLE', DOUBLE, [null, -Infinity, -1.5, -5e-324, 0, 5e-324, 1.5, Infinity, NaN]],
    ['STRING', STRING, [null, '', '\0', '\0a', 'a', 'a\0', 'ab', 'b', 'ÿ', '😀']],
    [
      'BYTES',
      BYTES,
      [null, Buffer.of(), Buffer.of(0), Buffer.of(0, 255), Buffer.of(1), Buffer.of(255)],
    ],
    ['DATE', DATE, [null, -1, 0, 1]],
    ['ARRAY', { kind: 'ARRAY', element: INTEGER }, [null, [], [null], [1], [1, null], [1, 2], [2]]],
  ])('orders %s keys like their values, NULL first', (_name, type, ascending) => {
    const encoded = ascending.map((value) => encodeKey([type], [value]).toString('hex'));
    expect(encoded).toStrictEqual(encoded.toSorted());
    expect(new Set(encoded).size).toBe(ascending.length);
  });

  test('orders by the first column, then the second', () => {
    const rows: Row[] = [['a', 2], ['a', 10], ['a\0', 1], ['b', null], ['b', 0]]; // prettier-ignore
    const encoded = rows.map((row) => encodeKey([STRING, INTEGER], row).toString('hex'));
    expect(encoded).toStrictEqual(encoded.toSorted());
  });

  test('refuses a MAP in a key', () => {
    const type: SqlType = { kind: 'MAP', key: STRING, value: STRING };
    expect(() => encodeKey([type], [new Map()])).toThrow('a MAP cannot be a key');
  });

  test('map keys are equal exactly when the stored keys are', () => {
    fc.assert(
      fc.property(
        keyTypes.chain((columnTypes) =>
          fc.tuple(fc.constant(columnTypes), rowOf(columnTypes), rowOf(columnTypes)),
        ),
        ([columnTypes, a, b]) => {
          const mapKey = mapKeyFunction(columnTypes);
          const same = encodeKey(columnTypes, a).equals(encodeKey(columnTypes, b));
          expect(new Set([mapKey(a), mapKey(b)]).size).toBe(same ? 1 : 2);
          expect(new Set([mapKey(a), mapKey(structuredClone(a))]).size).toBe(1);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('halves of surrogate pairs, which are stored alike, are one map key', () => {
    const mapKey = mapKeyFunction([STRING]);
    expect(new Set([['\ud800'], ['\udfff'], ['\ufffd']].map(mapKey)).size).toBe(1);
    expect(mapKey(['😀'])).toBe('😀');
    expect(mapKey([null])).toBe(null);
  });
});
