import { murmur2 } from '../base/murmur2.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { RowContext } from './evaluation.ts';

/**
 * What the results of functions such as UNIX_TIMESTAMP() and RANDOM() depend on besides their arguments. Whoever runs
 * compiled expressions hands it to them: functions themselves see neither a clock nor randomness.
 */
export interface Ambient {
  /** The time it is, ms since the epoch; the same for all rows of a tick. */
  readonly now: number;
  /** 32 random bits for the row at hand. */
  draw(context: RowContext): number;
}

/**
 * The time of a tick, and numbers that follow from the query, the record and how many the tick has drawn for it, so
 * that a tick which is processed again comes to the same results.
 */
export class TickAmbient implements Ambient {
  readonly #seeds: readonly number[];
  #now = 0;
  /** By place of the record, how many numbers the tick under way has drawn. */
  readonly #counts = new Map<number, number>();

  /** @param seed differs from query to query and from database to database. */
  constructor(seed: string) {
    this.#seeds = Array.from({ length: LANES }, (_, lane) =>
      murmur2(Buffer.from(`${lane} ${seed}`)),
    );
  }

  get now(): number {
    return this.#now;
  }

  /** @param now the wall clock, ms; when it was set back, the time of the last tick stays. */
  beginTick(now: number): void {
    if (now > this.#now) this.#now = now;
    if (this.#counts.size > 0) this.#counts.clear();
  }

  draw({ partition, offset, time }: RowContext): number {
    // Records that share a place differ in what is mixed in below.
    const place = offset * PLACES_PER_OFFSET + (partition % PLACES_PER_OFFSET);
    const count = this.#counts.get(place) ?? 0;
    this.#counts.set(place, count + 1);
    let bits = this.#seeds[count % LANES] as number;
    bits = withNumber(bits, partition);
    bits = withNumber(bits, offset);
    bits = withNumber(bits, time);
    return withNumber(bits, count) >>> 0;
  }
}

/**
 * Numbers drawn one after the other come from hashes with seeds of their own: four in a row, as a UUID takes, have
 * 128 bits that no other record has, where one hash would repeat itself after some ten thousand records.
 */
const LANES = 4;
const PLACES_PER_OFFSET = 1024;
const TWO_32 = 2 ** 32;

/** Mixes both halves of an integer below 2^53 into the bits. */
function withNumber(bits: number, value: number): number {
  return mixed(mixed(bits ^ (value | 0)) ^ Math.floor(value / TWO_32));
}

/** The final mixing of MurmurHash 3: every bit of the input changes half of those of the result. */
function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Where nothing may depend on the time or on randomness; the analyzer refuses such calls there. */
export const NO_AMBIENT: Ambient = {
  get now(): never {
    throw new EvaluationError('The time is not known here');
  },
  draw(): never {
    throw new EvaluationError('There is no randomness here');
  },
};

/**
 * For expressions outside of a tick.
 * @param now ms since the epoch.
 * @param integer gives non-negative integers below 2^48.
 */
export function fixedAmbient(now: number, integer: () => number): Ambient {
  return { now, draw: () => integer() % TWO_32 };
}
