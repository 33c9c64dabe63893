import { dirname, join } from 'node:path';
import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import { type CapturableLog, copyCapture } from '../log/embedded/log-backup.ts';
import { openLevelStore } from '../state/level-store.ts';
import type { Store, StoreSnapshot } from '../state/store.ts';
import type { TickLoop } from './tick-loop.ts';

/** Written last: a directory without it is no whole backup. */
const MARK = 'backup.json';
const MARK_FORMAT = 1;

export interface BackupOptions {
  readonly env: Env;
  readonly loop: TickLoop;
  readonly log: CapturableLog;
  readonly store: Store;
  /** Of the database. */
  readonly directory: string;
}

/**
 * Copies a running database to a new directory, as it is between two ticks: every query, its state and its results
 * stand at the same point. Ticks wait only while that point is taken down, not while things are copied.
 *
 * @param target absolute; missing or empty.
 * @throws DatabaseError BAD_REQUEST when the target is not empty; errors of the file system.
 */
export async function backup(
  target: string,
  { env, loop, log, store, directory }: BackupOptions,
): Promise<{ readonly tick: number; readonly bytes: number }> {
  const { files } = env;
  if ((await files.exists(target)) && (await files.list(target)).length > 0) {
    throw new DatabaseError(
      'BAD_REQUEST',
      `${target} is not empty. A backup goes to a directory of its own; name one that does not exist.`,
    );
  }
  const { capture, snapshot, tick } = await loop.exclusively(async () => {
    const captured = await log.capture();
    return { capture: captured, snapshot: store.snapshot(), tick: loop.tick };
  });
  try {
    await files.makeDirectory(target);
    await files.syncDirectory(dirname(target));
    const bytes =
      (await copyCapture(capture, { env, directory: join(target, 'log') })) +
      (await copyState(snapshot, join(target, 'state'), env));
    const format = await files.readFile(join(directory, 'FORMAT'));
    await files.replaceFile(join(target, 'FORMAT'), format);
    const mark = JSON.stringify({ format: MARK_FORMAT, tick, bytes, takenAt: env.clock.now() });
    await files.replaceFile(join(target, MARK), Buffer.from(`${mark}\n`));
    return { tick, bytes };
  } finally {
    capture.release();
    await snapshot.close();
  }
}

/** A store of its own with what the snapshot sees, never a copy of LevelDB's files. */
async function copyState(snapshot: StoreSnapshot, directory: string, env: Env): Promise<number> {
  const copy = await openLevelStore({ directory, files: env.files });
  let bytes = 0;
  try {
    const everything = { from: Buffer.alloc(0), to: Buffer.alloc(16, 0xff) };
    for await (const entries of snapshot.range(everything)) {
      await copy.commit(entries);
      for (const [key, value] of entries) bytes += key.length + value.length;
    }
  } finally {
    await copy.close();
  }
  return bytes;
}
