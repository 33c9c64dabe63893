/** Indexes of closed segments kept in memory, over all partitions: at most 1.3 MiB each. */
const COUNT_MAX = 16;

interface IndexOwner {
  forgetIndex(): void;
}

/** Bounds the memory of the indexes of closed segments: the least recently used one is forgotten. */
export class RecentIndexes {
  readonly #owners = new Set<IndexOwner>();

  /** Its index is about to be used. */
  use(owner: IndexOwner): void {
    this.#owners.delete(owner);
    this.#owners.add(owner);
    if (this.#owners.size <= COUNT_MAX) return;
    for (const oldest of this.#owners) {
      this.#owners.delete(oldest);
      oldest.forgetIndex();
      return;
    }
  }

  /** Its index does not count any more. */
  forget(owner: IndexOwner): void {
    this.#owners.delete(owner);
  }
}
