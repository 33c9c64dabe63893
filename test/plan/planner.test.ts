import { describe, expect, test } from 'vitest';
import { planQuery } from '../../src/plan/planner.ts';
import { BIGINT, INTEGER } from '../../src/sql/types.ts';
import { analyze, refusal } from '../analyze/fixture.ts';
import { linesOf, planPersistent, planTransient } from './planned.ts';

describe('a filter and a projection', () => {
  test('need no repartition', () => {
    const plan = planPersistent('SELECT user, ms FROM clicks WHERE ms > 10');
    expect(plan).toMatchObject({ version: 1, result: 'stream' });
    expect(linesOf(plan)).toEqual([
      '0 Source CLICKS',
      '1 FilterStream (MS > 10) (0)',
      '2 Select (1)',
      '3 Sink (2)',
    ]);
  });

  test('of a table that a query keeps follow its materialization', () => {
    expect(linesOf(planPersistent('SELECT id, city FROM users WHERE age > 10'))).toEqual([
      '0 Source USERS',
      '1 Materialize (0)',
      '2 FilterTable (AGE > 10) (1)',
      '3 Select (2)',
      '4 Sink (3)',
    ]);
  });

  test('of a table for a client remember rows only where a condition needs them', () => {
    expect(linesOf(planTransient('SELECT city FROM users EMIT CHANGES'))).toEqual([
      '0 Source USERS',
      '1 Select (0)',
      '2 Result (1)',
    ]);
    expect(linesOf(planTransient('SELECT city FROM users WHERE age > 10 EMIT CHANGES'))).toEqual([
      '0 Source USERS',
      '1 Materialize (0)',
      '2 FilterTable (AGE > 10) (1)',
      '3 Select (2)',
      '4 Result (3)',
    ]);
  });
});

describe('a grouping', () => {
  test('by one column of a source with several key columns hands on the bare column', () => {
    const plan = planPersistent('SELECT price, COUNT(*) AS n FROM orders GROUP BY price');
    expect(plan.steps.find(({ kind }) => kind === 'Repartition')).toMatchObject({
      keyFormat: { name: 'JSON', unwrapped: true },
    });
  });

  test('by the key needs no repartition', () => {
    expect(linesOf(planPersistent('SELECT user, COUNT(*) AS n FROM clicks GROUP BY user'))).toEqual(
      [
        '0 Source CLICKS',
        '1 GroupBy USER (0)',
        '2 Aggregate COUNT (1)',
        '3 Select (2)',
        '4 Sink (3)',
      ],
    );
  });

  test.each([
    ['another column', 'SELECT page, COUNT(*) AS n FROM clicks GROUP BY page', 'PAGE', 'KAFKA'],
    [
      'an expression over the key',
      'SELECT UCASE(user) AS u, COUNT(*) AS n FROM clicks GROUP BY UCASE(user)',
      'UCASE(USER)',
      'KAFKA',
    ],
    [
      'the key and another column',
      'SELECT user, page, COUNT(*) AS n FROM clicks GROUP BY user, page',
      'USER, PAGE',
      'JSON',
    ],
    [
      'a type that KAFKA keys cannot have',
      'SELECT ok, COUNT(*) AS n FROM clicks GROUP BY ok',
      'OK',
      'JSON',
    ],
  ])('by %s hands the rows over', (_case, sql, keys, format) => {
    expect(linesOf(planPersistent(sql))).toEqual([
      '0 Source CLICKS',
      `1 GroupBy ${keys} (0)`,
      `2 Repartition by ${format} into 2 (1)`,
      '3 Aggregate COUNT (2)',
      '4 Select (3)',
      '5 Sink (4)',
    ]);
  });

  test('without keys is done in one place', () => {
    const lines = linesOf(planTransient('SELECT COUNT(*) FROM clicks EMIT CHANGES'));
    expect(lines).toContain('2 Repartition by JSON into 1 (1)');
  });

  test('of a table follows its materialization', () => {
    const lines = linesOf(planPersistent('SELECT city, COUNT(*) AS n FROM users GROUP BY city'));
    expect(lines.slice(0, 4)).toEqual([
      '0 Source USERS',
      '1 Materialize (0)',
      '2 GroupBy CITY (1)',
      '3 Repartition by KAFKA into 2 (2)',
    ]);
  });

  test('with HAVING is filtered behind the aggregate', () => {
    const sql = 'SELECT user, SUM(ms) AS s FROM clicks GROUP BY user HAVING SUM(ms) > 10';
    expect(linesOf(planPersistent(sql)).slice(2)).toEqual([
      '2 Aggregate SUM (1)',
      '3 FilterTable (KSQL_AGG_VARIABLE_0 > 10) (2)',
      '4 Select (3)',
      '5 Sink (4)',
    ]);
  });
});

