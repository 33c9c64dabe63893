import { readFileSync } from 'node:fs';

/** Files and connections that are kept for the database itself: its log, its state and the directories of both. */
const OWN_FILES = 384;
/** With fewer a server could open topics that it cannot append to later on. */
export const OPEN_FILES_MIN = 512;

/** How many files this process may have open; null where the system does not tell. */
export function openFilesMax(): number | null {
  try {
    const [, soft] =
      /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined || !/^\d+$/.test(soft) ? null : Number(soft);
  } catch {
    return null;
  }
}

/** What is wrong with a limit of open files; null when it will do. */
export function openFilesProblem(filesMax: number | null): string | null {
  if (filesMax === null || filesMax >= OPEN_FILES_MIN) return null;
  return (
    `This process may have ${filesMax} files open; a server needs at least ${OPEN_FILES_MIN}, and one more for each ` +
    `connection beyond ${OPEN_FILES_MIN - OWN_FILES}. Raise the limit: ulimit -n ${4 * OPEN_FILES_MIN}.`
  );
}

/** How many connections such a limit leaves room for, at most `connectionsMax`. */
export function connectionsFor(filesMax: number | null, connectionsMax: number): number {
  return filesMax === null ? connectionsMax : Math.min(connectionsMax, filesMax - OWN_FILES);
}
