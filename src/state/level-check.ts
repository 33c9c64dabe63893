import { join } from 'node:path';
import type { File, FileSystem } from '../base/env.ts';
import { CorruptionError, DatabaseError } from '../base/errors.ts';
import { type LiveTable, liveTables } from './level-manifest.ts';
import { checkTable, tailOf } from './level-table.ts';

/** Tables looked at at the same time; they have 2 MiB. */
const CONCURRENCY = 4;

/** Of a larger store only the indexes are checked before it is opened, or the start would take too long. */
const WHOLE_BYTES_MAX = 256 << 20;

/** Somebody else may be changing the files; whoever does has the lock, and opening then says so. */
const ATTEMPTS_MAX = 5;

/**
 * Checks the files of a LevelDB before it opens them: that those which belong to it are there, their indexes, and every
 * block of its tables unless they are many. LevelDB itself notices little of that: it makes a new store when CURRENT is
 * missing and removes the tables of the old one, reads damaged keys as they are, and may end the process.
 *
 * @returns the tables that are still to be checked as a whole, with `checkTablesLater`.
 * @throws DatabaseError CORRUPT naming file and byte.
 */
export async function checkLevelFiles(
  directory: string,
  files: FileSystem,
  { wholeBytesMax = WHOLE_BYTES_MAX }: { readonly wholeBytesMax?: number } = {},
): Promise<readonly LiveTable[]> {
  let before: Manifest | null = null;
  for (let attempt = 1; ; attempt++) {
    const manifest = await readManifest(directory, files);
    if (manifest === null) return [];
    try {
      const tables = named(manifest.path, () => liveTables(manifest.content));
      const bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
      const isWhole = bytes <= wholeBytesMax;
      await checkTables(tables, { directory, files, isWhole });
      return isWhole ? [] : tables;
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      const isChanging = before === null || !before.content.equals(manifest.content);
      if (!isChanging || attempt === ATTEMPTS_MAX) throw corrupt(directory, error);
      before = manifest;
    }
  }
}

/**
 * Checks tables one after the other while the store is in use. Those that compaction has removed are left out.
 * @throws DatabaseError CORRUPT naming file and byte.
 */
export async function checkTablesLater(
  tables: readonly LiveTable[],
  {
    directory,
    files,
    isWanted,
  }: { readonly directory: string; readonly files: FileSystem; readonly isWanted: () => boolean },
): Promise<void> {
  const reader = new TableReader({ directory, files, isWhole: true });
  for (const table of tables) {
    if (!isWanted()) return;
    try {
      await reader.check(table);
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      if (await files.exists(reader.pathOf(table))) throw corrupt(directory, error);
    }
  }
}

interface Manifest {
  readonly path: string;
  readonly content: Buffer;
}

/** The current one; null when there is no store yet. */
async function readManifest(directory: string, files: FileSystem): Promise<Manifest | null> {
  const current = join(directory, 'CURRENT');
  for (let attempt = 1; ; attempt++) {
    try {
      const name = (await files.readFile(current)).toString();
      if (!/^MANIFEST-\d+\n$/.test(name)) {
        throw corrupt(directory, new CorruptionError(`${current} names no manifest`));
      }
      const path = join(directory, name.trimEnd());
      return { path, content: await files.readFile(path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      const names = await files.list(directory);
      if (!names.includes('CURRENT')) {
        const left = names.find((name) => /^MANIFEST-|\.ldb$/.test(name));
        if (left === undefined) return null;
        throw corrupt(directory, new CorruptionError(`${current} is missing, ${left} is there`));
      }
      if (attempt < ATTEMPTS_MAX) continue;
      throw corrupt(
        directory,
        new CorruptionError(`the manifest that ${current} names is missing`),
      );
    }
  }
}

interface TablesReading {
  readonly directory: string;
  readonly files: FileSystem;
  /** Every byte of them; otherwise only their indexes. */
  readonly isWhole: boolean;
}

async function checkTables(tables: readonly LiveTable[], reading: TablesReading): Promise<void> {
  const queue = tables.values();
  const work = async (): Promise<void> => {
    const reader = new TableReader(reading);
    for (const table of queue) await reader.check(table);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

/** Reads one table after the other, into the same memory: fresh memory costs more than the reading. */
class TableReader {
  readonly #reading: TablesReading;
  #memory = Buffer.alloc(0);

  constructor(reading: TablesReading) {
    this.#reading = reading;
  }

  pathOf({ number }: LiveTable): string {
    return join(this.#reading.directory, `${String(number).padStart(6, '0')}.ldb`);
  }

  /** @throws CorruptionError naming file and byte. */
  async check(table: LiveTable): Promise<void> {
    const path = this.pathOf(table);
    const file = await this.#open(path);
    try {
      const { bytes } = table;
      const size = await file.size();
      if (size !== bytes) {
        throw new CorruptionError(`${path} has ${size} bytes, ${bytes} were written`);
      }
      const start = this.#reading.isWhole ? 0 : tailOf(bytes);
      const tail = await this.#read(file, start, bytes);
      if (named(path, () => checkTable(tail, start))) return;
      const whole = await this.#read(file, 0, bytes);
      named(path, () => checkTable(whole));
    } finally {
      await file.close();
    }
  }

  async #open(path: string): Promise<File> {
    try {
      return await this.#reading.files.open(path, 'read');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw new CorruptionError(`${path} is missing`, { cause: error });
    }
  }

  async #read(file: File, start: number, end: number): Promise<Buffer> {
    const length = end - start;
    if (this.#memory.length < length) this.#memory = Buffer.allocUnsafe(length);
    const target = this.#memory.subarray(0, length);
    await file.read(target, start);
    return target;
  }
}

/** What is said of the content of a file, with its name. */
function named<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    throw new CorruptionError(`${path}, ${error.message}`, { cause: error });
  }
}

function corrupt(directory: string, cause: CorruptionError): DatabaseError {
  return new DatabaseError(
    'CORRUPT',
    `The state store in ${directory} is damaged: ${cause.message}. Restore the data directory from a backup; nothing was changed.`,
    { cause },
  );
}
