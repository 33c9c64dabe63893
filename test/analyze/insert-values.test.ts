import { NO_AMBIENT } from '../../src/expressions/ambient.ts';
import { describe, expect, test } from 'vitest';
import { analyzeInsertValues } from '../../src/analyze/insert-values.ts';
import { BIGINT, BYTES, DATE, DOUBLE, STRING, TIME, TIMESTAMP } from '../../src/sql/types.ts';
import { CATALOG, parse, refusal, source } from './fixture.ts';

const WITH_TIMES = CATALOG.withSource(
  source('STREAM', 'TIMES', {
    keys: {},
    values: { D: DATE, T: TIME, TS: TIMESTAMP, B: BYTES, F: DOUBLE },
  }),
).withSource(
  source('STREAM', 'NESTED', {
    keys: {},
    values: {
      A: { kind: 'ARRAY', element: DATE },
      M: { kind: 'MAP', key: STRING, value: BIGINT },
      P: {
        kind: 'STRUCT',
        fields: [
          { name: 'X', type: DOUBLE },
          { name: 'Q', type: { kind: 'STRUCT', fields: [{ name: 'N', type: BIGINT }] } },
        ],
      },
    },
  }),
);

function insert(sql: string) {
  return analyzeInsertValues(parse(sql, 'insertValues'), {
    catalog: WITH_TIMES,
    ambient: NO_AMBIENT,
  });
}

function wrong(sql: string): string {
  const { code, at, message } = refusal(() => insert(sql));
  return `${code} ${at} ${message}`;
}

test('values go to the listed columns, all others are null', () => {
  expect(insert("INSERT INTO clicks (ms, user) VALUES (12, 'ann')")).toMatchObject({
    source: { name: 'CLICKS' },
    row: ['ann', null, 12, null, null, null, null],
    timestamp: null,
  });
});

test('without a list values stand in schema order', () => {
  expect(insert("INSERT INTO users VALUES ('ann', 'Oslo', 30 + 3, NULL)").row).toEqual([
    'ann',
    'Oslo',
    33,
    null,
  ]);
});

test('ROWTIME is the time of the row', () => {
  expect(insert("INSERT INTO clicks (rowtime, user) VALUES (1234, 'ann')").timestamp).toBe(1234);
  expect(insert("INSERT INTO clicks (rowtime, user) VALUES (NULL, 'ann')").timestamp).toBeNull();
});

test('numbers widen without losing a digit', () => {
  expect(
    insert('INSERT INTO clicks (ms, ratio, price) VALUES (9007199254740993, 3, 1.5)').row,
  ).toEqual([null, null, 9_007_199_254_740_993n, null, 3, 150, null]);
  expect(insert('INSERT INTO clicks (ratio) VALUES (2.50)').row[4]).toBe(2.5);
});

test('text becomes times and bytes', () => {
  expect(
    insert("INSERT INTO times VALUES ('1970-01-03', '00:00:01', '1970-01-01T00:00:02', 'AQI=', 1)")
      .row,
  ).toEqual([2, 1000, 2000, new Uint8Array([1, 2]), 1]);
});

