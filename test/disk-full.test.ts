import { expect, test } from 'vitest';
import { nodeEnv } from '../src/base/env-node.ts';
import { TemporaryDatabase } from './temporary-database.ts';

const GIB = 2 ** 30;

test('a full disk refuses inserts and holds queries back; reading and dropping go on', async () => {
  const real = nodeEnv();
  let freeBytes = 50 * GIB;
  const env = {
    ...real,
    files: { ...real.files, space: async () => ({ freeBytes, totalBytes: 100 * GIB }) },
  };
  const temporary = await TemporaryDatabase.open({ env });
  const { database } = temporary;
  await temporary.run(
    `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM u (v INT) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
     INSERT INTO s VALUES (1, 1);`,
  );
  freeBytes = 1 * GIB;
  const refused = expect.objectContaining({
    code: 'DISK_FULL',
    httpStatus: 507,
    errorCode: 50_701,
  });
  await expect(untilRefused(temporary)).rejects.toEqual(refused);
  const before = await temporary.rows('SELECT n FROM t WHERE k = 1;');
  expect(before).toHaveLength(1);
  await database.execute('DROP STREAM u DELETE TOPIC;');
  freeBytes = 50 * GIB;
  for (;;) {
    const done = await database.execute('INSERT INTO s VALUES (2, 1);').then(
      () => true,
      () => false,
    );
    if (done) break;
    await real.clock.yield();
  }
  await database.settled();
  expect(await temporary.rows('SELECT n FROM t WHERE k = 2;')).toEqual([[1]]);
});

/** The disk is looked at every second. */
async function untilRefused({ database }: TemporaryDatabase): Promise<never> {
  for (;;) await database.execute('INSERT INTO s VALUES (1, 1);');
}
