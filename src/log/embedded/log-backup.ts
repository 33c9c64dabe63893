import { dirname, join } from 'node:path';
import type { Env } from '../../base/env.ts';

/** A file as it was at one moment: its first bytes, which do not change any more, or all of its content. */
export type CapturedFile = {
  /** Path below the directory of the log. */
  readonly name: string;
} & (
  | { readonly kind: 'bytes'; readonly path: string; readonly bytes: number }
  | { readonly kind: 'content'; readonly content: Buffer }
);

/** A log as it was at one moment. No record is removed from it until it is released. */
export interface LogCapture {
  readonly files: readonly CapturedFile[];
  release(): void;
}

/** What a backup needs of a log. */
export interface CapturableLog {
  /** Syncs everything and remembers what there is. @throws DatabaseError CORRUPT when a partition is damaged. */
  capture(): Promise<LogCapture>;
}

const CHUNK_BYTES = 1 << 20;

/** Writes the files of a capture below a directory; durable when it resolves. @returns the bytes written. */
export async function copyCapture(
  { files: captured }: LogCapture,
  { env, directory }: { readonly env: Env; readonly directory: string },
): Promise<number> {
  const { files } = env;
  let total = 0;
  const directories = new Set([directory]);
  for (const file of captured) {
    const target = join(directory, file.name);
    for (let at = dirname(target); !directories.has(at); at = dirname(at)) directories.add(at);
    await files.makeDirectory(dirname(target));
    if (file.kind === 'content') {
      await files.replaceFile(target, file.content);
      total += file.content.length;
    } else {
      await copyBytes(file, target, env);
      total += file.bytes;
    }
  }
  for (const path of directories) await files.syncDirectory(path);
  return total;
}

async function copyBytes(
  { path, bytes }: { readonly path: string; readonly bytes: number },
  target: string,
  { files, clock }: Env,
): Promise<void> {
  const from = await files.open(path, 'read');
  try {
    const to = await files.open(target, 'create');
    try {
      for (let at = 0; at < bytes; at += CHUNK_BYTES) {
        const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes - at));
        const bytesRead = await from.read(chunk, at);
        if (bytesRead < chunk.length) throw new Error(`${path} became shorter while it was copied`);
        await to.write(chunk, at);
        await clock.yield();
      }
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
