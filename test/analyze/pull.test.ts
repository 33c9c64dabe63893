import { NO_AMBIENT } from '../../src/expressions/ambient.ts';
import { describe, expect, test } from 'vitest';
import { analyzePull } from '../../src/analyze/pull.ts';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { printExpression } from '../../src/expressions/print.ts';
import { CATALOG, parseQuery, refusal, source } from './fixture.ts';
import { BIGINT, INTEGER, STRING } from '../../src/sql/types.ts';
import { analyzeQuery } from '../../src/analyze/query.ts';

const ALL = { startMin: null, startMax: null, endMin: null, endMax: null };

const WITH_TWO_KEYS: Catalog = CATALOG.withSource(
  source(
    'TABLE',
    'BOTH',
    { keys: { A: INTEGER, B: STRING }, values: { V: BIGINT } },
    { createdBy: 'CTAS_TOTALS_7' },
  ),
);

function pull(sql: string, { catalog = WITH_TWO_KEYS, tableScanEnabled = true } = {}) {
  const node = parseQuery(sql);
  const query = analyzeQuery(node, { catalog, mode: 'pull' });
  return analyzePull(query, { catalog, where: node.where, tableScanEnabled, ambient: NO_AMBIENT });
}

function wrong(sql: string): string {
  const { code, at, message } = refusal(() => pull(sql));
  return `${code} ${at} ${message}`;
}

const WITH_TEXT_KEY: Catalog = CATALOG.withSource(
  source(
    'TABLE',
    'WORDS',
    { keys: { W: STRING }, values: { V: BIGINT } },
    { createdBy: 'CTAS_TOTALS_7' },
  ),
);

describe('key lookups', () => {
  test('an equality on the key gets one row and keeps the whole condition', () => {
    const plan = pull('SELECT * FROM totals WHERE 2 + 3 = id AND total > 1');
    expect(plan).toMatchObject({ kind: 'keyLookup', lookups: [{ key: [5], bounds: ALL }] });
    expect(plan.predicate && printExpression(plan.predicate)).toBe(
      '(((2 + 3) = ID) AND (TOTAL > 1))',
    );
  });

  test.each([
    ['id = 1 OR id = 2', [[1], [2]]],
    ['id IN (3, 1, 3)', [[3], [1]]],
    ['id = 10 AND id IN (1, 10)', [[10]]],
    ['(id = 1 OR id = 2) AND (total > 1 OR total < 0)', [[1], [2]]],
    ['NOT (NOT (id = 4))', [[4]]],
    ['id = 1 AND total IN (NULL)', []],
  ])('%s', (where, keys) => {
    const plan = pull(`SELECT * FROM totals WHERE ${where}`);
    expect(plan.kind === 'keyLookup' && plan.lookups.map(({ key }) => key)).toEqual(keys);
  });

  test('every key column must be given', () => {
    expect(pull("SELECT * FROM both WHERE b IN ('x', 'y') AND a = 1")).toMatchObject({
      kind: 'keyLookup',
      lookups: [{ key: [1, 'x'] }, { key: [1, 'y'] }],
    });
    expect(pull("SELECT * FROM both WHERE b = 'x'").kind).toBe('scan');
  });
});

describe('window bounds', () => {
  test('belong to their disjunct and include both ends', () => {
    expect(
      pull(
        "SELECT * FROM hourly WHERE id = 'a' AND windowstart >= '1970-01-01T01:00' AND windowstart < 7200000 OR id = 'b' AND 5 >= windowend",
      ),
    ).toMatchObject({
      kind: 'keyLookup',
      lookups: [
        { key: ['a'], bounds: { ...ALL, startMin: 3_600_000, startMax: 7_199_999 } },
        { key: ['b'], bounds: { ...ALL, endMax: 5 } },
      ],
    });
  });

  test('of a scan span those of all disjuncts', () => {
    expect(
      pull('SELECT * FROM hourly WHERE windowstart = 5 OR windowstart BETWEEN 1 AND 3'),
    ).toMatchObject({ kind: 'scan', bounds: { ...ALL, startMin: 1, startMax: 5 } });
    expect(pull('SELECT * FROM hourly WHERE windowstart > 5 OR total > 1')).toMatchObject({
      kind: 'scan',
      bounds: ALL,
    });
  });

  test('take comparisons with constants only', () => {
    expect(wrong("SELECT * FROM hourly WHERE windowstart <> 1 AND id = 'a'")).toBe(
      'BAD_STATEMENT 1:28 Unsupported WINDOWSTART bounds: (WINDOWSTART <> 1). Compare it by =, <, <=, > or >=.',
    );
    expect(wrong('SELECT * FROM hourly WHERE windowend > total')).toBe(
      'BAD_STATEMENT 1:28 WINDOWEND can be compared with an INTEGER, a BIGINT or a datetime in quotes, but found TOTAL',
    );
  });
});

describe('scans', () => {
  test.each([
    '',
    'WHERE total > 1',
    'WHERE id > 1',
    'WHERE id <> 1',
    'WHERE id = total',
    'WHERE id + 1 = 2',
    'WHERE id = 1 OR total = 1',
    'WHERE id = 1 OR id > 5',
    'WHERE 2 < 5',
    'WHERE id IS DISTINCT FROM 1',
    'WHERE id IN (1, 2.5)',
    'WHERE total = 1 OR NOT (id = 1)',
  ])('SELECT * FROM totals %s', (where) => {
    expect(pull(`SELECT * FROM totals ${where}`).kind).toBe('scan');
  });

  test('an exponential number of disjuncts is not enumerated', () => {
    const where = Array.from({ length: 40 }, (_, n) => `(id = ${n} OR total = ${n})`).join(' AND ');
    expect(pull(`SELECT * FROM totals WHERE id = 1 AND ${where}`)).toMatchObject({
      kind: 'scan',
      bounds: ALL,
    });
  });
});

