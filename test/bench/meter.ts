const PARTS = 5;
const KIBIBYTE = 1024;
const MICROSECONDS = 1e6;

/** What one contender needed for one run. */
export interface Measurement {
  readonly eventsPerSecond: number;
  /** Events per second in each fifth of the events, in order. */
  readonly fifths: readonly number[];
  /** Processor time of all threads during the run: what a busy machine does not change much. */
  readonly processorSeconds: number;
  /** The most resident memory of the process from its start to the end of the run. */
  readonly peakBytes: number;
}

/**
 * Times one run. `mark` says how far it has come, in whatever unit grows evenly with the events; the times between
 * two marks are interpolated.
 */
export class Meter {
  readonly #startedAt = performance.now();
  readonly #processorAt = process.cpuUsage();
  readonly #marks: { done: number; at: number }[] = [{ done: 0, at: this.#startedAt }];

  mark(done: number): void {
    this.#marks.push({ done, at: performance.now() });
  }

  /** Ends the run; what was marked last counts as all of it. */
  stop(events: number): Measurement {
    const stoppedAt = performance.now();
    const { user, system } = process.cpuUsage(this.#processorAt);
    const total = this.#marks.at(-1)!.done;
    const times = [this.#startedAt];
    for (let part = 1; part < PARTS; part++) times.push(this.#timeOf((total * part) / PARTS));
    times.push(stoppedAt);
    return {
      eventsPerSecond: perSecond(events, stoppedAt - this.#startedAt),
      fifths: times.slice(1).map((time, i) => perSecond(events / PARTS, time - times[i]!)),
      processorSeconds: (user + system) / MICROSECONDS,
      peakBytes: process.resourceUsage().maxRSS * KIBIBYTE,
    };
  }

  #timeOf(done: number): number {
    const after = this.#marks.findIndex((mark) => mark.done >= done);
    const to = this.#marks[after]!;
    const from = this.#marks[after - 1] ?? to;
    if (to.done === from.done) return to.at;
    return from.at + ((to.at - from.at) * (done - from.done)) / (to.done - from.done);
  }
}

/** A rate per second from a count and the milliseconds it took. */
export function perSecond(count: number, elapsedMs: number): number {
  return (count / elapsedMs) * 1000;
}

/** The value below which the given part of the values lie; `part` from 0 to 1. There is at least one value. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!;
}

/** The middle value; the mean of the two middle ones of an even count. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
