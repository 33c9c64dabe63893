import { describe, expect, test } from 'vitest';
import { setBaseOffset, writeControlBatch } from '../../../src/log/record-batch.ts';
import { Transactions } from '../../../src/log/embedded/transactions.ts';
import { batchOf, transactionalBatch } from '../batches.ts';

describe('Transactions', () => {
  test('tells open ones with their first offset and last sequence, oldest first', () => {
    const transactions = new Transactions();
    transactions.observe(data(0, { producerId: 2, baseSequence: 4 }));
    transactions.observe(data(2, { producerId: 1, baseSequence: 0 }));
    transactions.observe(data(4, { producerId: 2, baseSequence: 6 }));
    expect(transactions.open()).toEqual([
      { producerId: 2, producerEpoch: 0, firstOffset: 0, lastSequence: 7 },
      { producerId: 1, producerEpoch: 0, firstOffset: 2, lastSequence: 1 },
    ]);
  });

  test('is stable below the oldest one whose marker is not durable', () => {
    const transactions = new Transactions();
    expect(transactions.stableBelow(0)).toBe(0);
    transactions.observe(data(5, { producerId: 1 }));
    expect(transactions.stableBelow(4)).toBe(4);
    expect(transactions.stableBelow(7)).toBe(5);
    transactions.observe(marker(7, 1, 'commit'));
    expect(transactions.stableBelow(7)).toBe(5);
    transactions.observe(data(8, { producerId: 1 }));
    expect(transactions.stableBelow(8)).toBe(8);
    expect(transactions.stableBelow(10)).toBe(8);
  });

  test('knows which batches of a producer were aborted', () => {
    const transactions = new Transactions();
    for (let i = 0; i < 10; i++) {
      transactions.observe(data(i * 3, { producerId: 1 }));
      transactions.observe(marker(i * 3 + 2, 1, i % 2 === 0 ? 'abort' : 'commit'));
    }
    for (let i = 0; i < 10; i++) {
      expect(transactions.isAborted(data(i * 3, { producerId: 1 }))).toBe(i % 2 === 0);
    }
    expect(transactions.isAborted(data(0, { producerId: 2 }))).toBe(false);
    expect(transactions.isAborted(batchOf(['plain']))).toBe(false);
  });

  test('goes on from a snapshot as if it had seen everything itself', () => {
    const original = new Transactions();
    original.observe(data(0, { producerId: 1 }));
    original.observe(marker(2, 1, 'abort'));
    original.observe(data(3, { producerId: 2, baseSequence: 8 }));
    const restored = new Transactions(JSON.parse(JSON.stringify(original.snapshot())));
    expect(restored.open()).toEqual(original.open());
    expect(restored.isAborted(data(0, { producerId: 1 }))).toBe(true);
    expect(restored.stableBelow(9)).toBe(3);
    restored.observe(marker(5, 2, 'abort'));
    expect(restored.stableBelow(9)).toBe(9);
    expect(restored.snapshot().aborted).toEqual([
      { producerId: 1, firstOffset: 0, lastOffset: 2 },
      { producerId: 2, firstOffset: 3, lastOffset: 5 },
    ]);
  });
});

function data(
  offset: number,
  options: { readonly producerId: number; readonly baseSequence?: number },
): Buffer {
  const batch = transactionalBatch(['x', 'y'], options);
  setBaseOffset(batch, offset);
  return batch;
}

function marker(offset: number, producerId: number, type: 'commit' | 'abort'): Buffer {
  const batch = writeControlBatch({ producerId, producerEpoch: 0, type, timestamp: 0 });
  setBaseOffset(batch, offset);
  return batch;
}
