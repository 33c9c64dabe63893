import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const MARK = 'backup.json';
const MARK_FORMAT = 1;
const DIRECTORY_MODE = 0o700;

/**
 * Copies a backup to a data directory, all of it durable when this resolves. The backup stays as it is.
 * @param to missing or empty. While the copy is under way it has another name, so that half of one is never opened.
 * @throws Error saying what is wrong with either of them.
 */
export async function restoreBackup(from: string, to: string): Promise<{ readonly tick: number }> {
  const mark = await readMark(from);
  const present = await readdir(to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (present.length > 0)
    throw new Error(`${to} is not empty. Name a directory that does not exist.`);
  const partial = `${to}.restoring`;
  await copyDirectory(from, partial);
  await rename(partial, to);
  await sync(dirname(to));
  return mark;
}

async function readMark(from: string): Promise<{ readonly tick: number }> {
  let mark: { format?: unknown; tick?: unknown };
  try {
    mark = JSON.parse(await readFile(join(from, MARK), 'utf8')) as typeof mark;
  } catch (cause) {
    const message = `${from} is no whole backup: it has no readable ${MARK}, which is written last.`;
    throw new Error(message, { cause });
  }
  if (mark.format === MARK_FORMAT && typeof mark.tick === 'number') return { tick: mark.tick };
  throw new Error(`${from} is a backup of format ${String(mark.format)}; expected ${MARK_FORMAT}.`);
}

async function copyDirectory(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: DIRECTORY_MODE });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyDirectory(source, target);
    else if (entry.isFile() && entry.name !== MARK) {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await sync(target);
    }
  }
  await sync(to);
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
