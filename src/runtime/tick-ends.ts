import type { Partition } from '../log/log.ts';

/** One source of a query in a tick: where it stood when the query began, and where it stands. */
export interface SourcePosition {
  readonly partition: Partition;
  readonly began: number;
  readonly position: number;
}

/**
 * Up to where the queries of one tick read. Queries that stand at the same place see the same: what a partition held
 * when the first of them looked, and no further than the first of them came. So a pull over several tables, or a
 * table made from several, never shows one with a record and the other without.
 */
export class TickEnds {
  /** The stable end of each partition when it was first asked for. */
  readonly #seen = new Map<Partition, number>();
  /** By partition and where queries began, up to where the first of them came. */
  readonly #reached = new Map<Partition, Map<number, number>>();
  /** For the query under way. */
  #ofQuery = new Map<Partition, number>();

  /** Where a partition ends for the query under way. */
  end(partition: Partition): number {
    const end = this.#ofQuery.get(partition) ?? this.#seen.get(partition);
    if (end !== undefined) return end;
    const { stableEndOffset } = partition;
    this.#seen.set(partition, stableEndOffset);
    return stableEndOffset;
  }

  /** Whether the partition has more than the query under way reads of it in this tick. */
  isCut(partition: Partition): boolean {
    const end = this.#ofQuery.get(partition);
    return end !== undefined && end < (this.#seen.get(partition) ?? partition.stableEndOffset);
  }

  /** Where the first query that began at that place of the partition came to; undefined when there was none. */
  reached(partition: Partition, began: number): number | undefined {
    return this.#reached.get(partition)?.get(began);
  }

  /** The next query reads as far as those before it that stand where it stands. */
  begin(sources: readonly SourcePosition[]): void {
    this.#ofQuery = new Map();
    for (const { partition, position } of sources) {
      const reached = this.reached(partition, position);
      if (reached !== undefined) this.#ofQuery.set(partition, reached);
    }
  }

  /** The query under way has come that far. */
  finish(sources: readonly SourcePosition[]): void {
    this.#ofQuery = new Map();
    for (const { partition, began, position } of sources) {
      const places = this.#reached.get(partition) ?? new Map<number, number>();
      if (!places.has(began)) places.set(began, position);
      this.#reached.set(partition, places);
    }
  }
}
