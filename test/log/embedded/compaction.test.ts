import * as fc from 'fast-check';
import { copyFile, readdir, rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeEnv } from '../../../src/base/env-node.ts';
import type { EmbeddedPartition } from '../../../src/log/embedded/embedded-partition.ts';
import type { CreateTopicOptions } from '../../../src/log/log.ts';
import { RecordBatchWriter, writeControlBatch } from '../../../src/log/record-batch.ts';
import type { BatchOptions } from '../../../src/log/record-batch.ts';
import { RecordCursor } from '../../../src/log/record-cursor.ts';
import { Harness } from './harness.ts';

const DAY = 86_400_000;

/** `key=value` or, for a tombstone, `key`. */
type Entry = string;

describe('compaction', () => {
  let now = 0;
  let harness: Harness;
  const env = { ...nodeEnv(), clock: { ...nodeEnv().clock, now: () => now } };

  beforeEach(async () => {
    now = 1_000_000;
    harness = await Harness.create({ env, limits: { cacheBytesMax: 1 } });
  });

  afterEach(async () => {
    await harness.dispose();
  });

  async function open(settings: Partial<CreateTopicOptions> = {}): Promise<EmbeddedPartition> {
    const log = await harness.openLog();
    const topic =
      log.topic('events') ??
      (await log.createTopic({
        name: 'events',
        partitionCount: 1,
        cleanupPolicy: 'compact',
        ...settings,
      }));
    return topic.partitions[0] as EmbeddedPartition;
  }

  test('keeps the last record of each key at its offset, the active segment whole', async () => {
    const partition = await open({ segmentBytes: 1 });
    await write(partition, ['a=1'], ['b=1', 'a=2'], ['a=3'], ['b=2'], ['a=4']);
    await partition.maintain(Infinity);
    const left = ['3:a=3', '4:b=2', '5:a=4'];
    expect(await entries(partition)).toEqual(left);
    expect(partition.startOffset).toBe(0);
    expect(partition.endOffset).toBe(6);
    await harness.crash();
    const again = await open();
    expect(await entries(again)).toEqual(left);
    expect(again.append(batchOf(['c=1']))).toBe(6);
  });

  test('leaves alone what somebody has still to read', async () => {
    const partition = await open({ segmentBytes: 1 });
    await write(partition, ['a=1'], ['a=2'], ['a=3'], ['a=4'], ['a=5']);
    await partition.maintain(2);
    expect(await entries(partition)).toEqual(['1:a=2', '2:a=3', '3:a=4', '4:a=5']);
  });

  test('makes few files out of many', async () => {
    const partition = await open({ segmentBytes: 1_024 });
    for (let i = 0; i < 200; i++) await write(partition, [`key ${i % 5}=${i}`]);
    const before = await segmentCount();
    expect(before).toBeGreaterThan(10);
    await partition.maintain(Infinity);
    expect(await segmentCount()).toBeLessThan(4);
  });

  test('drops tombstones only when readers had time to see them', async () => {
    const partition = await open({ segmentBytes: 1, deleteRetentionMs: DAY });
    await write(partition, ['a=1'], ['a'], ['b=1'], ['c=1']);
    await partition.maintain(Infinity);
    expect(await entries(partition)).toEqual(['1:a', '2:b=1', '3:c=1']);
    now += DAY + 1;
    await write(partition, ['d=1'], ['e=1'], ['f=1'], ['g=1']);
    await partition.maintain(Infinity);
    expect(await entries(partition)).toEqual([
      '2:b=1',
      '3:c=1',
      '4:d=1',
      '5:e=1',
      '6:f=1',
      '7:g=1',
    ]);
  });

  test('drops aborted records, keeps the markers of what is left', async () => {
    const partition = await open({ segmentBytes: 1 });
    await write(partition, ['a=1']);
    await transaction(partition, ['a=no', 'b=no'], 'abort');
    await transaction(partition, ['c=1'], 'commit');
    await transaction(partition, ['d=1'], 'commit');
    await write(partition, ['d=2'], ['e=1']);
    await partition.maintain(Infinity);
    // 1 to 3 the aborted transaction, 4 and 5 that of c, 6 and 7 that of d, of which nothing is left.
    const left = ['0:a=1', '4:c=1', '8:d=2', '9:e=1'];
    expect(await entries(partition)).toEqual(left);
    await harness.crash();
    await rm(harness.file('checkpoint.json'), { force: true });
    const decided: unknown[] = [];
    const log = await harness.openLog({
      decide: (undecided) => {
        decided.push(undecided);
        return 'abort';
      },
    });
    expect(decided).toEqual([]);
    expect(await entries(log.topic('events')!.partitions[0] as EmbeddedPartition)).toEqual(left);
  });

  test('a compressed batch stays compressed', async () => {
    const partition = await open({ segmentBytes: 1, compression: 'gzip' });
    const text = 'x'.repeat(5_000);
    await write(partition, [`a=${text}`, `b=${text}`], [`a=2`], ['c=1']);
    await partition.maintain(Infinity);
    expect(await entries(partition)).toEqual([`1:b=${text}`, '2:a=2', '3:c=1']);
  });

  test('compact,delete also removes what is too old', async () => {
    const partition = await open({
      cleanupPolicy: 'compact,delete',
      segmentBytes: 1,
      retentionMs: DAY,
    });
    await write(partition, ['a=1'], ['a=2'], ['b=1']);
    now += DAY + 1;
    await write(partition, ['c=1']);
    await partition.maintain(Infinity);
    expect(partition.startOffset).toBe(3);
    expect(await entries(partition)).toEqual(['3:c=1']);
  });

  test.each([
    { ending: '.cleaned', expected: ['0:a=1', '1:a=2', '2:a=3', '3:b=1'] },
    { ending: '.swap', expected: ['2:a=3', '3:b=1'] },
  ])('a crash that leaves a file $ending is mended', async ({ ending, expected }) => {
    await write(await open({ segmentBytes: 1 }), ['a=1'], ['a=2'], ['a=3'], ['b=1']);
    await harness.close();
    const before = harness.directory;
    await harness.crash();
    await (await open()).maintain(Infinity);
    await harness.close();
    const compacted = harness.file();
    harness.directory = before;
    const range = ending === '.swap' ? `-${'3'.padStart(20, '0')}` : '';
    const left = '0'.repeat(20) + range + ending;
    await copyFile(compacted, harness.file(left));
    const partition = await open();
    expect(await entries(partition)).toEqual(expected);
    const names = await readdir(harness.file('.'));
    expect(names.filter((name) => name.endsWith(ending))).toEqual([]);
  });

  test('whatever was written, what is left gives the same table', async () => {
    const operation = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(
          fc.constant('write'),
          fc.array(entry(), { minLength: 1, maxLength: 5 }),
        ),
      },
      {
        weight: 2,
        arbitrary: fc.tuple(
          fc.constantFrom('commit', 'abort'),
          fc.array(entry(), { minLength: 1, maxLength: 4 }),
        ),
      },
      { weight: 2, arbitrary: fc.tuple(fc.constant('compact'), fc.constant([] as Entry[])) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('crash'), fc.constant([] as Entry[])) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('wait'), fc.constant([] as Entry[])) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 60 }),
        fc.constantFrom('none', 'lz4') as fc.Arbitrary<'none' | 'lz4'>,
        async (operations, compression) => {
          await harness.dispose();
          harness = await Harness.create({ env, limits: { cacheBytesMax: 1 } });
          let partition = await open({ segmentBytes: 1_024, compression, deleteRetentionMs: DAY });
          const all: string[] = [];
          for (const [kind, values] of operations) {
            const base = partition.endOffset;
            if (kind === 'write') await write(partition, values);
            else if (kind === 'commit' || kind === 'abort')
              await transaction(partition, values, kind);
            else if (kind === 'wait') now += DAY / 2;
            else if (kind === 'compact') await partition.maintain(Infinity);
            else {
              await harness.crash();
              partition = await open();
            }
            if (kind === 'write' || kind === 'commit') {
              all.push(...values.map((value, i) => `${base + i}:${value}`));
            }
          }
          const left = await entries(partition);
          expect(tableOf(left)).toEqual(tableOf(all));
          // Nothing is made up, and the order stays.
          expect(all.filter((line) => left.includes(line))).toEqual(left);
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  async function segmentCount(): Promise<number> {
    return (await readdir(harness.file('.'))).filter((name) => name.endsWith('.log')).length;
  }
});

