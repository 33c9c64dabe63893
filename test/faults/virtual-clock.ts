import type { Clock } from '../../src/base/env.ts';

/** How far the clock goes on at each look at it, ms: work takes time here as well. */
const STEP_MS = 0.01;

/**
 * A clock that moves only when it is looked at and when it is told to. Timers fire when their time has come and
 * something advances it. The same calls give the same times.
 */
export class VirtualClock implements Clock {
  #now: number;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  constructor(start = 1_700_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  monotonic(): number {
    this.#now += STEP_MS;
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  async yield(): Promise<void> {
    this.#now += STEP_MS;
    await Promise.resolve();
  }

  /** Moves on and fires what is due, in order. */
  advance(byMs: number): void {
    const until = this.#now + byMs;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = until;
  }

  /** The process is gone: its timers do not fire any more. */
  forgetTimers(): void {
    this.#timers = [];
  }
}
