/**
 * One number for the bytes that the caches of a process may hold. The figures are estimates; the budget is what
 * keeps the process from growing without bound, not an accounting of the heap.
 */
export class MemoryBudget {
  readonly limitBytes: number;
  readonly #whole: MemoryBudget | null;
  #usedBytes = 0;

  /** @param whole what this is a part of. */
  constructor(limitBytes: number, whole: MemoryBudget | null = null) {
    this.limitBytes = limitBytes;
    this.#whole = whole;
  }

  /** A part that knows its own use; what it takes, it takes from this one. */
  part(): MemoryBudget {
    return new MemoryBudget(this.limitBytes, this);
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes above the limit; 0 when all is well. */
  get excessBytes(): number {
    return Math.max(0, this.#usedBytes - this.limitBytes);
  }

  /** Takes bytes, or gives back with a negative count. Never refuses: the owner evicts between ticks. */
  add(bytes: number): void {
    this.#usedBytes += bytes;
    this.#whole?.add(bytes);
  }
}