describe('a join', () => {
  test('on the key of the stream needs no repartition', () => {
    const sql = 'SELECT c.user, ms, city FROM clicks c JOIN users u ON c.user = u.id';
    expect(linesOf(planPersistent(sql))).toEqual([
      '0 Source CLICKS',
      '1 Source USERS',
      '2 INNER JoinStreamTable USERS (0, 1)',
      '3 Select (2)',
      '4 Sink (3)',
    ]);
  });

  test('on another column hands the stream over, into as many partitions as the table has', () => {
    const sql = 'SELECT page, ms, state FROM clicks c LEFT JOIN cities t ON c.page = t.name';
    expect(linesOf(planPersistent(sql))).toEqual([
      '0 Source CLICKS',
      '1 PartitionBy PAGE (0)',
      '2 Repartition by KAFKA into 5 (1)',
      '3 Source CITIES',
      '4 LEFT JoinStreamTable CITIES (2, 3)',
      '5 Select (4)',
      '6 Sink (5)',
    ]);
  });

  test('of streams hands over the sides that are not keyed by the join key', () => {
    const sql =
      'SELECT c.user, ms, seats FROM clicks c JOIN visits v WITHIN 1 DAY ON c.user = v.who';
    expect(linesOf(planPersistent(sql))).toEqual([
      '0 Source CLICKS',
      '1 Source VISITS',
      '2 PartitionBy WHO (1)',
      '3 Repartition by KAFKA into 2 (2)',
      '4 INNER JoinStreamStream VISITS (0, 3)',
      '5 Select (4)',
      '6 Sink (5)',
    ]);
    const step = planPersistent(sql).steps[4];
    expect(step).toMatchObject({ beforeMs: 86_400_000, afterMs: 86_400_000, graceMs: 0 });
    expect(step).toMatchObject({ delayed: false, keyFormat: { name: 'KAFKA' } });
  });

  test('of tables is kept for pull queries, and needs no repartition', () => {
    const sql = 'SELECT u.id, city, mail FROM users u JOIN profiles p ON u.id = p.id WHERE age > 1';
    expect(linesOf(planPersistent(sql))).toEqual([
      '0 Source USERS',
      '1 Source PROFILES',
      '2 INNER JoinTableTable PROFILES (0, 1)',
      '3 FilterTable (U_AGE > 1) (2)',
      '4 Select (3)',
      '5 Materialize (4)',
      '6 Sink (5)',
    ]);
    expect(linesOf(planTransient(`${sql} EMIT CHANGES`)).at(-2)).toBe('4 Select (3)');
  });

  test('on a foreign key goes to where the right rows are and comes back', () => {
    const sql = 'SELECT u.id, city, state FROM users u JOIN cities t ON u.city = t.name';
    expect(linesOf(planPersistent(sql))).toEqual([
      '0 Source USERS',
      '1 JoinForeignKeyLeft (0)',
      '2 Repartition by KAFKA into 5 (1)',
      '3 Source CITIES',
      '4 INNER JoinForeignKey CITIES (2, 3)',
      '5 Repartition by KAFKA into 2 (4)',
      '6 JoinForeignKeyResult (5)',
      '7 Select (6)',
      '8 Materialize (7)',
      '9 Sink (8)',
    ]);
    const chain = `${sql.replace('SELECT u.id, city', 'SELECT u.id, mail')} LEFT JOIN profiles p ON u.id = p.id`;
    expect(linesOf(planPersistent(chain)).slice(6, 9)).toEqual([
      '6 JoinForeignKeyResult (5)',
      '7 Source PROFILES',
      '8 LEFT JoinTableTable PROFILES (6, 7)',
    ]);
  });

  test('shows a client the key of a deleted row, under its own name only', () => {
    const from = 'FROM users u JOIN profiles p ON u.id = p.id EMIT CHANGES';
    const shown = (items: string) => {
      const result = planTransient(`SELECT ${items} ${from}`).steps.at(-1);
      if (result?.kind !== 'Result') throw new Error('a push query ends in a result');
      return result.output.map(({ name, ofDeletion }) => `${name} ${ofDeletion?.kind ?? '-'}`);
    };
    expect(shown('u.id, mail, p.id')).toEqual(['U_ID key', 'MAIL -', 'P_ID -']);
    expect(shown('mail, p.id')).toEqual(['MAIL -', 'P_ID key']);
    expect(shown('u.id AS k, mail')).toEqual(['K -', 'MAIL -']);
  });

  test('on a foreign key is kept where a group has to take rows back', () => {
    const from = 'FROM users u JOIN cities t ON u.city = t.name WHERE age > 1';
    const plan = planPersistent(`SELECT state, COUNT(*) AS n ${from} GROUP BY state`);
    expect(linesOf(plan).slice(7, 10)).toEqual([
      '7 FilterTable (U_AGE > 1) (6)',
      '8 Materialize (7)',
      '9 GroupBy T_STATE (8)',
    ]);
    expect(plan.steps[7]).toMatchObject({ knowsBefore: false });
  });

  test('of inputs with different partition counts is refused', () => {
    const sql = 'SELECT c.user, ms, state FROM clicks c JOIN cities t ON c.user = t.name';
    const { code, message } = refusal(() => planPersistent(sql));
    expect(code).toBe('BAD_STATEMENT');
    expect(message).toBe(
      "Can't join `CLICKS` with `CITIES` since the number of partitions don't match. `CLICKS` partitions = 2; `CITIES` partitions = 5. " +
        'Please repartition either one so that the number of partitions match: CREATE TABLE CITIES_REPARTITIONED WITH (PARTITIONS=2) AS SELECT * FROM CITIES;',
    );
  });
});

