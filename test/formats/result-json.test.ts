import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileResultRow } from '../../src/formats/result-json.ts';
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

test.each<[SqlType, Value, string]>([
  [INTEGER, null, 'null'],
  [BOOLEAN, true, 'true'],
  [INTEGER, -1, '-1'],
  [BIGINT, 2n ** 63n - 1n, '9223372036854775807'],
  [DOUBLE, 10, '10.0'],
  [DOUBLE, 1e10, '1.0E10'],
  [DOUBLE, Infinity, '"Infinity"'],
  [{ kind: 'DECIMAL', precision: 4, scale: 2 }, 110, '1.10'],
  [STRING, 'a"\n', '"a\\"\\n"'],
  [STRING, 'é', '"é"'],
  [BYTES, Uint8Array.of(1, 2, 3), '"AQID"'],
  [DATE, 0, '"1970-01-01"'],
  [TIME, 36_000_000, '"10:00"'],
  [TIMESTAMP, 1_700_000_000_123, '"2023-11-14T22:13:20.123"'],
  [{ kind: 'ARRAY', element: DOUBLE }, [1, null], '[1.0,null]'],
  [
    { kind: 'MAP', key: STRING, value: BIGINT },
    new Map<Value, Value>([
      ['b', 1],
      ['a', null],
      [null, 2],
    ]),
    '{"b":1,"a":null,"null":2}',
  ],
  [{ kind: 'MAP', key: DATE, value: BIGINT }, new Map([[0, 1]]), '{"1970-01-01":1}'],
  [{ kind: 'MAP', key: BIGINT, value: BIGINT }, new Map([[7, 1]]), '{"7":1}'],
  [
    {
      kind: 'STRUCT',
      fields: [
        { name: 'A', type: STRING },
        { name: 'b c', type: DOUBLE },
      ],
    },
    ['x', null],
    '{"A":"x","b c":null}',
  ],
])('%s %s is %s', (type, value, expected) => {
  expect(compileResultRow([type])([value])).toBe(`[${expected}]`);
});

test('a row is an array of its columns', () => {
  const format = compileResultRow([INTEGER, STRING, BOOLEAN]);
  expect(format([1, 'a', null])).toBe('[1,"a",null]');
  expect(compileResultRow([])([])).toBe('[]');
});

test('is JSON for values of any type', () => {
  const typed = anyType.chain((type) =>
    fc.record({ type: fc.constant(type), value: nullableOf(type) }),
  );
  fc.assert(
    fc.property(typed, ({ type, value }) => {
      expect(JSON.parse(compileResultRow([type])([value]))).toHaveLength(1);
    }),
  );
});
