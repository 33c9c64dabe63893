import { join } from 'node:path';
import type { Env } from './env.ts';
import { DatabaseError } from './errors.ts';
import type { Logger } from './logger.ts';

const CHECK_EVERY_MS = 1_000;
/** When what found no room tries again. */
const TRY_AGAIN_MS = 250;
const GIB = 2 ** 30;
const RESERVE_SHARE = 0.05;
/** Room has to grow this much beyond the reserve before work goes on, or it would stop and go with every segment. */
const RESUME_FACTOR = 1.2;
const BALLAST_NAME = 'ballast';
const BALLAST_CHUNK_BYTES = 1 << 20;

export interface DiskGuardOptions {
  readonly env: Env;
  readonly logger: Logger;
  /** Of the database. */
  readonly directory: string;
  /** Room to be left on its disk; default: 1 GiB or 5 % of it, whichever is more. */
  readonly reserveBytes?: number;
  /** Size of a file that is given up when the disk is full, so that dropping things still works; default: none. */
  readonly ballastBytes?: number;
  /** Called when there is room again. */
  onRoom(): void;
}

/**
 * Stops work while the disk is nearly full, long before writes fail: a database that was told in time can still be
 * read, and things can be dropped from it.
 */
export class DiskGuard {
  readonly #options: DiskGuardOptions;
  #isFull = false;
  #hasBallast = false;
  #cancel: () => void = () => {};
  #checking: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** Ends the waiting of those who found no room. */
  readonly #waiting = new Set<() => void>();

  constructor(options: DiskGuardOptions) {
    this.#options = options;
  }

  /** Looks once and then every second. */
  async start(): Promise<void> {
    this.#hasBallast = await this.#options.env.files.exists(this.#ballastPath);
    await this.check();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    for (const wake of this.#waiting) wake();
    await this.#checking;
  }

  /** Nothing that takes room is begun. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Something found no room, whatever the disk says of itself: nothing more is begun, and what there is to give up is
   * given up. Resolves when it is worth trying again, with false when the database stops.
   */
  async waitForRoom(): Promise<boolean> {
    if (this.#isStopped) return false;
    if (!this.#isFull) {
      this.#isFull = true;
      this.#options.logger.error({}, 'the disk is full: inserts are refused and queries wait');
      await this.#dropBallast();
    }
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        cancel();
        resolve();
      };
      const cancel = this.#options.env.clock.after(TRY_AGAIN_MS, wake);
      this.#waiting.add(wake);
    });
    return !this.#isStopped;
  }

  /** @throws DatabaseError DISK_FULL while there is too little room. */
  demandRoom(): void {
    if (!this.#isFull) return;
    throw new DatabaseError(
      'DISK_FULL',
      `The disk of ${this.#options.directory} is nearly full: nothing is written until there is room again. Queries can be read and things can be dropped.`,
    );
  }

  /** Looks now. */
  async check(): Promise<void> {
    const { env, directory, logger } = this.#options;
    const { freeBytes, totalBytes } = await env.files.space(directory);
    const usual = Math.max(GIB, totalBytes * RESERVE_SHARE);
    const reserveBytes = this.#options.reserveBytes ?? usual;
    const fields = { freeBytes, reserveBytes };
    if (!this.#isFull && freeBytes < reserveBytes) {
      this.#isFull = true;
      logger.error(fields, 'the disk is nearly full: inserts are refused and queries wait');
      await this.#dropBallast();
    } else if (this.#isFull && freeBytes >= reserveBytes * RESUME_FACTOR) {
      this.#isFull = false;
      logger.warn(fields, 'there is room on the disk again');
      this.#options.onRoom();
    }
    const { ballastBytes = 0 } = this.#options;
    const hasRoom = freeBytes >= reserveBytes * RESUME_FACTOR + ballastBytes;
    if (!this.#isFull && !this.#hasBallast && ballastBytes > 0 && hasRoom) await this.#addBallast();
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const { env, logger } = this.#options;
    this.#cancel = env.clock.after(CHECK_EVERY_MS, () => {
      this.#checking = this.check()
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'the room on the disk could not be found out');
        })
        .finally(() => this.#schedule());
    });
  }

  get #ballastPath(): string {
    return join(this.#options.directory, BALLAST_NAME);
  }

  async #dropBallast(): Promise<void> {
    await this.#options.env.files.remove(this.#ballastPath);
    this.#hasBallast = false;
  }

  /** Bytes that differ, written out: a file of zeros or holes may take no room at all. */
  async #addBallast(): Promise<void> {
    const { env, ballastBytes = 0 } = this.#options;
    const file = await env.files.open(this.#ballastPath, 'create');
    try {
      const chunk = Buffer.alloc(BALLAST_CHUNK_BYTES);
      for (let at = 0; at < ballastBytes; at += chunk.length) {
        for (let i = 0; i < chunk.length; i += 8) chunk.writeDoubleBE(Math.sqrt(at + i + 1), i);
        await file.write(chunk.subarray(0, Math.min(chunk.length, ballastBytes - at)), at);
        await env.clock.yield();
      }
      await file.sync();
    } catch (error) {
      // Half of it would only take room from others.
      await env.files.remove(this.#ballastPath);
      throw error;
    } finally {
      await file.close();
    }
    this.#hasBallast = true;
  }
}
