import { expect, test } from 'vitest';
import { chainKey, encodeNumber, NOW_KEY, readMeta } from '../../src/runtime/meta.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';

test('the wall clock of the last tick is read back beside its number', async () => {
  const store = new MemoryStore();
  expect(await readMeta(store)).toMatchObject({ lastTick: 0, lastNow: 0 });
  await store.commit([
    [chainKey(1), encodeNumber(1)],
    [NOW_KEY, encodeNumber(1_700_000_000_123)],
  ]);
  expect(await readMeta(store)).toMatchObject({ lastTick: 1, lastNow: 1_700_000_000_123 });
});

test('a gap in the chain of ticks is a commit that was lost', async () => {
  const store = new MemoryStore();
  await store.commit([
    [chainKey(1), encodeNumber(1)],
    [chainKey(3), encodeNumber(3)],
  ]);
  await expect(readMeta(store)).rejects.toThrow('has lost a commit');
});
