import { printExpected, printFound, textOf } from './compare.ts';
import type { Cuts } from './cuts.ts';
import type { FoundRecord, SimulatedEngine } from './engine.ts';
import type { Observed } from './oracle/observed.ts';

/** What the engine chose, as its results and its ticks show. */
export function observedOf(engine: SimulatedEngine, cuts: Cuts): Observed {
  const { queryNumbers } = engine;
  const found = new Map<string, readonly (readonly FoundRecord[])[]>();
  const recordsOf = (topic: string, partition: number): readonly FoundRecord[] => {
    const partitions = found.get(topic) ?? engine.records(topic);
    found.set(topic, partitions);
    return partitions[partition] ?? [];
  };
  return {
    inTurns({ name, schema }, partition, lists) {
      const texts = lists.map((list) =>
        list.map((record) => textOf(printExpected(record, { schema }))),
      );
      const turns = turnsOf(
        texts,
        recordsOf(name, partition).map((record) => textOf(printFound(record))),
      );
      if (turns === null) return null;
      const next = lists.map(() => 0);
      return turns.map((turn) => {
        const index = next[turn] as number;
        next[turn] = index + 1;
        return lists[turn]?.[index] as (typeof lists)[number][number];
      });
    },
    tickRead(query, { topic, partition, index }) {
      // One that is not there was read behind all that are; that it is missing shows elsewhere.
      const offset = recordsOf(topic, partition)[index]?.offset ?? Infinity;
      return cuts.tickOf(queryNumbers[query] as number, { topic, partition, offset });
    },
  };
}

/** From which list each line of a whole comes when the lists were shuffled into it, each in its order; null: they were not. */
export function turnsOf(
  lists: readonly (readonly string[])[],
  whole: readonly string[],
): readonly number[] | null {
  if (lists.reduce((sum, { length }) => sum + length, 0) !== whole.length) return null;
  const deadEnds = new Set<string>();
  const next = lists.map(() => 0);
  const turns: number[] = [];
  /** The first list to try for the line under way; those before it have led nowhere. */
  let from = 0;
  while (turns.length < whole.length) {
    const line = whole[turns.length];
    const isOpen = !deadEnds.has(next.join());
    const list = isOpen
      ? lists.findIndex((lines, index) => index >= from && lines[next[index] as number] === line)
      : -1;
    if (list >= 0) {
      next[list] = (next[list] as number) + 1;
      turns.push(list);
      from = 0;
      continue;
    }
    deadEnds.add(next.join());
    const last = turns.pop();
    if (last === undefined) return null;
    next[last] = (next[last] as number) - 1;
    from = last + 1;
  }
  return turns;
}
