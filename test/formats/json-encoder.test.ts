import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../src/base/byte-writer.ts';
import { GENERATE_AFTER } from '../../src/formats/json-encoder.ts';
import { jsonFormat } from '../../src/formats/json.ts';
import { writeJsonText } from '../../src/formats/json-text.ts';
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
import { anyType, nullableOf } from './arbitrary-value.ts';
import { columnsOfTypes, encodeText } from './round-trip.ts';

const DECIMAL_4_2: SqlType = { kind: 'DECIMAL', precision: 4, scale: 2 };

test('writes all columns in order, names as declared and nulls included', () => {
  const columns = [
    { name: 'USER_ID', type: STRING },
    { name: 'with "quote" é', type: BIGINT },
    { name: 'TS', type: BIGINT },
  ];
  expect(encodeText(jsonFormat, columns, ['u1', null, 1700000000000])).toBe(
    '{"USER_ID":"u1","with \\"quote\\" é":null,"TS":1700000000000}',
  );
  expect(encodeText(jsonFormat, [], [])).toBe('{}');
});

test.each<[SqlType, Value, string]>([
  [BOOLEAN, true, 'true'],
  [BOOLEAN, false, 'false'],
  [INTEGER, -2147483648, '-2147483648'],
  [BIGINT, 0, '0'],
  [BIGINT, 9007199254740991, '9007199254740991'],
  [BIGINT, -(2n ** 63n), '-9223372036854775808'],
  [DOUBLE, 10, '10.0'],
  [DOUBLE, 1e10, '1.0E10'],
  [DOUBLE, -0, '-0.0'],
  [DOUBLE, NaN, '"NaN"'],
  [DOUBLE, -Infinity, '"-Infinity"'],
  [DECIMAL_4_2, 110, '1.10'],
  [DECIMAL_4_2, -5, '-0.05'],
  [{ kind: 'DECIMAL', precision: 20, scale: 0 }, 2n ** 60n, '1152921504606846976'],
  [STRING, '', '""'],
  [STRING, 'a"b\\c\n\u0001', '"a\\"b\\\\c\\n\\u0001"'],
  [STRING, 'é😀\u2028', '"é😀\u2028"'],
  [STRING, '\ud800', '"\\ud800"'],
  [BYTES, Uint8Array.of(1, 2, 3), '"AQID"'],
  [TIME, 86399999, '86399999'],
  [DATE, -1, '-1'],
  [TIMESTAMP, 1700000000000, '1700000000000'],
  [{ kind: 'ARRAY', element: DECIMAL_4_2 }, [100, null], '[1.00,null]'],
  [{ kind: 'ARRAY', element: BIGINT }, [], '[]'],
  [
    { kind: 'MAP', key: STRING, value: DOUBLE },
    new Map<Value, Value>([
      ['b"', 1],
      ['a', null],
      [null, 2],
    ]),
    '{"b\\"":1.0,"a":null,"null":2.0}',
  ],
  [
    {
      kind: 'STRUCT',
      fields: [
        { name: 'A', type: STRING },
        { name: 'b', type: { kind: 'STRUCT', fields: [] } },
      ],
    },
    [null, []],
    '{"A":null,"b":{}}',
  ],
])('writes %s %s as %s', (type, value, expected) => {
  const columns = columnsOfTypes(type);
  expect(encodeText(jsonFormat, columns, [value])).toBe(`{"C0":${expected}}`);
  const spec = { name: 'JSON', unwrapped: true };
  expect(encodeText(jsonFormat, columns, [value], spec)).toBe(expected);
});

test('writes an unwrapped null as a null payload and a wrapped one as a field', () => {
  const columns = columnsOfTypes(BIGINT);
  expect(encodeText(jsonFormat, columns, [null], { name: 'JSON', unwrapped: true })).toBeNull();
  expect(encodeText(jsonFormat, columns, [null])).toBe('{"C0":null}');
});

test('wraps several columns even if told otherwise', () => {
  const columns = columnsOfTypes(BIGINT, BIGINT);
  const spec = { name: 'JSON', unwrapped: true };
  expect(encodeText(jsonFormat, columns, [null, 1], spec)).toBe('{"C0":null,"C1":1}');
});

test('takes the columns from the offset on and appends to what was written', () => {
  const writer = new ByteWriter();
  const columns = columnsOfTypes(BIGINT);
  const encode = jsonFormat.createEncoder({ columns, spec: { name: 'JSON' } });
  encode([1, 2, 3], 1, writer);
  encode([1, 2, 3], 2, writer);
  expect(writer.view().toString()).toBe('{"C0":2}{"C0":3}');
});

test('writes any text as JSON.stringify does', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ maxLength: 200 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 90 })
      .map((units) => String.fromCharCode(...units)),
  );
  fc.assert(
    fc.property(text, (text) => {
      const writer = new ByteWriter();
      writeJsonText(text, writer);
      expect(writer.view().toString()).toBe(JSON.stringify(text));
    }),
    { numRuns: 2000 },
  );
});

test('writes rows the same before and after a function is generated for them', () => {
  const rows = fc.array(anyType, { minLength: 1, maxLength: 8 }).chain((types) =>
    fc.record({
      types: fc.constant(types),
      rows: fc.array(fc.tuple(...types.map(nullableOf)), { minLength: 1, maxLength: 4 }),
    }),
  );
  fc.assert(
    fc.property(rows, ({ types, rows }) => {
      const columns = columnsOfTypes(...types);
      const expected = rows.map((row) => encodeText(jsonFormat, columns, row));
      const encode = jsonFormat.createEncoder({ columns, spec: { name: 'JSON' } });
      const writer = new ByteWriter();
      for (let i = 0; i < GENERATE_AFTER; i++) encode(rows[0]!, 0, writer);
      writer.reset();
      for (const row of rows) encode(row, 0, writer);
      expect(writer.view().toString()).toBe(expected.join(''));
    }),
    { numRuns: 1000 },
  );
});

test('writes any name and any text as constants, never as code', () => {
  const name = '`"];process.exit()//${process.exit()}\u2028\n\\';
  const columns = [
    { name, type: STRING },
    { name: `${name}'`, type: DECIMAL_4_2 },
  ];
  const encode = jsonFormat.createEncoder({ columns, spec: { name: 'JSON' } });
  const writer = new ByteWriter();
  for (let i = 0; i < GENERATE_AFTER; i++) encode([name, 0], 0, writer);
  writer.reset();
  encode([name, -105], 0, writer);
  const text = JSON.stringify(name);
  expect(writer.view().toString()).toBe(`{${text}:${text},${JSON.stringify(`${name}'`)}:-1.05}`);
});

test('grows what it writes into between long and short values', () => {
  const columns = columnsOfTypes(STRING, STRING, STRING, BIGINT);
  const encode = jsonFormat.createEncoder({ columns, spec: { name: 'JSON' } });
  for (let i = 0; i < GENERATE_AFTER; i++) encode(['', '', '', 1], 0, new ByteWriter());
  const row = ['x'.repeat(300), 'é'.repeat(100), 'y'.repeat(64), 2n ** 62n];
  const writer = new ByteWriter(1);
  encode(row, 0, writer);
  expect(writer.view().toString()).toBe(
    `{"C0":"${row[0]}","C1":"${row[1]}","C2":"${row[2]}","C3":4611686018427387904}`,
  );
});
