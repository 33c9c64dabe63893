import type { Value } from '../../src/sql/types.ts';
import type { Expectation } from './expectation.ts';
import type { Observation, StreamRow } from './observation.ts';
import {
  BIG_ABOVE,
  DEFINITIONS,
  eventAt,
  EXTRA_ABOVE,
  EXTRAS,
  type Extra,
  gradeOf,
  placeOf,
  SMALL_BELOW,
  WINDOW,
} from './workload.ts';

/** A row of EVENTS as it was found. */
interface Event {
  readonly partition: number;
  readonly time: number;
  readonly key: string;
  readonly id: string;
  readonly tag: string;
  readonly amount: number;
}

const SHOWN_MAX = 5;

/** What is wrong with the database, as sentences; empty when everything is as it must be. */
export function check(observation: Observation, expectation: Expectation): string[] {
  const events = streamOf(observation, 'EVENTS').map(eventOf);
  return [
    ...checkEvents(observation, expectation),
    ...checkOrderOfWriters(events),
    ...checkBig(observation, events),
    ...checkJoined(observation, events),
    ...checkByTag(observation, events),
    ...checkChanges(observation),
    ...checkTable(observation, 'PER_KEY', groups(events, keyOf, withExtremes)),
    ...checkTable(observation, 'PER_WINDOW', windows(events)),
    ...checkTable(observation, 'BIG_PER_KEY', groups(events.filter(isInBig), keyOf)),
    ...checkTable(
      observation,
      'PER_TAG',
      groups(events, ({ tag }) => tag),
    ),
    ...checkDefinitions(observation, expectation),
    ...EXTRAS.flatMap((extra) => checkExtra(extra, { observation, expectation, events })),
  ];
}

function streamOf({ streams }: Observation, name: string): readonly StreamRow[] {
  return streams.get(name) ?? [];
}

function eventOf({ partition, time, values }: StreamRow): Event {
  const [key, id, tag, amount] = values;
  return {
    partition,
    time,
    key: String(key),
    id: String(id),
    tag: String(tag),
    amount: Number(amount),
  };
}

const keyOf = ({ key }: Event): string => key;
const isAboveBig = ({ amount }: Event): boolean => amount > BIG_ABOVE;
const isSmall = ({ amount }: Event): boolean => amount < SMALL_BELOW;
const isInBig = (event: Event): boolean => isAboveBig(event) || isSmall(event);
const isExtra = ({ amount }: Event): boolean => amount > EXTRA_ABOVE;

/** One sentence about several things of one sort. */
function complain(what: string, things: readonly string[]): string[] {
  if (things.length === 0) return [];
  const shown = things.slice(0, SHOWN_MAX).join(', ');
  const more = things.length > SHOWN_MAX ? ', ...' : '';
  return [`${what}: ${things.length} (${shown}${more})`];
}