describe('refused', () => {
  test.each([
    ['total IS NULL', '(TOTAL IS NULL)'],
    ['NOT (id = 1)', '(NOT (ID = 1))'],
    ['id NOT IN (1)', '(NOT (ID = 1))'],
    ['id = 1 AND total IS NOT NULL', '(TOTAL IS NOT NULL)'],
    ['NOT (id BETWEEN 1 AND 2)', '(NOT (ID >= 1))'],
    ['true', 'true'],
  ])('%s', (where, leaf) => {
    expect(wrong(`SELECT * FROM totals WHERE ${where}`)).toBe(
      `BAD_STATEMENT 1:28 Unsupported expression in WHERE clause: ${leaf}. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.`,
    );
  });

  test.each([
    [
      'id = 1.5',
      'TYPE_MISMATCH 1:28 1.5 (DECIMAL(2, 1)) can not be converted to the type of the key column ID (INTEGER): expected INTEGER, but found DECIMAL(2, 1).',
    ],
    [
      'id = CAST(NULL AS INT)',
      'BAD_STATEMENT 1:28 Primary key columns can not be NULL: ID = null.',
    ],
  ])('%s', (where, expected) => {
    expect(wrong(`SELECT * FROM totals WHERE ${where}`)).toBe(expected);
  });

  test.each([
    ['id IN (1, NULL)', 'BAD_STATEMENT 1:38 Primary key columns can not be NULL: ID IN (NULL).'],
    [
      "id IN ('10', 8)",
      "TYPE_MISMATCH 1:35 '10' can not be converted to the type of the key column ID (INTEGER).",
    ],
  ])('%s', (where, expected) => {
    expect(wrong(`SELECT * FROM totals WHERE ${where}`)).toBe(expected);
  });

  test('a scan when scans are off; a range of a text key is none', () => {
    const off = { tableScanEnabled: false };
    expect(refusal(() => pull('SELECT * FROM totals WHERE total = 1', off))).toMatchObject({
      code: 'BAD_STATEMENT',
      at: '1:28',
      message: expect.stringMatching(
        /^WHERE clause missing key column for disjunct: \(TOTAL = 1\)\. See .*info\.\nAdd EMIT/,
      ),
    });
    expect(refusal(() => pull('SELECT * FROM totals WHERE id > 1', off)).message).toMatch(
      /^Bound on key columns '\[`ID` INTEGER KEY\]' must currently be '='\./,
    );
    expect(refusal(() => pull('SELECT * FROM totals', off))).toEqual({
      code: 'BAD_STATEMENT',
      at: null,
      message:
        'Query requires table scan to be enabled. Table scans can be enabled by setting ksql.query.pull.table.scan.enabled=true',
    });
    expect(refusal(() => pull('SELECT * FROM totals WHERE id > 1', off)).at).toBe('1:28');
    expect(pull('SELECT * FROM totals WHERE id = 1', off).kind).toBe('keyLookup');
    const catalog = WITH_TEXT_KEY;
    const words = "SELECT * FROM words WHERE 'm' <= w";
    expect(pull(`${words} AND v > 1`, { ...off, catalog }).kind).toBe('scan');
    expect(refusal(() => pull(`${words} AND w < 'x'`, { ...off, catalog })).at).toBe('1:27');
    expect(refusal(() => pull(`${words} OR v > 1`, { ...off, catalog })).at).toBe('1:27');
  });

  test.each([
    ['id + 1 = 2', 'A comparison must directly reference a key column'],
    ['2 < 5', 'A comparison must directly reference a key column'],
    ['id = total', 'A comparison must be between a key column and a resolvable expression'],
    ['total + 1 >= id', 'A comparison must be between a key column and a resolvable expression'],
    [
      'id > 1 AND id < 5',
      'A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate',
    ],
    ["'a' LIKE 'b'", 'Like condition must be between strings'],
    ['total > 1 AND rowtime > 5', 'WHERE clause missing key column for disjunct'],
  ])('%s when scans are off', (where, message) => {
    const refused = refusal(() =>
      pull(`SELECT * FROM totals WHERE ${where}`, { tableScanEnabled: false }),
    );
    expect(refused).toMatchObject({ code: 'BAD_STATEMENT', at: '1:28' });
    expect(refused.message.startsWith(message)).toBe(true);
    expect(refused.message).toContain('. See https://cnfl.io/queries for more info.\n');
    expect(pull(`SELECT * FROM totals WHERE ${where}`).kind).toBe('scan');
  });

  test('a table that no query keeps', () => {
    expect(wrong("SELECT * FROM users WHERE id = 'a'")).toBe(
      "BAD_STATEMENT null The `USERS` table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_USERS AS SELECT * FROM USERS'. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.",
    );
  });

  test('a table whose query has been terminated', () => {
    const catalog = CATALOG.withoutQuery('CTAS_TOTALS_7');
    expect(refusal(() => pull('SELECT * FROM totals', { catalog })).message).toBe(
      "The `TOTALS` table isn't queryable: Materializing query has been stopped. Its query was CTAS_TOTALS_7.",
    );
  });
});
