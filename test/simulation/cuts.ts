import type { PersistentQuery } from '../../src/runtime/persistent-query.ts';

/** Where a query stood after a tick of the engine, by `topic/partition`. */
interface Cut {
  readonly tick: number;
  readonly positions: ReadonlyMap<string, number>;
}

/** Ticks of the engine between two of a case; more would count as one of the next. */
const TICKS_MAX = 2 ** 20;

/**
 * In which tick each query read each record. A tick of the engine within tick 3 of the case is a bit more than 3: what
 * only happens when the wall clock goes on looks at the whole number, the order of work at all of it.
 */
export class Cuts {
  readonly #byQuery = new Map<number, Cut[]>();
  #count = 0;
  #advances = 0;

  /** Notes where all queries stand now. @param advances how often the wall clock went on so far. */
  add(queries: readonly PersistentQuery[], advances: number): void {
    this.#count = advances === this.#advances ? this.#count + 1 : 0;
    this.#advances = advances;
    const tick = advances - 1 + this.#count / TICKS_MAX;
    for (const { number, topology } of queries) {
      const positions = topology.sources.map(({ reader: { partition }, position }) => {
        return [`${partition.topic.name}/${partition.index}`, position] as const;
      });
      const cuts = this.#byQuery.get(number) ?? [];
      this.#byQuery.set(number, cuts);
      cuts.push({ tick, positions: new Map(positions) });
    }
  }

  /** In which tick the query read the record at that place; Infinity for never. */
  tickOf(queryNumber: number, place: { topic: string; partition: number; offset: number }): number {
    const key = `${place.topic}/${place.partition}`;
    const cuts = this.#byQuery.get(queryNumber) ?? [];
    const isRead = ({ positions }: Cut): boolean => (positions.get(key) ?? 0) > place.offset;
    return cuts.find(isRead)?.tick ?? Infinity;
  }
}
