import { complain, difference } from './complain.ts';
import { checkKeysStayTogether, checkOffsets } from './check-rows.ts';
import { type Event, isLarge, isSmall, streamOf } from './event.ts';
import type { Observation, StreamRow } from './observation.ts';
import { gradeOf, SMALL_BELOW } from './workload.ts';

/** Both writers into BIG put out each of their rows once, in the order of the source. */
export function checkBig(observation: Observation, events: readonly Event[]): string[] {
  const rows = streamOf(observation, 'BIG');
  const found = (from: (amount: number) => boolean): readonly StreamRow[] =>
    rows.filter(({ values }) => from(Number(values[2])));
  return [
    ...checkOffsets('BIG', rows),
    ...checkSequence('BIG, large amounts', {
      expected: events.filter(isLarge),
      found: found((amount) => amount >= SMALL_BELOW),
      line: bigLine,
    }),
    ...checkSequence('BIG, small amounts', {
      expected: events.filter(isSmall),
      found: found((amount) => amount < SMALL_BELOW),
      line: bigLine,
    }),
  ];
}

function bigLine({ key, id, amount }: Event): string {
  return JSON.stringify([key, id, amount]);
}

/** A left join puts out every row once, with the grade of its user. */
export function checkJoined(observation: Observation, events: readonly Event[]): string[] {
  return checkSequence('JOINED', {
    expected: events,
    found: streamOf(observation, 'JOINED'),
    line: ({ key, id }) => JSON.stringify([key, id, gradeOf(key)]),
  });
}

/** A repartitioned stream has every row once; rows from one partition of the source keep their order. */
export function checkByTag(observation: Observation, events: readonly Event[]): string[] {
  const rows = streamOf(observation, 'BY_TAG');
  const places = new Map(events.map((event, index) => [event.id, { event, index }]));
  const last = new Map<string, number>();
  const disordered: string[] = [];
  for (const { partition, values } of rows) {
    const place = places.get(String(values[1]));
    if (place === undefined) continue;
    const way = `${place.event.partition}/${partition}`;
    if (place.index <= (last.get(way) ?? -1)) disordered.push(place.event.id);
    last.set(way, place.index);
  }
  const wanted = events.map(
    ({ tag, id, amount, time }) => `${JSON.stringify([tag, id, amount])}@${time}`,
  );
  const got = rows.map(({ values, time }) => `${JSON.stringify(values)}@${time}`);
  return [
    ...complain('BY_TAG: rows are missing', difference(wanted, got)),
    ...complain('BY_TAG: rows are too much', difference(got, wanted)),
    ...complain('BY_TAG: rows are out of order', disordered),
    ...checkKeysStayTogether('BY_TAG', rows),
  ];
}

/** The rows of each partition are exactly those of the events in that partition, in their order. */
export function checkSequence(
  name: string,
  options: {
    readonly expected: readonly Event[];
    readonly found: readonly StreamRow[];
    readonly line: (event: Event) => string;
  },
): string[] {
  const expected = Map.groupBy(options.expected, ({ partition }) => partition);
  const found = Map.groupBy(options.found, ({ partition }) => partition);
  const complaints: string[] = [];
  for (const partition of new Set([...expected.keys(), ...found.keys()])) {
    const wanted = (expected.get(partition) ?? []).map(
      (event) => `${options.line(event)}@${event.time}`,
    );
    const got = (found.get(partition) ?? []).map(
      ({ values, time }) => `${JSON.stringify(values)}@${time}`,
    );
    const difference = firstDifference(wanted, got);
    if (difference !== null) complaints.push(`${name}, partition ${partition}: ${difference}`);
  }
  return complaints;
}

/** Where two lists part, with what is missing and what is too much; null when they are the same. */
function firstDifference(wanted: readonly string[], got: readonly string[]): string | null {
  const at = wanted.findIndex((line, index) => line !== got[index]);
  const index = at < 0 ? wanted.length : at;
  if (at < 0 && got.length === wanted.length) return null;
  const missing = difference(wanted, got);
  const surplus = difference(got, wanted);
  const place = `row ${index} is ${got[index] ?? 'missing'}, expected ${wanted[index] ?? 'none'}`;
  return [
    `${wanted.length} rows expected, ${got.length} found; ${place}`,
    ...complain('missing', missing),
    ...complain('too much', surplus),
  ].join('; ');
}
