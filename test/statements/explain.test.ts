import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database.ts';

async function open(): Promise<Database> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-explain-'));
  const database = await openDatabase({ directory });
  onTestFinished(async () => {
    await database.close();
    rmSync(directory, { recursive: true });
  });
  await database.execute(
    `CREATE STREAM s (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE t AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;`,
  );
  return database;
}

test.each([
  ['SELECT k FROM s EMIT CHANGES;', ['K']],
  ['SELECT n, k FROM s EMIT CHANGES;', ['N', 'K']],
  ['SELECT * FROM t;', ['K', 'C']],
  ['SELECT c FROM t;', ['C']],
])('shows of %s the columns a client gets, each once: %j', async (sql, names) => {
  const database = await open();
  const [explained] = await database.execute(`EXPLAIN ${sql}`);
  const columns = names.map((name) => ({ name }));
  expect(explained).toMatchObject({ queryDescription: { queryType: 'PUSH', fields: columns } });
  const result = await database.query(sql);
  expect(result.columns.map(({ name }) => name)).toEqual(names);
  await result.close();
});

test('shows the key of a query that runs', async () => {
  const database = await open();
  expect(await database.execute('EXPLAIN CTAS_T_1;')).toMatchObject([
    {
      queryDescription: {
        queryType: 'PERSISTENT',
        fields: [{ name: 'K', type: 'KEY' }, { name: 'C' }],
        sinks: ['T'],
        state: 'RUNNING',
      },
    },
  ]);
});

test('refuses an id that no query has and shows where it stands', async () => {
  const database = await open();
  await expect(database.execute('EXPLAIN CTAS_T_2;')).rejects.toThrow(
    /^line 1:9: Query with id:CTAS_T_2 does not exist\. Did you mean CTAS_T_1\?/,
  );
});
