import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Log, Partition, ReadResult } from '../../src/log/log.ts';
import { writeControlBatch } from '../../src/log/record-batch.ts';
import { batchOf, batchOfBytes, readAll, recordsOf, transactionalBatch } from '../log/batches.ts';

export interface LogUnderTest {
  readonly log: Log;
  /** Closes the log and opens the same data again. */
  reopen(): Promise<Log>;
  /** Closes the log and removes its data. */
  dispose(): Promise<void>;
}

/** What every implementation of `Log` must do. `open` gives an empty one. */
export function describeLog(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`${name} keeps the contract of a log:`, () => {
    let subject: LogUnderTest;
    let partition: Partition;

    beforeEach(async () => {
      subject = await open();
      partition = await createPartition(subject.log);
    });

    afterEach(async () => {
      await subject.dispose();
    });

    test('a topic has the partitions and settings it was created with', async () => {
      const topic = await subject.log.createTopic({
        name: 'settings',
        partitionCount: 3,
        cleanupPolicy: 'compact',
        retentionMs: 5000,
      });
      expect(topic.partitions.map(({ index }) => index)).toEqual([0, 1, 2]);
      expect(topic).toMatchObject({
        name: 'settings',
        settings: { cleanupPolicy: 'compact', retentionMs: 5000, durability: 'fsync' },
      });
      expect(topic.partitions[1]!.topic).toBe(topic);
      expect(subject.log.topic('settings')).toBe(topic);
      expect(subject.log.topics().map(({ name }) => name)).toEqual(['events', 'settings']);
    });

    test.each(['', '.', '..', 'a/b', 'a b', 'é', 'x'.repeat(250)])(
      'a topic cannot be called "%s"',
      async (name) => {
        await expect(createPartition(subject.log, name)).rejects.toMatchObject({
          code: 'BAD_STATEMENT',
        });
      },
    );

    test.each([0, -1, 257, 1.5])('a topic cannot have %d partitions', async (partitionCount) => {
      const options = { name: 'odd', partitionCount, cleanupPolicy: 'delete' } as const;
      await expect(subject.log.createTopic(options)).rejects.toMatchObject({
        code: 'BAD_STATEMENT',
      });
    });

    test('a name is taken once, also when asked for twice at the same time', async () => {
      await expect(createPartition(subject.log)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
      const both = await Promise.allSettled([
        createPartition(subject.log, 'twin'),
        createPartition(subject.log, 'twin'),
      ]);
      expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    });

    test('names that differ in case are different topics', async () => {
      const upper = await createPartition(subject.log, 'EVENTS');
      upper.append(batchOf(['upper']));
      expect(partition.endOffset).toBe(0);
    });

    test('batches get consecutive offsets in the order of the calls', () => {
      expect(partition.append(batchOf(['a', 'b']))).toBe(0);
      expect(partition.append(batchOf(['c']))).toBe(2);
      expect(partition.append(batchOf(['d']))).toBe(3);
      expect(partition.startOffset).toBe(0);
      expect(partition.endOffset).toBe(4);
    });

    test('what was appended can be read at once by this process', async () => {
      partition.append(batchOf(['a', 'b']));
      expect(await readAll(partition, { isolation: 'appended' })).toEqual(['0:a', '1:b']);
    });

    test('what was appended becomes durable and visible with sync', async () => {
      partition.append(batchOf(['a', 'b']));
      expect(partition.durableEndOffset).toBe(0);
      expect(partition.stableEndOffset).toBe(0);
      expect(await partition.read({ offset: 0, bytesMax: 100, isolation: 'committed' })).toEqual({
        batches: [],
        nextOffset: 0,
      });
      await partition.sync();
      expect(partition.durableEndOffset).toBe(2);
      expect(partition.stableEndOffset).toBe(2);
      expect(await readAll(partition, { isolation: 'committed' })).toEqual(['0:a', '1:b']);
    });

    test('sync covers everything appended before the call, whoever waits', async () => {
      const synced: Promise<number>[] = [];
      for (let i = 0; i < 100; i++) {
        const offset = partition.append(batchOf([String(i)]));
        synced.push(partition.sync().then(() => partition.durableEndOffset - offset));
        if (i % 10 === 0) await Promise.resolve();
      }
      for (const distance of await Promise.all(synced)) expect(distance).toBeGreaterThan(0);
      expect(partition.durableEndOffset).toBe(100);
    });

    test('sync without anything to write resolves', async () => {
      await partition.sync();
      expect(partition.durableEndOffset).toBe(0);
    });

    test('a read begins with the batch that holds the offset and ends near bytesMax', async () => {
      const batch = batchOf(['a', 'b']);
      for (let i = 0; i < 5; i++) partition.append(Buffer.from(batch));
      const two = { offset: 3, bytesMax: 2 * batch.length, isolation: 'appended' } as const;
      const result = await partition.read(two);
      expect(recordsOf(result.batches)).toEqual(['2:a', '3:b', '4:a', '5:b']);
      expect(result.nextOffset).toBe(6);
    });

    test('a batch larger than bytesMax is returned whole', async () => {
      partition.append(batchOfBytes(5000));
      partition.append(batchOfBytes(5000));
      const result = await partition.read({ offset: 0, bytesMax: 10, isolation: 'appended' });
      expect(result.batches).toHaveLength(1);
      expect(result.nextOffset).toBe(1);
    });

    test('batches that begin at or beyond endOffset are not returned', async () => {
      for (let i = 0; i < 4; i++) partition.append(batchOf(['a', 'b']));
      const result = await partition.read({
        offset: 0,
        bytesMax: 1 << 20,
        isolation: 'appended',
        endOffset: 4,
      });
      expect(recordsOf(result.batches)).toEqual(['0:a', '1:b', '2:a', '3:b']);
      expect(result.nextOffset).toBe(4);
    });

    test('reading at the end gives nothing, reading outside is refused', async () => {
      partition.append(batchOf(['a']));
      const at = async (offset: number): Promise<ReadResult> =>
        partition.read({ offset, bytesMax: 100, isolation: 'appended' });
      expect(await at(1)).toEqual({ batches: [], nextOffset: 1 });
      await expect(at(2)).rejects.toThrow(RangeError);
      await expect(at(-1)).rejects.toThrow(RangeError);
    });

    describe('transactions', () => {
      test('are seen by others only after the marker is durable', async () => {
        partition.append(batchOf(['before']));
        partition.append(transactionalBatch(['a', 'b'], { producerId: 7 }));
        partition.append(batchOf(['after']));
        await partition.sync();
        expect(partition.stableEndOffset).toBe(1);
        expect(await readAll(partition, { isolation: 'committed' })).toEqual(['0:before']);
        partition.append(marker(7, 'commit'));
        expect(partition.stableEndOffset).toBe(1);
        await partition.sync();
        expect(partition.stableEndOffset).toBe(5);
        const committed = ['0:before', '1:a', '2:b', '3:after'];
        expect(await readAll(partition, { isolation: 'committed' })).toEqual(committed);
      });

      test('of several producers hold back what follows the oldest undecided one', async () => {
        partition.append(transactionalBatch(['one'], { producerId: 1 }));
        partition.append(transactionalBatch(['two'], { producerId: 2 }));
        partition.append(transactionalBatch(['more'], { producerId: 1, baseSequence: 1 }));
        partition.append(marker(2, 'commit'));
        await partition.sync();
        expect(partition.stableEndOffset).toBe(0);
        partition.append(marker(1, 'commit'));
        partition.append(transactionalBatch(['next'], { producerId: 2, baseSequence: 1 }));
        await partition.sync();
        expect(partition.stableEndOffset).toBe(5);
        const committed = ['0:one', '1:two', '2:more'];
        expect(await readAll(partition, { isolation: 'committed' })).toEqual(committed);
      });

      test('that were aborted are skipped, and so are their markers', async () => {
        await abortedBetween(partition);
        const committed = { isolation: 'committed' } as const;
        expect(await readAll(partition, committed)).toEqual(['0:a', '3:b', '5:c', '7:d']);
        const all = ['0:a', '1:no', '2:no', '3:b', '5:c', '7:d'];
        expect(await readAll(partition, { isolation: 'appended' })).toEqual(all);
      });

      test('that were aborted stay so after reopening', async () => {
        await abortedBetween(partition);
        partition = firstPartition(await subject.reopen());
        const committed = ['0:a', '3:b', '5:c', '7:d'];
        expect(await readAll(partition, { isolation: 'committed', bytesMax: 1 })).toEqual(
          committed,
        );
      });

      test('a read over nothing but aborted batches goes on to the next data', async () => {
        partition.append(transactionalBatch(['no'], { producerId: 7 }));
        partition.append(marker(7, 'abort'));
        partition.append(batchOf(['yes']));
        await partition.sync();
        const result = await partition.read({ offset: 0, bytesMax: 1, isolation: 'committed' });
        expect(recordsOf(result.batches)).toEqual(['2:yes']);
      });

      test('a marker without a transaction takes an offset and changes nothing', async () => {
        partition.append(marker(9, 'abort'));
        partition.append(batchOf(['a']));
        await partition.sync();
        expect(await readAll(partition, { isolation: 'committed' })).toEqual(['1:a']);
      });
    });

    describe('waiting', () => {
      test('for appended records ends with the append', async () => {
        const woken = waitFor(partition, 1, 'appended');
        partition.append(batchOf(['a']));
        expect(woken.count).toBe(0);
        await Promise.resolve();
        expect(woken.count).toBe(0);
        partition.append(batchOf(['b']));
        await woken.promise;
        partition.append(batchOf(['c']));
        await Promise.resolve();
        expect(woken.count).toBe(1);
      });

      test('for committed records ends when they are visible, not earlier', async () => {
        partition.append(transactionalBatch(['a'], { producerId: 1 }));
        const woken = waitFor(partition, 0, 'committed');
        await partition.sync();
        await Promise.resolve();
        expect(woken.count).toBe(0);
        partition.append(marker(1, 'commit'));
        await partition.sync();
        await woken.promise;
        expect(woken.count).toBe(1);
      });

      test('for what is already there ends in a microtask, never inside the call', async () => {
        partition.append(batchOf(['a']));
        const woken = waitFor(partition, 0, 'appended');
        expect(woken.count).toBe(0);
        await woken.promise;
        expect(woken.count).toBe(1);
      });

      test('can be cancelled', async () => {
        const woken = waitFor(partition, 0, 'appended');
        partition.append(batchOf(['a']));
        woken.cancel();
        await partition.sync();
        expect(woken.count).toBe(0);
      });
    });

    test('the offset for a time is the first record at or after it, else the end', async () => {
      partition.append(batchOf(['a', 'b'], { timestamp: 1000 }));
      partition.append(batchOf(['c', 'd'], { timestamp: 500 }));
      partition.append(batchOf(['e', 'f'], { timestamp: 2000 }));
      await partition.sync();
      partition.append(batchOf(['g'], { timestamp: 3000 }));
      expect(await partition.offsetForTime(0)).toBe(0);
      expect(await partition.offsetForTime(1001)).toBe(1);
      expect(await partition.offsetForTime(1002)).toBe(4);
      expect(await partition.offsetForTime(2001)).toBe(5);
      expect(await partition.offsetForTime(3000)).toBe(6);
      expect(await partition.offsetForTime(3001)).toBe(7);
    });

    test('closing keeps what was appended, and reopening goes on behind it', async () => {
      partition.append(batchOf(['a', 'b']));
      partition = firstPartition(await subject.reopen());
      expect(partition.durableEndOffset).toBe(2);
      expect(partition.append(batchOf(['c']))).toBe(2);
      expect(await readAll(partition)).toEqual(['0:a', '1:b', '2:c']);
    });

    test('a closed log refuses reads, appends and topics', async () => {
      await subject.log.close();
      expect(() => partition.append(batchOf(['a']))).toThrow(/closed/);
      expect(() => partition.read({ offset: 0, bytesMax: 1, isolation: 'appended' })).toThrow(
        /closed/,
      );
      await expect(partition.sync()).rejects.toThrow(/closed/);
      await expect(createPartition(subject.log, 'late')).rejects.toThrow(/closed/);
    });

    test('a topic deleted and created again shares nothing with the old one', async () => {
      partition.append(batchOf(['old']));
      await partition.sync();
      const old = partition.topic;
      await subject.log.deleteTopic(old);
      expect(subject.log.topic('events')).toBeUndefined();
      expect(() => partition.append(batchOf(['late']))).toThrow(/deleted/);
      const fresh = await createPartition(subject.log);
      expect(fresh.topic.id).toBeGreaterThan(old.id);
      expect(fresh.endOffset).toBe(0);
      await subject.log.deleteTopic(old);
      expect(subject.log.topic('events')).toBe(fresh.topic);
      const reopened = firstPartition(await subject.reopen());
      expect(reopened.topic.id).toBe(fresh.topic.id);
      expect(reopened.endOffset).toBe(0);
    });

    test('ids are not used again, even after reopening', async () => {
      const last = await createPartition(subject.log, 'last');
      await subject.log.deleteTopic(last.topic);
      const next = await createPartition(await subject.reopen(), 'next');
      expect(next.topic.id).toBeGreaterThan(last.topic.id);
    });

    test('reading while appending gives every record once, in order', async () => {
      const expected: string[] = [];
      const read: string[] = [];
      let next = 0;
      for (let round = 0; round < 50; round++) {
        for (let i = 0; i < 20; i++) {
          const value = `${round}-${i}`;
          expected.push(`${partition.append(batchOf([value]))}:${value}`);
        }
        if (round % 7 === 0) void partition.sync();
        const options = { offset: next, bytesMax: 1000, isolation: 'appended' } as const;
        const result = await partition.read(options);
        read.push(...recordsOf(result.batches, next));
        next = result.nextOffset;
      }
      await partition.sync();
      read.push(...(await readAll(partition, { offset: next, isolation: 'committed' })));
      expect(read).toEqual(expected);
    });
  });
}

