import { expect, test } from 'vitest';
import type { PullAnswer, StatementOptions } from '../../src/engine.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const SETUP = `
  CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
  CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY k;
  INSERT INTO s VALUES ('a', 1);
  INSERT INTO s VALUES ('a', 2);`;

function byKey(key: string): string {
  return `SELECT * FROM t WHERE k = '${key}';`;
}

function limited(count: number): string {
  return `SELECT n FROM t WHERE k = 'a' LIMIT ${count};`;
}

async function plannedFirst(
  { database }: TemporaryDatabase,
  sql: string,
  options: StatementOptions = {},
): Promise<PullAnswer | null> {
  await (await database.query(sql, options)).close();
  return database.pullByKey(sql, options);
}

test('gives the answer of a pull query that was planned before, at once', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(SETUP);
  expect(temporary.database.pullByKey(byKey('a'))).toBe(null);
  const answer = (await plannedFirst(temporary, byKey('a')))!;
  expect(answer).toMatchObject({
    rows: [['a', 2]],
    queryId: expect.stringMatching(/^query_\d+_\d+$/),
  });
  expect(answer.columns.map(({ name, isKey }) => [name, isKey])).toEqual([
    ['K', true],
    ['N', false],
  ]);
  expect(temporary.database.pullByKey(byKey('b'))).toMatchObject({
    rows: [],
    columns: answer.columns,
  });
  expect(await plannedFirst(temporary, limited(1))).toMatchObject({ rows: [[2]] });
  expect(await plannedFirst(temporary, limited(0))).toMatchObject({ rows: [] });
});

test('shows every row as the store has it, also those that come from memory', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`
    CREATE STREAM s (k STRING KEY, v INT, d DOUBLE, t STRING, a ARRAY<INT>)
      WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
    CREATE TABLE t AS SELECT k, COUNT(*) AS n, MAX(d) AS d, LATEST_BY_OFFSET(t) AS t FROM s GROUP BY k;
    CREATE TABLE gathered AS SELECT k, COLLECT_LIST(a[1]) AS a FROM s GROUP BY k;
    CREATE TABLE base (k STRING PRIMARY KEY, v BIGINT) WITH (KAFKA_TOPIC='base', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE copy AS SELECT k, v + 1 AS v FROM base WHERE v > 2;
    INSERT INTO s (k, v, d, t, a) VALUES ('a', 1, -0.0, 'x', ARRAY[1]);
    INSERT INTO s (k, v, d, t, a) VALUES ('a', 2, 1.5, 'y', ARRAY[2]);
    INSERT INTO s (k, v, d, t, a) VALUES ('b', 1, NULL, 'é', ARRAY[3]);
    INSERT INTO base VALUES ('a', 3);
    INSERT INTO base VALUES ('b', 2);
    INSERT INTO base VALUES ('c', 9007199254740993);`);
  const { database } = temporary;
  let rowCount = 0;
  for (const key of ['a', 'b', 'c', 'nobody']) {
    for (const table of ['t', 'gathered', 'copy']) {
      const ofOne = `SELECT * FROM ${table} WHERE k = '${key}';`;
      const stored = await database.query(
        `SELECT * FROM ${table} WHERE k IN ('${key}', 'no such key');`,
      );
      const { rows } = (await plannedFirst(temporary, ofOne))!;
      const batch = await stored.next();
      expect(rows).toEqual(batch?.kind === 'rows' ? batch.rows : []);
      rowCount += rows.length;
    }
  }
  expect(rowCount).toBe(6);
});

test('leaves everything else to query', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(SETUP);
  for (const sql of [
    'SELECT * FROM t;',
    "SELECT * FROM t WHERE k IN ('a', 'b');",
    "SELECT * FROM w WHERE k = 'a';",
    'SELECT * FROM s;',
    "SELECT * FROM s WHERE k = 'a' EMIT CHANGES;",
  ]) {
    expect(await plannedFirst(temporary, sql)).toBe(null);
  }
  const sql = byKey('a');
  expect(await plannedFirst(temporary, byKey('a'))).not.toBe(null);
  const after = { positions: [{ topic: 's', partition: 0, offset: 1 }], timeoutMs: 1000 };
  expect(temporary.database.pullByKey(sql, { after })).toBe(null);
  const access = { principal: 'x', allows: () => false };
  expect(temporary.database.pullByKey(sql, { access })).toBe(null);
  expect(() =>
    temporary.database.pullByKey(sql, { properties: { 'ksql.service.id': 'x' } }),
  ).toThrow('ksql.service.id');
  await temporary.run('DROP TABLE t;');
  expect(temporary.database.pullByKey(sql)).toBe(null);
});

test('shows what was acknowledged before it, however many ask at once', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(SETUP);
  const { database } = temporary;
  const sql = "SELECT n FROM t WHERE k = 'a';";
  await plannedFirst(temporary, sql);
  for (let n = 3; n < 40; n++) {
    await database.execute("INSERT INTO s VALUES ('a', 0);");
    const answers = await Promise.all(Array.from({ length: 10 }, () => database.pullByKey(sql)));
    for (const answer of answers) expect(answer?.rows).toEqual([[n]]);
  }
});
