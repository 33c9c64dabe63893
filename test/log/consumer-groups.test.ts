import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Log } from '../../src/log/log.ts';
import { Harness } from './embedded/harness.ts';

let harness: Harness;
let log: Log;

beforeEach(async () => {
  harness = await Harness.create();
  await harness.open();
  log = harness.log;
});

afterEach(async () => {
  await harness.dispose();
});

function at(offset: number, partition = 0) {
  return { topic: 'events', partition, offset, metadata: null };
}

function positions(group: string): string[] {
  return log.groups
    .offsets(group)
    .map((entry) => `${entry.topic}/${entry.partition}:${entry.offset}`);
}

test('a group that committed nothing has no offsets and no name', () => {
  expect(log.groups.list()).toEqual([]);
  expect(log.groups.offsets('g')).toEqual([]);
});

test('the last offset committed counts, also after a crash', async () => {
  await log.groups.commit('g', [at(3)]);
  await log.groups.commit('h', [at(1)]);
  await log.groups.commit('g', [{ ...at(7), metadata: 'm' }]);
  await harness.crash();
  log = await harness.openLog();
  expect(log.groups.list()).toEqual(['g', 'h']);
  expect(positions('g')).toEqual(['events/0:7']);
  expect(log.groups.offsets('g')[0]?.metadata).toBe('m');
});

test('a partition that is not there is refused', async () => {
  await expect(log.groups.commit('g', [at(1), at(1, 5)])).rejects.toThrow(RangeError);
  expect(log.groups.list()).toEqual([]);
});

test('a topic made again under the same name begins without offsets', async () => {
  await log.groups.commit('g', [at(3)]);
  await log.deleteTopic(log.topic('events')!);
  await log.createTopic({ name: 'events', partitionCount: 1, cleanupPolicy: 'delete' });
  expect(positions('g')).toEqual([]);
  expect(log.groups.list()).toEqual([]);
});

test('a group can be forgotten, for good', async () => {
  await log.groups.commit('g', [at(3)]);
  expect(await log.groups.delete('g')).toBe(true);
  expect(await log.groups.delete('g')).toBe(false);
  await harness.close();
  log = await harness.openLog();
  expect(log.groups.list()).toEqual([]);
});
