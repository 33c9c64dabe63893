import { baseOffset, lastOffset } from '../record-batch.ts';

/** When this many slots at the front of a cache are empty and they are more than half of all, they are given back. */
const EMPTY_SLOTS_MAX = 1024;

/** How much memory the caches of all partitions take together; the one appended to longest ago gives way first. */
export class CacheBudget {
  readonly bytesMax: number;
  #bytes = 0;
  readonly #caches = new Set<TailCache>();

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The cache holds more or, with a negative count, fewer bytes. */
  change(cache: TailCache, bytes: number): void {
    this.#bytes += bytes;
    if (bytes < 0) return;
    this.#caches.delete(cache);
    this.#caches.add(cache);
    if (this.#bytes > this.bytesMax) this.#shrink();
  }

  forget(cache: TailCache): void {
    this.#caches.delete(cache);
  }

  #shrink(): void {
    for (const cache of this.#caches) {
      cache.evict(this.#bytes - this.bytesMax);
      if (this.#bytes <= this.bytesMax) return;
    }
  }
}

/**
 * The last batches of a partition, without gaps up to its end. Batches that are not in the file yet are always in
 * here, whatever the bounds: there is no other copy.
 */
export class TailCache {
  readonly #bytesMax: number;
  readonly #budget: CacheBudget;
  #batches: (Buffer | undefined)[] = [];
  #baseOffsets: number[] = [];
  /** Index of the first batch held. */
  #first = 0;
  #bytes = 0;
  #writtenEndOffset: number;
  #startOffset: number;

  /** @param endOffset of the partition, of which nothing is cached. */
  constructor(options: {
    readonly bytesMax: number;
    readonly budget: CacheBudget;
    readonly endOffset: number;
  }) {
    this.#bytesMax = options.bytesMax;
    this.#budget = options.budget;
    this.#startOffset = options.endOffset;
    this.#writtenEndOffset = options.endOffset;
  }

  /** Offsets at or beyond it are held. */
  get startOffset(): number {
    return this.#startOffset;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds the next batch of the partition. */
  push(batch: Buffer): void {
    this.#batches.push(batch);
    this.#baseOffsets.push(baseOffset(batch));
    this.#bytes += batch.length;
    this.#budget.change(this, batch.length);
    if (this.#bytes > this.#bytesMax) this.evict(this.#bytes - this.#bytesMax);
  }

  /** Everything below the offset is in the file now and may be evicted. */
  written(endOffset: number): void {
    this.#writtenEndOffset = endOffset;
    if (this.#bytes > this.#bytesMax) this.evict(this.#bytes - this.#bytesMax);
  }

  /**
   * Calls `visit` for the batch that holds `offset`, which is at or beyond `startOffset`, and those after it until it
   * returns false.
   */
  visitFrom(offset: number, visit: (batch: Buffer) => boolean): void {
    for (let i = this.#indexOf(offset); i < this.#batches.length; i++) {
      if (!visit(this.#batches[i]!)) return;
    }
  }

  /** Drops the batches from the offset on, which is where one begins or the end. */
  cut(offset: number): void {
    while (this.#batches.length > this.#first && this.#baseOffsets.at(-1)! >= offset) {
      const { length } = this.#batches.pop()!;
      this.#baseOffsets.pop();
      this.#bytes -= length;
      this.#budget.change(this, -length);
    }
  }

  /** Drops batches, oldest first, until so many bytes are free or those left are not written yet. */
  evict(bytes: number): void {
    let left = bytes;
    while (left > 0 && this.#first < this.#batches.length) {
      const batch = this.#batches[this.#first]!;
      const next = lastOffset(batch) + 1;
      if (next > this.#writtenEndOffset) break;
      this.#batches[this.#first] = undefined;
      this.#first++;
      this.#startOffset = next;
      this.#bytes -= batch.length;
      this.#budget.change(this, -batch.length);
      left -= batch.length;
    }
    if (this.#first > EMPTY_SLOTS_MAX && this.#first * 2 > this.#batches.length) {
      this.#batches = this.#batches.slice(this.#first);
      this.#baseOffsets = this.#baseOffsets.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Drops everything; the partition is closed. */
  clear(): void {
    this.#budget.change(this, -this.#bytes);
    this.#budget.forget(this);
    this.#batches = [];
    this.#baseOffsets = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  #indexOf(offset: number): number {
    let low = this.#first;
    let high = this.#baseOffsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#baseOffsets[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
