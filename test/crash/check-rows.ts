import type { Value } from '../../src/sql/types.ts';
import { complain } from './complain.ts';
import { type Event, eventOf, streamOf } from './event.ts';
import type { Expectation } from './expectation.ts';
import type { Observation, StreamRow } from './observation.ts';
import { eventAt, placeOf } from './workload.ts';

/** Rows are those that were written: acknowledged ones once, others at most once, and no more. */
export function checkEvents(observation: Observation, expectation: Expectation): string[] {
  const rows = streamOf(observation, 'EVENTS');
  const seen = new Set<string>();
  const [twice, unknown, damaged]: [string[], string[], string[]] = [[], [], []];
  for (const row of rows) {
    const event = eventOf(row);
    const { id } = event;
    if (seen.has(id)) twice.push(id);
    seen.add(id);
    const place = placeOf(id);
    if (place === null || !expectation.attempted.has(id)) {
      unknown.push(id);
      continue;
    }
    const { partition, offset } = event;
    if (textOf({ partition, offset, ...eventAt(place) }) !== textOf(event)) damaged.push(id);
  }
  const missing = [...expectation.acknowledged].filter((id) => !seen.has(id));
  return [
    ...complain('EVENTS: acknowledged rows are missing', missing),
    ...complain('EVENTS: rows are there twice', twice),
    ...complain('EVENTS: rows nobody wrote', unknown),
    ...complain('EVENTS: rows are not what was written', damaged),
    ...checkOffsets('EVENTS', rows),
    ...checkKeysStayTogether('EVENTS', rows),
  ];
}

function textOf({ partition, time, key, id, tag, amount }: Event): string {
  return JSON.stringify([partition, time, key, id, tag, amount]);
}

/** Within a partition, offsets only grow. */
export function checkOffsets(name: string, rows: readonly StreamRow[]): string[] {
  const last = new Map<number, number>();
  const wrong: string[] = [];
  for (const { partition, offset } of rows) {
    if (offset <= (last.get(partition) ?? -1)) wrong.push(`${partition}/${offset}`);
    last.set(partition, offset);
  }
  return complain(`${name}: offsets do not grow`, wrong);
}

/** All rows of a key, the first value, are in one partition. */
export function checkKeysStayTogether(name: string, rows: readonly StreamRow[]): string[] {
  const partitions = new Map<Value, number>();
  const wrong: string[] = [];
  for (const { partition, values } of rows) {
    const key = values[0] ?? null;
    if ((partitions.get(key) ?? partition) !== partition) wrong.push(String(key));
    partitions.set(key, partition);
  }
  return complain(`${name}: rows of one key are in two partitions`, wrong);
}

/** Within a partition the rows of a writer stand in the order in which it wrote them. */
export function checkOrderOfWriters(events: readonly Event[]): string[] {
  const last = new Map<string, number>();
  let lifeMax = -1;
  const lives = new Map<number, number>();
  const wrong: string[] = [];
  for (const { partition, id } of events) {
    const place = placeOf(id);
    if (place === null) continue;
    const { life, writer, sequence } = place;
    const from = `${partition}/${life}/${writer}`;
    lifeMax = lives.get(partition) ?? -1;
    if (sequence <= (last.get(from) ?? -1) || life < lifeMax) wrong.push(id);
    last.set(from, sequence);
    lives.set(partition, Math.max(life, lifeMax));
  }
  return complain('EVENTS: rows are out of order', wrong);
}

/** What a client was shown stays true: the row is still at its place, and a count does not go back. */
export function checkSeen(observation: Observation, { seen, counted }: Expectation): string[] {
  const complaints: string[] = [];
  for (const [name, shown] of seen) {
    const places = new Map(
      streamOf(observation, name).map(({ partition, offset, values }) => [
        `${partition}/${offset}`,
        values[1],
      ]),
    );
    const lost = [...shown].filter(([place, id]) => places.get(place) !== id);
    complaints.push(
      ...complain(
        `${name}: rows that a client saw are not at their place`,
        lost.map(([place, id]) => `${id} at ${place}`),
      ),
    );
  }
  let count = 0;
  for (const [, groupCount] of observation.tables.get('PER_TAG') ?? []) count += Number(groupCount);
  if (count < counted) {
    complaints.push(`PER_TAG counts ${count} rows, but a client was shown ${counted} before`);
  }
  return complaints;
}
