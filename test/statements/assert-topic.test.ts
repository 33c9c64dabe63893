import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const STREAM =
  "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='Clicks', VALUE_FORMAT='JSON', PARTITIONS=2);";

test('says what is there and what is not', async () => {
  const { database } = await TemporaryDatabase.open();
  const entities = await database.execute(
    `${STREAM} ASSERT TOPIC Clicks WITH (PARTITIONS=2, REPLICAS=1); ASSERT NOT EXISTS TOPIC 'clicks' WITH (X=1);`,
  );
  expect(entities.slice(1)).toEqual([
    {
      '@type': 'assert_topic',
      statementText: 'ASSERT TOPIC Clicks WITH (PARTITIONS=2, REPLICAS=1);',
      topicName: 'Clicks',
      exists: true,
      warnings: [],
    },
    {
      '@type': 'assert_topic',
      statementText: "ASSERT NOT EXISTS TOPIC 'clicks' WITH (X=1);",
      topicName: 'clicks',
      exists: false,
      warnings: [],
    },
  ]);
});

test('waits for a topic to come', async () => {
  const { database } = await TemporaryDatabase.open();
  const assertion = database.execute("ASSERT TOPIC 'Clicks' TIMEOUT 1 MINUTE;");
  await database.execute(STREAM);
  expect(await assertion).toMatchObject([{ topicName: 'Clicks', exists: true }]);
});

test.each([
  ['ASSERT TOPIC nope TIMEOUT 0 SECONDS;', 'Topic nope does not exist'],
  ['ASSERT TOPIC _millrace_command TIMEOUT 1 MILLISECOND;', 'Topic _millrace_command does not'],
  ['ASSERT NOT EXISTS TOPIC Clicks TIMEOUT 1 MILLISECOND;', 'Topic Clicks exists'],
  [
    'ASSERT TOPIC Clicks WITH (partitions=4, replicas=3) TIMEOUT 1 MILLISECOND;',
    'Mismatched configuration for topic Clicks: For config partitions, expected 4 got 2, For config replicas, expected 3 got 1',
  ],
])('%s fails with status 417', async (sql, message) => {
  const { database } = await TemporaryDatabase.open();
  await database.execute(STREAM);
  await expect(database.execute(sql)).rejects.toMatchObject({
    httpStatus: 417,
    errorCode: 41700,
    message: expect.stringContaining(message) as string,
  });
});

test.each([
  ['ASSERT TOPIC t WITH (RETENTION_MS=1);', 'Cannot assert unknown topic property: RETENTION_MS.'],
  ["ASSERT TOPIC t WITH (PARTITIONS='1');", 'PARTITIONS has to be a whole number'],
  ['ASSERT TOPIC t TIMEOUT 2 HOURS;', 'The TIMEOUT is too long: it may be 1 hour at most.'],
])('%s is refused', async (sql, message) => {
  const { database } = await TemporaryDatabase.open();
  await expect(database.execute(sql)).rejects.toThrow(message);
});
