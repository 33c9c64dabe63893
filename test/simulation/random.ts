import { SeededRandom } from '../crash/random.ts';

/** Choices that look random and are the same for the same seed. */
export class Choices {
  readonly #random: SeededRandom;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** An integer from 0 up to but without `bound`. */
  below(bound: number): number {
    return this.#random.below(bound);
  }

  /** An integer between both, inclusive. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.#random.fraction() < probability;
  }

  /** One of them. */
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** One of them, or null; null with the given probability. */
  orNull<T>(probability: number, produce: () => T): T | null {
    return this.chance(probability) ? null : produce();
  }

  /** As many as asked, each produced anew. */
  many<T>(count: number, produce: (index: number) => T): T[] {
    return Array.from({ length: count }, (_, index) => produce(index));
  }
}
