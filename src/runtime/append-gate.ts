import type { Partition } from '../log/log.ts';

/**
 * Keeps inserts out of a partition between the moment a tick puts out its first record for it and the moment the
 * tick is committed: the tick knows the offsets of its records before they are written, because queries further down
 * read them in the same tick. Inserts into the topic of a running query are rare; all others never meet the gate.
 */
export class AppendGate {
  /** How many ticks (one being processed, one being committed) hold the partition. */
  readonly #holders = new Map<Partition, number>();
  readonly #waiting = new Map<Partition, (() => void)[]>();

  /** Whether somebody waits for a partition; the tick loop then lets the commit finish before it goes on. */
  get hasWaiters(): boolean {
    return this.#waiting.size > 0;
  }

  hold(partition: Partition): void {
    this.#holders.set(partition, (this.#holders.get(partition) ?? 0) + 1);
  }

  /** Lets those who waited append, at once, when nobody else holds the partition. */
  release(partition: Partition): void {
    const holders = (this.#holders.get(partition) ?? 0) - 1;
    if (holders > 0) {
      this.#holders.set(partition, holders);
      return;
    }
    this.#holders.delete(partition);
    const waiting = this.#waiting.get(partition) ?? [];
    this.#waiting.delete(partition);
    for (const append of waiting) append();
  }

  /** Runs `append` now, or as soon as the partition is released. */
  enter(partition: Partition, append: () => void): void {
    if (!this.#holders.has(partition)) {
      append();
      return;
    }
    const waiting = this.#waiting.get(partition);
    if (waiting === undefined) this.#waiting.set(partition, [append]);
    else waiting.push(append);
  }
}
