import type { Clock } from '../base/env.ts';
import type { ErrorSink } from '../expressions/evaluation.ts';

/** So many messages of a query are kept at once, and then so many a second. */
const BURST_MAX = 100;
const PER_SECOND_MAX = 10;

/**
 * The errors of a query in the rows of a tick attempt. All are counted; a query that fails on every row gets only some
 * of its messages kept, so that it cannot fill a disk.
 */
export class RowErrors implements ErrorSink {
  readonly #clock: Clock;
  #messages: string[] = [];
  #count = 0;
  #unsaid = 0;
  #allowance = BURST_MAX;
  #allowedAt: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#allowedAt = clock.monotonic();
  }

  report(message: string): void {
    this.#count++;
    if (this.#messages.length < BURST_MAX) this.#messages.push(message);
  }

  /** Everything since the last call: messages within their bound, and how many errors go without one by now. */
  take(): { messages: readonly string[]; count: number; unsaid: number } {
    const now = this.#clock.monotonic();
    const gained = ((now - this.#allowedAt) / 1000) * PER_SECOND_MAX;
    this.#allowance = Math.min(BURST_MAX, this.#allowance + gained);
    this.#allowedAt = now;
    const messages = this.#messages.slice(0, Math.floor(this.#allowance));
    this.#allowance -= messages.length;
    const count = this.#count;
    const unsaid = this.#unsaid + count - messages.length;
    this.#unsaid = messages.length > 0 ? 0 : unsaid;
    this.discard();
    return { messages, count, unsaid };
  }

  /** Forgets what was reported: the attempt is taken back. */
  discard(): void {
    this.#messages = [];
    this.#count = 0;
  }
}
