import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { writeKeyText } from '../../src/state/key-bytes.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { PackedChanges } from '../../src/state/packed-changes.ts';
import { StateReader } from '../../src/state/state-reader.ts';
import {
  type StateCodec,
  type StateEntry,
  StateTable,
  type StateTableOptions,
  type WindowLayout,
} from '../../src/state/state-table.ts';

const codec: StateCodec<string, string> = {
  writeKey: writeKeyText,
  readKey: (reader) => reader.readText(),
  writeValue: (writer, value) => writer.writeText(value),
  readValue: (bytes) => Buffer.from(bytes).toString(),
};
const PREFIX = Buffer.from([1, 7]);
/** Windows of 10 ms kept for 100 ms: a time bucket is one window. */
const WINDOW: WindowLayout = { sizeMs: 10, retentionMs: 100 };
/** Windows of 1 ms kept for 48 ms: a time bucket is two windows. */
const SMALL_WINDOW: WindowLayout = { sizeMs: 1, retentionMs: 48 };

let store: MemoryStore;
let budget: MemoryBudget;

beforeEach(() => {
  store = new MemoryStore();
  budget = new MemoryBudget(1_000_000);
});

type Options = Partial<StateTableOptions<string, string>>;
type Table = StateTable<string, string>;

function createTable(options: Options = {}): Table {
  return new StateTable<string, string>({
    store,
    prefix: PREFIX,
    codec,
    window: null,
    budget,
    clock: nodeEnv().clock,
    empty: false,
    windowStartMax: -1,
    ...options,
  });
}

/** Names the keys of a batch and brings them into memory. */
async function load(table: Table, keys: readonly string[], windowStart = 0) {
  const entries = keys.map((key) => table.entry(key, key, windowStart));
  if (table.needsLoad) await table.load();
  return entries;
}

async function set(
  table: Table,
  changes: Readonly<Record<string, string | null>>,
  windowStart = 0,
): Promise<void> {
  const entries = await load(table, Object.keys(changes), windowStart);
  entries.forEach((entry) => table.set(entry, changes[entry.key] ?? null));
}

/** Seals the tick and makes it durable. */
async function commit(table: Table): Promise<void> {
  const changes = new PackedChanges();
  await table.seal(changes);
  await store.commit(changes);
}

async function read(table: Table, key: string, windowStart = 0): Promise<string | null> {
  const [entry] = await load(table, [key], windowStart);
  return (entry as StateEntry<string, string>).value;
}

async function lookup(
  key: string,
  { window = null, from = 0, to = 0 }: { window?: WindowLayout | null; from?: number; to?: number },
): Promise<[number, string][]> {
  const snapshot = store.snapshot();
  const reader = new StateReader({ prefix: PREFIX, codec, window });
  const rows: [number, string][] = [];
  if (window === null) {
    const stored = reader.get(snapshot, key);
    await snapshot.close();
    return stored === null ? [] : [[stored.windowStart, stored.value]];
  }
  const range = { key, windowStartMin: from, windowStartMax: to };
  for await (const chunk of reader.lookup(snapshot, range)) {
    for (const { windowStart, value } of chunk) rows.push([windowStart, value]);
  }
  await snapshot.close();
  return rows;
}

async function scan(window: WindowLayout | null = null): Promise<[string, number, string][]> {
  const snapshot = store.snapshot();
  const rows: [string, number, string][] = [];
  for await (const chunk of new StateReader({ prefix: PREFIX, codec, window }).scan(snapshot, {
    windowStartMin: 0,
    windowStartMax: 1_000_000,
  })) {
    for (const { key, windowStart, value } of chunk) rows.push([key, windowStart, value]);
  }
  await snapshot.close();
  return rows;
}

