import type { FileSystem } from '../base/env.ts';
import { checkLevelFiles } from './level-check.ts';
import { levelRange, openLevel } from './level-store.ts';
import type { RangeOptions, StoreChange, StoreEntry } from './store.ts';

export type { StoreEntry } from './store.ts';

/** A store whose values are taken as they lie there, without checks: what migrations and copies of old stores use. */
export interface PlainStore {
  get(key: Uint8Array): Uint8Array | undefined;
  /** Entries with `from <= key < to` in key order, in chunks, as they were when the first was asked for. */
  range(options: RangeOptions): AsyncIterableIterator<StoreEntry[]>;
  /** Atomic, and durable when it resolves. */
  commit(changes: Iterable<StoreChange>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens LevelDB in a directory, creating it if it is missing.
 * @throws DatabaseError as `openLevelStore`.
 */
export async function openPlainStore(options: {
  directory: string;
  files: FileSystem;
}): Promise<PlainStore> {
  const { directory, files } = options;
  await files.makeDirectory(directory);
  await checkLevelFiles(directory, files, { wholeBytesMax: Infinity });
  const level = await openLevel(directory);
  return {
    get: (key) => level.getSync(key),
    range: (range) => levelRange(level, range),
    async commit(changes) {
      const batch = level.batch();
      for (const [key, value] of changes) {
        if (value === null) batch.del(key);
        else batch.put(key, value);
      }
      await batch.write({ sync: true });
      await files.syncDirectory(directory);
    },
    close: () => level.close(),
  };
}
