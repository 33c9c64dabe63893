import { open, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Partition } from '../../../src/log/log.ts';
import { batchOf, batchOfBytes, readAll, transactionalBatch } from '../batches.ts';
import { FaultyFiles } from '../faulty-files.ts';
import { Harness, RecordingLogger } from './harness.ts';
import type { FoundTransaction } from './harness.ts';

const BATCH_BYTES = batchOf(['a']).length;

describe('recovery of a partition', () => {
  let harness: Harness;

  beforeEach(async () => {
    harness = await Harness.create();
  });

  afterEach(async () => {
    await harness.dispose();
  });

  describe('of a torn tail', () => {
    test('cuts an unfinished batch off and keeps its bytes in the quarantine', async () => {
      await crashAfter(['a', 'b', 'c']);
      await truncate(harness.file(), 3 * BATCH_BYTES - 5);
      const torn = (await readFile(harness.file())).subarray(2 * BATCH_BYTES);
      const logger = new RecordingLogger();
      const partition = await harness.open({}, { logger });
      expect(await readAll(partition)).toEqual(['0:a', '1:b']);
      expect((await stat(harness.file())).size).toBe(2 * BATCH_BYTES);
      const quarantine = join(harness.directory, 'quarantine');
      expect(await readdir(quarantine)).toEqual(['1-0-2.bin']);
      expect(await readFile(join(quarantine, '1-0-2.bin'))).toEqual(torn);
      expect(logger.at('warn')).toHaveLength(1);
      expect(logger.at('warn')[0]!.fields).toMatchObject({ bytes: BATCH_BYTES - 5, offset: 2 });
      expect(partition.append(batchOf(['d']))).toBe(2);
    });

    test('cuts at a flipped bit, and everything behind it', async () => {
      await crashAfter(['a', 'b', 'c']);
      await flipBit(harness.file(), 2 * BATCH_BYTES - 1);
      expect(await readAll(await harness.open())).toEqual(['0:a']);
    });

    test.each([
      ['zeros', Buffer.alloc(500)],
      ['garbage', Buffer.alloc(500, 0xa7)],
      ['a few bytes', Buffer.from('abc')],
      ['a length of 2 GiB', Buffer.from('000000000000000a7fffffff0000000002', 'hex')],
      ['a batch of other offsets', batchOf(['stray'])],
    ])('cuts %s', async (_, tail) => {
      await crashAfter(['a']);
      const file = await open(harness.file(), 'a');
      await file.write(tail);
      await file.close();
      expect(await readAll(await harness.open())).toEqual(['0:a']);
    });

    test('cuts only at or beyond the offset that was durable', async () => {
      await crashAfter(['a', 'b', 'c']);
      await truncate(harness.file(), 3 * BATCH_BYTES - 5);
      expect(await readAll(await harness.open({ durableEndOffset: () => 2 }))).toEqual([
        '0:a',
        '1:b',
      ]);
    });

    test('never overwrites what is in the quarantine', async () => {
      for (let i = 0; i < 2; i++) {
        await crashAfter(i === 0 ? ['a', 'b'] : ['c']);
        await truncate(harness.file(), 2 * BATCH_BYTES - 5);
      }
      await harness.open();
      expect(await readdir(join(harness.directory, 'quarantine'))).toEqual([
        '1-0-1.1.bin',
        '1-0-1.bin',
      ]);
    });

    test('can be interrupted before and after cutting, and run again', async () => {
      await crashAfter(['a', 'b']);
      await truncate(harness.file(), 2 * BATCH_BYTES - 5);
      for (const operation of ['truncate', 'sync'] as const) {
        const files = new FaultyFiles();
        files.failOn(operation, '.log', 'EIO');
        await expect(harness.open({}, { env: files.env })).rejects.toThrow(/EIO/);
      }
      expect(await readAll(await harness.open())).toEqual(['0:a']);
    });
  });

  describe('refuses damage below the durable offset:', () => {
    test('a flipped bit, and says where', async () => {
      await crashAfter(['a', 'b', 'c']);
      await flipBit(harness.file(), 2 * BATCH_BYTES - 1);
      const partition = await harness.open({ durableEndOffset: () => 2 });
      expectOffline(partition, `000.log, byte ${BATCH_BYTES}: Record batch at offset 1: CRC`);
      expect((await stat(harness.file())).size).toBe(3 * BATCH_BYTES);
    });

    test('a missing end', async () => {
      await crashAfter(['a', 'b', 'c']);
      await truncate(harness.file(), 2 * BATCH_BYTES);
      expectOffline(
        await harness.open({ durableEndOffset: () => 3 }),
        'ends at offset 2, but everything below 3 was on disk',
      );
    });

    test('an end missing after the log was closed in order', async () => {
      const before = await harness.open();
      before.append(batchOf(['a']));
      await harness.close();
      await truncate(harness.file(), BATCH_BYTES - 1);
      expectOffline(await harness.open(), `${BATCH_BYTES - 1} are left`);
    });

    test('a missing directory', async () => {
      await crashAfter(['a']);
      await rm(harness.file(''), { recursive: true });
      expectOffline(await harness.open({ durableEndOffset: () => 1 }), 'is missing');
    });

    test('damage in a segment that is not the last', async () => {
      await crashAfter(['a', 'b', 'c'], { segmentBytesMax: BATCH_BYTES });
      await flipBit(harness.file('00000000000000000001.log'), BATCH_BYTES - 1);
      expectOffline(await harness.open(), '00000000000000000001.log, byte 0: ');
    });

    test.each([
      ['first', 0, 'begins at offset 1 instead of 0: a segment is missing'],
      ['middle', 1, 'ends at offset 1, but the next segment begins at 2'],
    ])('a missing %s segment', async (_, offset, message) => {
      await crashAfter(['a', 'b', 'c'], { segmentBytesMax: BATCH_BYTES });
      await rm(harness.file(`0000000000000000000${offset}.log`));
      expectOffline(await harness.open(), message);
    });

    test('while the other partitions work', async () => {
      const options = { name: 'two', partitionCount: 2, cleanupPolicy: 'delete' } as const;
      const log = await harness.openLog();
      const [first, second] = (await log.createTopic(options)).partitions;
      for (const partition of [first!, second!]) partition.append(batchOf(['a']));
      await harness.close();
      await flipBit(harness.file(), BATCH_BYTES - 1);
      await rm(harness.file('checkpoint.json'));
      const logger = new RecordingLogger();
      const reopened = await harness.openLog({ durableEndOffset: () => 1 }, { logger });
      const [damaged, sound] = reopened.topic('two')!.partitions;
      expectOffline(damaged!, 'CRC');
      expect(await readAll(sound!)).toEqual(['0:a']);
      expect(logger.at('error')).toHaveLength(1);
    });
  });

  test('does not follow a symbolic link planted as a segment', async () => {
    await crashAfter(['a']);
    await rm(harness.file());
    const target = join(harness.directory, 'target');
    await writeFile(target, '');
    await symlink(target, harness.file());
    await expect(harness.open()).rejects.toMatchObject({ cause: { code: 'ELOOP' } });
  });

  describe('of open transactions', () => {
    test('ends each as decided, with what is known about it', async () => {
      const before = await harness.open();
      before.append(transactionalBatch(['a', 'b'], { producerId: 1, baseSequence: 10 }));
      before.append(transactionalBatch(['c'], { producerId: 2, baseSequence: 5 }));
      before.append(transactionalBatch(['d', 'e'], { producerId: 1, baseSequence: 12 }));
      await before.sync();
      await harness.crash();
      const asked: FoundTransaction[] = [];
      const partition = await harness.open({
        decide(transaction) {
          asked.push(transaction);
          return transaction.producerId === 1 ? 'commit' : 'abort';
        },
      });
      const common = { topicId: 1, partition: 0, producerEpoch: 0 };
      expect(asked).toEqual([
        { ...common, producerId: 1, lastSequence: 13 },
        { ...common, producerId: 2, lastSequence: 5 },
      ]);
      expect(partition.stableEndOffset).toBe(7);
      expect(partition.durableEndOffset).toBe(7);
      const committed = ['0:a', '1:b', '3:d', '4:e'];
      expect(await readAll(partition, { isolation: 'committed' })).toEqual(committed);
      await harness.crash();
      const again = await harness.open({ decide: () => expect.unreachable() });
      expect(await readAll(again, { isolation: 'committed' })).toEqual(committed);
    });

    test('finds one that began before the checkpoint', async () => {
      const before = await harness.open();
      before.append(transactionalBatch(['a'], { producerId: 4 }));
      await harness.close();
      const asked: number[] = [];
      const partition = await harness.open({
        decide: ({ producerId }) => (asked.push(producerId) > 0 ? 'commit' : 'abort'),
      });
      expect(asked).toEqual([4]);
      expect(await readAll(partition, { isolation: 'committed' })).toEqual(['0:a']);
    });

    test('fails, and can be run again, when the marker cannot be written', async () => {
      const before = await harness.open();
      before.append(transactionalBatch(['a'], { producerId: 4 }));
      await before.sync();
      await harness.crash();
      const files = new FaultyFiles();
      files.failOn('write', '.log', 'ENOSPC');
      const known = { durableEndOffset: () => 1 };
      await expect(harness.open(known, { env: files.env })).rejects.toMatchObject({
        code: 'DISK_FULL',
      });
      const partition = await harness.open({ decide: () => 'commit' });
      expect(await readAll(partition, { isolation: 'committed' })).toEqual(['0:a']);
    });
  });

  describe('without a usable', () => {
    const files = {
      index: '00000000000000000000.index',
      'time index': '00000000000000000000.timeindex',
      'index of the active segment': '00000000000000000400.index',
      checkpoint: 'checkpoint.json',
    };
    const damages = {
      missing: (path: string) => rm(path),
      empty: (path: string) => writeFile(path, ''),
      short: async (path: string) => truncate(path, Math.floor((await stat(path)).size / 2)),
      garbage: async (path: string) => writeFile(path, Buffer.alloc((await stat(path)).size, 0x13)),
      'slightly wrong': async (path: string) => {
        const bytes = await readFile(path);
        for (let i = 7; i < bytes.length; i += 8) bytes[i]! ^= 1;
        await writeFile(path, bytes);
      },
    };
    for (const [what, file] of Object.entries(files)) {
      test.each(Object.entries(damages))(
        `${what} (%s) finds every offset and time`,
        async (_, damage) => {
          const bytes = batchOfBytes(400).length;
          const limits = { segmentBytesMax: 400 * bytes, cacheBytesMax: 1 };
          const before = await harness.open({}, { limits });
          for (let i = 0; i < 700; i++) {
            before.append(batchOf(['x'.repeat(400)], { timestamp: 10 * i }));
          }
          before.append(transactionalBatch(['no'], { producerId: 1 }));
          await before.sync();
          await harness.close();
          await damage(harness.file(file));
          const partition = await harness.open({}, { limits });
          for (const offset of [699, 0, 399, 400, 123, 401, 650]) {
            const options = { offset, bytesMax: 1, isolation: 'committed' } as const;
            expect((await partition.read(options)).nextOffset).toBe(offset + 1);
            expect(await partition.offsetForTime(10 * offset - 5)).toBe(offset);
          }
          expect(partition.stableEndOffset).toBe(702);
          expect(await readAll(partition, { isolation: 'committed' })).toHaveLength(700);
        },
      );
    }
  });

  test('keeps a prefix, and all of the durable part, wherever a crash cuts or garbles the tail', async () => {
    const damage = fc.record({
      durable: fc.nat(10),
      position: fc.double({ min: 0, max: 1, noNaN: true }),
      isCut: fc.boolean(),
    });
    await fc.assert(fc.asyncProperty(damage, keepsPrefix), { numRuns: 40 });
  });

  test('after a clean close reads no records', async () => {
    const files = new FaultyFiles();
    const partition = await harness.open({}, { env: files.env });
    for (let i = 0; i < 10; i++) partition.append(batchOfBytes(1000));
    await harness.close();
    const before = files.count('read', '.log');
    await harness.open({}, { env: files.env });
    expect(files.count('read', '.log') - before).toBeLessThanOrEqual(3);
  });

  test('starts from a checkpoint written under load, not from the beginning', async () => {
    const partition = await harness.open();
    for (let i = 0; i < 20; i++) {
      partition.append(batchOfBytes(1 << 20));
      await partition.sync();
    }
    await harness.crash();
    const checkpoint = JSON.parse((await readFile(harness.file('checkpoint.json'))).toString());
    expect(JSON.parse(checkpoint.body)).toMatchObject({
      offset: 16,
      transactions: { open: [], aborted: [], committed: [] },
    });
    expect((await harness.open()).endOffset).toBe(20);
  });

  /** Appends a batch for each value, syncs, and leaves the files as a killed process would. */
  async function crashAfter(
    values: readonly string[],
    limits: { segmentBytesMax?: number } = {},
  ): Promise<void> {
    const partition = await harness.open({}, { limits });
    for (const value of values) partition.append(batchOf([value]));
    await partition.sync();
    await harness.crash();
  }
});

