import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delimitedFormat } from '../../src/formats/delimited.ts';
import type { FormatSpec } from '../../src/formats/format.ts';
import { jsonFormat } from '../../src/formats/json.ts';
import { kafkaFormat } from '../../src/formats/kafka.ts';
import {
  BIGINT,
  BYTES,
  DOUBLE,
  INTEGER,
  STRING,
  type Row,
  type SqlType,
} from '../../src/sql/types.ts';
import { anyType, nullableOf, scalarType, valueOf } from './arbitrary-value.ts';
import { columnsOfTypes, decode, encode } from './round-trip.ts';

function rowsOf(types: fc.Arbitrary<SqlType>): fc.Arbitrary<{ types: SqlType[]; row: Row }> {
  return fc
    .array(types, { minLength: 1, maxLength: 6 })
    .chain((list) =>
      fc.record({ types: fc.constant(list), row: fc.tuple(...list.map(nullableOf)) }),
    );
}

describe('decode inverts encode', () => {
  test('in JSON, for rows of any types', () => {
    fc.assert(
      fc.property(rowsOf(anyType), ({ types, row }) => {
        const columns = columnsOfTypes(...types);
        const payload = encode(jsonFormat, columns, row);
        expect(decode(jsonFormat, columns, payload!)).toEqual(row);
      }),
      { numRuns: 1000 },
    );
  });

  test('in JSON, for a bare value of any type', () => {
    const spec = { name: 'JSON', unwrapped: true };
    const typed = anyType.chain((type) =>
      fc.record({ type: fc.constant(type), value: valueOf(type) }),
    );
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const columns = columnsOfTypes(type);
        const payload = encode(jsonFormat, columns, [value], spec);
        expect(decode(jsonFormat, columns, payload!, spec)).toEqual([value]);
      }),
      { numRuns: 500 },
    );
  });

  test('in DELIMITED, except that an empty field is always null', () => {
    const delimiter = fc.constantFrom(',', ';', '|', ' ', '\t', '1', 'é');
    fc.assert(
      fc.property(rowsOf(scalarType), delimiter, ({ types, row }, delimiter) => {
        const columns = columnsOfTypes(...types);
        const spec: FormatSpec = { name: 'DELIMITED', delimiter };
        const payload = encode(delimitedFormat, columns, row, spec);
        const expected = row.map((value) =>
          value === '' || (value instanceof Uint8Array && value.length === 0) ? null : value,
        );
        expect(decode(delimitedFormat, columns, payload!, spec)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('in KAFKA, a null being a null payload', () => {
    const typed = fc
      .constantFrom<SqlType>(INTEGER, BIGINT, DOUBLE, STRING, BYTES)
      .chain((type) => fc.record({ type: fc.constant(type), value: nullableOf(type) }));
    fc.assert(
      fc.property(typed, ({ type, value }) => {
        const columns = columnsOfTypes(type);
        const payload = encode(kafkaFormat, columns, [value]);
        if (value === null) expect(payload).toBeNull();
        else expect(decode(kafkaFormat, columns, payload!)).toEqual([value]);
      }),
      { numRuns: 1000 },
    );
  });
});

test('columns that are not needed are null and the others the same', () => {
  const cases = rowsOf(anyType).chain(({ types, row }) =>
    fc.record({
      types: fc.constant(types),
      row: fc.constant(row),
      needed: fc.tuple(...types.map(() => fc.boolean())),
    }),
  );
  fc.assert(
    fc.property(cases, ({ types, row, needed }) => {
      const columns = columnsOfTypes(...types);
      const payload = encode(jsonFormat, columns, row);
      const spec = { name: 'JSON' };
      expect(decode(jsonFormat, columns, payload!, spec, needed)).toEqual(
        row.map((value, i) => (needed[i] ? value : null)),
      );
    }),
  );
});
