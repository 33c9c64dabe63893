import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RangeOptions, Store, StoreChange } from '../../src/state/store.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** Closes the store and opens the same data again; null for a store that keeps nothing. */
  readonly reopen: (() => Promise<Store>) | null;
  /** Closes the store, if it is open, and removes its data. */
  dispose(): Promise<void>;
}

/** Above all keys of the random test. */
const LAST = '\xff\xff\xff\xff';

/** Entries as latin1 texts, which order like their bytes. */
type Entries = readonly (readonly [key: string, value: string])[];

/** What every implementation of `Store` must do. `open` gives an empty one. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a store:`, () => {
    let subject: StoreUnderTest;
    let store: Store;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });

    afterEach(async () => {
      await subject.dispose();
    });

    test('a key that was never put has no value', async () => {
      expect(store.get(bytes('a'))).toBeUndefined();
      expect(await store.getMany([bytes('a'), bytes('b')])).toEqual([undefined, undefined]);
      expect(await store.getMany([])).toEqual([]);
      expect(await rangeOf(store, '', '\xff')).toEqual([]);
    });

    test('a commit puts, replaces and deletes', async () => {
      await put(store, [['a', '1'], ['b', '2'], ['c', '3']]); // prettier-ignore
      await change(store, { a: '10', b: null, z: null });
      expect(await rangeOf(store, '', '\xff')).toEqual([['a', '10'], ['c', '3']]); // prettier-ignore
    });

    test('the last of several changes of one key in a commit counts', async () => {
      await store.commit([
        [bytes('a'), bytes('1')],
        [bytes('a'), bytes('2')],
        [bytes('b'), bytes('3')],
        [bytes('b'), null],
      ]);
      expect(await rangeOf(store, '', '\xff')).toEqual([['a', '2']]);
    });

    test('an empty value is a value', async () => {
      await put(store, [['a', '']]);
      expect(textOf(store.get(bytes('a')))).toBe('');
      expect(await rangeOf(store, 'a', 'b')).toEqual([['a', '']]);
    });

    test('values come in the order of the keys that were asked for', async () => {
      await put(store, [['a', '1'], ['b', '2']]); // prettier-ignore
      const found = await store.getMany(['b', 'x', 'a', 'b'].map(bytes));
      expect(found.map(textOf)).toEqual(['2', undefined, '1', '2']);
    });

    test('a range holds its lower bound and not its upper one, in the order of unsigned bytes', async () => {
      const keys = ['\x00', '\x00\x00', 'a', 'a\x00', 'a\xff', 'b', '\x7f', '\x80', '\xff\xff'];
      await put(
        store,
        keys.toReversed().map((key) => [key, key]),
      );
      expect(await keysOf(store, { from: '', to: '\xff\xff' })).toEqual([
        '\x00', '\x00\x00', 'a', 'a\x00', 'a\xff', 'b', '\x7f', '\x80',
      ]); // prettier-ignore
      expect(await keysOf(store, { from: 'a', to: 'b' })).toEqual(['a', 'a\x00', 'a\xff']);
      expect(await keysOf(store, { from: 'a\x00', to: 'a\x00' })).toEqual([]);
      expect(await keysOf(store, { from: 'b', to: 'a' })).toEqual([]);
    });

    test('a range gives at most `limit` entries, the first ones', async () => {
      await put(store, [['a', '1'], ['b', '2'], ['c', '3']]); // prettier-ignore
      expect(await keysOf(store, { from: 'a', to: 'z', limit: 2 })).toEqual(['a', 'b']);
      expect(await keysOf(store, { from: 'a', to: 'z', limit: 9 })).toEqual(['a', 'b', 'c']);
    });

    test('a range that was begun does not see later commits', async () => {
      const entries = numbered(1500);
      await put(store, entries);
      const chunks = store.range({ from: bytes(''), to: bytes('\xff') });
      const first = await chunks.next();
      await change(store, Object.fromEntries(entries.map(([key]) => [key, null])));
      const found = [...first.value!];
      for await (const chunk of chunks) found.push(...chunk);
      expect(found.map(([key, value]) => [textOf(key), textOf(value)])).toEqual(entries);
    });

    test('a range can be left early', async () => {
      await put(store, numbered(1500));
      for await (const chunk of store.range({ from: bytes(''), to: bytes('\xff') })) {
        expect(textOf(chunk[0]?.[0])).toBe('00000');
        break;
      }
      await put(store, [['a', '1']]);
      expect(textOf(store.get(bytes('a')))).toBe('1');
    });

    test('a snapshot does not see later commits and removals', async () => {
      await put(store, [['a', '1'], ['b', '2']]); // prettier-ignore
      const snapshot = store.snapshot();
      await change(store, { a: '10', c: '30' });
      await store.removeRange({ from: bytes('b'), to: bytes('c') });
      const found = await snapshot.getMany(['a', 'b', 'c'].map(bytes));
      expect(found.map(textOf)).toEqual(['1', '2', undefined]);
      expect(await rangeOf(snapshot, '', '\xff')).toEqual([['a', '1'], ['b', '2']]); // prettier-ignore
      await snapshot.close();
      expect(await rangeOf(store, '', '\xff')).toEqual([['a', '10'], ['c', '30']]); // prettier-ignore
    });

    test('removeRange removes the lower bound and not the upper one', async () => {
      await put(store, [['a', '1'], ['b', '2'], ['b\x00', '3'], ['c', '4']]); // prettier-ignore
      await store.removeRange({ from: bytes('b'), to: bytes('c') });
      expect(await keysOf(store, { from: '', to: '\xff' })).toEqual(['a', 'c']);
    });

    test('the bytes of a commit are copied or done with when it resolves', async () => {
      const key = bytes('a');
      const value = bytes('1');
      await store.commit([[key, value]]);
      key[0] = 0x62;
      value[0] = 0x32;
      expect(await rangeOf(store, '', '\xff')).toEqual([['a', '1']]);
    });

    test('a commit into a closed store is refused', async () => {
      await store.close();
      await expect(put(store, [['a', '1']])).rejects.toThrow();
    });

    test('commits, ranges, snapshots and removals agree with a sorted map', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 20 }), async (actions) => {
          await store.removeRange({ from: bytes(''), to: bytes(LAST) });
          const model = new Map<string, string>();
          for (const { changes, removed } of actions) {
            const snapshot = store.snapshot();
            const before = sorted(model);
            await change(store, changes);
            for (const [key, value] of Object.entries(changes)) {
              if (value === null) model.delete(key);
              else model.set(key, value);
            }
            if (removed !== null) {
              const [from, to] = removed;
              await store.removeRange({ from: bytes(from), to: bytes(to) });
              for (const key of model.keys()) if (key >= from && key < to) model.delete(key);
            }
            expect(await rangeOf(snapshot, '', LAST)).toEqual(before);
            await snapshot.close();
            expect(await rangeOf(store, '', LAST)).toEqual(sorted(model));
            const keys = Object.keys(changes);
            const found = await store.getMany(keys.map(bytes));
            expect(found.map(textOf)).toEqual(keys.map((key) => model.get(key)));
          }
        }),
        { numRuns: 25 },
      );
    });

    test('what was committed is there after opening again', async (context) => {
      const { reopen } = subject;
      if (reopen === null) return context.skip('this store keeps nothing');
      await put(store, [['a', '1'], ['b', '2']]); // prettier-ignore
      await change(store, { a: null, c: '3' });
      const reopened = await reopen();
      expect(await rangeOf(reopened, '', '\xff')).toEqual([['b', '2'], ['c', '3']]); // prettier-ignore
      await put(reopened, [['d', '4']]);
      expect(await keysOf(reopened, { from: '', to: '\xff' })).toEqual(['b', 'c', 'd']);
    });
  });
}

const shortKey = fc
  .array(fc.constantFrom('\x00', 'a', 'b', '\xff'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));

const action = fc.record({
  changes: fc.dictionary(shortKey, fc.option(fc.constantFrom('', '1', '2')), { maxKeys: 5 }),
  removed: fc.option(fc.tuple(shortKey, shortKey), { freq: 3 }),
});

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function textOf(found: Uint8Array | undefined): string | undefined {
  return found === undefined ? undefined : Buffer.from(found).toString('latin1');
}

function put(store: Store, entries: Entries): Promise<void> {
  return change(store, Object.fromEntries(entries));
}

function change(store: Store, changes: Readonly<Record<string, string | null>>): Promise<void> {
  return store.commit(
    Object.entries(changes).map(([key, value]): StoreChange => {
      return [bytes(key), value === null ? null : bytes(value)];
    }),
  );
}

async function rangeOf(
  from: { range: Store['range'] },
  low: string,
  high: string,
): Promise<(string | undefined)[][]> {
  return entriesOf(from, { from: bytes(low), to: bytes(high) });
}

async function keysOf(
  store: Store,
  { from, to, limit }: { from: string; to: string; limit?: number },
): Promise<(string | undefined)[]> {
  const options = { from: bytes(from), to: bytes(to), ...(limit === undefined ? {} : { limit }) };
  return (await entriesOf(store, options)).map(([key]) => key);
}

async function entriesOf(
  from: { range: Store['range'] },
  options: RangeOptions,
): Promise<(string | undefined)[][]> {
  const entries: (string | undefined)[][] = [];
  for await (const chunk of from.range(options)) {
    for (const [key, value] of chunk) entries.push([textOf(key), textOf(value)]);
  }
  return entries;
}

function numbered(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => {
    const text = String(index).padStart(5, '0');
    return [text, `value ${text}`];
  });
}

function sorted(model: ReadonlyMap<string, string>): [string, string][] {
  return [...model].sort(([a], [b]) => (a < b ? -1 : 1));
}
