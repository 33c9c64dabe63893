import { join } from 'node:path';
import type { FileSystem } from '../base/env.ts';
import { CorruptionError, DatabaseError } from '../base/errors.ts';
import { type LiveTable, liveTables } from './level-manifest.ts';
import { checkTable } from './level-table.ts';

/** Tables looked at at the same time; they have 2 MiB. */
const CONCURRENCY = 4;

/** Somebody else may be changing the files; whoever does has the lock, and opening then says so. */
const ATTEMPTS_MAX = 5;

/**
 * Checks the files of a LevelDB before it opens them: that those which belong to it are there, and every block of its
 * tables. LevelDB itself notices little of that: it makes a new store when CURRENT is missing and removes the tables of
 * the old one, reads damaged keys as they are, and may end the process.
 *
 * @throws DatabaseError CORRUPT naming file and byte.
 */
export async function checkLevelFiles(directory: string, files: FileSystem): Promise<void> {
  let before: Manifest | null = null;
  for (let attempt = 1; ; attempt++) {
    const manifest = await readManifest(directory, files);
    if (manifest === null) return;
    try {
      await checkTables(manifest, { directory, files });
      return;
    } catch (error) {
      if (!(error instanceof CorruptionError)) throw error;
      const isChanging = before === null || !before.content.equals(manifest.content);
      if (!isChanging || attempt === ATTEMPTS_MAX) {
        throw corrupt(directory, error);
      }
      before = manifest;
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

async function checkTables(
  { path, content }: Manifest,
  { directory, files }: { readonly directory: string; readonly files: FileSystem },
): Promise<void> {
  const tables = named(path, () => liveTables(content));
  const queue = tables.values();
  const work = async (): Promise<void> => {
    for (const table of queue) await checkOne(table, { directory, files });
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

async function checkOne(
  { number, bytes }: LiveTable,
  { directory, files }: { readonly directory: string; readonly files: FileSystem },
): Promise<void> {
  const path = join(directory, `${String(number).padStart(6, '0')}.ldb`);
  let table: Buffer;
  try {
    table = await files.readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CorruptionError(`${path} is missing`, { cause: error });
  }
  if (table.length !== bytes) {
    throw new CorruptionError(`${path} has ${table.length} bytes, ${bytes} were written`);
  }
  named(path, () => checkTable(table));
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
