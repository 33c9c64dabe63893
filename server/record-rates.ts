import type { Clock } from '../src/base/env.ts';
import type { QueryFigures } from '../src/engine.ts';

/** Rates are of the last 10 seconds, or a little more. */
const WINDOW_MS = 10_000;
const SAMPLE_MS = 1_000;

type Counts = Pick<QueryFigures, 'recordsIn' | 'recordsOut'>;

interface Sample {
  /** Monotonic time, ms. */
  readonly at: number;
  readonly counts: ReadonlyMap<string, Counts>;
}

/**
 * How many records a second persistent queries read and write: the counters they have anyway are looked at each second,
 * and those of the last 10 seconds kept.
 */
export class RecordRates {
  readonly #clock: Clock;
  readonly #queries: () => readonly QueryFigures[];
  /** Oldest first; only the first is older than the window. */
  #samples: readonly Sample[] = [];
  #cancel: (() => void) | null = null;

  /** @param queries their counters at this moment. */
  constructor(clock: Clock, queries: () => readonly QueryFigures[]) {
    this.#clock = clock;
    this.#queries = queries;
  }

  /** Begins to look at the counters; `stop` ends that. */
  start(): void {
    this.#samples = [...this.#samples, this.#sample()];
    const { at } = this.#samples.at(-1)!;
    const first = this.#samples.findLastIndex((sample) => at - sample.at >= WINDOW_MS);
    if (first > 0) this.#samples = this.#samples.slice(first);
    this.#cancel = this.#clock.after(SAMPLE_MS, () => this.start());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /**
   * Records a second by query id. Before 10 seconds have passed it is the rate since the start; a query that came
   * meanwhile has read and written nothing before.
   */
  rates(): ReadonlyMap<string, Counts> {
    const now = this.#sample();
    const [first = now] = this.#samples;
    const seconds = (now.at - first.at) / 1000;
    const rates = new Map<string, Counts>();
    for (const [queryId, { recordsIn, recordsOut }] of now.counts) {
      const before = first.counts.get(queryId);
      rates.set(queryId, {
        recordsIn: perSecond(recordsIn - (before?.recordsIn ?? 0), seconds),
        recordsOut: perSecond(recordsOut - (before?.recordsOut ?? 0), seconds),
      });
    }
    return rates;
  }

  #sample(): Sample {
    const counts = this.#queries().map(({ queryId, recordsIn, recordsOut }) => {
      return [queryId, { recordsIn, recordsOut }] as const;
    });
    return { at: this.#clock.monotonic(), counts: new Map(counts) };
  }
}

/** A query that was replaced counts from 0 again. */
function perSecond(records: number, seconds: number): number {
  return seconds === 0 ? 0 : Math.max(0, records) / seconds;
}
