import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nobodyWaits } from '../../../src/base/disk-full.ts';
import type { Partition } from '../../../src/log/log.ts';
import { writeControlBatch } from '../../../src/log/record-batch.ts';
import { batchOf, batchOfBytes, readAll, recordsOf, transactionalBatch } from '../batches.ts';
import { FaultyFiles } from '../faulty-files.ts';
import { Harness } from './harness.ts';

describe('EmbeddedPartition', () => {
  let harness: Harness;
  let files: FaultyFiles;

  beforeEach(async () => {
    files = new FaultyFiles();
    harness = await Harness.create({ env: files.env });
  });

  afterEach(async () => {
    await harness.dispose();
  });

  describe('group commit', () => {
    test('syncs once for all appends of the same moment', async () => {
      const partition = await harness.open();
      const before = files.count('sync', '.log');
      const waiting = Array.from({ length: 200 }, () => {
        partition.append(batchOf(['a']));
        return partition.sync();
      });
      await Promise.all(waiting);
      expect(files.count('sync', '.log') - before).toBe(1);
      expect(partition.durableEndOffset).toBe(200);
    });

    test('needs one more sync, not one each, for calls made during a sync', async () => {
      const partition = await harness.open();
      const before = files.count('sync', '.log');
      partition.append(batchOf(['a']));
      const first = partition.sync();
      while (files.count('sync', '.log') === before) await files.env.clock.yield();
      const later = Array.from({ length: 50 }, () => {
        partition.append(batchOf(['b']));
        return partition.sync();
      });
      await Promise.all([first, ...later]);
      expect(files.count('sync', '.log') - before).toBe(2);
    });

    test('starts writing, without a sync, when much is pending', async () => {
      const partition = await harness.open();
      const before = files.count('sync', '.log');
      for (let i = 0; i < 6; i++) partition.append(batchOfBytes(1 << 20));
      while (files.count('write', '.log') === 0) await files.env.clock.yield();
      expect(files.count('sync', '.log')).toBe(before);
      expect(partition.durableEndOffset).toBe(0);
      await partition.sync();
      expect(partition.durableEndOffset).toBe(6);
    });
  });

  describe('after an error of the file system', () => {
    test.each([
      ['sync', 'ENOSPC', 'DISK_FULL'],
      ['write', 'EIO', 'INTERNAL'],
      ['sync', 'EIO', 'INTERNAL'],
    ] as const)('a failed %s (%s) fails the partition for good', async (operation, cause, code) => {
      const partition = await harness.open();
      partition.append(batchOf(['kept']));
      await partition.sync();
      files.failOn(operation, '.log', cause);
      partition.append(batchOf(['lost']));
      await expect(partition.sync()).rejects.toMatchObject({ code, cause: { code: cause } });
      files.heal();
      expect(() => partition.append(batchOf(['more']))).toThrow(
        /^Partition 0 of topic events failed/,
      );
      expect(() => partition.read({ offset: 0, bytesMax: 1, isolation: 'appended' })).toThrow(
        /failed/,
      );
      await expect(partition.sync()).rejects.toThrow(/failed/);
      expect(partition.durableEndOffset).toBe(1);
    });

    test('everybody who waits for a sync is told', async () => {
      const partition = await harness.open();
      files.failOn('sync', '.log', 'EIO');
      partition.append(batchOf(['a']));
      const first = partition.sync();
      const second = first.catch(() => partition.sync());
      await expect(first).rejects.toThrow(/EIO/);
      await expect(second).rejects.toThrow(/EIO/);
    });

    test('those that wait for records are woken, so that they can find out', async () => {
      const partition = await harness.open();
      const { promise, resolve } = Promise.withResolvers<void>();
      partition.onAvailable({ offset: 5, isolation: 'committed' }, resolve);
      files.failOn('write', '.log', 'EIO');
      partition.append(batchOf(['a']));
      await expect(partition.sync()).rejects.toThrow(/EIO/);
      await promise;
    });

    test('opening again finds what was acknowledged', async () => {
      const partition = await harness.open();
      partition.append(batchOf(['kept']));
      await partition.sync();
      files.failOn('sync', '.log', 'EIO');
      partition.append(batchOf(['unknown']));
      await expect(partition.sync()).rejects.toThrow(/EIO/);
      files.heal();
      await harness.close();
      expect((await readAll(await harness.open()))[0]).toBe('0:kept');
    });
  });

  describe('when there is no room on the disk', () => {
    test('those that wait are told, and the partition goes on', async () => {
      const partition = await harness.open();
      partition.append(batchOf(['kept']));
      await partition.sync();
      const { size } = await stat(harness.file());
      files.failOn('write', '.log', 'ENOSPC');
      partition.append(batchOf(['no room']));
      partition.append(batchOf(['none either']));
      const failure = { code: 'DISK_FULL', cause: { code: 'ENOSPC' } };
      await Promise.all([
        expect(partition.sync()).rejects.toMatchObject(failure),
        expect(partition.write()).rejects.toMatchObject(failure),
      ]);
      expect(partition.endOffset).toBe(1);
      files.heal();
      // In the same turn as the failure: it has the offset that is free again.
      expect(partition.append(batchOf(['later']))).toBe(1);
      await partition.sync();
      expect(await readAll(partition)).toEqual(['0:kept', '1:later']);
      expect((await stat(harness.file())).size).toBe(size + batchOf(['later']).length);
      await harness.crash();
      expect(await readAll(await harness.open())).toEqual(['0:kept', '1:later']);
    });

    test('an idempotent batch can be sent again', async () => {
      const partition = await harness.open();
      const options = { producerId: 9, producerEpoch: 0, baseSequence: 0 };
      files.failOn('write', '.log', 'ENOSPC');
      partition.produce(batchOf(['a'], options));
      await expect(partition.sync()).rejects.toMatchObject({ code: 'DISK_FULL' });
      files.heal();
      expect(partition.produce(batchOf(['a'], options))).toEqual({ offset: 0, isDuplicate: false });
      await partition.sync();
      expect(await readAll(partition)).toEqual(['0:a']);
    });

    test('a batch of a transaction waits for it, at its offset, with all that came behind', async () => {
      let tries = 0;
      const { promise: isFull, resolve: foundFull } = Promise.withResolvers<void>();
      const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>();
      const waitForRoom = async (): Promise<boolean> => {
        tries++;
        foundFull();
        await room;
        return true;
      };
      const partition = await harness.open({}, { env: files.env, waitForRoom });
      partition.append(batchOf(['a']));
      await partition.sync();
      files.failOn('write', '.log', 'ENOSPC');
      const results = transactionalBatch(['b', 'c'], { producerId: 7 });
      expect(partition.append(results)).toBe(1);
      const written = partition.sync();
      await isFull;
      expect(partition.append(batchOf(['d']))).toBe(3);
      const later = partition.sync();
      expect(await readAll(partition)).toEqual(['0:a', '1:b', '2:c', '3:d']);
      expect(partition.durableEndOffset).toBe(1);
      files.heal();
      makeRoom();
      await Promise.all([written, later]);
      expect(tries).toBe(1);
      expect(partition.durableEndOffset).toBe(4);
      await harness.crash();
      const recovered = await harness.open({ decide: () => 'commit' });
      expect(await readAll(recovered, { isolation: 'committed' })).toEqual([
        '0:a',
        '1:b',
        '2:c',
        '3:d',
      ]);
    });

    test('nobody waits once the database stops', async () => {
      const partition = await harness.open({}, { env: files.env, waitForRoom: nobodyWaits });
      files.failOn('write', '.log', 'ENOSPC');
      partition.append(transactionalBatch(['a'], { producerId: 7 }));
      await expect(partition.sync()).rejects.toMatchObject({ code: 'DISK_FULL' });
      files.heal();
    });

    test('a batch of a transaction fails the partition for good', async () => {
      const partition = await harness.open();
      files.failOn('write', '.log', 'ENOSPC');
      partition.append(transactionalBatch(['a'], { producerId: 1 }));
      await expect(partition.sync()).rejects.toMatchObject({ code: 'DISK_FULL' });
      files.heal();
      expect(() => partition.append(batchOf(['more']))).toThrow(/failed/);
    });

    test.each(['.index', '00000000000000000002.log'])(
      'a segment that cannot be followed (%s) is written on',
      async (suffix) => {
        const bytes = batchOf(['a', 'b']).length;
        const limits = { segmentBytesMax: bytes, cacheBytesMax: 1 };
        const partition = await harness.open({}, { limits, env: files.env });
        partition.append(batchOf(['a', 'b']));
        await partition.sync();
        files.failOn(suffix === '.index' ? 'write' : 'truncate', suffix, 'ENOSPC');
        partition.append(batchOf(['c', 'd']));
        await expect(partition.sync()).rejects.toMatchObject({ code: 'DISK_FULL' });
        files.heal();
        partition.append(batchOf(['e']));
        partition.append(batchOf(['f']));
        await partition.sync();
        expect(await readAll(partition)).toEqual(['0:a', '1:b', '2:e', '3:f']);
        await harness.crash();
        const again = await harness.open({}, { limits, env: files.env });
        expect(await readAll(again)).toEqual(['0:a', '1:b', '2:e', '3:f']);
      },
    );
  });

  describe('segments', () => {
    test('roll before they grow beyond their bound, and reads cross them', async () => {
      const bytes = batchOf(['a', 'b']).length;
      const limits = { segmentBytesMax: 2 * bytes, cacheBytesMax: 1 };
      const partition = await harness.open({}, { limits });
      for (let i = 0; i < 5; i++) partition.append(batchOf(['a', 'b']));
      await partition.sync();
      const logs = (await readdir(harness.file(''))).filter((name) => name.endsWith('.log'));
      expect(logs).toEqual([
        '00000000000000000000.log',
        '00000000000000000004.log',
        '00000000000000000008.log',
      ]);
      const result = await partition.read({ offset: 3, bytesMax: 10_000, isolation: 'appended' });
      expect(recordsOf(result.batches, 3)).toEqual(['3:b']);
      const all = Array.from({ length: 10 }, (_, i) => `${i}:${i % 2 === 0 ? 'a' : 'b'}`);
      expect(await readAll(partition)).toEqual(all);
    });

    test('hold a batch that alone is larger than the bound', async () => {
      const partition = await harness.open({}, { limits: { segmentBytesMax: 100 } });
      partition.append(batchOfBytes(5000));
      partition.append(batchOfBytes(5000));
      await partition.sync();
      expect(partition.durableEndOffset).toBe(2);
    });
  });

  describe('reads', () => {
    test('never give a record another offset or value, whichever byte of the file is damaged', async () => {
      const partition = await harness.open();
      for (const values of [['a', 'b'], ['c'], ['d', 'e', 'f'], ['g']]) {
        partition.append(batchOf(values));
        await partition.sync();
      }
      await harness.close();
      const path = harness.file();
      const sound = await readFile(path);
      const records = ['0:a', '1:b', '2:c', '3:d', '4:e', '5:f', '6:g'];
      let refused = 0;
      for (let at = 0; at < sound.length; at++) {
        const damaged = Buffer.from(sound);
        damaged[at] = damaged[at]! ^ (1 << (at % 8));
        await writeFile(path, sound);
        const reopened = await harness.open();
        await writeFile(path, damaged);
        for (const offset of [0, 2, 3]) {
          try {
            // One batch at a time, and all at once.
            for (const bytesMax of [1, 1 << 20]) {
              const found = await readAll(reopened, { offset, bytesMax });
              expect(found, `byte ${at}`).toEqual(records.slice(offset));
            }
          } catch (error) {
            expect(error).toMatchObject({ code: 'CORRUPT' });
            refused++;
          }
        }
        await harness.close().catch(() => undefined);
      }
      // All but the leader epochs, which mean nothing here.
      expect(refused).toBeGreaterThan(sound.length);
    }, 30_000);

    test('come from the cache without a promise, from the file with one', async () => {
      const limits = { cacheBytesMax: 3000 };
      const partition = await harness.open({}, { limits });
      for (let i = 0; i < 10; i++) partition.append(batchOfBytes(1000));
      const options = { bytesMax: 1, isolation: 'appended' } as const;
      expect(partition.read({ ...options, offset: 0 })).not.toBeInstanceOf(Promise);
      await partition.sync();
      expect(partition.read({ ...options, offset: 9 })).not.toBeInstanceOf(Promise);
      expect(partition.read({ ...options, offset: 0 })).toBeInstanceOf(Promise);
      expect(await readAll(partition)).toHaveLength(10);
    });

    test('serve what is sound before and after bytes that rotted, and name the damage', async () => {
      const partition = await harness.open({}, { limits: { cacheBytesMax: 1 } });
      const bytes = batchOfBytes(1000).length;
      for (let i = 0; i < 20; i++) partition.append(batchOfBytes(1000));
      await partition.sync();
      const rotten = await readFile(harness.file());
      rotten[5 * bytes + 100]! ^= 1;
      await writeFile(harness.file(), rotten);
      const options = { bytesMax: 1 << 20, isolation: 'appended' } as const;
      expect((await partition.read({ ...options, offset: 0 })).nextOffset).toBe(5);
      await expect(partition.read({ ...options, offset: 5 })).rejects.toMatchObject({
        code: 'CORRUPT',
        message: expect.stringContaining(`${harness.file()}, byte ${5 * bytes}: `),
      });
      expect((await partition.read({ ...options, offset: 15 })).nextOffset).toBe(20);
    });

    test('find any offset of a large segment by its index', async () => {
      const partition = await harness.open({}, { limits: { cacheBytesMax: 1 } });
      for (let i = 0; i < 300; i++) partition.append(batchOf([`v${i}`, 'x'.repeat(500)]));
      await partition.sync();
      for (const batch of [0, 1, 7, 8, 150, 298, 299]) {
        const options = { offset: batch * 2, bytesMax: 1, isolation: 'appended' } as const;
        const { batches } = await partition.read(options);
        expect(recordsOf(batches)[0]).toBe(`${batch * 2}:v${batch}`);
      }
    });

    test('find the first record of a time in a large segment', async () => {
      const partition = await harness.open({}, { limits: { cacheBytesMax: 1 } });
      for (let i = 0; i < 300; i++) {
        partition.append(batchOf(['x'.repeat(400)], { timestamp: 10 * i }));
      }
      await partition.sync();
      expect(await partition.offsetForTime(1495)).toBe(150);
      expect(await partition.offsetForTime(2990)).toBe(299);
      expect(await partition.offsetForTime(2991)).toBe(300);
    });
  });

  test('agrees with an array of records under random appends, reads, syncs and reopenings', async () => {
    const steps = fc.array(stepArbitrary, { maxLength: 40 });
    await fc.assert(fc.asyncProperty(steps, runBesideModel), { numRuns: 30 });
  });

  test('reports an undecided transaction until its marker is durable', async () => {
    const partition = await harness.open();
    partition.append(transactionalBatch(['a'], { producerId: 1 }));
    await partition.sync();
    const end = { producerId: 1, producerEpoch: 0, type: 'commit', timestamp: 1 } as const;
    partition.append(writeControlBatch(end));
    expect([partition.durableEndOffset, partition.stableEndOffset]).toEqual([1, 0]);
    await partition.sync();
    expect([partition.durableEndOffset, partition.stableEndOffset]).toEqual([2, 2]);
  });
});

