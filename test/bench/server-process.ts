import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'millrace.js');
const KIBIBYTE = 1024;

/** A server started from the command line, on a free port of the loopback. */
export class ServerProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /**
   * Starts it and waits until it says that it is ready.
   * @throws Error when it ends before.
   */
  static async start(directory: string): Promise<ServerProcess> {
    const child = spawn(
      process.execPath,
      [BIN, 'server', '--data', directory, '--port', '0', '--log-level', 'error'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /ready on (\S+)/.exec(line)?.[1];
      if (url !== undefined) return new ServerProcess(child, url);
    }
    throw new Error('The server ended before it was ready.');
  }

  /** Resident memory in bytes; null where the system does not tell it as Linux does. */
  async residentBytes(): Promise<number | null> {
    if (process.platform !== 'linux') return null;
    const status = await readFile(`/proc/${this.#child.pid}/status`, 'utf8');
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * KIBIBYTE;
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}