function entry(): fc.Arbitrary<Entry> {
  return fc
    .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.option(fc.nat({ max: 99 }), { freq: 4 }))
    .map(([key, value]) => (value === null ? key : `${key}=${value}`));
}

function tableOf(lines: readonly string[]): Record<string, string> {
  const table: Record<string, string> = {};
  for (const line of lines) {
    const [key = '', value] = line.slice(line.indexOf(':') + 1).split('=');
    if (value === undefined) delete table[key];
    else table[key] = value;
  }
  return table;
}

function batchOf(values: readonly Entry[], options: BatchOptions = {}): Buffer {
  const writer = new RecordBatchWriter();
  writer.begin(options);
  for (const line of values) {
    const [key = '', value] = line.split('=');
    writer.append(1000, Buffer.from(key), value === undefined ? null : Buffer.from(value));
  }
  return writer.finish();
}

async function write(partition: EmbeddedPartition, ...batches: Entry[][]): Promise<void> {
  for (const values of batches) {
    partition.append(batchOf(values));
    await partition.sync();
  }
}

async function transaction(
  partition: EmbeddedPartition,
  values: readonly Entry[],
  type: 'commit' | 'abort',
): Promise<void> {
  partition.append(
    batchOf(values, { producerId: 5, producerEpoch: 0, baseSequence: 0, transactional: true }),
  );
  partition.append(writeControlBatch({ producerId: 5, producerEpoch: 0, type, timestamp: 1000 }));
  await partition.sync();
}

async function entries(partition: EmbeddedPartition): Promise<string[]> {
  const lines: string[] = [];
  const cursor = new RecordCursor();
  for (let offset = partition.startOffset; offset < partition.stableEndOffset;) {
    const read = await partition.read({ offset, bytesMax: 1, isolation: 'committed' });
    for (const batch of read.batches) {
      cursor.reset(batch);
      while (cursor.next()) {
        if (cursor.offset < offset) continue;
        const key = batch.toString('utf8', cursor.keyStart, cursor.keyEnd);
        const value = batch.toString('utf8', cursor.valueStart, cursor.valueEnd);
        lines.push(`${cursor.offset}:${key}${cursor.valueStart < 0 ? '' : `=${value}`}`);
      }
    }
    expect(read.nextOffset).toBeGreaterThan(offset);
    offset = read.nextOffset;
  }
  return lines;
}
