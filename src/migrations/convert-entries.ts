import type { PlainStore, StoreEntry } from '../state/plain-store.ts';
import { withCheck } from '../state/value-check.ts';
import type { Migration } from './migration.ts';

const EVERYTHING = { from: Buffer.alloc(0), to: Buffer.alloc(16, 0xff) };

/**
 * Where a migration has come to is kept among the entries themselves, committed with them: under byte 0, as everything
 * that is not state, with the key of the last entry converted as its value.
 */
export function progressKey({ from }: Migration): Buffer {
  return Buffer.concat([Buffer.from([0]), Buffer.from(`migrating/${from}`)]);
}

/** Whether the migration began to change entries. */
export function hasBegun(store: PlainStore, migration: Migration): boolean {
  return store.get(progressKey(migration)) !== undefined;
}

/** From here on entries may be changed. */
export async function begin(store: PlainStore, migration: Migration): Promise<void> {
  const key = progressKey(migration);
  await store.commit([[key, withCheck(key, Buffer.alloc(0))]]);
}

/**
 * Converts all entries that are not converted yet, a chunk at a time, in order of their keys. Each chunk is one atomic
 * commit together with the progress, so an interrupted migration goes on behind the last chunk.
 */
export async function convertEntries(store: PlainStore, migration: Migration): Promise<number> {
  const ownKey = progressKey(migration);
  const progress = store.get(ownKey);
  const done = progress === undefined ? null : progress.subarray(0, -CHECK_BYTES);
  const from = done === null || done.length === 0 ? EVERYTHING.from : keyBehind(done);
  let count = 0;
  for await (const entries of store.range({ from, to: EVERYTHING.to })) {
    const others = entries.filter(([key]) => !ownKey.equals(key));
    const last = others.at(-1);
    if (last === undefined) continue;
    const converted = others.map(([key, stored]): StoreEntry => [
      key,
      migration.convert(key, stored),
    ]);
    await store.commit([...converted, [ownKey, withCheck(ownKey, last[0])]]);
    count += converted.length;
  }
  return count;
}

/** Of the progress, which is checked as everything is since format 2. */
const CHECK_BYTES = 4;

/** The least key that is greater. */
function keyBehind(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.from([0])]);
}