async function createPartition(log: Log, name = 'events'): Promise<Partition> {
  const topic = await log.createTopic({ name, partitionCount: 1, cleanupPolicy: 'delete' });
  return topic.partitions[0]!;
}

function firstPartition(log: Log): Partition {
  return log.topic('events')!.partitions[0]!;
}

function marker(producerId: number, type: 'commit' | 'abort'): Buffer {
  return writeControlBatch({ producerId, producerEpoch: 0, type, timestamp: 1000 });
}

/** Records a (0), b (3), c (5), d (7); producer 7 aborted 1 and 2, and committed b before and c after that. */
async function abortedBetween(partition: Partition): Promise<void> {
  partition.append(batchOf(['a']));
  partition.append(transactionalBatch(['no', 'no'], { producerId: 7 }));
  partition.append(transactionalBatch(['b'], { producerId: 8 }));
  partition.append(marker(7, 'abort'));
  partition.append(transactionalBatch(['c'], { producerId: 7, baseSequence: 2 }));
  partition.append(marker(7, 'commit'));
  partition.append(batchOf(['d']));
  partition.append(marker(8, 'commit'));
  await partition.sync();
}

function waitFor(partition: Partition, offset: number, isolation: 'appended' | 'committed') {
  const woken = {
    count: 0,
    cancel: (): void => undefined,
    promise: Promise.resolve(),
  };
  const { promise, resolve } = Promise.withResolvers<void>();
  woken.promise = promise;
  woken.cancel = partition.onAvailable({ offset, isolation }, () => {
    woken.count++;
    resolve();
  });
  return woken;
}
