import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const SOURCES =
  "CREATE STREAM a (k INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);" +
  "CREATE STREAM b (k INT KEY, w INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);";
const joining = (within: string): string =>
  `SELECT a.k AS k, v, w FROM a JOIN b WITHIN ${within} ON a.k = b.k`;

test('a join of streams without GRACE PERIOD is warned of in the answer', async () => {
  const { database } = await TemporaryDatabase.open();
  await database.execute(SOURCES);
  const warned = { warnings: [{ message: expect.stringMatching(/stream B has no GRACE PERIOD/) }] };
  for (const sql of [
    `CREATE STREAM c AS ${joining('1 SECONDS')};`,
    `INSERT INTO c ${joining('(1 SECONDS, 2 SECONDS)')};`,
  ]) {
    expect(await database.execute(sql)).toMatchObject([warned]);
  }
  const fine = `CREATE STREAM d AS ${joining('1 SECONDS GRACE PERIOD 0 SECONDS')};`;
  expect(await database.execute(fine)).toMatchObject([{ warnings: [] }]);
});
