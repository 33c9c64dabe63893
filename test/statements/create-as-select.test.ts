import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database.ts';

async function open(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-create-as-select-'));
  const database = await openDatabase({ directory });
  onTestFinished(async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  });
  return database;
}

const STREAM =
  "CREATE STREAM s (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";
const CREATE = 'CREATE STREAM big AS SELECT k, n FROM s WHERE n > 10 EMIT CHANGES;';
const REPLACE =
  'CREATE OR REPLACE STREAM big AS SELECT k, n, n * 2 AS twice FROM s WHERE n > 5 EMIT CHANGES;';

test('replaces a stream that an earlier statement of the same request creates', async () => {
  const database = await open();
  const entities = await database.execute(`${STREAM} ${CREATE} ${REPLACE}`);
  expect(entities).toMatchObject(
    ['Stream created', 'Created query with ID CSAS_BIG_1', 'Created query with ID CSAS_BIG_1'].map(
      (message) => ({ commandStatus: { status: 'SUCCESS', message } }),
    ),
  );
  await database.execute("INSERT INTO s (k, n) VALUES ('a', 7);");
  const result = await database.query('SELECT * FROM big EMIT CHANGES LIMIT 1;', {
    properties: { 'auto.offset.reset': 'earliest' },
  });
  expect(await result.next()).toMatchObject({ rows: [['a', 7, 14]] });
});

test('refuses, before anything runs, a replacement that the earlier statement does not allow', async () => {
  const database = await open();
  const renamed = 'CREATE OR REPLACE STREAM big AS SELECT k, n AS m FROM s EMIT CHANGES;';
  await expect(database.execute(`${STREAM} ${CREATE} ${renamed}`)).rejects.toThrow(
    /^line 1:\d+: Cannot upgrade BIG: its schema is /,
  );
  expect(await database.execute('SHOW STREAMS;')).toMatchObject([{ streams: [] }]);
});

test('does not replace a stream whose query an earlier statement of the same request terminates', async () => {
  const database = await open();
  await database.execute(`${STREAM} ${CREATE}`);
  await expect(database.execute(`TERMINATE CSAS_BIG_1; ${REPLACE}`)).rejects.toThrow(
    'BIG cannot be replaced: no running query fills it. DROP STREAM BIG first.',
  );
  expect(await database.execute('SHOW QUERIES;')).toMatchObject([
    { queries: [{ id: 'CSAS_BIG_1' }] },
  ]);
});
