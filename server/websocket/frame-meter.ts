const WINDOW_MS = 1000;

/** Counts the frames of one client and says when there are too many within a second. */
export class FrameMeter {
  readonly #countMax: number;
  readonly #now: () => number;
  #windowStart: number;
  #count = 0;

  /** @param now a clock in milliseconds that does not go backwards. */
  constructor(countMax: number, now: () => number = () => performance.now()) {
    this.#countMax = countMax;
    this.#now = now;
    this.#windowStart = now();
  }

  /** Counts one frame; false when it is one too many. */
  count(): boolean {
    const now = this.#now();
    if (now - this.#windowStart >= WINDOW_MS) {
      this.#windowStart = now;
      this.#count = 0;
    }
    this.#count++;
    return this.#count <= this.#countMax;
  }
}