describe('a table', () => {
  test('loads what the store holds, and remembers what it does not hold', async () => {
    const first = createTable();
    first.begin(1);
    await set(first, { a: '1' });
    await commit(first);

    const table = createTable();
    table.begin(1);
    const [a, b] = await load(table, ['a', 'b']);
    expect([a?.value, b?.value]).toEqual(['1', null]);
    table.entry('a', 'a', 0);
    table.entry('b', 'b', 0);
    expect(table.needsLoad).toBe(false);
  });

  test('asks an empty store for nothing', () => {
    const table = createTable({ empty: true });
    table.begin(1);
    const entry = table.entry('a', 'a', 0);
    expect(table.needsLoad).toBe(false);
    expect(entry).toMatchObject({ loaded: true, value: null });
  });

  test('shows a value at once and stores it only when the tick is committed', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1' });
    expect(await read(table, 'a')).toBe('1');
    expect(await scan()).toEqual([]);
    await commit(table);
    expect(await scan()).toEqual([['a', 0, '1']]);
  });

  test('seals each key once, with its last value, and removed keys as removals', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1', b: '2' });
    await commit(table);
    table.begin(2);
    await set(table, { a: '10', b: null, c: '3' });
    await set(table, { a: '11' });
    expect(table.dirtyEntries.map(({ key, before, value }) => [key, before, value])).toEqual([
      ['a', '1', '11'],
      ['b', '2', null],
      ['c', null, '3'],
    ]);
    const changes = new PackedChanges();
    await table.seal(changes);
    expect(changes.count).toBe(3);
    expect(table.dirtyEntries).toEqual([]);
    await store.commit(changes);
    expect(await scan()).toEqual([['a', 0, '11'], ['c', 0, '3']]); // prettier-ignore
  });

  test('takes everything back when the tick is abandoned', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1', b: '2' });
    await commit(table);
    table.begin(2);
    await set(table, { a: '10', b: null, c: '3' });
    await set(table, { a: '11' });
    table.entry('never loaded', 'never loaded', 0);
    table.abandon();
    table.begin(3);
    expect(table.needsLoad).toBe(false);
    expect(await read(table, 'a')).toBe('1');
    expect(await read(table, 'b')).toBe('2');
    expect(await read(table, 'c')).toBe(null);
    table.entry('never loaded', 'never loaded', 0);
    expect(table.needsLoad).toBe(true);
    await load(table, []);
    await commit(table);
    expect(await scan()).toEqual([['a', 0, '1'], ['b', 0, '2']]); // prettier-ignore
  });

  test('goes back to the sealed value when the tick after it is abandoned', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1' });
    const underWay = new PackedChanges();
    await table.seal(underWay);
    table.begin(2);
    await set(table, { a: '2' });
    table.abandon();
    table.begin(3);
    expect(await read(table, 'a')).toBe('1');
  });

  test('refuses to begin a tick while another has changes', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1' });
    expect(() => table.begin(2)).toThrow('sealed or abandoned');
  });

  test('says what this tick has changed', async () => {
    const table = createTable();
    table.begin(1);
    const [entry] = await load(table, ['a']);
    expect(table.isDirty(entry!)).toBe(false);
    table.set(entry!, '1');
    expect(table.isDirty(entry!)).toBe(true);
    await commit(table);
    table.begin(2);
    expect(table.isDirty(entry!)).toBe(false);
  });

  test('keeps the changes of a settled tick in memory only', async () => {
    const table = createTable({ empty: true });
    table.begin(1);
    await set(table, { a: '1' });
    table.settle();
    table.begin(2);
    expect(await read(table, 'a')).toBe('1');
    await commit(table);
    expect(await scan()).toEqual([]);
  });
});