/** Damages the last segment from a position in its undurable part on and opens it, twice. */
async function keepsPrefix(damage: {
  readonly durable: number;
  readonly position: number;
  readonly isCut: boolean;
}): Promise<void> {
  const harness = await Harness.create();
  try {
    const before = await harness.open();
    const values = Array.from({ length: 10 }, (_, i) => `${i}`);
    for (const value of values) before.append(batchOf([value]));
    await before.sync();
    await harness.crash();
    const bytes = await readFile(harness.file());
    const durableBytes = damage.durable * BATCH_BYTES;
    const position = durableBytes + Math.floor(damage.position * (bytes.length - durableBytes));
    const rest = damage.isCut ? 0 : bytes.length - position;
    await writeFile(
      harness.file(),
      Buffer.concat([bytes.subarray(0, position), Buffer.alloc(rest, 0xff)]),
    );
    const kept = values.slice(0, Math.floor(position / BATCH_BYTES));
    const expected = kept.map((value, offset) => `${offset}:${value}`);
    const recovery = { durableEndOffset: () => damage.durable };
    for (let i = 0; i < 2; i++) {
      expect(await readAll(await harness.open(recovery))).toEqual(expected);
      await harness.crash();
    }
  } finally {
    await harness.dispose();
  }
}

function expectOffline(partition: Partition, message: string): void {
  const offline = expect.objectContaining({
    code: 'CORRUPT',
    message: expect.stringContaining(message),
  });
  expect(() => partition.append(batchOf(['x']))).toThrow(offline);
  expect(() => partition.read({ offset: 0, bytesMax: 1, isolation: 'committed' })).toThrow(offline);
}

async function flipBit(path: string, position: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[position]! ^= 1;
  await writeFile(path, bytes);
}
