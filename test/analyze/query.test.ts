import { describe, expect, test } from 'vitest';
import { columnsOf } from '../../src/sql/schema.ts';
import { analyze, explain, refusal } from './fixture.ts';

function plan(sql: string, mode: 'persistent' | 'push' | 'pull' = 'persistent'): readonly string[] {
  return explain(analyze(sql, mode).root);
}

function wrong(sql: string, mode: 'persistent' | 'push' | 'pull' = 'persistent'): string {
  const { code, at, message } = refusal(() => analyze(sql, mode));
  return `${code} ${at} ${message}`;
}

describe('projection', () => {
  test('* is the key columns, then the value columns', () => {
    expect(plan('SELECT * FROM clicks')).toEqual([
      'project USER=#0 | PAGE=#1, MS=#2, N=#3, RATIO=#4, PRICE=#5, OK=#6',
      'source CLICKS AS CLICKS',
    ]);
  });

  test('expressions without alias are numbered apart from the columns', () => {
    expect(plan('SELECT ms + 1, user, n, ms + 2, ms + 3 AS three FROM clicks')[0]).toBe(
      'project USER=#0 | KSQL_COL_0=(MS + 1), N=#3, KSQL_COL_1=(MS + 2), THREE=(MS + 3)',
    );
  });

  test('a persistent query names its key as SELECT does and keeps the order of the output', () => {
    const query = analyze('SELECT ms, user AS who FROM clicks WHERE ok', 'persistent');
    expect(explain(query.root)).toEqual([
      'project WHO=#0 | MS=#2',
      'filter WHERE OK',
      'source CLICKS AS CLICKS',
    ]);
    expect(query.root.schema).toEqual({
      keys: [{ name: 'WHO', type: { kind: 'STRING' } }],
      values: [{ name: 'MS', type: { kind: 'BIGINT' } }],
      window: null,
    });
    expect(query.output).toEqual([
      { name: 'MS', type: { kind: 'BIGINT' }, index: 1 },
      { name: 'WHO', type: { kind: 'STRING' }, index: 0 },
    ]);
    expect(query).toMatchObject({ result: 'stream', emit: 'CHANGES', limit: null });
  });

  test('a push query keeps the key of its input and lists every item as a value', () => {
    const query = analyze('SELECT city, id FROM users EMIT CHANGES LIMIT 3');
    expect(explain(query.root)).toEqual([
      'project ID=#0 | CITY=#1, ID=#0',
      'source USERS AS USERS',
    ]);
    expect(query.output.map(({ name, index }) => `${name}@${index}`)).toEqual(['CITY@1', 'ID@2']);
    expect(query).toMatchObject({ result: 'table', emit: 'CHANGES', limit: 3 });
  });

  test('AS_VALUE copies a key into the value', () => {
    expect(plan('SELECT user, AS_VALUE(user) AS copy FROM clicks')[0]).toBe(
      'project USER=#0 | COPY=AS_VALUE(USER)',
    );
  });

  test('* of a windowed table has the window bounds after the key', () => {
    expect(plan('SELECT * FROM hourly EMIT CHANGES', 'push')[0]).toBe(
      'project ID=#0 | ID=#0, WINDOWSTART=WINDOWSTART, WINDOWEND=WINDOWEND, TOTAL=#1',
    );
  });

  test.each([
    [
      'SELECT ms FROM clicks',
      'BAD_STATEMENT 1:1 Key missing from projection: the result is keyed by the key column USER, so SELECT must contain it (SELECT USER, ...).',
    ],
    [
      'SELECT a, v FROM pairs',
      'BAD_STATEMENT 1:1 Key missing from projection: the result is keyed by the key column B, so SELECT must contain it (SELECT B, ...).',
    ],
    [
      'SELECT user FROM clicks',
      'BAD_STATEMENT 1:1 The projection contains no value columns: select at least one that is not a key. AS_VALUE(k) copies a key.',
    ],
    [
      'SELECT user, user AS u2, ms FROM clicks',
      'BAD_STATEMENT 1:14 The projection contains the key column `USER` more than once, as USER and U2. Use AS_VALUE to copy it into the value.',
    ],
    [
      'SELECT user, ms, n AS ms FROM clicks',
      'BAD_STATEMENT 1:18 The projection contains a column called `MS` more than once. Give one of them an alias.',
    ],
    [
      'SELECT user, rowtime FROM clicks',
      'BAD_STATEMENT 1:14 Reserved column name in select: `ROWTIME`. Please remove or alias the column.',
    ],
    [
      'SELECT user, ms AS rowtime FROM clicks',
      'BAD_STATEMENT 1:20 `ROWTIME` is a reserved column name. You cannot use it as an alias for a column.',
    ],
    [
      'SELECT user, NULL FROM clicks',
      'BAD_STATEMENT 1:14 A SELECT item cannot be a bare NULL, as its type is unknown: write CAST(NULL AS VARCHAR), or another type.',
    ],
    [
      'SELECT x.* FROM clicks',
      'UNKNOWN_SOURCE 1:8 X is no stream, table or alias of this query. It reads from CLICKS.',
    ],
    [
      'SELECT * FROM clics',
      'UNKNOWN_SOURCE 1:15 The stream or table CLICS does not exist. Did you mean CLICKS?',
    ],
    [
      'SELECT * FROM `clicks`',
      'UNKNOWN_SOURCE 1:15 The stream or table clicks does not exist. Did you mean CLICKS? Write it without quotes: quoted names keep their case.',
    ],
    [
      'SELECT * FROM hourly',
      'BAD_STATEMENT 1:15 HOURLY is a windowed table; persistent queries cannot read it. Declare a stream over its topic, or query it with SELECT.',
    ],
    [
      'SELECT * FROM clicks LIMIT 1',
      'BAD_STATEMENT 1:1 A persistent query runs until it is terminated: LIMIT belongs to a SELECT of its own.',
    ],
    [
      'SELECT * FROM clicks EMIT FINAL',
      'BAD_STATEMENT 1:1 EMIT FINAL is only supported for windowed aggregations. Add WINDOW and GROUP BY, or use EMIT CHANGES.',
    ],
    [
      'SELECT windowstart, user FROM clicks',
      'UNKNOWN_COLUMN 1:8 SELECT column WINDOWSTART cannot be resolved: only rows of a windowed source, and the SELECT of a windowed aggregation over one source, have window bounds.',
    ],
  ])('%s is refused', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

describe('PARTITION BY', () => {
  test('makes new keys, then the remaining values, then the old keys', () => {
    expect(plan('SELECT * FROM clicks PARTITION BY page, n + 1')).toEqual([
      'project PAGE=#0, KSQL_COL_0=#1 | MS=#2, N=#3, RATIO=#4, PRICE=#5, OK=#6, USER=#7',
      'partitionBy PAGE=#1, KSQL_COL_0=(N + 1) | MS, N, RATIO, PRICE, OK, USER',
      'source CLICKS AS CLICKS',
    ]);
  });

  test('names the key as SELECT names the same expression', () => {
    expect(plan('SELECT LCASE(page) AS p, user, ms FROM clicks PARTITION BY LCASE(page)')).toEqual([
      'project P=#0 | USER=#7, MS=#2',
      'partitionBy P=LCASE(PAGE) | PAGE, MS, N, RATIO, PRICE, OK, USER',
      'source CLICKS AS CLICKS',
    ]);
  });

  test('by the key there is changes nothing', () => {
    expect(plan('SELECT * FROM clicks PARTITION BY user')[1]).toBe('source CLICKS AS CLICKS');
  });

  test('NULL removes the key', () => {
    expect(plan('SELECT user, ms FROM clicks PARTITION BY NULL')).toEqual([
      'project  | USER=#6, MS=#1',
      'partitionBy  | PAGE, MS, N, RATIO, PRICE, OK, USER',
      'source CLICKS AS CLICKS',
    ]);
  });

  test('ROWOFFSET may be the key under its own name', () => {
    expect(plan('SELECT * FROM visits PARTITION BY rowoffset')[0]).toBe(
      'project ROWOFFSET=#0 | WHO=#1, DAY=#2, SEEN=#3, SEATS=#4',
    );
  });

  test.each([
    [
      'SELECT * FROM users PARTITION BY city',
      'BAD_STATEMENT 1:34 PARTITION BY works on streams only; the rows of a table stay where their primary key is.',
    ],
    [
      'SELECT * FROM clicks PARTITION BY page, NULL',
      'BAD_STATEMENT 1:41 NULL cannot stand among several PARTITION BY expressions; alone it removes the key.',
    ],
    [
      'SELECT user, ms FROM clicks PARTITION BY LCASE(page)',
      'BAD_STATEMENT 1:1 Key missing from projection: the result is keyed by the partitioning expression LCASE(PAGE), so SELECT must contain it (SELECT LCASE(PAGE), ...).',
    ],
    [
      'SELECT page AS p, ms FROM clicks PARTITION BY p',
      'UNKNOWN_COLUMN 1:47 PARTITION BY column P cannot be resolved: there is none in CLICKS.',
    ],
  ])('%s is refused', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

test('a text in double quotes is a column nobody knows, and the message says which quotes it takes', () => {
  expect(wrong('SELECT ms FROM clicks WHERE page = "home"')).toBe(
    'UNKNOWN_COLUMN 1:36 WHERE column home cannot be resolved: there is none in CLICKS. If it is text, put it in single quotes.',
  );
  expect(wrong('SELECT ms FROM clicks WHERE "page" = 1')).toBe(
    'UNKNOWN_COLUMN 1:29 WHERE column page cannot be resolved: there is none in CLICKS. Did you mean PAGE?',
  );
});

describe('GROUP BY', () => {
  test('computes equal calls once and replaces grouping expressions by keys', () => {
    expect(
      plan(
        "SELECT LCASE(page) || '!', LCASE(page) AS p, SUM(ms) + COUNT(*) AS s, COUNT(*) AS c FROM clicks GROUP BY LCASE(page) HAVING COUNT(*) > 3",
      ),
    ).toEqual([
      "project P=#0 | KSQL_COL_0=CONCAT(P, '!'), S=(KSQL_AGG_VARIABLE_0 + KSQL_AGG_VARIABLE_1), C=#2",
      'filter HAVING (KSQL_AGG_VARIABLE_1 > 3)',
      'aggregate P=LCASE(PAGE) | SUM(MS), COUNT()',
      'source CLICKS AS CLICKS',
    ]);
  });

  test('a tumbling window makes a windowed table and lets SELECT see its bounds', () => {
    const query = analyze(
      'SELECT user, windowstart AS ws, windowend, COUNT(*) AS c FROM clicks WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 10 MINUTES) GROUP BY user',
      'persistent',
    );
    expect(explain(query.root)).toEqual([
      'project USER=#0 | WS=WINDOWSTART, C=#1',
      'aggregate USER=#0 | COUNT() per 3600000 ms',
      'source CLICKS AS CLICKS',
    ]);
    expect(query.root.schema.window).toEqual({ kind: 'TUMBLING', sizeMs: 3_600_000 });
    expect(query.root.input).toMatchObject({
      window: { kind: 'TUMBLING', sizeMs: 3_600_000, graceMs: 600_000, retentionMs: 4_200_000 },
    });
  });

  test('without GRACE PERIOD rows may be late by what is left of a day', () => {
    const query = analyze(
      'SELECT user, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY user',
      'persistent',
    );
    expect(query.root.input).toMatchObject({
      window: { sizeMs: 10_000, graceMs: 86_390_000, retentionMs: 86_400_000 },
    });
  });

  test('a transient query may aggregate everything into one group', () => {
    expect(plan('SELECT COUNT(*) AS c, MAX(ms) FROM clicks EMIT CHANGES', 'push')).toEqual([
      'project  | C=#0, KSQL_COL_0=#1',
      'aggregate  | COUNT(), MAX(MS)',
      'source CLICKS AS CLICKS',
    ]);
  });

  test('a table can be grouped with functions that take rows back', () => {
    expect(plan('SELECT city, COUNT(*) AS c, SUM(age) AS s FROM users GROUP BY city')[1]).toBe(
      'aggregate CITY=#1 | COUNT(), SUM(AGE)',
    );
  });

  test.each([
    [
      'SELECT page, COUNT(*) FROM clicks',
      'BAD_STATEMENT 1:14 A persistent query needs a GROUP BY clause to use aggregate functions.',
    ],
    [
      'SELECT page FROM clicks GROUP BY page',
      'BAD_STATEMENT 1:34 GROUP BY requires an aggregate function in SELECT or HAVING, such as COUNT(*).',
    ],
    [
      'SELECT page, CUONT(n) FROM clicks GROUP BY page',
      "UNKNOWN_FUNCTION 1:14 Can't find any functions with the name 'CUONT'. Did you mean COUNT?",
    ],
    [
      'SELECT page, n, COUNT(*) FROM clicks GROUP BY page',
      'BAD_STATEMENT 1:14 SELECT contains N outside of aggregate functions. Add it to GROUP BY, or take it out of SELECT.',
    ],
    [
      'SELECT COUNT(*) FROM clicks GROUP BY page',
      'BAD_STATEMENT 1:1 Key missing from projection: the result is keyed by the grouping expression PAGE, so SELECT must contain it (SELECT PAGE, ...).',
    ],
    [
      'SELECT page FROM clicks GROUP BY page HAVING COUNT(*) > 1',
      'BAD_STATEMENT 1:1 The projection contains no value columns: select at least one that is not a key. AS_VALUE(k) copies a key.',
    ],
    [
      'SELECT page, COUNT(*) FROM clicks GROUP BY page, page',
      'BAD_STATEMENT 1:50 GROUP BY contains PAGE twice.',
    ],
    [
      'SELECT page, COUNT(*) FROM clicks GROUP BY page HAVING ms > 1',
      'BAD_STATEMENT 1:56 HAVING contains MS outside of aggregate functions. Add it to GROUP BY, or take it out of HAVING.',
    ],
    [
      "SELECT page, SUM(ms) FROM clicks GROUP BY page HAVING SUM(ms) > '1'",
      "TYPE_MISMATCH 1:55 `SUM(MS)` (BIGINT) cannot be compared with '1' (STRING) by >. Add a CAST to one of them.",
    ],
    [
      'SELECT page, SUM(COUNT(*)) FROM clicks GROUP BY page',
      'BAD_STATEMENT 1:18 The argument of an aggregate function cannot contain the aggregate function COUNT: aggregates stand in SELECT and HAVING, not inside one another.',
    ],
    [
      'SELECT city, MAX(age) FROM users GROUP BY city',
      'BAD_STATEMENT 1:1 MAX cannot be applied to a table, only to a stream: a row of a table can change, and MAX cannot take the old one back.',
    ],
    [
      'SELECT v, COUNT(*) FROM raw GROUP BY v',
      'BAD_STATEMENT 1:38 RAW has the value format KAFKA, which supports no GROUP BY. Use another VALUE_FORMAT.',
    ],
    [
      'SELECT user, ms FROM clicks HAVING ms > 1',
      'BAD_STATEMENT 1:36 HAVING filters groups: add GROUP BY, or use WHERE.',
    ],
    [
      'SELECT user, ms FROM clicks WINDOW TUMBLING (SIZE 1 DAY)',
      'BAD_STATEMENT 1:36 The WINDOW clause requires a GROUP BY clause.',
    ],
    [
      'SELECT user, COUNT(*) FROM clicks WINDOW HOPPING (SIZE 2 DAYS, ADVANCE BY 3 DAYS) GROUP BY user',
      'BAD_STATEMENT 1:75 ADVANCE BY is 259200000 ms, longer than the SIZE of 172800000 ms: rows between two windows would be in none. It must be from 1 ms to 172800000 ms.',
    ],
    [
      'SELECT user, COUNT(*) FROM clicks WINDOW HOPPING (SIZE 1 DAY, ADVANCE BY 1 MILLISECOND) GROUP BY user',
      'BAD_STATEMENT 1:74 Each row would be in 86400000 windows; the limit is 10000. With this SIZE, ADVANCE BY must be from 8640 ms to 86400000 ms.',
    ],
    [
      'SELECT user, COUNT(*) FROM clicks WINDOW SESSION (1 MINUTE, RETENTION 1 MINUTE, GRACE PERIOD 1 SECOND) GROUP BY user',
      'BAD_STATEMENT 1:71 RETENTION is 60000 ms, but windows can change for gap + GRACE PERIOD = 61000 ms. Make it at least that long.',
    ],
    [
      'SELECT city, COUNT(*) FROM users WINDOW TUMBLING (SIZE 1 DAY) GROUP BY city',
      'BAD_STATEMENT 1:41 WINDOW works on streams only; a table can be grouped without it.',
    ],
    [
      'SELECT user, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE 40000 DAYS) GROUP BY user',
      'BAD_STATEMENT 1:57 40000 DAYS is out of range: it must be from 1 MILLISECONDS to 36500 DAYS.',
    ],
    [
      'SELECT user, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE 2 DAYS, RETENTION 1 DAY) GROUP BY user',
      'BAD_STATEMENT 1:75 RETENTION is 86400000 ms, but windows can change for SIZE + GRACE PERIOD = 172800000 ms. Make it at least that long.',
    ],
    [
      'SELECT page, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE 1 DAY) WHERE windowstart > 1 GROUP BY page',
      'UNKNOWN_COLUMN 1:70 WHERE column WINDOWSTART cannot be resolved: only rows of a windowed source, and the SELECT of a windowed aggregation over one source, have window bounds.',
    ],
  ])('%s is refused', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

describe('pull', () => {
  test('keeps the key of the table and emits nothing by itself', () => {
    const query = analyze("SELECT total FROM hourly WHERE id = 'a' LIMIT 2", 'pull');
    expect(explain(query.root)).toEqual([
      'project ID=#0 | TOTAL=#1',
      "filter WHERE (ID = 'a')",
      'source HOURLY AS HOURLY',
    ]);
    expect(query).toMatchObject({ emit: null, limit: 2, result: 'table' });
    expect(columnsOf(query.root.schema).map(({ name }) => name)).toEqual(['ID', 'TOTAL']);
  });

  test.each([
    ['SELECT * FROM clicks c JOIN users u ON c.user = u.id', '1:24', 'JOIN clauses'],
    [
      'SELECT user, COUNT(*) FROM clicks WINDOW TUMBLING (SIZE 1 DAY) GROUP BY user',
      '1:42',
      'WINDOW clauses',
    ],
    ['SELECT city, COUNT(*) FROM users GROUP BY city', '1:43', 'GROUP BY clauses'],
    ['SELECT * FROM clicks PARTITION BY page', '1:35', 'PARTITION BY clauses'],
    ['SELECT * FROM users HAVING age > 1', '1:28', 'HAVING clauses'],
    ['SELECT * FROM users LIMIT -1', '1:1', 'negative integers in the LIMIT clause'],
    ['SELECT COUNT(*) FROM users', '1:8', 'aggregate functions'],
  ])('%s is refused', (sql, at, what) => {
    expect(wrong(sql, 'pull')).toBe(
      `BAD_STATEMENT ${at} Pull queries don't support ${what}. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.`,
    );
  });

  test.each([
    [
      'SELECT rowpartition, rowoffset FROM users',
      '1:8',
      'SELECT clauses: `ROWPARTITION`, `ROWOFFSET`',
    ],
    ['SELECT * FROM users WHERE rowoffset > 1', '1:27', 'WHERE clauses: `ROWOFFSET`'],
  ])('%s is refused', (sql, at, what) => {
    expect(wrong(sql, 'pull')).toBe(
      `BAD_STATEMENT ${at} Pull queries don't support the following columns in ${what}\nSee https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.`,
    );
  });

  test('* must stand alone', () => {
    expect(wrong('SELECT *, city FROM users', 'pull')).toBe(
      'BAD_STATEMENT 1:8 Pull queries only support wildcards in the projects if they are the only expression.',
    );
  });
});
