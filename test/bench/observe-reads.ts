import type { Env, File, FileSystem } from '../../src/base/env.ts';
import { nodeEnv } from '../../src/base/env-node.ts';

/**
 * The real world, watched: tells how many bytes of log segments the engine has read, which is how far its queries
 * have come. Bytes that are read again do not count again.
 * @param onRead is called after each read that went further, with the bytes since the last file that was begun anew.
 */
export function observeReads(onRead: (bytes: number) => void): Env {
  const env = nodeEnv();
  const { files } = env;
  const ends = new Map<string, number>();
  let total = 0;
  const observe = (path: string, end: number): void => {
    const before = ends.get(path) ?? 0;
    if (end <= before) return;
    ends.set(path, end);
    total += end - before;
    onRead(total);
  };
  const open: FileSystem['open'] = async (path, mode) => {
    const file = await files.open(path, mode);
    return path.endsWith('.log') ? new ObservedFile(file, observe) : file;
  };
  return { ...env, files: { ...files, open } };
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
