import type { Partition } from '../log/log.ts';
import { recordCount, setBaseOffset } from '../log/record-batch.ts';
import type { AppendGate } from './append-gate.ts';
import type { Producer } from './producer.ts';
import type { SealedOutput } from './sealed-tick.ts';
import type { PartitionOutput } from './sink-writer.ts';
import type { PendingRecords } from './source-reader.ts';

interface Placed {
  readonly partition: Partition;
  readonly baseOffset: number;
  readonly batches: Buffer[];
  recordsEnd: number;
  writerCount: number;
}

/**
 * The results of the tick under way, placed at the offsets they will have, so that queries further down can read
 * them in the same tick. Holds the partitions at the gate until `release`.
 */
export class TickOutputs {
  readonly #gate: AppendGate;
  /** Where a partition will end that the tick being committed has still to write. */
  readonly #expectedEnd: (partition: Partition) => number | undefined;
  readonly #placed = new Map<Partition, Placed>();
  readonly #outputs: SealedOutput[] = [];

  constructor(gate: AppendGate, expectedEnd: (partition: Partition) => number | undefined) {
    this.#gate = gate;
    this.#expectedEnd = expectedEnd;
  }

  /** Places what a query has put out, behind what other queries of the tick put out for the same partition. */
  add({ producer }: { producer: Producer }, outputs: readonly PartitionOutput[]): void {
    for (const { partition, batches } of outputs) {
      const placed = this.#placedFor(partition);
      const baseOffset = placed.recordsEnd;
      for (const batch of batches) {
        setBaseOffset(batch, placed.recordsEnd);
        placed.recordsEnd += recordCount(batch);
        placed.batches.push(batch);
      }
      placed.writerCount++;
      this.#outputs.push({ partition, ...producer, batches, baseOffset });
    }
  }

  #placedFor(partition: Partition): Placed {
    let placed = this.#placed.get(partition);
    if (placed === undefined) {
      this.#gate.hold(partition);
      const baseOffset = this.#expectedEnd(partition) ?? partition.endOffset;
      placed = { partition, baseOffset, batches: [], recordsEnd: baseOffset, writerCount: 0 };
      this.#placed.set(partition, placed);
    }
    return placed;
  }

  /** What a partition will get in this tick; commit markers take an offset each. */
  pending(partition: Partition): PendingRecords | undefined {
    const placed = this.#placed.get(partition);
    if (placed === undefined) return undefined;
    const { baseOffset, batches, recordsEnd, writerCount } = placed;
    return { partition, baseOffset, batches, nextOffset: recordsEnd + writerCount };
  }

  get outputs(): readonly SealedOutput[] {
    return this.#outputs;
  }

  /** Where the partitions will end once the tick is committed. */
  ends(): Map<Partition, number> {
    return new Map(
      [...this.#placed.values()].map(({ partition, recordsEnd, writerCount }) => [
        partition,
        recordsEnd + writerCount,
      ]),
    );
  }

  /** Opens the gate again: the tick is committed or abandoned. */
  release(): void {
    for (const partition of this.#placed.keys()) this.#gate.release(partition);
    this.#placed.clear();
  }
}
