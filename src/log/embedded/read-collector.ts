import type { ReadResult } from '../log.ts';
import { decompressBatch } from '../batch-compression.ts';
import { baseOffset, isControl, lastOffset } from '../record-batch.ts';
import type { Transactions } from './transactions.ts';

export interface ReadCollectorOptions {
  readonly next: number;
  readonly end: number;
  readonly bytesMax: number;
  /** Leave out what these say was aborted; null: leave it in. */
  readonly aborted: Transactions | null;
}

/** Gathers the batches of one read in offset order. */
export class ReadCollector {
  next: number;
  readonly end: number;
  readonly bytesMax: number;
  readonly #aborted: Transactions | null;
  readonly #batches: Buffer[] = [];
  #bytes = 0;

  constructor({ next, end, bytesMax, aborted }: ReadCollectorOptions) {
    this.next = next;
    this.end = end;
    this.bytesMax = bytesMax;
    this.#aborted = aborted;
  }

  get isDone(): boolean {
    return this.next >= this.end;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** Takes or skips the batch that holds `next`; false when it was left because the read has enough. */
  take(batch: Buffer): boolean {
    if (baseOffset(batch) >= this.end) return false;
    const isData = !isControl(batch) && this.#aborted?.isAborted(batch) !== true;
    if (isData) {
      if (this.#batches.length > 0 && this.#bytes + batch.length > this.bytesMax) return false;
      const records = decompressBatch(batch);
      this.#batches.push(records);
      this.#bytes += records.length;
    }
    this.next = lastOffset(batch) + 1;
    return true;
  }

  result(): ReadResult {
    return { batches: this.#batches, nextOffset: this.next };
  }
}
