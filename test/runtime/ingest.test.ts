import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import type { Log, Partition, Topic } from '../../src/log/log.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';
import { AppendGate } from '../../src/runtime/append-gate.ts';
import { Ingest } from '../../src/runtime/ingest.ts';
import { readAll } from '../log/batches.ts';

const env = nodeEnv();
let directory: string;
let log: Log;
let topic: Topic;
let gate: AppendGate;
let durable: Partition[];
let ingest: Ingest;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-ingest-'));
  log = await openEmbeddedLog({
    directory,
    env,
    logger: silentLogger,
    recovery: { durableEndOffset: () => undefined, decide: () => 'abort' },
  });
  topic = await log.createTopic({ name: 't', partitionCount: 3, cleanupPolicy: 'delete' });
  gate = new AppendGate();
  durable = [];
  const clock = { ...env.clock, now: () => 77 };
  ingest = new Ingest({ clock, gate, onDurable: (partition) => durable.push(partition) });
});

afterEach(async () => {
  await log.close();
  await rm(directory, { recursive: true });
});

function record(value: string, partition?: number) {
  return {
    key: null,
    value: Buffer.from(value),
    ...(partition === undefined ? {} : { partition }),
  };
}

test('keeps the headers of a record, which count for its size', async () => {
  const headers = [
    { key: 'h', value: Buffer.from('v') },
    { key: 'n', value: null },
  ];
  await ingest.append(topic, { ...record('a', 0), headers });
  const read = await topic.partitions[0]!.read({ offset: 0, bytesMax: 100, isolation: 'appended' });
  const cursor = new RecordCursor(read.batches[0]!);
  expect(cursor.next()).toBe(true);
  expect(cursor.headers()).toEqual(headers);
  const large = [{ key: 'h', value: Buffer.alloc(1024 * 1024) }];
  await expect(ingest.append(topic, { ...record('a', 0), headers: large })).rejects.toThrow(
    '1048578 bytes',
  );
});

test('acknowledges a record when it is on disk, saying where it stands', async () => {
  const acknowledgement = await ingest.append(topic, { ...record('a', 1), timestamp: 5 });
  expect(acknowledgement).toEqual({
    topic: 't',
    partition: 1,
    offset: 0,
    timestamp: 5,
    durability: 'fsync',
  });
  expect(topic.partitions[1]?.durableEndOffset).toBe(1);
  expect(durable).toEqual([topic.partitions[1]]);
});

test('takes the wall clock for a record without a time', async () => {
  expect((await ingest.append(topic, record('a'))).timestamp).toBe(77);
});

test('writes records that come together in one batch, in the order they came', async () => {
  const values = Array.from({ length: 100 }, (_, i) => `v${i}`);
  const written = await Promise.all(values.map((value) => ingest.append(topic, record(value, 0))));
  expect(written.map(({ offset }) => offset)).toEqual(values.map((_, i) => i));
  expect(await readAll(topic.partitions[0]!)).toEqual(values.map((value, i) => `${i}:${value}`));
  expect(durable).toHaveLength(1);
});

test('puts a key where Kafka puts it, and records without one in turns', async () => {
  const keys = ['21', 'foobar', 'abc', 'foobar'];
  const keyed = await Promise.all(
    keys.map((key) => ingest.append(topic, { key: Buffer.from(key), value: null })),
  );
  // murmur2 of the keys: 1173551340, 1357151166 and 479470107, modulo 3.
  expect(keyed.map(({ partition }) => partition)).toEqual([0, 0, 0, 0]);
  const keyless = await Promise.all([1, 2, 3, 4].map(() => ingest.append(topic, record('x'))));
  expect(keyless.map(({ partition }) => partition)).toEqual([0, 1, 2, 0]);
});

test('acknowledges the records of one request in their order, wherever they went', async () => {
  const request = [record('a', 2), record('b', 0), record('c', 2), record('d', 1), record('e', 0)];
  const written = await ingest.appendAll(topic, request);
  expect(written.map(({ partition, offset }) => [partition, offset])).toEqual([
    [2, 0],
    [0, 0],
    [2, 1],
    [1, 0],
    [0, 1],
  ]);
  expect(await ingest.appendAll(topic, [])).toEqual([]);
});

test('a record that is refused does not keep the others of its request from being written', async () => {
  const large = { key: null, value: Buffer.alloc(1024 * 1024 + 1), partition: 0 };
  const request = [record('a', 0), record('b', 7), large, record('c', 0), record('d', 1)];
  await expect(ingest.appendAll(topic, request)).rejects.toThrow('Topic t has no partition 7');
  await ingest.append(topic, record('e', 0));
  await ingest.append(topic, record('f', 1));
  expect(await readAll(topic.partitions[0]!)).toEqual(['0:a', '1:c', '2:e']);
  expect(await readAll(topic.partitions[1]!)).toEqual(['0:d', '1:f']);
});

test('of a request with an idempotency key nothing is written when a record is refused', async () => {
  const request = [record('a', 0), record('b', 7)];
  const options = { idempotencyKey: 'k' };
  await expect(ingest.appendAll(topic, request, options)).rejects.toThrow('no partition 7');
  expect(topic.partitions[0]?.endOffset).toBe(0);
});

