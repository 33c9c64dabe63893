interface Waiter {
  readonly offset: number;
  readonly callback: () => void;
}

/** Who waits for a partition to grow beyond an offset. Callbacks run in microtasks, never inside a caller's change. */
export class Waiters {
  #waiters = new Set<Waiter>();

  /** Calls back once when `wake` is told of an end beyond `offset`; the returned function cancels. */
  add(offset: number, callback: () => void): () => void {
    const waiter = { offset, callback };
    this.#waiters.add(waiter);
    return () => {
      this.#waiters.delete(waiter);
    };
  }

  /** Wakes those that wait for offsets below `endOffset`. */
  wake(endOffset: number): void {
    if (this.#waiters.size === 0) return;
    for (const waiter of this.#waiters) {
      if (waiter.offset < endOffset) queueMicrotask(() => this.#call(waiter));
    }
  }

  /** A waiter cancelled or called between waking and now is left alone. */
  #call(waiter: Waiter): void {
    if (this.#waiters.delete(waiter)) waiter.callback();
  }
}