describe('refused', () => {
  test.each([
    [
      "INSERT INTO clicks VALUES ('a')",
      'BAD_STATEMENT 1:28 Expected a value for each column: the 7 columns are USER, PAGE, MS, N, RATIO, PRICE, OK, but found 1 value.',
    ],
    [
      "INSERT INTO clicks (user, ms) VALUES ('a', 1, 2)",
      'BAD_STATEMENT 1:47 Expected a value for each column: the 2 columns are USER, MS, but found 3 values.',
    ],
    [
      "INSERT INTO clicks (user, msx) VALUES ('a', 1)",
      'UNKNOWN_COLUMN 1:27 Column name `MSX` does not exist in CLICKS. Did you mean MS?',
    ],
    [
      'INSERT INTO clicks (ms, ms) VALUES (1, 2)',
      'BAD_STATEMENT 1:25 The column list contains `MS` twice.',
    ],
    [
      'INSERT INTO clicks (rowoffset) VALUES (1)',
      'BAD_STATEMENT 1:21 Inserting into column `ROWOFFSET` is not allowed: the log decides it.',
    ],
    [
      "INSERT INTO clicks (n) VALUES ('v')",
      "TYPE_MISMATCH 1:32 Column `N` is INTEGER and cannot take 'v' (STRING): expected INTEGER, but found STRING.",
    ],
    [
      'INSERT INTO clicks (n) VALUES (3000000000)',
      'TYPE_MISMATCH 1:32 Column `N` is INTEGER and cannot take 3000000000 (BIGINT): expected INTEGER, but found BIGINT.',
    ],
    [
      'INSERT INTO clicks (ms) VALUES (1.0)',
      'TYPE_MISMATCH 1:33 Column `MS` is BIGINT and cannot take 1.0 (DECIMAL(2, 1)): expected BIGINT, but found DECIMAL(2, 1).',
    ],
    [
      'INSERT INTO clicks (page) VALUES (1)',
      'TYPE_MISMATCH 1:35 Column `PAGE` is STRING and cannot take 1 (INTEGER): expected STRING, but found INTEGER.',
    ],
    [
      'INSERT INTO clicks (price) VALUES (1.234)',
      'TYPE_MISMATCH 1:36 Column `PRICE` is DECIMAL(6, 2) and cannot take 1.234 (DECIMAL(4, 3)): DECIMAL(6, 2) cannot hold the number exactly.',
    ],
    [
      'INSERT INTO clicks (rowtime) VALUES (-1)',
      'TYPE_MISMATCH 1:38 ROWTIME must be epoch milliseconds from 0 to 8640000000000000, but found -1.',
    ],
    [
      'INSERT INTO clicks (rowtime) VALUES (8640000000000001)',
      'TYPE_MISMATCH 1:38 ROWTIME must be epoch milliseconds from 0 to 8640000000000000, but found 8640000000000001.',
    ],
    [
      'INSERT INTO clicks (ms) VALUES (n)',
      'UNKNOWN_COLUMN 1:33 VALUES cannot contain columns, only constants; found N.',
    ],
    [
      "INSERT INTO users (city) VALUES ('Oslo')",
      'BAD_STATEMENT 1:1 Value for primary key column(s) ID (STRING) is required for tables.',
    ],
    [
      'INSERT INTO pairs (a) VALUES (1)',
      'BAD_STATEMENT 1:1 Value for primary key column(s) B (BIGINT) is required for tables.',
    ],
    [
      "INSERT INTO hourly VALUES ('a', 1)",
      'BAD_STATEMENT 1:13 Cannot insert values into windowed stream/table! Rows get into HOURLY only through the query that makes the windows.',
    ],
    [
      "INSERT INTO click VALUES ('a')",
      'UNKNOWN_SOURCE 1:13 The stream or table CLICK does not exist. Did you mean CLICKS?',
    ],
  ])('%s', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });

  test.each([
    [
      "INSERT INTO times (d) VALUES ('2024-02-30')",
      /^TYPE_MISMATCH 1:31 Column `D` is DATE and cannot take '2024-02-30' \(STRING\): Failed to parse date/,
    ],
    [
      "INSERT INTO times (b) VALUES ('?')",
      /^TYPE_MISMATCH 1:31 Column `B` is BYTES and cannot take/,
    ],
    [
      'INSERT INTO clicks (price) VALUES (12345.6)',
      /^TYPE_MISMATCH 1:36 Column `PRICE` is DECIMAL\(6, 2\) and cannot take 12345\.6/,
    ],
    [
      'INSERT INTO clicks (n) VALUES (1 / 0)',
      /^TYPE_MISMATCH 1:32 Column `N` is INTEGER and cannot take \(1 \/ 0\)/,
    ],
  ])('%s', (sql, expected) => {
    expect(wrong(sql)).toMatch(expected);
  });
});

describe('nested values', () => {
  test('convert member by member, structs by the names of their fields', () => {
    const values = "ARRAY['1970-01-03', NULL], MAP('a' := 1), STRUCT(z := 1, q := STRUCT(n := 2))";
    expect(insert(`INSERT INTO nested VALUES (${values})`).row).toEqual([
      [2, null],
      new Map([['a', 1]]),
      [null, [2]],
    ]);
  });

  test.each([
    [
      "(a) VALUES (ARRAY['x'])",
      "Column `A` is ARRAY<DATE> and cannot take ARRAY['x'] (ARRAY<STRING>): Failed to parse date 'x'",
    ],
    [
      '(m) VALUES (MAP(1 := 1))',
      'Column `M` is MAP<STRING, BIGINT> and cannot take MAP(1:=1) (MAP<INTEGER, INTEGER>): expected STRING, but found INTEGER.',
    ],
    [
      '(p) VALUES (STRUCT(q := STRUCT(n := 1.5)))',
      'STRUCT(Q:=STRUCT(N:=1.5)) (STRUCT<`Q` STRUCT<`N` DECIMAL(2, 1)>>): in field Q: in field N: expected BIGINT, but found DECIMAL(2, 1).',
    ],
    [
      '(a) VALUES (MAP(1 := 1))',
      'Column `A` is ARRAY<DATE> and cannot take MAP(1:=1) (MAP<INTEGER, INTEGER>): expected ARRAY<DATE>, but found MAP<INTEGER, INTEGER>.',
    ],
    ['(a) VALUES (ARRAY[page])', 'VALUES cannot contain columns, only constants; found PAGE.'],
  ])('%s is refused', (sql, message) => {
    expect(wrong(`INSERT INTO nested ${sql}`)).toContain(message);
  });
});
