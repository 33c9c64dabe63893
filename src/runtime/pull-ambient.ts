import type { Clock, Random } from '../base/env.ts';
import type { Ambient } from '../expressions/ambient.ts';

const BITS_32 = 2 ** 32;

/**
 * The time and the random numbers of a pull query. A plan that has asked for them is good for that one answer only:
 * the time stands still once it was asked for.
 */
export class PullAmbient implements Ambient {
  readonly #clock: Clock;
  readonly #random: Random;
  #now: number | null = null;
  #drawn = false;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get wasAsked(): boolean {
    return this.#now !== null || this.#drawn;
  }

  get now(): number {
    this.#now ??= this.#clock.now();
    return this.#now;
  }

  draw(): number {
    this.#drawn = true;
    return this.#random.integer() % BITS_32;
  }
}
