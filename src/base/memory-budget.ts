/**
 * One number for the bytes that the caches of a process may hold. The figures are estimates; the budget is what
 * keeps the process from growing without bound, not an accounting of the heap.
 */
export class MemoryBudget {
  readonly limitBytes: number;
  #usedBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
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
  }
}
