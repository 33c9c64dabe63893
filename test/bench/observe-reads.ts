import type { Env, File, FileSystem } from '../../src/base/env.ts';
import { nodeEnv } from '../../src/base/env-node.ts';

/** Told the bytes of log segments read since it was set. */
export type ReadListener = (bytes: number) => void;

/** The real world, watched. */
export interface ObservedWorld {
  readonly env: Env;
  /**
   * Tells a listener how many bytes of log segments the engine reads from now on, which is how far its queries have
   * come. Bytes that are read again do not count again.
   */
  observe(listener: ReadListener): void;
}

/** Node's clock, random numbers and files, and a way to watch what is read of the log. */
export function observeReads(): ObservedWorld {
  const env = nodeEnv();
  const { files } = env;
  const ends = new Map<string, number>();
  let total = 0;
  let onRead: ReadListener | null = null;
  const note = (path: string, end: number): void => {
    const before = ends.get(path) ?? 0;
    if (end <= before) return;
    ends.set(path, end);
    total += end - before;
    onRead?.(total);
  };
  const open: FileSystem['open'] = async (path, mode) => {
    const file = await files.open(path, mode);
    return path.endsWith('.log') ? new ObservedFile(file, note) : file;
  };
  return {
    env: { ...env, files: { ...files, open } },
    observe(listener) {
      ends.clear();
      total = 0;
      onRead = listener;
    },
  };
}

class ObservedFile implements File {
  readonly path: string;
  readonly #file: File;
  readonly #onRead: (path: string, end: number) => void;

  constructor(file: File, onRead: (path: string, end: number) => void) {
    this.path = file.path;
    this.#file = file;
    this.#onRead = onRead;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    const count = await this.#file.read(target, position);
    this.#onRead(this.path, position + count);
    return count;
  }

  size(): Promise<number> {
    return this.#file.size();
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return this.#file.write(bytes, position);
  }

  writeAll(buffers: readonly Uint8Array[], position: number): Promise<void> {
    return this.#file.writeAll(buffers, position);
  }

  truncate(size: number): Promise<void> {
    return this.#file.truncate(size);
  }

  sync(): Promise<void> {
    return this.#file.sync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
