import { dirname, join } from 'node:path';
import type { Env } from '../base/env.ts';
import { listSegments } from '../log/embedded/segment.ts';
import { openPlainStore } from '../state/plain-store.ts';
import type { PlainStore } from '../state/plain-store.ts';

const EVERYTHING = { from: Buffer.alloc(0), to: Buffer.alloc(16, 0xff) };

/** In the data directory; they are copied in their own way, or hold nothing to keep. */
const LEFT_OUT = /^(?:state|ballast|format-\d+(?:\.partial)?|.*\.tmp)$/;

export interface KeepOldOptions {
  readonly directory: string;
  readonly env: Env;
  /** Its state, open. */
  readonly store: PlainStore;
  readonly format: number;
}

/**
 * Keeps the data directory as it is, in `format-<n>` inside of it: a directory that the older version can open. Closed
 * segments of the log, which do not change any more, get a second name there and take no room; all else is copied. An
 * earlier one is replaced.
 * @returns its path; everything in it is durable.
 */
export async function keepOld(options: KeepOldOptions): Promise<string> {
  const { directory, env, store, format } = options;
  const { files } = env;
  const kept = join(directory, `format-${format}`);
  const partial = `${kept}.partial`;
  await files.remove(partial);
  await files.makeDirectory(partial);
  await copyStore(store, join(partial, 'state'), env);
  for (const name of await files.list(directory)) {
    if (LEFT_OUT.test(name)) continue;
    await keep(join(directory, name), join(partial, name), env);
  }
  await files.syncDirectory(partial);
  await files.remove(kept);
  await files.rename(partial, kept);
  await files.syncDirectory(dirname(kept));
  return kept;
}

async function copyStore(store: PlainStore, directory: string, env: Env): Promise<void> {
  const copy = await openPlainStore({ directory, files: env.files });
  try {
    for await (const entries of store.range(EVERYTHING)) await copy.commit(entries);
  } finally {
    await copy.close();
  }
}

/** A file or a tree of directories. */
async function keep(from: string, to: string, env: Env): Promise<void> {
  const { files } = env;
  const names = await namesIn(from, env);
  if (names === null) return files.replaceFile(to, await files.readFile(from));
  await files.makeDirectory(to);
  // The last segment is still written to.
  const segments = await listSegments(files, from);
  const closed = new Set(
    segments.slice(0, -1).map((base) => `${String(base).padStart(20, '0')}.log`),
  );
  for (const name of names) {
    if (name.endsWith('.tmp')) continue;
    const pair = [join(from, name), join(to, name)] as const;
    if (closed.has(name)) await files.link(...pair);
    else if (name.endsWith('.log')) await copyFile(...pair, env);
    else await keep(...pair, env);
  }
  await files.syncDirectory(to);
}

/** Null for what is no directory. */
async function namesIn(path: string, { files }: Env): Promise<string[] | null> {
  try {
    return await files.list(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return null;
    throw error;
  }
}

const CHUNK_BYTES = 1 << 20;

/** A segment may be large: never all of it in memory. */
async function copyFile(from: string, to: string, { files, clock }: Env): Promise<void> {
  const source = await files.open(from, 'read');
  try {
    const target = await files.open(to, 'create');
    try {
      const size = await source.size();
      for (let at = 0; at < size; at += CHUNK_BYTES) {
        const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - at));
        const bytesRead = await source.read(chunk, at);
        await target.write(chunk.subarray(0, bytesRead), at);
        await clock.yield();
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}
