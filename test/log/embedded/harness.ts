import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WaitForRoom } from '../../../src/base/disk-full.ts';
import type { Env } from '../../../src/base/env.ts';
import { nodeEnv } from '../../../src/base/env-node.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import type { Logger } from '../../../src/base/logger.ts';
import type { Log, Partition } from '../../../src/log/log.ts';
import { openEmbeddedLog } from '../../../src/log/embedded/embedded-log.ts';
import type {
  EmbeddedLogLimits,
  LogRecovery,
  FoundTransaction,
} from '../../../src/log/embedded/embedded-log.ts';

export interface HarnessOptions {
  readonly env?: Env;
  readonly logger?: Logger;
  readonly limits?: Partial<EmbeddedLogLimits>;
  readonly waitForRoom?: WaitForRoom;
}

/** An embedded log in a temporary directory that can crash. */
export class Harness {
  directory: string;
  #opened: Log | null = null;
  readonly #directories: string[] = [];
  readonly #options: HarnessOptions;

  private constructor(directory: string, options: HarnessOptions) {
    this.directory = directory;
    this.#directories.push(directory);
    this.#options = options;
  }

  static async create(options: HarnessOptions = {}): Promise<Harness> {
    return new Harness(await mkdtemp(join(tmpdir(), 'millrace-log-')), options);
  }

  /** Opens the log and, if it is new, makes topic `events` (id 1) with one partition. */
  async open(recovery: Partial<LogRecovery> = {}, options = this.#options): Promise<Partition> {
    const log = await this.openLog(recovery, options);
    if (log.topic('events') === undefined) {
      await log.createTopic({ name: 'events', partitionCount: 1, cleanupPolicy: 'delete' });
    }
    return log.topic('events')!.partitions[0]!;
  }

  async openLog(recovery: Partial<LogRecovery> = {}, options = this.#options): Promise<Log> {
    this.#opened = await openEmbeddedLog({
      directory: this.directory,
      env: options.env ?? nodeEnv(),
      logger: options.logger ?? silentLogger,
      limits: options.limits ?? {},
      ...(options.waitForRoom === undefined ? {} : { waitForRoom: options.waitForRoom }),
      recovery: {
        durableEndOffset: recovery.durableEndOffset ?? (() => undefined),
        decide: recovery.decide ?? (() => 'abort'),
      },
    });
    return this.#opened;
  }

  get log(): Log {
    return this.#opened!;
  }

  /** The file that holds the partition's first segment, or another of its files. */
  file(name = '00000000000000000000.log', partition = 0): string {
    return join(this.directory, '1', String(partition), name);
  }

  async close(): Promise<void> {
    await this.#opened?.close();
    this.#opened = null;
  }

  /** Leaves the files as a killed process would: goes on with a copy of the directory as it is now. */
  async crash(): Promise<void> {
    const copy = await mkdtemp(join(tmpdir(), 'millrace-log-'));
    await cp(this.directory, copy, { recursive: true });
    await this.#opened?.close().catch(() => undefined);
    this.#opened = null;
    this.directory = copy;
    this.#directories.push(copy);
  }

  async dispose(): Promise<void> {
    await this.#opened?.close().catch(() => undefined);
    for (const directory of this.#directories) await rm(directory, { recursive: true });
  }
}

/** Log lines as `level message`, kept. */
export class RecordingLogger implements Logger {
  readonly lines: { level: string; fields: object; message: string }[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', fields, message });
  }

  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }

  at(level: string): { level: string; fields: object; message: string }[] {
    return this.lines.filter((line) => line.level === level);
  }
}

export type { FoundTransaction };
