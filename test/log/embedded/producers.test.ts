import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { rm } from 'node:fs/promises';
import { Producers } from '../../../src/log/embedded/producers.ts';
import type { Partition } from '../../../src/log/log.ts';
import { setBaseOffset, writeControlBatch } from '../../../src/log/record-batch.ts';
import { batchOf, readAll } from '../batches.ts';
import { Harness } from './harness.ts';

function sent(baseSequence: number, count = 1, producerEpoch = 0): Buffer {
  const values = Array.from({ length: count }, (_, i) => `${baseSequence + i}`);
  return batchOf(values, { producerId: 9, producerEpoch, baseSequence });
}

describe('an idempotent producer', () => {
  let harness: Harness;
  let partition: Partition;

  beforeEach(async () => {
    harness = await Harness.create();
    partition = await harness.open();
  });

  afterEach(async () => {
    await harness.dispose();
  });

  test('that sends a batch again gets the offset of the first', async () => {
    partition.append(batchOf(['other']));
    expect(partition.produce(sent(0, 3))).toEqual({ offset: 1, isDuplicate: false });
    expect(partition.produce(sent(3))).toEqual({ offset: 4, isDuplicate: false });
    expect(partition.produce(sent(0, 3))).toEqual({ offset: 1, isDuplicate: true });
    expect(partition.produce(sent(3))).toEqual({ offset: 4, isDuplicate: true });
    expect(await readAll(partition)).toEqual(['0:other', '1:0', '2:1', '3:2', '4:3']);
  });

  test('is remembered with its last five batches', () => {
    for (let i = 0; i < 6; i++) partition.produce(sent(i));
    expect(partition.produce(sent(1))).toEqual({ offset: 1, isDuplicate: true });
    expect(() => partition.produce(sent(0))).toThrow(/sends sequence 0 where 6 should follow/);
  });

  test('may not leave a sequence out', () => {
    partition.produce(sent(0));
    expect(() => partition.produce(sent(2))).toThrow(/sends sequence 2 where 1 should follow/);
    expect(partition.endOffset).toBe(1);
  });

  test('goes on at 0 after the largest sequence', () => {
    const { offset } = partition.produce(sent(2 ** 31 - 2, 2));
    expect(offset).toBe(0);
    expect(partition.produce(sent(0))).toEqual({ offset: 2, isDuplicate: false });
  });

  test('of an older epoch is refused, a new epoch begins with 0', () => {
    partition.produce(sent(0));
    expect(() => partition.produce(sent(1, 1, 1))).toThrow(/begins epoch 1 with sequence 1/);
    expect(partition.produce(sent(0, 1, 1)).isDuplicate).toBe(false);
    expect(() => partition.produce(sent(1))).toThrow(/epoch 1 has begun/);
    partition.append(
      writeControlBatch({ producerId: 9, producerEpoch: 3, type: 'abort', timestamp: 0 }),
    );
    expect(() => partition.produce(sent(1, 1, 1))).toThrow(/epoch 3 has begun/);
  });

  test.each(['a clean stop', 'a crash', 'a crash that took the checkpoint'])(
    'is known after %s',
    async (how) => {
      partition.produce(sent(0));
      partition.produce(sent(1, 2));
      await partition.sync();
      if (how === 'a clean stop') await harness.close();
      else await harness.crash();
      if (how.endsWith('checkpoint')) await rm(harness.file('checkpoint.json'), { force: true });
      partition = await harness.open();
      expect(partition.produce(sent(1, 2))).toEqual({ offset: 1, isDuplicate: true });
      expect(partition.produce(sent(3))).toEqual({ offset: 3, isDuplicate: false });
    },
  );
});

test('the producer heard of longest ago is forgotten first', () => {
  const producers = new Producers();
  for (let id = 0; id < 5_000; id++) producers.observe(batchOfProducer(id));
  producers.observe(batchOfProducer(0));
  producers.observe(batchOfProducer(5_000));
  expect(producers.find(batchOfProducer(0))).toBe(0);
  expect(producers.find(batchOfProducer(1))).toBeNull();
  expect(producers.find(batchOfProducer(2))).toBe(2);
});

function batchOfProducer(producerId: number): Buffer {
  const batch = batchOf(['x'], { producerId, producerEpoch: 0, baseSequence: 0 });
  setBaseOffset(batch, producerId);
  return batch;
}
