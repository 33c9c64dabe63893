import { randomInt, randomUUID } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Env, File, FileSystem, Random } from './env.ts';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;

/** By the magic numbers of Linux; other systems number theirs otherwise. */
const NETWORK_KINDS: ReadonlyMap<number, string> = new Map(
  process.platform === 'linux'
    ? [
        [0x6969, 'NFS'],
        [0x517b, 'SMB'],
        [0xfe534d42, 'SMB'],
        [0xff534d42, 'CIFS'],
        [0x01021997, '9P'],
        [0x5346414f, 'AFS'],
        [0x00c36400, 'Ceph'],
      ]
    : [],
);

/** A later change of a directory has another time: what the systems' clocks of files are behind, at most. */
const FINE_TIMES_MS = 100;
/** The same where times are whole seconds, or every other one. */
const COARSE_TIMES_MS = 3_000;

/** What file systems say that have no hard links, or no more of them for this file. */
const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/** The real world: Node's clock, random numbers and files. */
export function nodeEnv(): Env {
  return { clock: nodeClock, random: nodeRandom, files: nodeFiles };
}

const nodeClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  yield: () => new Promise((resolve) => setImmediate(resolve)),
};

const nodeRandom: Random = {
  integer: () => randomInt(2 ** 48 - 1),
  uuid: () => randomUUID(),
};

const nodeFiles: FileSystem = {
  async makeDirectory(path) {
    await fs.mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  },
  async list(path) {
    return (await fs.readdir(path)).sort();
  },
  async exists(path) {
    try {
      await fs.lstat(path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  },
  async open(path, mode) {
    // No symbolic links: a link planted in the data directory must not redirect our writes.
    const access = mode === 'read' ? constants.O_RDONLY : constants.O_RDWR;
    const flags = access | constants.O_NOFOLLOW | (mode === 'create' ? constants.O_CREAT : 0);
    return new NodeFile(path, await fs.open(path, flags, FILE_MODE));
  },
  readFile: (path) => fs.readFile(path),
  async replaceFile(path, bytes) {
    const temporary = `${path}.tmp`;
    const handle = await fs.open(temporary, 'w', FILE_MODE);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.rename(temporary, path);
    await nodeFiles.syncDirectory(dirname(path));
  },
  async rename(from, to) {
    await fs.rename(from, to);
  },
  async link(from, to) {
    try {
      await fs.link(from, to);
    } catch (error) {
      if (!WITHOUT_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await fs.copyFile(from, to, constants.COPYFILE_FICLONE);
      const handle = await fs.open(to, constants.O_RDWR);
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
  },
  async remove(path) {
    await fs.rm(path, { recursive: true, force: true });
  },
  async space(path) {
    const { bavail, blocks, bsize } = await fs.statfs(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
  async networkKind(path) {
    const { type } = await fs.statfs(path);
    return NETWORK_KINDS.get(type >>> 0) ?? null;
  },
  namesMark(path) {
    const { mtimeMs } = statSync(path);
    const settledMs = mtimeMs % 1000 === 0 ? COARSE_TIMES_MS : FINE_TIMES_MS;
    return Date.now() - mtimeMs > settledMs ? mtimeMs : null;
  },
  async syncDirectory(path) {
    const handle = await fs.open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

class NodeFile implements File {
  readonly path: string;
  readonly #handle: fs.FileHandle;

  constructor(path: string, handle: fs.FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let written = 0;
    while (written < bytes.byteLength) {
      const left = bytes.byteLength - written;
      const { bytesWritten } = await this.#handle.write(bytes, written, left, position + written);
      written += bytesWritten;
    }
  }

  async writeAll(buffers: readonly Uint8Array[], position: number): Promise<void> {
    const single = buffers.length === 1 ? buffers[0] : undefined;
    if (single !== undefined) return this.write(single, position);
    const length = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
    const { bytesWritten } = await this.#handle.writev(buffers as Uint8Array[], position);
    if (bytesWritten === length) return;
    await this.write(Buffer.concat(buffers).subarray(bytesWritten), position + bytesWritten);
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < target.byteLength) {
      const left = target.byteLength - filled;
      const { bytesRead } = await this.#handle.read(target, filled, left, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  async truncate(size: number): Promise<void> {
    await this.#handle.truncate(size);
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
