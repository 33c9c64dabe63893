import { expect, test } from 'vitest';
import type { QueryResult } from '../../src/engine.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const FOLLOW = { 'ksql.query.push.v2.enabled': true } as const;

async function opened(): Promise<TemporaryDatabase> {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`
    CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM evens AS SELECT * FROM s WHERE v % 2 = 0;
    CREATE TABLE counts AS SELECT k, COUNT(*) AS n FROM s GROUP BY k HAVING COUNT(*) < 3;
    INSERT INTO s VALUES ('old', 0);`);
  return temporary;
}

async function next(result: QueryResult): Promise<unknown> {
  const batch = await result.next();
  return batch?.kind === 'rows' ? batch.rows : batch;
}

test('a push query follows the query that writes its source: only new rows, and no way to close it by id', async () => {
  const { database } = await opened();
  const result = await database.query('SELECT v, k FROM evens WHERE v > 2 EMIT CHANGES LIMIT 2;', {
    properties: FOLLOW,
  });
  expect(result.queryId).toMatch(/^SCALABLE_PUSH_QUERY_[\da-f-]{36}$/);
  expect(database.closeQuery(result.queryId)).toBe(false);
  await database.execute(`
    INSERT INTO s VALUES ('a', 2); INSERT INTO s VALUES ('a', 4);
    INSERT INTO s VALUES (NULL, 6); INSERT INTO s VALUES ('b', 8);`);
  const rows: unknown[] = [];
  for (let batch = await next(result); batch !== null; batch = await next(result)) {
    rows.push(...(batch as unknown[]));
  }
  expect(rows).toEqual([
    [4, 'a'],
    [8, 'b'],
  ]);
  expect(result.finalMessage).toBe('Limit Reached');
});

test('deletions are not shown, where a classic push query shows them', async () => {
  const { database } = await opened();
  const sql = 'SELECT * FROM counts EMIT CHANGES;';
  const follows = await database.query(sql, { properties: FOLLOW });
  const classic = await database.query(sql);
  for (let i = 0; i < 3; i++) await database.execute("INSERT INTO s VALUES ('a', 1);");
  await database.execute("INSERT INTO s VALUES ('b', 1);");
  const rows: unknown[] = [];
  for (const result of [follows, classic]) {
    const seen: unknown[] = [];
    while (JSON.stringify(seen.at(-1)) !== '["b",1]')
      seen.push(...((await next(result)) as unknown[]));
    rows.push(seen);
    await result.close();
  }
  expect(rows).toEqual([
    [
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ],
    [
      ['a', 1],
      ['a', 2],
      ['a', null],
      ['b', 1],
    ],
  ]);
});

test.each([
  ['a source no query writes', 'SELECT * FROM s EMIT CHANGES;', FOLLOW],
  ['a record column', 'SELECT v, ROWOFFSET FROM evens EMIT CHANGES;', FOLLOW],
  ['a record column in WHERE', 'SELECT v FROM evens WHERE ROWPARTITION = 0 EMIT CHANGES;', FOLLOW],
  ['an aggregation', 'SELECT COUNT(*) FROM evens GROUP BY v EMIT CHANGES;', FOLLOW],
  ['earliest', 'SELECT * FROM evens EMIT CHANGES;', { ...FOLLOW, 'auto.offset.reset': 'earliest' }],
  ['the switch off', 'SELECT * FROM evens EMIT CHANGES;', {}],
])('%s makes it a push query of the classic kind', async (_what, sql, properties) => {
  const { database } = await opened();
  const result = await database.query(sql, { properties });
  expect(result.queryId).toMatch(/^transient_/);
  expect(database.closeQuery(result.queryId)).toBe(true);
});

test('a wildcard must stand alone', async () => {
  const { database } = await opened();
  await expect(
    database.query('SELECT *, v AS w FROM evens EMIT CHANGES;', { properties: FOLLOW }),
  ).rejects.toThrow('only support wildcards');
});

test('a push query on a table does not show records without a key', async () => {
  const temporary = await TemporaryDatabase.open();
  const { database } = temporary;
  await temporary.run(
    "CREATE TABLE t (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);",
  );
  const result = await database.query('SELECT v FROM t EMIT CHANGES LIMIT 1;');
  await database.produce('t', [
    { key: null, value: Buffer.from('{"V":1}') },
    { key: Buffer.from('k'), value: Buffer.from('{"V":2}') },
  ]);
  expect(await next(result)).toEqual([[2]]);
});
