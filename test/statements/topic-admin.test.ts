import { beforeEach, describe, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import type { TopicService } from '../../src/api/topics.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

let temporary: TemporaryDatabase;
let topics: TopicService;

beforeEach(async () => {
  temporary = await TemporaryDatabase.open({
    env: { ...nodeEnv(), clock },
    logLimits: { maintenanceEveryMs: MAINTENANCE_MS },
  });
  ({ topics } = temporary.database);
});

/** Runs retention now, once. */
let maintain: () => void;
const MAINTENANCE_MS = 123_456;
const clock = {
  ...nodeEnv().clock,
  after(delayMs: number, callback: () => void): () => void {
    if (delayMs !== MAINTENANCE_MS) return nodeEnv().clock.after(delayMs, callback);
    maintain = callback;
    return () => {};
  },
};

const NO_KEY = { idempotencyKey: null };

async function createEvents(settings: Record<string, string> = {}): Promise<void> {
  await topics.create({ name: 'events', partitions: 2, settings });
}

test('a topic is created with settings, listed and deleted', async () => {
  await createEvents({ 'retention.ms': '1000', 'cleanup.policy': 'compact,delete' });
  expect(topics.list().map(({ name }) => name)).toEqual(['events']);
  const { partitions, settings } = topics.describe('events');
  expect(partitions).toHaveLength(2);
  expect(settings).toMatchObject({
    'retention.ms': '1000',
    'retention.bytes': '-1',
    'cleanup.policy': 'compact,delete',
    durability: 'fsync',
  });
  await topics.delete('events');
  expect(topics.list()).toEqual([]);
  expect(() => topics.describe('events')).toThrow(/Topic events does not exist/);
});

test.each([
  [{ 'retention.msec': '1' }, /There is no topic setting "retention.msec"/],
  [{ 'retention.ms': 'soon' }, /retention.ms must be a whole number from 0 on, or -1/],
  [{ durability: 'interval=0' }, /durability must be fsync, none, or interval=<ms>/],
  [{ 'compression.type': 'rar' }, /compression.type must be one of none, gzip/],
])('settings %j are refused', async (settings, message) => {
  await expect(createEvents(settings)).rejects.toThrow(message);
  expect(topics.list()).toEqual([]);
});

test('what the database keeps for itself is not there', async () => {
  await topics.commitGroup('g', []).catch(() => undefined);
  await expect(topics.create({ name: '__x', partitions: 1, settings: {} })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  expect(() => topics.describe('_millrace_command')).toThrow(/does not exist/);
});

test('a topic that a stream uses is not deleted', async () => {
  await temporary.run(
    "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON', PARTITIONS=1);",
  );
  await expect(topics.delete('events')).rejects.toMatchObject({ code: 'IN_USE' });
});

test('records are produced and consumed: text, bytes, nothing, headers', async () => {
  await createEvents();
  const binary = Buffer.from([0xff, 0x00, 0xfe]).toString('base64');
  const records = [
    { key: 'k', value: 'v', partition: 1, timestamp: 5, headers: { h: 'x' } },
    { keyBase64: binary, value: null, partition: 1, timestamp: 6 },
  ];
  const answers = await topics.produce('events', records, NO_KEY);
  expect(answers[1]).toEqual({
    topic: 'events',
    partition: 1,
    offset: 1,
    timestamp: 6,
    durability: 'fsync',
  });
  const request = { topic: 'events', partition: 1, offset: 0, countMax: 10, waitMs: 0 };
  expect(await topics.consume(request)).toEqual({
    nextOffset: 2,
    records: [
      { partition: 1, offset: 0, timestamp: 5, headers: { h: 'x' }, key: 'k', value: 'v' },
      { partition: 1, offset: 1, timestamp: 6, headers: {}, keyBase64: binary, value: null },
    ],
  });
  expect(await topics.consume({ ...request, countMax: 1 })).toMatchObject({ nextOffset: 1 });
  await expect(topics.consume({ ...request, offset: 3 })).rejects.toThrow(/ends at offset 2/);
});

test('a consumer that waits is answered when a record comes', async () => {
  await createEvents();
  const request = { topic: 'events', partition: 0, offset: 0, countMax: 10, waitMs: 20_000 };
  const waiting = topics.consume(request);
  await topics.produce('events', [{ value: 'v', partition: 0 }], NO_KEY);
  expect((await waiting).records).toHaveLength(1);
});

test('a request sent again with its idempotency key is answered as the first time', async () => {
  await createEvents();
  const records = [{ key: 'a', value: '1' }, { value: '2' }];
  const options = { idempotencyKey: 'once' };
  const first = await topics.produce('events', records, options);
  const again = await topics.produce('events', records, options);
  expect(again.map(({ offset }) => offset)).toEqual(first.map(({ offset }) => offset));
  await expect(topics.produce('events', [{ value: 'x' }], options)).rejects.toMatchObject({
    code: 'CONFLICT',
  });
});

test('groups commit offsets, lag behind, and can be set by time', async () => {
  await createEvents();
  for (const timestamp of [100, 200, 300]) {
    await topics.produce('events', [{ value: 'v', partition: 0, timestamp }], NO_KEY);
  }
  expect(await topics.offsets('events', 150)).toEqual([
    { topic: 'events', partition: 0, offset: 1 },
    { topic: 'events', partition: 1, offset: 0 },
  ]);
  const described = await topics.commitGroup('g', await topics.offsets('events', 150));
  expect(described.offsets[0]).toMatchObject({ partition: 0, offset: 1, endOffset: 3, lag: 2 });
  expect(topics.groups()).toEqual(['g']);
  await expect(
    topics.commitGroup('g', [{ topic: 'events', partition: 0, offset: 4 }]),
  ).rejects.toThrow(/ends at offset 3; 4 is beyond/);
  await topics.deleteGroup('g');
  expect(() => topics.describeGroup('g')).toThrow(/Group g has committed no offsets/);
});

describe('a query', () => {
  beforeEach(async () => {
    await createEvents({ 'retention.bytes': '2000', 'segment.bytes': '500' });
    await temporary.run(
      `CREATE STREAM s (v VARCHAR) WITH (KAFKA_TOPIC='events', VALUE_FORMAT='KAFKA');
       CREATE STREAM t AS SELECT v FROM s;`,
    );
  });

  test('that is paused keeps its records from being deleted', async () => {
    await temporary.database.execute('PAUSE ALL;');
    await topics.produce('events', [{ value: 'v', partition: 0 }], NO_KEY);
    const place = { topic: 'events', partition: 0, offset: 1 };
    await expect(topics.deleteRecords(place)).rejects.toMatchObject({ code: 'IN_USE' });
    await temporary.database.execute('RESUME ALL;');
    await temporary.database.settled();
    expect(await topics.deleteRecords(place)).toEqual(place);
  });

  test('that a bound in bytes overtakes says so instead of skipping records', async () => {
    await temporary.database.execute('PAUSE ALL;');
    const value = 'x'.repeat(400);
    for (let i = 0; i < 20; i++) {
      await topics.produce('events', [{ value, partition: 0 }], NO_KEY);
    }
    maintain();
    while (topics.describe('events').partitions[0]!.startOffset === 0) await clock.yield();
    await temporary.database.execute('RESUME ALL;');
    await temporary.database.settled();
    expect(await queryErrors()).toEqual(['ERROR']);
    await temporary.reopen();
    expect(await queryErrors()).toEqual(['ERROR']);
    const [entity] = await temporary.database.execute('EXPLAIN CSAS_T_1;').catch(() => []);
    expect(JSON.stringify(entity)).toContain('removed');
  });
});

async function queryErrors(): Promise<string[]> {
  const [entity] = await temporary.database.execute('SHOW QUERIES;');
  if (entity?.['@type'] !== 'queries') throw new Error('SHOW QUERIES lists queries');
  return entity.queries.map(({ state }) => state);
}
