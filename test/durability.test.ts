import { expect, test } from 'vitest';
import { TemporaryDatabase } from './temporary-database.ts';

const SOURCE =
  "CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

test('topics are made with the durability of the database unless they say another', async () => {
  const { database } = await TemporaryDatabase.open({ durability: 'interval=20' });
  await database.execute(SOURCE);
  await database.execute('CREATE STREAM T AS SELECT * FROM S;');
  const settings = { durability: 'fsync' };
  await database.topics.create({ name: 'own', partitions: 1, settings });
  const found = database.log.topics().map(({ name, settings: { durability } }) => {
    return [name, durability];
  });
  expect(Object.fromEntries(found)).toMatchObject({ s: 'interval=20', own: 'fsync' });
  // What the database keeps for itself is on disk whatever was asked for.
  for (const [name, durability] of found) {
    if (/^_|^ksql/i.test(String(name))) expect([name, durability]).toEqual([name, 'fsync']);
  }
  const [acknowledgement] = await database.produce('s', [{ key: null, value: Buffer.from('{}') }]);
  expect(acknowledgement).toMatchObject({ durability: 'interval=20' });
});

test('a topic keeps the durability it was made with', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(SOURCE);
  await temporary.reopen();
  expect(temporary.database.topics.describe('s').settings).toMatchObject({ durability: 'fsync' });
});
