import type { Value } from '../../src/sql/types.ts';
import { complain, difference } from './complain.ts';
import { type Event, streamOf } from './event.ts';
import type { Observation } from './observation.ts';
import { WINDOW } from './workload.ts';

/** The rows of a table are exactly the expected ones, in any order. */
export function checkTable(
  { tables }: Observation,
  name: string,
  expected: readonly (readonly Value[])[],
): string[] {
  const wanted = expected.map((row) => JSON.stringify(row));
  const got = (tables.get(name) ?? []).map((row) => JSON.stringify(row));
  return [
    ...complain(`${name}: rows are missing or wrong`, difference(wanted, got)),
    ...complain(`${name}: rows that must not be there`, difference(got, wanted)),
  ];
}

/** Each change of a group counts more rows than the one before, and the last one is what the table holds. */
export function checkChanges(observation: Observation): string[] {
  const last = new Map<string, Value>();
  const wrong: string[] = [];
  for (const { values } of streamOf(observation, 'PER_KEY_CHANGES')) {
    const [key, count] = values;
    const before = last.get(String(key)) ?? 0;
    if (Number(count) <= Number(before)) wrong.push(`${key}: ${count} after ${before}`);
    last.set(String(key), count ?? null);
  }
  const table = observation.tables.get('PER_KEY') ?? [];
  const stale = table.filter(([key, count]) => last.get(String(key)) !== count);
  return [
    ...complain('PER_KEY: changes that do not grow', wrong),
    ...complain(
      'PER_KEY: the last change is not what the table holds',
      stale.map(([key]) => String(key)),
    ),
  ];
}

/** What an aggregate makes of the events of a group. */
export type Aggregate = (events: readonly Event[]) => Value[];

/** COUNT(*) and SUM(AMOUNT). */
export const countAndTotal: Aggregate = (events) => {
  let total = 0;
  for (const { amount } of events) total += amount;
  return [events.length, total];
};

/** The same, MIN(AMOUNT) and MAX(AMOUNT). */
export const withExtremes: Aggregate = (events) => {
  let [least, most] = [Infinity, -Infinity];
  for (const { amount } of events) {
    least = Math.min(least, amount);
    most = Math.max(most, amount);
  }
  return [...countAndTotal(events), least, most];
};

/** The rows of a table that groups events: the group, then its aggregates. */
export function groups(
  events: readonly Event[],
  groupOf: (event: Event) => string,
  aggregate: Aggregate = countAndTotal,
): Value[][] {
  const grouped = Map.groupBy(events, groupOf);
  return [...grouped].map(([group, members]) => [group, ...aggregate(members)]);
}

/** The rows of PER_WINDOW. Windows close when the stream time of their partition has passed their end by the grace period. */
export function windows(events: readonly Event[]): Value[][] {
  const streamTimes = new Map<number, number>();
  const members = new Map<string, Event[]>();
  for (const event of events) {
    const { partition, time, key } = event;
    const streamTime = Math.max(streamTimes.get(partition) ?? time, time);
    streamTimes.set(partition, streamTime);
    const start = time - (time % WINDOW.sizeMs);
    if (start + WINDOW.sizeMs + WINDOW.graceMs <= streamTime) continue;
    const group = JSON.stringify([key, start, start + WINDOW.sizeMs]);
    const rows = members.get(group);
    if (rows === undefined) members.set(group, [event]);
    else rows.push(event);
  }
  return [...members].map(([group, rows]) => [
    ...(JSON.parse(group) as [string, number, number]),
    ...countAndTotal(rows),
  ]);
}