test('PARTITION BY gives rows a new key', () => {
  expect(linesOf(planPersistent('SELECT page, user FROM clicks PARTITION BY page'))).toEqual([
    '0 Source CLICKS',
    '1 PartitionBy PAGE (0)',
    '2 Select (1)',
    '3 Sink (2)',
  ]);
});

test('a plan is plain JSON', () => {
  const sql = `SELECT page, SUM(price) AS total, MIN(ms) AS low FROM clicks
    WINDOW TUMBLING (SIZE 1 MINUTE) WHERE ok AND ms > 9007199254740993
    GROUP BY page HAVING COUNT(*) > 1`;
  const plan = planPersistent(sql);
  expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
});

describe('an aggregate knows its result before the change only', () => {
  test.each([
    [
      'when HAVING asks',
      'SELECT user, SUM(ms) AS s FROM clicks GROUP BY user HAVING SUM(ms) > 1',
      true,
    ],
    ['and not otherwise', 'SELECT user, SUM(ms) AS s FROM clicks GROUP BY user', false],
  ])('%s', (_case, sql, emitBefore) => {
    const step = planPersistent(sql).steps.find(({ kind }) => kind === 'Aggregate');
    expect(step).toMatchObject({ emitBefore });
  });
});

test('table functions run behind the condition and a new key', () => {
  const sql = 'SELECT page, EXPLODE(ARRAY[n, 1]) AS x FROM clicks WHERE ok PARTITION BY page';
  expect(linesOf(planPersistent(sql))).toEqual([
    '0 Source CLICKS',
    '1 FilterStream OK (0)',
    '2 PartitionBy PAGE (1)',
    '3 FlatMap (2)',
    '4 Select (3)',
    '5 Sink (4)',
  ]);
});

test('literal arguments and limits are constants of the plan', () => {
  const sql =
    'SELECT user, TOPK(ms, 3) AS a, COLLECT_LIST(n) AS b, COUNT(n) AS c FROM clicks GROUP BY user';
  const limits = { collectList: 10, collectSet: null };
  const plan = planQuery(analyze(sql, 'persistent'), null, {
    limits,
    closing: null,
  });
  const step = plan.steps.find(({ kind }) => kind === 'Aggregate');
  expect(step).toMatchObject({
    aggregates: [
      {
        function: 'TOPK',
        columns: [1],
        argumentTypes: [BIGINT, INTEGER],
        constants: { literals: [3], limit: null },
      },
      { function: 'COLLECT_LIST', columns: [2], constants: { literals: [], limit: 10 } },
      { function: 'COUNT', columns: [3], argumentTypes: [INTEGER] },
    ],
  });
});
