import type { SourceSpec, TopicSchema, Value } from '../case.ts';
import type { Row } from '../evaluate.ts';
import type { Window } from '../payload.ts';
import { type Event, type Flow, type Key, sameKey } from './flow.ts';

/** A record in a topic, as values. */
export interface TopicRecord {
  readonly tick: number;
  readonly time: number;
  readonly key: Key;
  readonly window: Window | null;
  /** Null for a null value; 'broken' for one that cannot be read. */
  readonly value: readonly Value[] | null | 'broken';
  readonly header: string | null;
}

/** A topic: its records by partition. */
export type TopicRecords = readonly (readonly TopicRecord[])[];

/** The rows of a stream or the changes of a table, read from its topic (5.1). */
export function sourceFlow(
  source: SourceSpec,
  records: TopicRecords,
  /** Offsets in the topic count commit markers too, so they are only known for topics nobody else writes to. */
  alias = source.name,
): Flow {
  const streams = records.map((partition, index) =>
    partition.flatMap((record, offset) => {
      if (record.value === 'broken') return [];
      return [streamEvent(source, alias, record, { partition: index, offset })];
    }),
  );
  return {
    kind: source.kind,
    keys: source.keys,
    keySource: alias,
    keyFormat: source.keyFormat,
    partitions: source.kind === 'TABLE' ? streams.map(tableChanges) : streams,
    knowsBefore: true,
  };
}

function streamEvent(
  schema: TopicSchema,
  alias: string,
  { tick, time, key, window, value, header }: TopicRecord,
  place: { partition: number; offset: number },
): Event {
  const row: Record<string, Value> = {
    [`${alias}.ROWTIME`]: BigInt(time),
    [`${alias}.ROWPARTITION`]: BigInt(place.partition),
    [`${alias}.ROWOFFSET`]: BigInt(place.offset),
  };
  schema.keys.forEach(({ name }, index) => (row[`${alias}.${name}`] = key?.[index] ?? null));
  if (window !== null) {
    row[`${alias}.WINDOWSTART`] = BigInt(window.start);
    row[`${alias}.WINDOWEND`] = BigInt(window.end);
  }
  if (value === null || value === 'broken') {
    return { tick, time, key, window, before: null, after: null, header };
  }
  schema.values.forEach(({ name }, index) => (row[`${alias}.${name}`] = value[index] ?? null));
  return { tick, time, key, window, before: null, after: row, header };
}

/**
 * Each record of a table changes the row of its key from what it was last; records without a key are skipped, but what
 * stands behind them has to wait for their turn.
 */
function tableChanges(events: readonly Event[]): readonly Event[] {
  const keyed = events.flatMap((event, index) => {
    if (event.key === null) return [];
    const { tick } = event;
    const previous = events.slice(0, index).findLastIndex(({ key }) => key !== null);
    const skipped = events.slice(previous + 1, index).filter((other) => other.tick === tick);
    const turn = Math.max(event.time, ...skipped.map(({ time }) => time));
    return [turn === event.time ? event : { ...event, turn }];
  });
  return keyed.map((event, index) => ({ ...event, before: rowBefore(keyed, index) }));
}

/** What the key of event `index` had before it. */
export function rowBefore(events: readonly Event[], index: number): Row | null {
  const { key } = events[index] as Event;
  return events.slice(0, index).findLast((earlier) => sameKey(earlier.key, key))?.after ?? null;
}
