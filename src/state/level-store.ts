import { ClassicLevel } from 'classic-level';
import type { FileSystem } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import { checkLevelFiles, checkTablesLater } from './level-check.ts';
import type { LiveTable } from './level-manifest.ts';
import { PackedChanges } from './packed-changes.ts';
import type { RangeOptions, Store, StoreChange, StoreEntry, StoreSnapshot } from './store.ts';
import { checked, checkedEntries, withChecks } from './value-check.ts';

type Level = ClassicLevel<Uint8Array, Uint8Array>;
type LevelSnapshot = ReturnType<Level['snapshot']>;

/** 4 MiB stalled writers for 0.7 s under load; 32 MiB does not. */
const WRITE_BUFFER_BYTES = 32 * 1024 * 1024;
const BLOCK_CACHE_BYTES = 16 * 1024 * 1024;
const OPEN_FILES_MAX = 512;
const CHUNK_ENTRIES = 512;

export interface LevelStoreOptions {
  readonly directory: string;
  readonly files: FileSystem;
  /** Told of damage that is found after the opening: a large store is checked while it is used. */
  readonly onDamage?: (error: unknown) => void;
  /** A store of more bytes is a large one. */
  readonly wholeBytesMax?: number;
}

/**
 * Opens the store in a directory, creating it if it is missing. The store's lock is the lock of the whole data
 * directory.
 *
 * @throws DatabaseError IN_USE when another process has it open; CORRUPT when its files are damaged.
 */
export async function openLevelStore(options: LevelStoreOptions): Promise<Store> {
  const { directory, files } = options;
  await files.makeDirectory(directory);
  const unchecked = await checkLevelFiles(directory, files, options);
  const store = new LevelStore(await openLevel(directory), options);
  // Each opening makes files and renames one; LevelDB leaves their names to the system. Whoever writes beside the store
  // that there is one, or commits to it, must not be ahead of them.
  await store.syncNewFiles();
  store.checkLater(unchecked, options.onDamage);
  return store;
}

/** LevelDB in a directory, its values as they lie there. @throws DatabaseError as `openLevelStore`. */
export async function openLevel(directory: string): Promise<Level> {
  const level: Level = new ClassicLevel(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    writeBufferSize: WRITE_BUFFER_BYTES,
    cacheSize: BLOCK_CACHE_BYTES,
    maxOpenFiles: OPEN_FILES_MAX,
  });
  try {
    await level.open();
    return level;
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
    if (cause?.code === 'LEVEL_LOCKED') {
      const message = `Data directory ${directory} is in use by another process. Stop it, or start with another --data directory.`;
      throw new DatabaseError('IN_USE', message, { cause: error });
    }
    const message = `The state store in ${directory} cannot be opened: ${cause?.message ?? String(error)}`;
    // LevelDB says what the system said in words only; a file that is missing is damage.
    const isDisk = cause?.code === 'LEVEL_IO_ERROR' && !/No such file/i.test(message);
    throw new DatabaseError(isDisk ? 'INTERNAL' : 'CORRUPT', message, { cause: error });
  }
}

/**
 * A Store over LevelDB. Every commit is synced: LevelDB may lose earlier unsynced batches and keep later ones. Every
 * value is checked when it is read: LevelDB may hand out damaged ones.
 */
class LevelStore implements Store {
  #level: Level;
  readonly #directory: string;
  readonly #files: FileSystem;
  #fileNames = '';
  #isClosed = false;
  /** After an error LevelDB may lose whatever is written, until it is opened again. */
  #failure: unknown = null;
  #checking: Promise<void> = Promise.resolve();

  constructor(level: Level, options: { directory: string; files: FileSystem }) {
    this.#level = level;
    this.#directory = options.directory;
    this.#files = options.files;
  }

  /** Checks tables while the store is in use. */
  checkLater(tables: readonly LiveTable[], onDamage: (error: unknown) => void = () => {}): void {
    this.#checking = checkTablesLater(tables, {
      directory: this.#directory,
      files: this.#files,
      isWanted: () => !this.#isClosed,
    }).catch(onDamage);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const stored = this.#level.getSync(key);
    return stored === undefined ? undefined : checked(key, stored);
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return checkedValues(keys, await this.#level.getMany(keys as Uint8Array[]));
  }

  range(options: RangeOptions): AsyncIterableIterator<StoreEntry[]> {
    return rangeOf(this.#level, options, undefined);
  }

  snapshot(): StoreSnapshot {
    const level = this.#level;
    const snapshot = level.snapshot();
    return {
      get(key) {
        const stored = level.getSync(key, { snapshot });
        return stored === undefined ? undefined : checked(key, stored);
      },
      async getMany(keys) {
        return checkedValues(keys, await level.getMany(keys as Uint8Array[], { snapshot }));
      },
      range: (options) => rangeOf(level, options, snapshot),
      close: () => snapshot.close(),
    };
  }

  async commit(changes: Iterable<StoreChange>): Promise<void> {
    const batch = this.#level.batch();
    const add = (key: Uint8Array, checkedValue: Uint8Array | null): void => {
      if (checkedValue === null) batch.del(key);
      else batch.put(key, checkedValue);
    };
    if (changes instanceof PackedChanges) changes.visitChecked(add);
    else for (const [key, value] of withChecks(changes)) add(key, value);
    await this.#write(() => batch.write({ sync: true }));
    await this.syncNewFiles();
  }

  async #write(write: () => Promise<void>): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    try {
      await write();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** A file LevelDB opened, for a batch or for itself, is durable only with its directory entry. */
  async syncNewFiles(): Promise<void> {
    const names = (await this.#files.list(this.#directory)).join();
    if (names === this.#fileNames) return;
    await this.#files.syncDirectory(this.#directory);
    this.#fileNames = names;
  }

  async reopen(): Promise<void> {
    await this.#level.close();
    this.#level = await openLevel(this.#directory);
    this.#failure = null;
    this.#fileNames = '';
  }

  async removeRange({ from, to }: { from: Uint8Array; to: Uint8Array }): Promise<void> {
    await this.#write(() => this.#level.clear({ gte: from, lt: to }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#checking;
    await this.#level.close();
  }
}

function checkedValues(
  keys: readonly Uint8Array[],
  stored: readonly (Uint8Array | undefined)[],
): (Uint8Array | undefined)[] {
  return stored.map((value, index) =>
    value === undefined ? undefined : checked(keys[index] as Uint8Array, value),
  );
}

async function* rangeOf(
  level: Level,
  options: RangeOptions,
  snapshot: LevelSnapshot | undefined,
): AsyncIterableIterator<StoreEntry[]> {
  for await (const entries of levelRange(level, options, snapshot)) yield checkedEntries(entries);
}

/** The entries of a range in chunks, their values as they lie there. */
export async function* levelRange(
  level: Level,
  options: RangeOptions,
  snapshot?: LevelSnapshot,
): AsyncIterableIterator<StoreEntry[]> {
  const iterator = level.iterator({
    gte: options.from,
    lt: options.to,
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(snapshot === undefined ? {} : { snapshot }),
  });
  try {
    for (;;) {
      const entries = await iterator.nextv(CHUNK_ENTRIES);
      if (entries.length === 0) return;
      yield entries;
    }
  } finally {
    await iterator.close();
  }
}