test('records of one request that take several batches follow each other', async () => {
  const values = Array.from({ length: 5 }, (_, i) => String(i).repeat(300_000));
  const [written, other] = await Promise.all([
    ingest.appendAll(
      topic,
      values.map((value, i) => ({ ...record(value, 0), timestamp: i })),
    ),
    ingest.append(topic, { ...record('x', 0), timestamp: 9 }),
  ]);
  expect(written.map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
  expect(other).toMatchObject({ offset: 5, timestamp: 9 });
  expect(await readAll(topic.partitions[0]!)).toEqual([
    ...values.map((value, i) => `${i}:${value}`),
    '5:x',
  ]);
});

test('acknowledges with the time of the log in a topic that stamps what it appends', async () => {
  const stamped = await log.createTopic({
    name: 'stamped',
    partitionCount: 1,
    cleanupPolicy: 'delete',
    timestampType: 'LogAppendTime',
  });
  const before = Date.now();
  const [first] = await ingest.appendAll(stamped, [{ ...record('a'), timestamp: 5 }]);
  expect(first?.timestamp).toBeGreaterThanOrEqual(before);
});

test('waits while a tick holds the partition', async () => {
  const partition = topic.partitions[0]!;
  gate.hold(partition);
  const written = ingest.append(topic, record('a', 0));
  await ingest.append(topic, record('b', 1));
  expect(partition.endOffset).toBe(0);
  gate.release(partition);
  expect((await written).offset).toBe(0);
});

test('refuses a partition that does not exist, and what is too large', async () => {
  await expect(ingest.append(topic, record('a', 3))).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: 'Topic t has no partition 3; it has 3, numbered from 0.',
  });
  const value = Buffer.alloc(1024 * 1024);
  await expect(
    ingest.append(topic, { key: Buffer.from('k'), value, partition: 0 }),
  ).rejects.toMatchObject({ code: 'TOO_LARGE' });
  await ingest.append(topic, { key: null, value, partition: 0 });
});

test('refuses more than 64 MiB that wait for one partition, and takes them again later', async () => {
  const partition = topic.partitions[0]!;
  gate.hold(partition);
  const value = Buffer.alloc(1024 * 1024);
  const waiting = Array.from({ length: 64 }, () =>
    ingest.append(topic, { key: null, value, partition: 0 }),
  );
  await expect(ingest.append(topic, record('a', 0))).rejects.toMatchObject({ code: 'TOO_MANY' });
  await ingest.append(topic, record('b', 1));
  gate.release(partition);
  await Promise.all(waiting);
  expect((await ingest.append(topic, record('c', 0))).offset).toBe(64);
});

test('a request sent again with its idempotency key is written once', async () => {
  const request = [
    { key: Buffer.from('a'), value: Buffer.from('1') },
    { key: Buffer.from('b'), value: Buffer.from('2') },
    { key: null, value: Buffer.from('3') },
    { key: Buffer.from('a'), value: null, headers: [{ key: 'h', value: Buffer.from('x') }] },
  ];
  const options = { idempotencyKey: 'request 1' };
  const [first, second] = await Promise.all([
    ingest.appendAll(topic, request, options),
    ingest.appendAll(topic, request, options),
  ]);
  expect(second.map(({ partition, offset }) => [partition, offset])).toEqual(
    first.map(({ partition, offset }) => [partition, offset]),
  );
  const ends = (): number => topic.partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
  expect(ends()).toBe(4);
  await ingest.appendAll(topic, request, { idempotencyKey: 'request 2' });
  expect(ends()).toBe(8);
});

test('an idempotency key with other records is refused, and others of the batch are written', async () => {
  const key = Buffer.from('a');
  await ingest.appendAll(topic, [{ key, value: Buffer.from('1') }], { idempotencyKey: 'k' });
  const [wrong, right] = await Promise.allSettled([
    ingest.appendAll(topic, [{ key, value: Buffer.from('2') }], { idempotencyKey: 'k' }),
    ingest.append(topic, { key, value: Buffer.from('3') }),
  ]);
  expect(wrong).toMatchObject({ status: 'rejected', reason: { code: 'CONFLICT' } });
  expect(right).toMatchObject({ status: 'fulfilled', value: { offset: 1 } });
});

test.each(['none', 'interval=5'] as const)(
  'with durability %s a record is acknowledged when written, and synced later',
  async (durability) => {
    const due: (() => void)[] = [];
    const clock = {
      ...env.clock,
      after: (_: number, callback: () => void) => {
        due.push(callback);
        return () => {};
      },
    };
    const synced = Promise.withResolvers<Partition>();
    ingest = new Ingest({ clock, gate, onDurable: (partition) => synced.resolve(partition) });
    const weak = await log.createTopic({
      name: 'weak',
      partitionCount: 1,
      cleanupPolicy: 'delete',
      durability,
    });
    const acknowledgement = await ingest.append(weak, record('a'));
    expect(acknowledgement).toMatchObject({ offset: 0, durability });
    expect(weak.partitions[0]?.durableEndOffset).toBe(0);
    expect(due).toHaveLength(1);
    due[0]?.();
    expect((await synced.promise).durableEndOffset).toBe(1);
  },
);

test('nothing is taken for a topic of users while the disk is full', async () => {
  const guard = {
    demandRoom: () => {
      throw new DatabaseError('DISK_FULL', 'full');
    },
  };
  ingest = new Ingest({ clock: env.clock, gate, guard, onDurable: () => {} });
  await expect(ingest.append(topic, record('a'))).rejects.toMatchObject({ errorCode: 50701 });
  const own = await log.createTopic({ name: '__own', partitionCount: 1, cleanupPolicy: 'delete' });
  await expect(ingest.append(own, record('a'))).resolves.toMatchObject({ offset: 0 });
});
