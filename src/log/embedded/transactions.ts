import {
  baseOffset,
  isControl,
  isTransactional,
  lastOffset,
  lastSequence,
  markerType,
  producerEpoch,
  producerId,
} from '../record-batch.ts';

/** A transaction of which no marker is in the partition yet. */
export interface OpenTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly firstOffset: number;
  /** Of its last batch so far; -1 if it has none. */
  readonly lastSequence: number;
}

/** The last transaction of a producer that has its commit marker. */
export interface CommittedTransaction {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Offset of the abort marker. */
  readonly lastOffset: number;
}

/** All that is known about the transactions of a partition at one offset; plain JSON. */
export interface TransactionsSnapshot {
  readonly open: readonly OpenTransaction[];
  readonly aborted: readonly AbortedTransaction[];
  /** Missing in checkpoints of earlier versions. */
  readonly committed?: readonly CommittedTransaction[];
}

interface Undecided {
  readonly firstOffset: number;
  /** Offset of the marker; Infinity as long as there is none. */
  markerOffset: number;
}

/** The transactions of one partition, learned from its batches in offset order. */
export class Transactions {
  readonly #open = new Map<number, { transaction: OpenTransaction; readonly state: Undecided }>();
  /** Ascending by first offset: open ones, and decided ones whose marker may not be on disk. */
  #undecided: Undecided[] = [];
  /** By producer id, ascending. */
  readonly #aborted = new Map<number, AbortedTransaction[]>();
  /** By producer id; one for each query that ever wrote here. */
  readonly #committed = new Map<number, CommittedTransaction>();

  constructor(snapshot: TransactionsSnapshot = { open: [], aborted: [] }) {
    for (const transaction of snapshot.open) {
      const state = { firstOffset: transaction.firstOffset, markerOffset: Infinity };
      this.#open.set(transaction.producerId, { transaction, state });
      this.#undecided.push(state);
    }
    for (const transaction of snapshot.aborted) this.#addAborted(transaction);
    for (const transaction of snapshot.committed ?? []) {
      this.#committed.set(transaction.producerId, transaction);
    }
  }

  /** Takes note of the next batch. */
  observe(batch: Buffer): void {
    if (isControl(batch)) this.#end(batch);
    else if (isTransactional(batch)) this.#continue(batch);
  }

  /** The offset below which everything is decided, given what is on disk. */
  stableBelow(durableEndOffset: number): number {
    while (this.#undecided.length > 0) {
      const oldest = this.#undecided[0]!;
      if (oldest.markerOffset >= durableEndOffset) {
        return Math.min(oldest.firstOffset, durableEndOffset);
      }
      this.#undecided.shift();
    }
    return durableEndOffset;
  }

  /** Whether the batch, which lies below the stable offset, belongs to an aborted transaction. */
  isAborted(batch: Buffer): boolean {
    if (this.#aborted.size === 0 || !isTransactional(batch)) return false;
    const transactions = this.#aborted.get(producerId(batch));
    if (transactions === undefined) return false;
    const offset = baseOffset(batch);
    let low = 0;
    let high = transactions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (transactions[middle]!.lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    const candidate = transactions[low];
    return candidate !== undefined && candidate.firstOffset <= offset;
  }

  /** Those without a marker, oldest first. */
  open(): OpenTransaction[] {
    return [...this.#open.values()]
      .map(({ transaction }) => transaction)
      .sort((a, b) => a.firstOffset - b.firstOffset);
  }

  /** The last one of each producer that was committed. */
  committed(): CommittedTransaction[] {
    return [...this.#committed.values()];
  }

  /** Forgets what was aborted wholly below the offset: its records are gone. */
  forgetBelow(offset: number): void {
    for (const [id, transactions] of this.#aborted) {
      const left = transactions.filter(({ lastOffset: last }) => last >= offset);
      if (left.length === 0) this.#aborted.delete(id);
      else this.#aborted.set(id, left);
    }
  }

  snapshot(): TransactionsSnapshot {
    return {
      open: this.open(),
      aborted: [...this.#aborted.values()].flat(),
      committed: this.committed(),
    };
  }

  #continue(batch: Buffer): void {
    const id = producerId(batch);
    const open = this.#open.get(id);
    const firstOffset = open?.transaction.firstOffset ?? baseOffset(batch);
    const state = open?.state ?? { firstOffset, markerOffset: Infinity };
    if (open === undefined) this.#undecided.push(state);
    const transaction = {
      producerId: id,
      producerEpoch: producerEpoch(batch),
      firstOffset,
      lastSequence: lastSequence(batch),
    };
    this.#open.set(id, { transaction, state });
  }

  /** A marker without a transaction here is harmless: the producer wrote to other partitions only. */
  #end(marker: Buffer): void {
    const id = producerId(marker);
    const open = this.#open.get(id);
    if (open === undefined) return;
    const type = markerType(marker);
    const markerOffset = lastOffset(marker);
    open.state.markerOffset = markerOffset;
    this.#open.delete(id);
    const { firstOffset, lastSequence: sequence, producerEpoch: epoch } = open.transaction;
    if (type === 'commit') {
      const committed = { producerId: id, producerEpoch: epoch, lastSequence: sequence };
      this.#committed.set(id, committed);
      return;
    }
    this.#addAborted({ producerId: id, firstOffset, lastOffset: markerOffset });
  }

  #addAborted(transaction: AbortedTransaction): void {
    const list = this.#aborted.get(transaction.producerId);
    if (list === undefined) this.#aborted.set(transaction.producerId, [transaction]);
    else list.push(transaction);
  }
}
