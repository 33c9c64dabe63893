import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { ByteWriter } from '../../src/base/byte-writer.ts';
import { writeKeyText } from '../../src/state/key-bytes.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { PackedChanges } from '../../src/state/packed-changes.ts';
import { indexAfter, type PagePosition, sortedTexts } from '../../src/state/page.ts';
import { type StateCodec, StateTable } from '../../src/state/state-table.ts';

const codec: StateCodec<string, string> = {
  writeKey: writeKeyText,
  readKey: (reader) => reader.readText(),
  writeValue: (writer, value) => writer.writeText(value),
  readValue: (bytes) => Buffer.from(bytes).toString(),
};
const clock = nodeEnv().clock;

/** The text of the key bytes, as page() wants map keys to be. */
function mapKey(key: string): string {
  const writer = new ByteWriter();
  writeKeyText(writer, key);
  return writer.copy().toString('latin1');
}

function createTable(
  store: MemoryStore,
  { empty = true, windowStartMax = -1 } = {},
): StateTable<string, string> {
  return new StateTable<string, string>({
    store,
    prefix: Buffer.from([1, 7]),
    codec,
    window: { sizeMs: 10, retentionMs: 1_000, bucketMs: 10 },
    budget: new MemoryBudget(1_000_000),
    clock,
    empty,
    windowStartMax,
  });
}

async function set(
  table: StateTable<string, string>,
  rows: readonly (readonly [windowStart: number, key: string, value: string | null])[],
): Promise<void> {
  const entries = rows.map(([windowStart, key]) => table.entry(mapKey(key), key, windowStart));
  await table.load();
  rows.forEach(([, , value], index) => table.set(entries[index]!, value));
}

async function commit(table: StateTable<string, string>, store: MemoryStore): Promise<void> {
  const changes = new PackedChanges();
  await table.seal(changes);
  await store.commit(changes);
}

/** All rows of the windows, read in pages. */
async function read(
  table: StateTable<string, string>,
  { from = 0, to = 1_000, countMax = 2 }: { from?: number; to?: number; countMax?: number } = {},
): Promise<string[]> {
  const found: string[] = [];
  let position: PagePosition = { windowStart: from, after: null };
  for (;;) {
    const page = table.page({ from: position, windowStartMax: to, countMax });
    expect(table.needsLoad).toBe(true);
    await table.load();
    for (const { windowStart, key, value } of page.rows) {
      if (value !== null) found.push(`${windowStart} ${key}=${value}`);
    }
    if (page.isLast) return found;
    position = page.next!;
  }
}

const ROWS = [
  [20, 'b', '1'],
  [0, 'z', '2'],
  [20, 'a', '3'],
  [0, 'é', '4'],
  [10, 'm', '5'],
  [0, 'a', '6'],
] as const;
const ORDERED = ['0 a=6', '0 z=2', '0 é=4', '10 m=5', '20 a=3', '20 b=1'];

test('rows come by window, then by the bytes of their keys', async () => {
  const table = createTable(new MemoryStore());
  table.begin(1);
  await set(table, ROWS);
  expect(await read(table)).toEqual(ORDERED);
  expect(await read(table, { from: 10, to: 10 })).toEqual(['10 m=5']);
  await set(table, [[0, 'b', '7']]);
  expect(await read(table, { to: 0, countMax: 100 })).toEqual(['0 a=6', '0 b=7', '0 z=2', '0 é=4']);
});

test('they are read from the store where memory has not got them', async () => {
  const store = new MemoryStore();
  const table = createTable(store);
  table.begin(1);
  await set(table, ROWS);
  await commit(table, store);
  expect(await read(createTable(store, { empty: false, windowStartMax: 20 }))).toEqual(ORDERED);
  table.begin(2);
  table.evict({ bytes: Infinity, committedTick: 1 });
  table.evict({ bytes: Infinity, committedTick: 1 });
  expect(await read(table)).toEqual(ORDERED);
});

test('memory is newer than the store, also about what is gone', async () => {
  const store = new MemoryStore();
  const table = createTable(store);
  table.begin(1);
  await set(table, ROWS);
  await commit(table, store);
  const reopened = createTable(store, { empty: false, windowStartMax: 20 });
  reopened.begin(1);
  await set(reopened, [
    [0, 'z', null],
    [20, 'a', '30'],
    [0, 'b', '8'],
    [30, 'c', '9'],
  ]);
  const expected = ['0 a=6', '0 b=8', '0 é=4', '10 m=5', '20 a=30', '20 b=1', '30 c=9'];
  expect(await read(reopened)).toEqual(expected);
  expect(await read(reopened, { countMax: 1 })).toEqual(expected);
  expect(await read(reopened, { countMax: 100 })).toEqual(expected);
});

test('long lists of texts are sorted in pieces', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ maxLength: 3 })), async (texts) => {
      expect(await sortedTexts(texts, clock)).toEqual(texts.toSorted());
    }),
  );
  const many = Array.from({ length: 30_000 }, (_, index) => String((index * 7_919) % 30_011));
  expect(await sortedTexts(many, clock)).toEqual(many.toSorted());
});

test('indexAfter finds the first text above', () => {
  expect(['', 'a', 'b', 'c', 'd'].map((text) => indexAfter(['a', 'c', 'c'], text))).toEqual([
    0, 1, 1, 3, 3,
  ]);
});
