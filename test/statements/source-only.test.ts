import { describe, expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const WRITER =
  "CREATE TABLE w (k INT PRIMARY KEY, v STRING) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=2);";
const TABLE =
  "CREATE SOURCE TABLE t (k INT PRIMARY KEY, v STRING) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');";
const STREAM =
  "CREATE SOURCE STREAM s (k INT KEY, v STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

describe('CREATE SOURCE TABLE', () => {
  test('keeps its rows for pull queries, by key and all, also over a restart', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${WRITER} INSERT INTO w VALUES (1, 'a'); ${TABLE}
      INSERT INTO w VALUES (2, 'b'); INSERT INTO w VALUES (1, 'c');`);
    expect(await temporary.rows('SELECT * FROM t WHERE k = 1;')).toEqual([[1, 'c']]);
    await temporary.reopen();
    await temporary.run("INSERT INTO w VALUES (2, 'd');");
    const rows = await temporary.rows('SELECT * FROM t;');
    expect(rows.sort()).toEqual([
      [1, 'c'],
      [2, 'd'],
    ]);
  });

  test('runs a query without a sink, which ends with the table', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${WRITER} ${TABLE}`);
    expect(await temporary.database.execute('SHOW QUERIES;')).toMatchObject([
      { queries: [{ id: 'CST_T_1', queryType: 'CREATE_SOURCE', sinks: [], state: 'RUNNING' }] },
    ]);
    expect(await temporary.database.execute('EXPLAIN CST_T_1;')).toMatchObject([
      { queryDescription: { id: 'CST_T_1', sources: ['T'], sinks: [] } },
    ]);
    await temporary.run('DROP TABLE t;');
    expect(await temporary.database.execute('SHOW QUERIES;')).toMatchObject([{ queries: [] }]);
  });

  test('can be read by other queries, and then is not dropped', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${WRITER} ${TABLE} CREATE TABLE u AS SELECT k, UCASE(v) AS v FROM t;
      INSERT INTO w VALUES (1, 'a');`);
    expect(await temporary.rows('SELECT * FROM u;')).toEqual([[1, 'A']]);
    await expect(temporary.database.execute('DROP TABLE t;')).rejects.toThrow(
      'The following streams and/or tables read from this source: [U (query CTAS_U_2)].',
    );
  });
});

test('CREATE SOURCE STREAM can be read', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${STREAM}
    CREATE STREAM w (k INT KEY, v STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
    INSERT INTO w VALUES (1, 'a');`);
  expect(await temporary.rows('SELECT * FROM s;')).toEqual([[1, 'a']]);
});

test.each([
  ["INSERT INTO s VALUES (1, 'a');", 'Cannot insert values into read-only stream: S.'],
  ["INSERT INTO t VALUES (1, 'a');", 'Cannot insert values into read-only table: T.'],
  ['INSERT INTO s SELECT * FROM s;', 'Cannot insert into read-only stream: S.'],
  ['DROP STREAM s DELETE TOPIC;', 'Cannot delete topic for read-only source: S.'],
  ['DROP TABLE t DELETE TOPIC;', 'Cannot delete topic for read-only source: T.'],
  [
    'ALTER STREAM s ADD x INT;',
    "Cannot alter stream 'S': ALTER operations are not supported on source streams.",
  ],
  [
    'ALTER TABLE t ADD x INT;',
    "Cannot alter table 'T': ALTER operations are not supported on source tables.",
  ],
  [
    STREAM.replace('CREATE', 'CREATE OR REPLACE'),
    "Cannot add stream 'S': CREATE OR REPLACE is not supported on source streams.",
  ],
  [
    STREAM.replace('CREATE SOURCE', 'CREATE OR REPLACE'),
    "Cannot add stream 'S': CREATE OR REPLACE is not supported on source streams.",
  ],
  [
    'CREATE OR REPLACE TABLE t AS SELECT * FROM z;',
    "Cannot add table 'T': CREATE OR REPLACE is not supported on source tables.",
  ],
])('%s is refused', async (sql, message) => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(
    `${WRITER} ${TABLE} ${STREAM} ${WRITER.replace('TABLE w', 'TABLE z').replace("'t'", "'z'")}`,
  );
  await expect(temporary.database.execute(sql)).rejects.toThrow(message);
});
