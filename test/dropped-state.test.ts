import { expect, test } from 'vitest';
import { leftOverState } from './crash/left-over-state.ts';
import { TemporaryDatabase } from './temporary-database.ts';

const ROWS = 2_000;

test('the state of a dropped query is removed in the background; others go on and keep theirs', async () => {
  const temporary = await TemporaryDatabase.open();
  const { database, directory } = temporary;
  await temporary.run(
    `CREATE STREAM s (k INT, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
     CREATE TABLE gone AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
     CREATE TABLE kept AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`,
  );
  const records = Array.from({ length: ROWS }, (_, k) => {
    return { key: null, value: Buffer.from(JSON.stringify({ k, v: 1 })) };
  });
  await database.produce('s', records);
  await database.settled();
  const ids = database.figures.queries.map(({ queryId }) => queryId);
  await temporary.run('DROP TABLE gone; INSERT INTO s VALUES (0, 1);');
  expect(await temporary.rows('SELECT n FROM kept WHERE k = 0;')).toEqual([[2]]);
  await database.close();
  const options = { queryIds: ids.filter((id) => id.includes('KEPT')), numberMax: 100 };
  expect(await leftOverState(directory, options)).toEqual([]);
  // The check sees what there is.
  expect(await leftOverState(directory, { ...options, queryIds: [] })).not.toEqual([]);
  await temporary.reopen();
  expect(await temporary.rows('SELECT n FROM kept;')).toHaveLength(ROWS);
});
