import { describe, expect, test } from 'vitest';
import { setBaseOffset } from '../../../src/log/record-batch.ts';
import { CacheBudget, TailCache } from '../../../src/log/embedded/tail-cache.ts';
import { batchOf, recordsOf } from '../batches.ts';

const BATCH_BYTES = batchOf(['a']).length;

describe('TailCache', () => {
  test('holds what is pushed, and finds the batch that holds an offset', () => {
    const cache = cacheOf({ bytesMax: 1000 });
    for (const offset of [0, 2, 4]) push(cache, offset, ['a', 'b']);
    const seen: Buffer[] = [];
    cache.visitFrom(3, (batch) => seen.push(batch) > 0);
    expect(recordsOf(seen)).toEqual(['2:a', '3:b', '4:a', '5:b']);
  });

  test('stops visiting when told to', () => {
    const cache = cacheOf({ bytesMax: 1000 });
    for (const offset of [0, 1, 2]) push(cache, offset, ['a']);
    let visited = 0;
    cache.visitFrom(0, () => ++visited < 2);
    expect(visited).toBe(2);
  });

  test('drops the oldest batches beyond its bound, but none that is not written', () => {
    const cache = cacheOf({ bytesMax: 2 * BATCH_BYTES });
    for (let offset = 0; offset < 5; offset++) push(cache, offset, ['a']);
    expect([cache.startOffset, cache.bytes]).toEqual([0, 5 * BATCH_BYTES]);
    cache.written(2);
    expect([cache.startOffset, cache.bytes]).toEqual([2, 3 * BATCH_BYTES]);
    cache.written(5);
    expect([cache.startOffset, cache.bytes]).toEqual([3, 2 * BATCH_BYTES]);
  });

  test('forgets its last batches', () => {
    const cache = cacheOf({ bytesMax: 1000 });
    for (let offset = 0; offset < 4; offset++) push(cache, offset, ['a']);
    cache.cut(2);
    expect(cache.bytes).toBe(2 * BATCH_BYTES);
    push(cache, 2, ['b']);
    const seen: Buffer[] = [];
    cache.visitFrom(0, (batch) => seen.push(batch) > 0);
    expect(recordsOf(seen)).toEqual(['0:a', '1:a', '2:b']);
  });

  test('stays right over thousands of evictions', () => {
    const cache = cacheOf({ bytesMax: 3 * BATCH_BYTES });
    for (let offset = 0; offset < 5000; offset++) {
      push(cache, offset, ['a']);
      cache.written(offset + 1);
    }
    expect(cache.startOffset).toBe(4997);
    const seen: Buffer[] = [];
    cache.visitFrom(4998, (batch) => seen.push(batch) > 0);
    expect(recordsOf(seen)).toEqual(['4998:a', '4999:a']);
  });

  test('gives way to other caches when all together are too large, longest unused first', () => {
    const budget = new CacheBudget(4 * BATCH_BYTES);
    const [first, second] = [0, 1].map(() => cacheOf({ bytesMax: 1000, budget })) as [
      TailCache,
      TailCache,
    ];
    for (let offset = 0; offset < 3; offset++) {
      push(first, offset, ['a']);
      first.written(offset + 1);
    }
    for (let offset = 0; offset < 3; offset++) push(second, offset, ['a']);
    expect(budget.bytes).toBe(4 * BATCH_BYTES);
    expect([first.startOffset, second.startOffset]).toEqual([2, 0]);
    second.clear();
    expect(budget.bytes).toBe(BATCH_BYTES);
  });
});

function cacheOf({
  bytesMax,
  budget = new CacheBudget(1 << 20),
}: {
  readonly bytesMax: number;
  readonly budget?: CacheBudget;
}): TailCache {
  return new TailCache({ bytesMax, budget, endOffset: 0 });
}

function push(cache: TailCache, offset: number, values: readonly string[]): void {
  const batch = batchOf(values);
  setBaseOffset(batch, offset);
  cache.push(batch);
}
