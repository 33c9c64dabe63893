import type { Env } from '../base/env.ts';
import type { Logger } from '../base/logger.ts';
import type { UnreadableCount } from './meta.ts';
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
 * Where bad data is reported: counted per source, the latest kept for EXPLAIN, and written to the server's log at a
 * bounded rate so that a topic full of garbage cannot fill a disk.
 */
export class ProcessingLog {
  readonly #clock: Env['clock'];
  readonly #logger: Logger;
  /** By `topic id/source`, the records that could not be read. */
  readonly #unreadable: Map<string, UnreadableCount>;
  /** Those of them that changed since they were last taken. */
  readonly #changed = new Set<string>();
  #recent: ProcessingError[] = [];
  #second = 0;
  #loggedInSecond = 0;

  constructor(options: {
    clock: Env['clock'];
    logger: Logger;
    /** By `topic id/source`, what was counted in earlier lives. Default: nothing. */
    unreadable?: ReadonlyMap<string, UnreadableCount>;
  }) {
    this.#unreadable = new Map(options.unreadable);
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** A record that could not be read. Several queries meet it; it counts once for its source. */
  reportUnreadable(record: UnreadableRecord): void {
    const { source, topicId, partition, offset, message, payload } = record;
    const place = `${topicId}/${source.name}`;
    const { count, offsets } = this.#unreadable.get(place) ?? { count: 0, offsets: {} };
    if (offset <= (offsets[partition] ?? -1)) return;
    this.#unreadable.set(place, { count: count + 1, offsets: { ...offsets, [partition]: offset } });
    this.#changed.add(place);
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
  reportQuery({ queryId, unreadable, rowErrors }: QueryProblems): void {
    for (const record of unreadable) this.reportUnreadable(record);
    for (const message of rowErrors) this.report({ origin: queryId, message });
  }

  report(error: Omit<ProcessingError, 'time'>): void {
    const entry = { time: this.#clock.now(), ...error };
    this.#recent.push(entry);
    if (this.#recent.length > 2 * RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX);
    const second = Math.floor(this.#clock.monotonic() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#loggedInSecond = 0;
    }
    if (this.#loggedInSecond++ < LOGGED_PER_SECOND_MAX) {
      this.#logger.warn(error, 'a record was not processed');
    }
  }

  /** How many records of the source over that topic could not be read. */
  unreadableCount(source: string, topicId: number): number {
    return this.#unreadable.get(`${topicId}/${source}`)?.count ?? 0;
  }

  /** The counts of records that could not be read which changed since the last call, by `topic id/source`. */
  takeUnreadable(): [place: string, count: UnreadableCount][] {
    const taken = [...this.#changed].map((place): [string, UnreadableCount] => {
      return [place, this.#unreadable.get(place) as UnreadableCount];
    });
    this.#changed.clear();
    return taken;
  }

  /** The latest errors of an origin, oldest first. */
  recent(origin: string): readonly ProcessingError[] {
    return this.#recent.filter((error) => error.origin === origin).slice(-RECENT_MAX);
  }

  /** Forgets an origin that is gone. */
  forget(origin: string): void {
    this.#recent = this.#recent.filter((error) => error.origin !== origin);
  }
}
