import { complain, difference } from './complain.ts';
import { checkSequence } from './check-streams.ts';
import { checkTable, groups } from './check-tables.ts';
import { type Event, isExtra, keyOf, streamOf } from './event.ts';
import type { Expectation } from './expectation.ts';
import { RAW_TOPICS } from './raw-topics.ts';
import type { Observation, StreamRow } from './observation.ts';
import { CHANGES_TOPIC, DEFINITIONS, EXTRAS, type Extra } from './workload.ts';

/** All queries run, and there is no query, source or topic but those that were asked for. */
export function checkDefinitions(observation: Observation, expectation: Expectation): string[] {
  const { sources, queries, topics } = observation;
  const stays = new Set(DEFINITIONS.map(({ name }) => name));
  const extras = new Set(EXTRAS.map(({ name }) => name));
  const rawTopics = RAW_TOPICS.map(({ name }) => name);
  const allowedTopics = new Set(['events', 'users', CHANGES_TOPIC, ...rawTopics, ...sources]);
  // A create that was cut short may leave its topic; it is empty and the next create takes it.
  for (const name of extras) if (expectation.extra(name).possible.size > 1) allowedTopics.add(name);
  for (const name of expectation.leftTopics) allowedTopics.add(name);
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
export function checkExtra(
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
