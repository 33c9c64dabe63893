import type { Env } from '../base/env.ts';
import type { Logger } from '../base/logger.ts';
import type { QueryProblems, UnreadableRecord } from './problem.ts';

/** What went wrong with one record; the query went on. */
export interface ProcessingError {
  /** Wall clock, ms. */
  readonly time: number;
  /** Query id, or the source for records that could not be read. */
  readonly origin: string;
  readonly message: string;
  /** Where the record stands, for records that could not be read. */
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
  /** The payload, base64, at most 1 KiB of it. */
  readonly payload?: string;
}

const RECENT_MAX = 256;
const LOGGED_PER_SECOND_MAX = 20;

/**
 * Where bad data is reported: counted per origin, the latest kept for EXPLAIN, and written to the server's log at a
 * bounded rate so that a topic full of garbage cannot fill a disk.
 */
export class ProcessingLog {
  readonly #clock: Env['clock'];
  readonly #logger: Logger;
  readonly #counts = new Map<string, number>();
  /** By query. */
  readonly #skipped = new Map<string, number>();
  /** By source and partition, the highest offset that was reported. */
  readonly #reported = new Map<string, number>();
  #recent: ProcessingError[] = [];
  #second = 0;
  #loggedInSecond = 0;

  constructor(options: { clock: Env['clock']; logger: Logger }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** A record that could not be read. Several queries meet it; it counts once for its source. */
  reportUnreadable({ source, partition, offset, message, payload }: UnreadableRecord): void {
    const place = `${source.name}/${partition}`;
    if (offset <= (this.#reported.get(place) ?? -1)) return;
    this.#reported.set(place, offset);
    this.report({
      origin: source.name,
      message,
      topic: source.topic,
      partition,
      offset,
      ...(payload === null ? {} : { payload: payload.toString('base64') }),
    });
  }

  /** What went wrong in one query in one tick. */
  reportQuery({ queryId, unreadable, rowErrors, rowErrorCount }: QueryProblems): void {
    for (const record of unreadable) this.reportUnreadable(record);
    if (unreadable.length > 0) {
      this.#skipped.set(queryId, this.skippedCount(queryId) + unreadable.length);
    }
    for (const message of rowErrors) this.report({ origin: queryId, message });
    const unsaid = rowErrorCount - rowErrors.length;
    if (unsaid > 0) this.#counts.set(queryId, this.count(queryId) + unsaid);
  }

  /** How many records the query has left out since start because they could not be read. */
  skippedCount(queryId: string): number {
    return this.#skipped.get(queryId) ?? 0;
  }

  report(error: Omit<ProcessingError, 'time'>): void {
    const entry = { time: this.#clock.now(), ...error };
    this.#counts.set(error.origin, this.count(error.origin) + 1);
    this.#recent.push(entry);
    if (this.#recent.length > 2 * RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX);
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#loggedInSecond = 0;
    }
    if (this.#loggedInSecond++ < LOGGED_PER_SECOND_MAX) {
      this.#logger.warn(entry, 'a record was not processed');
    }
  }

  /** How often the origin was reported since start. */
  count(origin: string): number {
    return this.#counts.get(origin) ?? 0;
  }

  /** The latest errors of an origin, oldest first. */
  recent(origin: string): readonly ProcessingError[] {
    return this.#recent.filter((error) => error.origin === origin).slice(-RECENT_MAX);
  }

  /** Forgets an origin that is gone. */
  forget(origin: string): void {
    this.#counts.delete(origin);
    this.#skipped.delete(origin);
    this.#recent = this.#recent.filter((error) => error.origin !== origin);
  }
}