/** Rows are those that were written: acknowledged ones once, others at most once, and no more. */
function checkEvents(observation: Observation, expectation: Expectation): string[] {
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
    const { partition } = event;
    if (textOf({ partition, ...eventAt(place) }) !== textOf(event)) damaged.push(id);
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

function checkOffsets(name: string, rows: readonly StreamRow[]): string[] {
  const last = new Map<number, number>();
  const wrong: string[] = [];
  for (const { partition, offset } of rows) {
    if (offset <= (last.get(partition) ?? -1)) wrong.push(`${partition}/${offset}`);
    last.set(partition, offset);
  }
  return complain(`${name}: offsets do not grow`, wrong);
}

function checkKeysStayTogether(name: string, rows: readonly StreamRow[]): string[] {
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
function checkOrderOfWriters(events: readonly Event[]): string[] {
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

/** Both writers into BIG put out each of their rows once, in the order of the source. */
function checkBig(observation: Observation, events: readonly Event[]): string[] {
  const rows = streamOf(observation, 'BIG');
  const found = (from: (amount: number) => boolean): readonly StreamRow[] =>
    rows.filter(({ values }) => from(Number(values[2])));
  const line = ({ key, id, amount }: Event): string => JSON.stringify([key, id, amount]);
  return [
    ...checkOffsets('BIG', rows),
    ...checkSequence('BIG, large amounts', {
      expected: events.filter(isAboveBig),
      found: found((amount) => amount >= SMALL_BELOW),
      line,
    }),
    ...checkSequence('BIG, small amounts', {
      expected: events.filter(isSmall),
      found: found((amount) => amount < SMALL_BELOW),
      line,
    }),
  ];
}

function checkJoined(observation: Observation, events: readonly Event[]): string[] {
  return checkSequence('JOINED', {
    expected: events,
    found: streamOf(observation, 'JOINED'),
    line: ({ key, id }) => JSON.stringify([key, id, gradeOf(key)]),
  });
}

/** The rows of each partition are exactly those of the events in that partition, in their order. */
function checkSequence(
  name: string,
  options: {
    readonly expected: readonly Event[];
    readonly found: readonly StreamRow[];
    readonly line: (event: Event) => string;
  },
): string[] {
  const expected = byPartition(options.expected, ({ partition }) => partition);
  const found = byPartition(options.found, ({ partition }) => partition);
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

function byPartition<T>(items: readonly T[], partitionOf: (item: T) => number): Map<number, T[]> {
  return Map.groupBy(items, partitionOf);
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

/** What `a` holds more often than `b`. */
function difference(a: readonly string[], b: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of b) counts.set(line, (counts.get(line) ?? 0) + 1);
  return a.filter((line) => {
    const left = (counts.get(line) ?? 0) - 1;
    counts.set(line, left);
    return left < 0;
  });
}

/** A repartitioned stream has every row once; rows from one partition of the source keep their order. */
function checkByTag(observation: Observation, events: readonly Event[]): string[] {
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

/** Each change of a group counts more rows than the one before, and the last one is what the table holds. */
function checkChanges(observation: Observation): string[] {
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

type Aggregate = (events: readonly Event[]) => Value[];

const countAndTotal: Aggregate = (events) => {
  let total = 0;
  for (const { amount } of events) total += amount;
  return [events.length, total];
};

const withExtremes: Aggregate = (events) => {
  let [least, most] = [Infinity, -Infinity];
  for (const { amount } of events) {
    least = Math.min(least, amount);
    most = Math.max(most, amount);
  }
  return [...countAndTotal(events), least, most];
};

function groups(
  events: readonly Event[],
  groupOf: (event: Event) => string,
  aggregate: Aggregate = countAndTotal,
): Value[][] {
  const grouped = Map.groupBy(events, groupOf);
  return [...grouped].map(([group, members]) => [group, ...aggregate(members)]);
}

/** Windows close when the stream time of their partition has passed their end by the grace period. */
function windows(events: readonly Event[]): Value[][] {
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

function checkTable(
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

/** All queries run, and there is no query, source or topic but those that were asked for. */
function checkDefinitions(observation: Observation, expectation: Expectation): string[] {
  const { sources, queries, topics } = observation;
  const stays = new Set(DEFINITIONS.map(({ name }) => name));
  const extras = new Set(EXTRAS.map(({ name }) => name));
  const allowedTopics = new Set(['events', 'users', 'per_key', ...sources]);
  // A create that was cut short may leave its topic; it is empty and the next create takes it.
  for (const name of extras) if (expectation.extra(name).possible.size > 1) allowedTopics.add(name);
  return [
    ...complain(
      'sources are missing',
      [...stays].filter((name) => !sources.has(name)),
    ),
    ...complain(
      'sources nobody made',
      [...sources].filter((name) => !stays.has(name) && !extras.has(name)),
    ),
    ...complain(
      'queries do not run',
      queries.filter(({ state }) => state !== 'RUNNING').map(({ id, state }) => `${id} ${state}`),
    ),
    ...complain(
      'queries of sources that are gone',
      queries.filter(({ sink }) => !sources.has(sink)).map(({ id }) => id),
    ),
    ...complain(
      'sinks with the wrong number of queries',
      [...sources]
        .map((name) => ({ name, count: queries.filter(({ sink }) => sink === name).length }))
        .filter(({ name, count }) => count !== writerCountOf(name))
        .map(({ name, count }) => `${name} ${count}`),
    ),
    ...complain(
      'topics of nobody',
      topics.filter((topic) => !allowedTopics.has(topic)),
    ),
  ];
}

function writerCountOf(name: string): number {
  if (name === 'BIG') return 2;
  const statement =
    DEFINITIONS.find((definition) => definition.name === name)?.sql ??
    EXTRAS.find((extra) => extra.name === name)?.create;
  return statement?.includes(' AS SELECT') || statement?.includes(' AS\n') ? 1 : 0;
}

/** What was created is there, what was dropped is gone, and nothing is left of what had the name before. */
function checkExtra(
  { name, kind }: Extra,
  known: {
    readonly observation: Observation;
    readonly expectation: Expectation;
    readonly events: readonly Event[];
  },
): string[] {
  const { observation, expectation, events } = known;
  const extra = expectation.extra(name);
  const generations = [...extra.possible].filter((generation) => generation !== null);
  if (!observation.sources.has(name)) {
    return extra.possible.has(null) ? [] : [`${name} was created and is not there`];
  }
  if (generations.length === 0) return [`${name} was dropped and is there`];
  const rows = streamOf(observation, name);
  switch (kind) {
    case 'filter':
      return checkSequence(name, {
        expected: events.filter(isExtra),
        found: rows,
        line: ({ key, id }) => JSON.stringify([key, id]),
      });
    case 'aggregate':
      return checkTable(observation, name, groups(events.filter(isExtra), keyOf));
    case 'plain':
      return checkPlain(name, { rows, extra, generations });
  }
}

function checkPlain(
  name: string,
  known: {
    readonly rows: readonly StreamRow[];
    readonly extra: ReturnType<Expectation['extra']>;
    readonly generations: readonly string[];
  },
): string[] {
  const { rows, extra, generations } = known;
  const found = rows.map(({ values: [generation, number] }) => `${generation} ${number}`);
  const isPossible = (row: string): boolean =>
    extra.attemptedRows.has(row) && generations.includes(row.split(' ')[0] as string);
  const certain = generations.length === 1 && extra.possible.size === 1;
  const due = [...extra.acknowledgedRows].filter(
    (row) => certain && generations[0] === row.split(' ')[0],
  );
  return [
    ...complain(`${name}: acknowledged rows are missing`, difference(due, found)),
    ...complain(`${name}: rows are there twice`, difference(found, [...new Set(found)])),
    ...complain(
      `${name}: rows of another stream`,
      found.filter((row) => !isPossible(row)),
    ),
  ];
}