describe('eviction', () => {
  test('keeps entries whose last change is not committed', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1', b: '1' });
    await commit(table);
    table.begin(2);
    await set(table, { b: '2' });
    await table.seal(new PackedChanges());
    // Tick 2 is sealed and not yet committed: the store still has the old value of b.
    while (table.evict({ bytes: Infinity, committedTick: 1 }) > 0);
    table.evict({ bytes: Infinity, committedTick: 1 });
    table.begin(3);
    expect(table.entry('b', 'b', 0)).toMatchObject({ loaded: true, value: '2' });
    expect(table.entry('a', 'a', 0).loaded).toBe(false);
    await table.load();
    expect(await read(table, 'a')).toBe('1');
  });

  test('gives entries used of late a second chance', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1' });
    await commit(table);
    expect(table.evict({ bytes: Infinity, committedTick: 1 })).toBe(0);
    expect(table.evict({ bytes: Infinity, committedTick: 1 })).toBeGreaterThan(0);
  });

  test('stops when enough is freed, and the budget knows', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1', b: '1', c: '1', d: '1' });
    await commit(table);
    const all = budget.usedBytes;
    table.evict({ bytes: Infinity, committedTick: 1 });
    const freed = table.evict({ bytes: all / 3, committedTick: 1 });
    expect(freed).toBe(all / 2);
    expect(budget.usedBytes).toBe(all / 2);
    table.close();
    expect(budget.usedBytes).toBe(0);
  });

  test('makes a table that was known whole ask the store again', async () => {
    const table = createTable({ empty: true });
    table.begin(1);
    await set(table, { a: '1' });
    await commit(table);
    table.evict({ bytes: Infinity, committedTick: 1 });
    table.evict({ bytes: Infinity, committedTick: 1 });
    table.begin(2);
    table.entry('a', 'a', 0);
    expect(table.needsLoad).toBe(true);
    await table.load();
    expect(await read(table, 'a')).toBe('1');
  });
});

describe('windows', () => {
  test('are told apart by their start', async () => {
    const table = createTable({ window: WINDOW });
    table.begin(1);
    await set(table, { a: '0' }, 0);
    await set(table, { a: '10' }, 10);
    expect(await read(table, 'a', 0)).toBe('0');
    expect(await read(table, 'a', 10)).toBe('10');
    expect(await read(table, 'a', 20)).toBe(null);
    await commit(table);
    expect(await scan(WINDOW)).toEqual([['a', 0, '0'], ['a', 10, '10']]); // prettier-ignore
  });

  test('later than those in the store are known to be empty, others are not', () => {
    const table = createTable({ window: WINDOW, windowStartMax: 50 });
    table.begin(1);
    expect(table.entry('a', 'a', 60).loaded).toBe(true);
    expect(table.entry('a', 'a', 50).loaded).toBe(false);
    expect(table.entry('a', 'a', 40).loaded).toBe(false);
  });

  test('leave memory when they expire, and the store with their whole time bucket', async () => {
    const table = createTable({ window: SMALL_WINDOW });
    table.begin(1);
    for (const start of [0, 1, 2, 3, 4]) await set(table, { a: String(start) }, start);
    await commit(table);
    const used = budget.usedBytes;
    table.expire(3);
    expect(budget.usedBytes).toBe((used / 5) * 2);
    await table.removeExpired(3);
    // The bucket of 2 and 3 is still needed.
    expect((await scan(SMALL_WINDOW)).map(([, start]) => start)).toEqual([2, 3, 4]);
    await table.removeExpired(4);
    expect((await scan(SMALL_WINDOW)).map(([, start]) => start)).toEqual([4]);
  });

  test('are not removed from the neighbours of a table', async () => {
    const neighbour = createTable({ window: WINDOW, prefix: Buffer.from([1, 6]) });
    neighbour.begin(1);
    await set(neighbour, { a: '1' }, 0);
    await commit(neighbour);
    const table = createTable({ window: WINDOW });
    table.begin(1);
    await set(table, { a: '1' }, 0);
    await commit(table);
    await table.removeExpired(1000);
    expect(await scan(WINDOW)).toEqual([]);
    const kept = createTable({ window: WINDOW, prefix: Buffer.from([1, 6]), windowStartMax: 0 });
    kept.begin(1);
    expect(await read(kept, 'a', 0)).toBe('1');
  });
});

