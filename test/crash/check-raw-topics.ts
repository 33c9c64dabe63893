import { complain } from './complain.ts';
import type { Expectation } from './expectation.ts';
import type { Observation } from './observation.ts';
import {
  CHANGELOGS,
  GROUP,
  LATEST,
  latestAt,
  placeOfNumber,
  type RawRecord,
  WEAK,
} from './raw-topics.ts';

/** Compacted topics, topics of weak durability, and the offsets of the consumer group. */
export function checkRawTopics(observation: Observation, expectation: Expectation): string[] {
  return [
    ...checkLatest(observation, expectation),
    ...CHANGELOGS.flatMap((name) => checkChangelog(observation, name)),
    ...WEAK.flatMap(({ name }) => checkWeak(observation, expectation, name)),
    ...checkGroup(observation, expectation),
  ];
}

function recordsOf({ raw }: Observation, name: string): readonly RawRecord[] {
  return raw.get(name) ?? [];
}

/**
 * Of each key the last record is the last one acknowledged, or one that was sent behind it; what stands before it was
 * written before it, and each record is one that was sent.
 */
function checkLatest(observation: Observation, { latest }: Expectation): string[] {
  const last = new Map<string, number>();
  const [unknown, damaged, disordered]: [string[], string[], string[]] = [[], [], []];
  for (const { key, value, time, partition, offset } of recordsOf(observation, LATEST.name)) {
    const place = placeOfNumber(time);
    const wanted = latestAt(place.life, place.sequence);
    const name = `${partition}/${offset}`;
    if (!latest.attempted.has(time)) unknown.push(name);
    else if (key !== wanted.key || value !== wanted.value) damaged.push(name);
    if (key === null) continue;
    if (time <= (last.get(key) ?? -1)) disordered.push(name);
    last.set(key, time);
  }
  const lost = [...latest.acknowledged].filter(([key, time]) => (last.get(key) ?? -1) < time);
  return [
    ...complain(`${LATEST.name}: records nobody wrote`, unknown),
    ...complain(`${LATEST.name}: records are not what was written`, damaged),
    ...complain(`${LATEST.name}: records of a key are out of order or there twice`, disordered),
    ...complain(
      `${LATEST.name}: the last acknowledged record of a key is gone`,
      lost.map(([key]) => key),
    ),
  ];
}

/** The records of a changelog, the last of each key, are the table; each counts more than the one before. */
function checkChangelog(observation: Observation, name: string): string[] {
  const last = new Map<string, { readonly N: number; readonly TOTAL: number }>();
  const wrong: string[] = [];
  for (const { key, value, partition, offset } of recordsOf(observation, name)) {
    const row = JSON.parse(value ?? 'null') as { N: number; TOTAL: number } | null;
    if (key === null || row === null || row.N <= (last.get(key)?.N ?? 0)) {
      wrong.push(`${partition}/${offset}`);
    } else last.set(key, row);
  }
  const table = observation.tables.get(name) ?? [];
  const rows = [...last].map(([key, { N, TOTAL }]) => JSON.stringify([key, N, TOTAL]));
  const expected = new Set(table.map((row) => JSON.stringify(row)));
  return [
    ...complain(`${name}: records of its changelog do not grow`, wrong),
    ...complain(
      `${name}: its changelog says otherwise`,
      rows.filter((row) => !expected.has(row)),
    ),
    ...(rows.length === expected.size
      ? []
      : [`${name}: ${expected.size} rows, ${rows.length} keys in its changelog`]),
  ];
}

/** Acknowledged records are there once, others at most once, in the order in which they were written. */
function checkWeak(observation: Observation, { weak }: Expectation, name: string): string[] {
  const { attempted, acknowledged } = weak(name);
  const seen = new Set<number>();
  const [unknown, disordered]: [string[], string[]] = [[], []];
  let last = -1;
  for (const { value, offset } of recordsOf(observation, name)) {
    const number = Number(value);
    if (!attempted.has(number)) unknown.push(String(offset));
    if (number <= last) disordered.push(String(offset));
    last = number;
    seen.add(number);
  }
  const lost = [...acknowledged].filter((number) => !seen.has(number)).map(String);
  return [
    ...complain(`${name}: records nobody wrote`, unknown),
    ...complain(`${name}: records are out of order or there twice`, disordered),
    ...complain(`${name}: acknowledged records are gone`, lost),
  ];
}

/** The offset is the last one acknowledged, or one that was sent behind it. */
function checkGroup({ groupOffset }: Observation, { group }: Expectation): string[] {
  if (groupOffset >= group.acknowledged && groupOffset <= group.attempted) return [];
  return [
    `group ${GROUP} stands at ${groupOffset}; ${group.acknowledged} was acknowledged, ${group.attempted} sent last`,
  ];
}
