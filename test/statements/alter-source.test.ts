import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const STREAM =
  "CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

test('adds value columns that older rows lack, and keeps them over a restart', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${STREAM} INSERT INTO s VALUES (1, 10);`);
  expect(
    await temporary.database.execute('ALTER STREAM s ADD COLUMN w STRING, ADD x ARRAY<INT>;'),
  ).toMatchObject([
    {
      statementText: 'ALTER STREAM S ADD COLUMN W STRING, ADD COLUMN X ARRAY<INT>;',
      commandId: 'stream/S/alter',
      commandStatus: { status: 'SUCCESS', message: 'Stream S altered.' },
    },
  ]);
  await temporary.reopen();
  await temporary.run("INSERT INTO s (k, v, w) VALUES (2, 20, 'b');");
  expect(await temporary.rows('SELECT * FROM s;')).toEqual([
    [1, 10, null, null],
    [2, 20, 'b', null],
  ]);
});

test('leaves a query that runs with the columns it was made with', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${STREAM} CREATE STREAM copy AS SELECT * FROM s;`);
  await temporary.run('ALTER STREAM s ADD w INT; INSERT INTO s VALUES (1, 10, 100);');
  expect(await temporary.rows('SELECT * FROM copy;')).toEqual([[1, 10]]);
});

test('gives a single wrapped column company', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(
    "CREATE TABLE t (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', FORMAT='JSON', PARTITIONS=1); INSERT INTO t VALUES (1, 2);",
  );
  await temporary.run('ALTER TABLE t ADD w INT; CREATE TABLE u AS SELECT * FROM t;');
  expect(await temporary.rows('SELECT * FROM u;')).toEqual([[1, 2, null]]);
});

test.each([
  ['ALTER STREAM r ADD w INT;', 'Source R does not exist.'],
  ['ALTER TABLE s ADD w INT;', 'Incompatible data source type is STREAM, but statement was ALTER'],
  ['ALTER STREAM copy ADD w INT;', 'ALTER command is not supported for CREATE ... AS statements.'],
  ['ALTER STREAM s ADD v INT;', 'Cannot add column `V` to schema. A column with the same name'],
  ['ALTER STREAM s ADD w INT, ADD w INT;', 'Cannot add column `W` to schema.'],
  ['ALTER STREAM s ADD rowtime INT;', "'ROWTIME' is a reserved column name."],
  ['ALTER STREAM s ADD w NOPE;', 'There is no type NOPE.'],
  ['ALTER STREAM bare ADD w INT;', 'The values of BARE are written bare'],
  ['ALTER STREAM kafka ADD w INT;', 'KAFKA'],
])('%s is refused', async (sql, message) => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${STREAM} CREATE STREAM copy AS SELECT * FROM s;
    CREATE STREAM bare (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', WRAP_SINGLE_VALUE=false);
    CREATE STREAM kafka (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA');`);
  await expect(temporary.database.execute(sql)).rejects.toThrow(message);
});
