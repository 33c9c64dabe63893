import { readdir, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nodeEnv } from '../../../src/base/env-node.ts';
import type { EmbeddedPartition } from '../../../src/log/embedded/embedded-partition.ts';
import type { CreateTopicOptions } from '../../../src/log/log.ts';
import { batchOf, batchOfBytes, readAll } from '../batches.ts';
import { FaultyFiles } from '../faulty-files.ts';
import { Harness } from './harness.ts';

const HOUR = 3_600_000;

describe('retention', () => {
  const files = new FaultyFiles();
  let now = 0;
  let harness: Harness;

  beforeEach(async () => {
    now = 1_000_000;
    const env = { ...files.env, clock: { ...nodeEnv().clock, now: () => now } };
    harness = await Harness.create({ env, limits: { cacheBytesMax: 1 } });
  });

  afterEach(async () => {
    files.heal();
    await harness.dispose();
  });

  async function open(settings: Partial<CreateTopicOptions>): Promise<EmbeddedPartition> {
    const log = await harness.openLog();
    const topic =
      log.topic('events') ??
      (await log.createTopic({
        name: 'events',
        partitionCount: 1,
        cleanupPolicy: 'delete',
        ...settings,
      }));
    return topic.partitions[0] as EmbeddedPartition;
  }

  async function segments(): Promise<number[]> {
    const names = await readdir(harness.file('.'));
    return names.filter((name) => name.endsWith('.log')).map((name) => parseInt(name, 10));
  }

  test('a segment is followed by a new one after segment.ms, whatever its size', async () => {
    const partition = await open({ segmentMs: HOUR });
    await write(partition, 'a');
    now += HOUR - 1;
    await write(partition, 'b');
    now += 1;
    await write(partition, 'c');
    expect(await segments()).toEqual([0, 2]);
  });

  test('removes segments whose last record was written too long ago, by whatever time it says', async () => {
    const partition = await open({ retentionMs: 4 * HOUR });
    await write(partition, 'a', 'b');
    now += HOUR;
    await write(partition, 'c');
    now += 3 * HOUR + 1;
    await partition.maintain(Infinity);
    expect(partition.startOffset).toBe(2);
    expect(await readAll(partition, { offset: 2 })).toEqual(['2:c']);
    expect(await segments()).toEqual([2, 3]);
    now += HOUR;
    await partition.maintain(Infinity);
    expect(partition.startOffset).toBe(3);
    expect(partition.endOffset).toBe(3);
  });

  test('keeps what somebody has still to read, however old', async () => {
    const partition = await open({ retentionMs: HOUR, segmentBytes: 1 });
    await write(partition, 'a', 'b', 'c');
    now += 9 * HOUR;
    await partition.maintain(1);
    expect(partition.startOffset).toBe(1);
    expect(await readAll(partition, { offset: 1 })).toEqual(['1:b', '2:c']);
  });

  test('a bound in bytes goes before everything else', async () => {
    const partition = await open({ retentionBytes: 5_000, segmentBytes: 1_000 });
    for (let i = 0; i < 20; i++) partition.append(batchOfBytes(900));
    await partition.sync();
    await partition.maintain(0);
    expect(partition.startOffset).toBe(14);
    expect(() => partition.read({ offset: 3, bytesMax: 1, isolation: 'committed' })).toThrow(
      /begins at offset 14: the records from 3 on were removed/,
    );
  });

  test('the new start is known after a crash, also when files were not removed yet', async () => {
    let partition = await open({ retentionMs: HOUR, segmentBytes: 1 });
    await write(partition, 'a', 'b', 'c');
    now += 2 * HOUR;
    await partition.maintain(2);
    await writeFile(harness.file('00000000000000000001.log'), batchOf(['left over']));
    await harness.crash();
    partition = await open({});
    expect(partition.startOffset).toBe(2);
    expect(await segments()).toEqual([2, 3]);
    expect(await readAll(partition, { offset: 2 })).toEqual(['2:c']);
  });

  test('ages survive a restart', async () => {
    await write(await open({ retentionMs: 2 * HOUR }), 'a');
    await harness.close();
    now += HOUR;
    await write(await open({}), 'b');
    await harness.close();
    now += HOUR + 1;
    const partition = await open({});
    await partition.maintain(Infinity);
    expect(partition.startOffset).toBe(1);
  });

  test('nothing is removed when the new start cannot be made durable', async () => {
    const partition = await open({ retentionMs: HOUR, segmentBytes: 1 });
    await write(partition, 'a', 'b');
    now += 2 * HOUR;
    files.failOn('replaceFile', 'start.json', 'EIO');
    await partition.maintain(Infinity);
    expect(await readAll(partition)).toEqual(['0:a', '1:b']);
    files.heal();
    await partition.maintain(Infinity);
    expect(partition.startOffset).toBe(2);
  });

  test('a start that is not what was written takes the partition offline', async () => {
    const partition = await open({});
    await write(partition, 'a', 'b');
    await partition.deleteRecords(1);
    await harness.close();
    await writeFile(harness.file('start.json'), '{"startOffset":0}');
    const broken = await open({});
    expect(() => broken.append(batchOf(['x']))).toThrow(
      /start.json does not hold what was written/,
    );
  });

  test('records are deleted up to an offset, inside of a segment too', async () => {
    const partition = await open({});
    await write(partition, 'a', 'b', 'c');
    expect(await partition.deleteRecords(2)).toBe(2);
    expect(await readAll(partition, { offset: 2 })).toEqual(['2:c']);
    expect(await partition.offsetForTime(0)).toBe(2);
    expect(await partition.deleteRecords(1)).toBe(2);
    expect(await partition.deleteRecords(99)).toBe(3);
    await harness.close();
    expect((await open({})).startOffset).toBe(3);
  });

  test('a read that meets the removal of its segment says that it came too late', async () => {
    const partition = await open({ segmentBytes: 1 });
    await write(partition, 'a', 'b', 'c');
    await harness.close();
    const again = await open({});
    const reading = again.read({ offset: 0, bytesMax: 1, isolation: 'committed' });
    await again.deleteRecords(2);
    await expect(Promise.resolve(reading)).resolves.toMatchObject({ nextOffset: 1 });
    expect(() => again.read({ offset: 0, bytesMax: 1, isolation: 'committed' })).toThrow(/removed/);
  });

  test('with LogAppendTime records carry the time of the append', async () => {
    const partition = await open({ timestampType: 'LogAppendTime' });
    await write(partition, 'a');
    now += 500;
    await write(partition, 'b');
    expect(await partition.offsetForTime(1_000_001)).toBe(1);
    await harness.close();
    expect(await (await open({})).offsetForTime(1_000_000)).toBe(0);
  });

  test('compresses what it writes, and the size of a segment counts compressed bytes', async () => {
    const partition = await open({ compression: 'zstd' });
    await write(partition, 'x'.repeat(100_000));
    expect((await stat(harness.file())).size).toBeLessThan(1_000);
    await harness.close();
    expect(await readAll(await open({}))).toEqual([`0:${'x'.repeat(100_000)}`]);
  });
});

async function write(partition: EmbeddedPartition, ...values: string[]): Promise<void> {
  for (const value of values) {
    partition.append(batchOf([value]));
    await partition.sync();
  }
}
