/** Upper bounds of the buckets, milliseconds; the last bucket is above the last of them. */
export const DURATION_BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** Counts durations in buckets, for a histogram. */
export class Durations {
  readonly #counts = Array<number>(DURATION_BOUNDS_MS.length + 1).fill(0);
  #sumMs = 0;

  add(milliseconds: number): void {
    const bucket = DURATION_BOUNDS_MS.findIndex((bound) => milliseconds <= bound);
    const index = bucket < 0 ? DURATION_BOUNDS_MS.length : bucket;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sumMs += milliseconds;
  }

  /** What was counted so far. */
  get figures(): DurationFigures {
    return { counts: [...this.#counts], sumMs: this.#sumMs };
  }
}

/** Counted durations: how many in each bucket (not cumulative), and what they add up to. */
export interface DurationFigures {
  /** One more than there are bounds. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}