describe('a reader', () => {
  test('finds one key, or none', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { a: '1', ab: '2' });
    await commit(table);
    expect(await lookup('a', {})).toEqual([[0, '1']]);
    expect(await lookup('b', {})).toEqual([]);
  });

  test('finds the windows of a key in ascending order, from one bucket to another', async () => {
    const table = createTable({ window: SMALL_WINDOW });
    table.begin(1);
    for (const start of [5, 1, 3, 2]) await set(table, { a: `a${start}`, ab: 'x' }, start);
    await commit(table);
    expect(await lookup('a', { window: SMALL_WINDOW, from: 0, to: 9 })).toEqual([
      [1, 'a1'],
      [2, 'a2'],
      [3, 'a3'],
      [5, 'a5'],
    ]);
    expect(await lookup('a', { window: SMALL_WINDOW, from: 4, to: 5 })).toEqual([[5, 'a5']]);
    expect(await lookup('b', { window: SMALL_WINDOW, from: 0, to: 9 })).toEqual([]);
  });

  test('scans windows in the order of keys, however many buckets they are in', async () => {
    const table = createTable({ window: SMALL_WINDOW });
    table.begin(1);
    for (const start of [9, 1, 4]) await set(table, { b: `b${start}`, a: `a${start}` }, start);
    await set(table, { ab: 'ab6' }, 6);
    await commit(table);
    expect((await scan(SMALL_WINDOW)).map(([, , value]) => value)).toEqual([
      'a1',
      'a4',
      'a9',
      'ab6',
      'b1',
      'b4',
      'b9',
    ]);
  });

  test('scans in the order of keys and sees one moment', async () => {
    const table = createTable();
    table.begin(1);
    await set(table, { b: '2', a: '1', '': '0' });
    await commit(table);
    expect(await scan()).toEqual([['', 0, '0'], ['a', 0, '1'], ['b', 0, '2']]); // prettier-ignore
  });
});

