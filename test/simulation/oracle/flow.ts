import { partitionForKey } from '../../../src/base/murmur2.ts';
import type { ColumnSpec, KeyFormat, Value } from '../case.ts';
import type { Row } from '../evaluate.ts';
import type { Expr } from '../expression.ts';
import { keyBytes, type Window } from '../payload.ts';

/** The key of a row; null for a null key. A key of one column is never `[null]`. */
export type Key = readonly Value[] | null;

/**
 * One change as it flows between steps. For streams `before` is null and a null `after` is a record with a null value;
 * for tables `before` is the row that was, and a null `after` a deletion.
 */
export interface Event {
  /** The tick whose input caused it; a fraction tells apart ticks between which the wall clock stood still. */
  readonly tick: number;
  /** Event time, ms. */
  readonly time: number;
  readonly key: Key;
  readonly window: Window | null;
  readonly before: Row | null;
  readonly after: Row | null;
  readonly header: string | null;
  /** The time by which its turn among inputs comes, when records that were left out stood before it. */
  readonly turn?: number;
}

/** All changes of one step, by partition, in order. */
export interface Flow {
  readonly kind: 'STREAM' | 'TABLE';
  readonly keys: readonly ColumnSpec[];
  /** The source whose key columns these are; null when the key is another: of a group, a join, PARTITION BY. */
  readonly keySource: string | null;
  /** How the key is written where it decides a partition. */
  readonly keyFormat: KeyFormat;
  readonly partitions: readonly (readonly Event[])[];
  /** Whether `before` is known: not behind a foreign-key join (5.6). */
  readonly knowsBefore: boolean;
}

/** The same flow with each partition put through `step`. */
export function throughPartitions(
  flow: Flow,
  step: (events: readonly Event[]) => readonly Event[],
): Flow {
  return { ...flow, partitions: flow.partitions.map(step) };
}

/**
 * Several inputs of a task as the one sequence it takes them in: tick by tick; within a tick always the input whose
 * head has the smallest time, on a tie the one that comes first in `order`.
 */
export function interleave<
  E extends { readonly tick: number; readonly time: number; readonly turn?: number },
>(
  inputs: readonly (readonly E[])[],
  order: readonly number[] = [...inputs.keys()],
): readonly { readonly input: number; readonly event: E }[] {
  const ticks = [...new Set(inputs.flat().map(({ tick }) => tick))].sort((a, b) => a - b);
  return ticks.flatMap((tick) => {
    const queues = inputs.map((events) => events.filter((event) => event.tick === tick));
    const merged: { input: number; event: E }[] = [];
    while (queues.some((queue) => queue.length > 0)) {
      const heads = queues.map((queue) => queue[0]?.turn ?? queue[0]?.time ?? Infinity);
      const earliest = Math.min(...heads);
      const input = order.find((index) => heads[index] === earliest) as number;
      merged.push({ input, event: queues[input]?.shift() as E });
    }
    return merged;
  });
}

/** The same rows handed over: what was left out stays behind, so nothing waits behind it any more. */
function handedOver(flow: Flow): Flow {
  return throughPartitions(flow, (events) =>
    events.map((event) => (event.turn === undefined ? event : { ...event, turn: event.time })),
  );
}

/** Whether the expressions are exactly the key columns the rows have, in order. */
export function isKeyOf(exprs: readonly Expr[], { keys, keySource }: Flow): boolean {
  return (
    exprs.length === keys.length &&
    exprs.every((expr, index) => {
      return expr.kind === 'column' && expr.source === keySource && expr.name === keys[index]?.name;
    })
  );
}

/** The flow with every row where its key belongs; rows without a key stay where they are. */
export function repartition(
  from: Flow,
  keyFormat: KeyFormat,
  { stays = false }: { readonly stays?: boolean } = {},
): Flow {
  const format = formatForKey(keyFormat, from.keys);
  const flow = stays && format === from.keyFormat ? from : handedOver(from);
  const count = flow.partitions.length;
  const partitions = flow.partitions.map((_, target) => {
    const queues = flow.partitions.map((events, source) =>
      events.filter(({ key }) => partitionOf(key, flow.keys, format, count, source) === target),
    );
    return interleave(queues).map(({ event }) => event);
  });
  return { ...flow, partitions, keyFormat: format };
}

/** An internal repartition falls back to JSON where KAFKA cannot hold the key (4.3). */
function formatForKey(format: KeyFormat, keys: readonly ColumnSpec[]): KeyFormat {
  if (format === 'JSON' || keys.length !== 1) return 'JSON';
  return keys[0]?.type === 'BOOLEAN' ? 'JSON' : 'KAFKA';
}

/** The partition of a key: murmur2 of its bytes; a null key stays in `from`. */
export function partitionOf(
  key: Key,
  columns: readonly ColumnSpec[],
  format: KeyFormat,
  count: number,
  from: number,
): number {
  const bytes = keyBytes(key, columns, format);
  return bytes === null ? from % count : partitionForKey(bytes, count);
}

/** Whether two keys are the same. */
export function sameKey(a: Key, b: Key): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** The values as a key; null in a single column is a null key. */
export function keyOf(values: readonly Value[]): Key {
  return values.length === 1 && values[0] === null ? null : values;
}
