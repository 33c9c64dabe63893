import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Row } from '../../src/sql/types.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const SETUP = `
  CREATE STREAM s (k STRING KEY, d DOUBLE, i INT, n BIGINT, day DATE)
    WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
  CREATE TABLE texts AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
  CREATE TABLE doubles AS SELECT d, COUNT(*) AS n FROM s GROUP BY d;
  CREATE TABLE by_day WITH (KEY_FORMAT='JSON') AS SELECT day, COUNT(*) AS n FROM s GROUP BY day;
  CREATE TABLE pairs WITH (KEY_FORMAT='JSON') AS SELECT i, k, COUNT(*) AS n FROM s GROUP BY i, k;`;

async function filled(): Promise<TemporaryDatabase> {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${SETUP}
    INSERT INTO s VALUES ('a', 10.0, 1, 1, '2024-01-01');
    INSERT INTO s VALUES ('it''s', 10.0, 2, 2, '2024-01-02');
    INSERT INTO s VALUES ('a', 3000000000.0, 1, 3, '2024-01-01');
    INSERT INTO s VALUES ('b', -1.0, 2147483647, 4, NULL);`);
  return temporary;
}

test('a plan serves other keys, with the types of the first', async () => {
  const temporary = await filled();
  const rows = async (sql: string): Promise<Row[]> => temporary.rows(sql);
  for (const [key, expected] of [
    ["'a'", [['a', 2]]],
    ["'it''s'", [["it's", 1]]],
    ["'nobody'", []],
    ["''", []],
  ] as const) {
    expect(await rows(`SELECT * FROM texts WHERE k = ${key};`)).toEqual(expected);
  }
  expect(await rows('SELECT * FROM doubles WHERE d = 10;')).toEqual([[10, 2]]);
  expect(await rows('SELECT * FROM doubles WHERE d = 3000000000;')).toEqual([[3e9, 1]]);
  expect(await rows('SELECT * FROM doubles WHERE d = -1;')).toEqual([[-1, 1]]);
  expect(await rows("SELECT * FROM by_day WHERE day = '2024-01-01';")).toHaveLength(1);
  expect(await rows("SELECT * FROM by_day WHERE day = '2024-01-03';")).toEqual([]);
  await expect(rows("SELECT * FROM by_day WHERE day = 'odd';")).rejects.toThrow('odd');
  await expect(rows('SELECT * FROM texts WHERE k = 1;')).rejects.toThrow('cannot be compared');
});

test('keys of several columns, in any order, and conditions beside the key', async () => {
  const temporary = await filled();
  const { rows } = { rows: (sql: string) => temporary.rows(sql) };
  for (let round = 0; round < 2; round++) {
    expect(await rows("SELECT n FROM pairs WHERE k = 'a' AND i = 1;")).toEqual([[2]]);
    expect(await rows("SELECT n FROM pairs WHERE k = 'it''s' AND i = 2;")).toEqual([[1]]);
    expect(await rows("SELECT n FROM pairs WHERE i = 2147483647 AND k = 'b';")).toEqual([[1]]);
    await expect(rows("SELECT n FROM pairs WHERE i = 2147483648 AND k = 'b';")).rejects.toThrow(
      '2147483648 (BIGINT) can not be converted',
    );
    expect(await rows("SELECT n FROM texts WHERE k = 'a' AND n = 2;")).toEqual([[2]]);
    expect(await rows("SELECT n FROM texts WHERE k = 'a' AND n = 3;")).toEqual([]);
    expect(await rows("SELECT n FROM texts WHERE k = 'a' OR k = 'b';")).toEqual([[2], [1]]);
  }
});

test('a plan counts no longer when the catalog changes', async () => {
  const temporary = await filled();
  const sql = "SELECT * FROM texts WHERE k = 'a';";
  expect(await temporary.rows(sql)).toEqual([['a', 2]]);
  await temporary.run(
    'CREATE OR REPLACE TABLE texts AS SELECT k, COUNT(*) AS n FROM s WHERE n > 2 GROUP BY k;',
  );
  expect(await temporary.rows(sql)).toEqual([['a', 2]]);
  await temporary.run('DROP TABLE texts;');
  await expect(temporary.rows(sql)).rejects.toThrow('does not exist');
  await temporary.run('CREATE TABLE texts AS SELECT k, SUM(i) AS total FROM s GROUP BY k;');
  expect(await temporary.rows(sql)).toEqual([['a', 2]]);
});

test('properties count: a plan that may scan is not used where it may not', async () => {
  const { database } = await filled();
  const sql = 'SELECT n FROM texts WHERE n = 2;';
  await (await database.query(sql)).close();
  const off = { 'ksql.query.pull.table.scan.enabled': false };
  await expect(database.query(sql, { properties: off })).rejects.toThrow('table scan');
});

test('any key gives what a scan gives for it', async () => {
  const temporary = await filled();
  const text = fc.oneof(fc.constantFrom('a', "it's", 'b', '', "'"), fc.string({ maxLength: 5 }));
  await fc.assert(
    fc.asyncProperty(text, async (key) => {
      if (/[\p{C}]/u.test(key) || key.includes('${')) return;
      const literal = `'${key.replaceAll("'", "''")}'`;
      const looked = await temporary.rows(`SELECT * FROM texts WHERE k = ${literal};`);
      const scanned = await temporary.rows(`SELECT * FROM texts WHERE CONCAT(k, '') = ${literal};`);
      expect(looked).toEqual(scanned);
    }),
    { numRuns: 60 },
  );
});
