import { nodeEnv } from '../../src/base/env-node.ts';
import type { Env, File, FileSystem } from '../../src/base/env.ts';

type Operation = 'write' | 'sync' | 'read' | 'replaceFile' | 'truncate';

/** Node's files with a switch: operations on paths can be counted, and made to fail with an error code. */
export class FaultyFiles {
  readonly env: Env;
  readonly #counts = new Map<string, number>();
  #fault: { operation: Operation; suffix: string; code: string } | null = null;

  constructor() {
    const real = nodeEnv();
    this.env = { ...real, files: this.#wrapFiles(real.files) };
  }

  /** How often the operation ran on paths with that ending. */
  count(operation: Operation, suffix: string): number {
    return this.#counts.get(`${operation} ${suffix}`) ?? 0;
  }

  /** From now on the operation on paths with that ending throws an error with the code. */
  failOn(operation: Operation, suffix: string, code: string): void {
    this.#fault = { operation, suffix, code };
  }

  heal(): void {
    this.#fault = null;
  }

  #pass(operation: Operation, path: string): void {
    const key = `${operation} ${path.slice(path.lastIndexOf('.'))}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    const fault = this.#fault;
    if (fault === null || fault.operation !== operation || !path.endsWith(fault.suffix)) return;
    throw Object.assign(new Error(`${fault.code}: made to fail, ${operation}`), {
      code: fault.code,
    });
  }

  #wrapFiles(real: FileSystem): FileSystem {
    return {
      ...real,
      open: async (path, mode) => this.#wrapFile(await real.open(path, mode)),
      replaceFile: async (path, bytes) => {
        this.#pass('replaceFile', path);
        await real.replaceFile(path, bytes);
      },
    };
  }

  #wrapFile(real: File): File {
    const { path } = real;
    return {
      path,
      size: () => real.size(),
      write: async (bytes, position) => {
        this.#pass('write', path);
        await real.write(bytes, position);
      },
      writeAll: async (buffers, position) => {
        this.#pass('write', path);
        await real.writeAll(buffers, position);
      },
      read: async (target, position) => {
        this.#pass('read', path);
        return real.read(target, position);
      },
      truncate: async (size) => {
        this.#pass('truncate', path);
        await real.truncate(size);
      },
      sync: async () => {
        this.#pass('sync', path);
        await real.sync();
      },
      close: () => real.close(),
    };
  }
}