test('ticks that are committed, abandoned and evicted leave what a map would hold', async () => {
  const change = fc.tuple(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.option(fc.constantFrom('1', '2')),
  );
  const tick = fc.record({
    changes: fc.array(change, { maxLength: 6 }),
    abandon: fc.boolean(),
    evict: fc.boolean(),
    /** Whether the commit is over before the next tick is processed. */
    overlap: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(tick, { maxLength: 12 }), async (empty, ticks) => {
      store = new MemoryStore();
      const table = createTable({ empty });
      const model = new Map<string, string>();
      let pending: { attempt: number; changes: PackedChanges } | null = null;
      let committedTick = 0;
      /** What memory tells of the store is true at any moment. */
      const checkCommitted = async () => {
        const stored = new Map((await scan()).map(([key, , value]) => [key, value]));
        for (const key of ['a', 'b', 'c', 'd']) {
          const value = table.committed(key, committedTick);
          if (value !== undefined) expect(value).toBe(stored.get(key) ?? null);
        }
      };
      const finish = async () => {
        if (pending === null) return;
        await store.commit(pending.changes);
        await checkCommitted();
        committedTick = pending.attempt;
        await checkCommitted();
        pending = null;
      };
      let attempt = 0;
      for (const { changes, abandon, evict, overlap } of ticks) {
        attempt++;
        if (evict) {
          table.evict({ bytes: Infinity, committedTick });
          table.evict({ bytes: Infinity, committedTick });
        }
        table.begin(attempt);
        for (const [key, value] of changes) {
          expect(await read(table, key)).toBe(model.get(key) ?? null);
          if (!abandon) {
            if (value === null) model.delete(key);
            else model.set(key, value);
            await set(table, { [key]: value });
            await checkCommitted();
          }
        }
        if (abandon) {
          for (const [key] of changes) await set(table, { [key]: 'wrong' });
          await checkCommitted();
          table.abandon();
          await checkCommitted();
          continue;
        }
        const sealed = new PackedChanges();
        await table.seal(sealed);
        await finish();
        pending = { attempt, changes: sealed };
        if (!overlap) await finish();
      }
      await finish();
      const expected = [...model].sort(([a], [b]) => (a < b ? -1 : 1));
      expect((await scan()).map(([key, , value]) => [key, value])).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

const mapKey = (key: string): string => key;

function found(table: Table, windowStartMin: number, windowStartMax: number): string[] {
  return [...table.entriesIn({ windowStartMin, windowStartMax })]
    .filter(({ value }) => value !== null)
    .map(({ key, windowStart, value }) => `${windowStart} ${key}=${value}`);
}

async function name(table: Table, windowStartMin: number, windowStartMax: number) {
  table.nameWindows({ windowStartMin, windowStartMax }, mapKey);
  if (table.needsLoad) await table.load();
  return found(table, windowStartMin, windowStartMax);
}

describe('windows named whole', () => {
  const options = { window: WINDOW, windowStartMax: 1_000 };
  async function filled(): Promise<void> {
    const table = createTable(options);
    table.begin(1);
    await set(table, { a: '1', b: '2' }, 10);
    await set(table, { a: '3' }, 20);
    await set(table, { c: '4' }, 40);
    await commit(table);
  }

  test('are read from the store, those beside the bounds are not', async () => {
    await filled();
    const table = createTable(options);
    table.begin(1);
    expect(await name(table, 10, 30)).toEqual(['10 a=1', '10 b=2', '20 a=3']);
    expect(found(table, 40, 40)).toEqual([]);
  });

  test('show what memory has in place of what the store has', async () => {
    await filled();
    const table = createTable(options);
    table.begin(1);
    await set(table, { a: '9', b: null }, 10);
    await set(table, { d: '8' }, 30);
    expect(await name(table, 0, 30)).toEqual(['10 a=9', '20 a=3', '30 d=8']);
  });

  test('are read once, and again when some of them has left memory', async () => {
    await filled();
    const table = createTable(options);
    table.begin(1);
    await name(table, 10, 40);
    table.nameWindows({ windowStartMin: 20, windowStartMax: 40 }, mapKey);
    expect(table.needsLoad).toBe(false);
    expect(table.entry('x', 'x', 30).loaded).toBe(true);
    table.settle();
    table.evict({ bytes: Infinity, committedTick: 5 });
    table.evict({ bytes: Infinity, committedTick: 5 });
    table.begin(6);
    expect(await name(table, 10, 40)).toEqual(['10 a=1', '10 b=2', '20 a=3', '40 c=4']);
  });

  test('of a new table are read too once something has left memory', async () => {
    const table = createTable({ ...options, empty: true });
    table.begin(1);
    await set(table, { a: '1' }, 10);
    await set(table, { b: '2' }, 30);
    expect(await name(table, 0, 50)).toEqual(['10 a=1', '30 b=2']);
    await commit(table);
    table.evict({ bytes: Infinity, committedTick: 5 });
    table.begin(6);
    expect(await name(table, 0, 50)).toEqual(['10 a=1', '30 b=2']);
  });

  test('that began in this process are in memory anyway', () => {
    const table = createTable({ ...options, windowStartMax: 100 });
    table.begin(1);
    table.nameWindows({ windowStartMin: 110, windowStartMax: 200 }, mapKey);
    expect(table.needsLoad).toBe(false);
  });
});

test('a look for a key that is known to be absent makes no entry', async () => {
  const table = createTable({ window: WINDOW, windowStartMax: 50 });
  table.begin(1);
  await set(table, { a: '1' }, 60);
  const before = budget.usedBytes;
  expect(table.find('b', 'b', 60)).toBe(null);
  expect(table.find('b', 'b', 70)).toBe(null);
  expect(table.find('a', 'a', 60)?.value).toBe('1');
  expect(budget.usedBytes).toBe(before);
  // An older window may have it in the store.
  expect(table.find('b', 'b', 50)?.loaded).toBe(false);
  expect(table.needsLoad).toBe(true);
});