interface Step {
  readonly kind: 'append' | 'abort' | 'read' | 'sync' | 'reopen' | 'crash';
  readonly count: number;
}

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: stepOf('append', 4) },
  { weight: 2, arbitrary: stepOf('abort', 3) },
  { weight: 3, arbitrary: stepOf('read', 2000) },
  { weight: 2, arbitrary: stepOf('sync', 0) },
  { weight: 1, arbitrary: stepOf('reopen', 0) },
  { weight: 1, arbitrary: stepOf('crash', 0) },
);

function stepOf(kind: Step['kind'], countMax: number): fc.Arbitrary<Step> {
  return fc.nat(countMax).map((count) => ({ kind, count }));
}

/** By offset: what was appended there; null for a marker. */
type Model = ({ readonly value: string; readonly isAborted: boolean } | null)[];

async function runBesideModel(steps: readonly Step[]): Promise<void> {
  const harness = await Harness.create({ limits: { segmentBytesMax: 600, cacheBytesMax: 300 } });
  try {
    let partition = await harness.open();
    const model: Model = [];
    for (const { kind, count } of steps) {
      if (kind === 'append' || kind === 'abort') {
        appendBesideModel(partition, model, { isAborted: kind === 'abort', count: count + 1 });
      } else if (kind === 'read') {
        const offset = count % (model.length + 1);
        const found = await readAll(partition, { offset, bytesMax: count });
        expect(found).toEqual(expectedFrom(model, { offset, isCommitted: false }));
      } else {
        await partition.sync();
        if (kind === 'reopen') await harness.close();
        if (kind === 'crash') await harness.crash();
        if (kind !== 'sync') partition = await harness.open();
        expect(partition.stableEndOffset).toBe(model.length);
        const found = await readAll(partition, { isolation: 'committed' });
        expect(found).toEqual(expectedFrom(model, { offset: 0, isCommitted: true }));
      }
    }
  } finally {
    await harness.dispose();
  }
}

function appendBesideModel(
  partition: Partition,
  model: Model,
  { isAborted, count }: { readonly isAborted: boolean; readonly count: number },
): void {
  const values = Array.from({ length: count }, (_, i) => `${model.length + i}`);
  const producer = { producerId: 3, producerEpoch: 0 };
  const options = isAborted ? { ...producer, transactional: true } : {};
  expect(partition.append(batchOf(values, options))).toBe(model.length);
  for (const value of values) model.push({ value, isAborted });
  if (!isAborted) return;
  partition.append(writeControlBatch({ ...producer, type: 'abort', timestamp: 1 }));
  model.push(null);
}

function expectedFrom(
  model: Model,
  { offset: from, isCommitted }: { readonly offset: number; readonly isCommitted: boolean },
): string[] {
  return model.flatMap((record, offset) => {
    if (record === null || offset < from || (isCommitted && record.isAborted)) return [];
    return [`${offset}:${record.value}`];
  });
}
