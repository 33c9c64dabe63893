import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import { check } from './check.ts';
import { Expectation } from './expectation.ts';
import type { Entry } from './journal.ts';
import { type Observation, observe, type StreamRow } from './observation.ts';
import { latestAt, placeNumber, type RawRecord } from './raw-topics.ts';
import { DEFINITIONS, eventAt, EXTRAS, type Extra, idOf, USERS } from './workload.ts';

const ROW_COUNT = 60;
const PLACES = Array.from({ length: ROW_COUNT }, (_, sequence) => ({
  life: 1,
  writer: 0,
  sequence,
}));
const EARLIEST = { properties: { 'auto.offset.reset': 'earliest' } };
const directory = mkdtempSync(join(tmpdir(), 'millrace-check-'));
let right: Observation;

/** A database that nobody killed. */
beforeAll(async () => {
  const database = await openDatabase({ directory });
  for (const { sql } of DEFINITIONS) await database.execute(sql, EARLIEST);
  const users = USERS.map(({ key, grade }) => recordOf(key, { GRADE: grade }, 0));
  await database.produce('users', users);
  const events = PLACES.map(eventAt).map(({ key, id, tag, amount, time }) =>
    recordOf(key, { ID: id, TAG: tag, AMOUNT: amount }, time),
  );
  await database.produce('events', events);
  await database.execute(extra('X0').create, EARLIEST);
  await database.execute(extra('X4').create, EARLIEST);
  await database.execute("INSERT INTO X4 (GENERATION, NUMBER) VALUES ('1-0', 0);");
  right = await observe(database);
  await database.close();
});

afterAll(() => rmSync(directory, { recursive: true }));

function recordOf(key: string, value: object, timestamp: number) {
  return { key: Buffer.from(key), value: Buffer.from(JSON.stringify(value)), timestamp };
}

function extra(name: string): Extra {
  return EXTRAS.find((candidate) => candidate.name === name) as Extra;
}

function expectation(...further: readonly Entry[]): Expectation {
  const expected = new Expectation();
  for (const place of PLACES) {
    const id = idOf(place);
    expected.add([
      { act: 'row', phase: 'attempted', id },
      { act: 'row', phase: 'acknowledged', id },
    ]);
  }
  const plain = { name: 'X4', generation: '1-0' };
  expected.add([
    { act: 'create', phase: 'acknowledged', name: 'X0', generation: '1-0' },
    { act: 'create', phase: 'acknowledged', ...plain },
    { act: 'plainRow', phase: 'attempted', ...plain, number: 0 },
    { act: 'plainRow', phase: 'acknowledged', ...plain, number: 0 },
    ...further,
  ]);
  return expected;
}

function withStream(name: string, change: (rows: StreamRow[]) => StreamRow[]): Observation {
  const rows = [...(right.streams.get(name) ?? [])];
  return { ...right, streams: new Map([...right.streams, [name, change(rows)]]) };
}

/** LATEST as it must be, then changed; of life 1, places 0 to 9. The last is a tombstone. */
function withLatest(change: (records: RawRecord[]) => RawRecord[]): string {
  const places = Array.from({ length: 10 }, (_, sequence) => sequence);
  const records = places.map((sequence, offset): RawRecord => {
    return { partition: 0, offset, time: placeNumber(1, sequence), ...latestAt(1, sequence) };
  });
  const expected = expectation(
    ...places.flatMap((sequence): Entry[] => {
      const entry = { act: 'raw', topic: 'latest', number: placeNumber(1, sequence) } as const;
      return [
        { ...entry, phase: 'attempted' },
        { ...entry, phase: 'acknowledged' },
      ];
    }),
  );
  return complaints(
    { ...right, raw: new Map([...right.raw, ['latest', change(records)]]) },
    expected,
  );
}

function complaints(observation: Observation, expected = expectation()): string {
  return check(observation, expected).join('\n');
}

/** The row of an id, wherever it stands. */
function isRow(id: string): (row: StreamRow) => boolean {
  return ({ values }) => values.includes(id);
}

test('a database that nobody killed is right', () => {
  expect(right.streams.get('EVENTS')).toHaveLength(ROW_COUNT);
  expect(complaints(right)).toBe('');
});

describe('a check notices', () => {
  test('an acknowledged row that is missing', () => {
    const observation = withStream('EVENTS', (rows) => rows.filter((row) => !isRow('1.0.7')(row)));
    expect(complaints(observation)).toContain('acknowledged rows are missing: 1 (1.0.7)');
  });

  test('a row that is there twice', () => {
    const observation = withStream('EVENTS', (rows) => [...rows, rows.find(isRow('1.0.7'))!]);
    expect(complaints(observation)).toContain('EVENTS: rows are there twice: 1 (1.0.7)');
  });

  test('an entry of a bad record that is missing or there twice', () => {
    const fewer = withStream('KSQL_PROCESSING_LOG', (rows) => rows.slice(1));
    expect(complaints(fewer)).toContain('entries of bad records are missing: 1');
    const more = withStream('KSQL_PROCESSING_LOG', (rows) => [...rows, rows.at(-1)!]);
    expect(complaints(more)).toContain('entries of bad records are too much: 1');
  });

  test('a compacted topic that lost the last record of a key, or brought one back', () => {
    expect(withLatest((records) => records)).toBe('');
    // Superseded records may be gone.
    expect(withLatest((records) => records.filter(({ offset }) => offset > 1))).toBe('');
    expect(withLatest((records) => records.slice(0, 9))).toContain(
      'latest: the last acknowledged record of a key is gone: 1',
    );
    expect(withLatest((records) => [...records, records[1]!])).toContain(
      'out of order or there twice',
    );
    expect(withLatest(([first, ...rest]) => [{ ...first!, value: 'other' }, ...rest])).toContain(
      'latest: records are not what was written: 1 (0/0)',
    );
  });

  test('a changelog that is not its table', () => {
    const changelog = right.raw.get('PER_TAG')!;
    expect(changelog.length).toBeGreaterThan(0);
    const observation = (records: readonly RawRecord[]): Observation => {
      return { ...right, raw: new Map([...right.raw, ['PER_TAG', records]]) };
    };
    expect(complaints(observation(changelog.slice(0, -1)))).toContain('PER_TAG: ');
    expect(complaints(observation([...changelog, changelog[0]!]))).toContain(
      'PER_TAG: records of its changelog do not grow: 1',
    );
  });

  test('a topic of weak durability, and a group, that forgot what a kill must not take', () => {
    const place = { act: 'raw', phase: 'acknowledged', topic: 'weak_none', number: 7 } as const;
    expect(complaints(right, expectation(place))).toBe(
      'weak_none: acknowledged records are gone: 1 (7)',
    );
    const offset = { act: 'group', phase: 'acknowledged', offset: 9 } as const;
    expect(complaints(right, expectation(offset))).toContain('group readers stands at 0');
  });

  test('a row nobody wrote', () => {
    const expected = expectation();
    expected.attempted.delete('1.0.7');
    expect(complaints(right, expected)).toBe('EVENTS: rows nobody wrote: 1 (1.0.7)');
  });

  test('what comes back of a directory in which everything was dropped', () => {
    const found = complaints(right, expectation({ act: 'cleared' }));
    expect(found).toContain(`EVENTS: rows nobody wrote: ${ROW_COUNT} (`);
    expect(found).toContain('X0 was dropped and is there');
    expect(found).toContain('X4 was dropped and is there');
    const offset = { act: 'group', phase: 'acknowledged', offset: 9 } as const;
    const sent = { ...offset, phase: 'attempted' } as const;
    const cleared = expectation(sent, offset, { act: 'cleared' });
    expect(complaints({ ...right, groupOffset: 9 }, cleared)).toContain(
      'group readers stands at 9',
    );
  });

  test('a row that is not what was written', () => {
    const observation = withStream('EVENTS', (rows) =>
      rows.map((row) => (isRow('1.0.7')(row) ? { ...row, time: row.time + 1 } : row)),
    );
    expect(complaints(observation)).toContain('EVENTS: rows are not what was written: 1 (1.0.7)');
  });

  test('rows of a writer in the wrong order', () => {
    const observation = withStream('EVENTS', (rows) => rows.toReversed());
    expect(complaints(observation)).toContain('EVENTS: rows are out of order');
    expect(complaints(observation)).toContain('EVENTS: offsets do not grow');
  });

  test.each(['BIG', 'JOINED', 'X0'])('a row that %s lost, or put out twice', (name) => {
    expect(complaints(withStream(name, (rows) => rows.slice(1)))).toMatch(
      new RegExp(`^${name}.*, partition [01]: \\d+ rows expected, .* missing: 1 \\(`),
    );
    expect(complaints(withStream(name, (rows) => [...rows, rows.at(-1)!]))).toMatch(
      new RegExp(`${name}.*, partition [01]: \\d+ rows expected, .* too much: 1 \\(`),
    );
  });

  test('a row that BY_TAG lost, or put out twice', () => {
    expect(complaints(withStream('BY_TAG', (rows) => rows.slice(1)))).toMatch(
      /^BY_TAG: rows are missing: 1 /,
    );
    expect(complaints(withStream('BY_TAG', (rows) => [...rows, rows[0]!]))).toMatch(
      /^BY_TAG: rows are too much: 1 /,
    );
  });

  test.each(['PER_KEY', 'PER_WINDOW', 'BIG_PER_KEY', 'PER_TAG'])('a wrong count in %s', (name) => {
    const [first = [], ...others] = right.tables.get(name) ?? [];
    const at = first.length - (name === 'PER_KEY' ? 4 : 2);
    const wrong = first.with(at, Number(first[at]) + 1);
    const tables = new Map([...right.tables, [name, [wrong, ...others]]]);
    expect(complaints({ ...right, tables })).toContain(`${name}: rows are missing or wrong: 1 (`);
  });

  test('a change that was put out twice', () => {
    const observation = withStream('PER_KEY_CHANGES', (rows) => [...rows, rows.at(-1)!]);
    expect(complaints(observation)).toMatch(/^PER_KEY: changes that do not grow: 1 /);
  });

  test('a query that does not run', () => {
    const [first, ...others] = right.queries;
    const queries = [{ ...first!, state: 'ERROR' }, ...others];
    expect(complaints({ ...right, queries })).toContain(
      `queries do not run: 1 (${first!.id} ERROR`,
    );
  });

  test('a query that vanished', () => {
    const queries = right.queries.filter(({ sink }) => sink !== 'JOINED');
    expect(complaints({ ...right, queries })).toBe(
      'sinks with the wrong number of queries: 1 (JOINED 0)',
    );
  });

  test('a source that was created and is not there', () => {
    const expected = expectation({
      act: 'create',
      phase: 'acknowledged',
      name: 'X5',
      generation: '1-1',
    });
    expect(complaints(right, expected)).toBe('X5 was created and is not there');
  });

  test('a source that was dropped and is there', () => {
    const expected = expectation({ act: 'drop', phase: 'acknowledged', name: 'X0' });
    expect(complaints(right, expected)).toBe('X0 was dropped and is there');
  });

  test('rows that a dropped stream left to its successor', () => {
    const expected = expectation(
      { act: 'drop', phase: 'acknowledged', name: 'X4' },
      { act: 'create', phase: 'acknowledged', name: 'X4', generation: '1-9' },
    );
    expect(complaints(right, expected)).toBe('X4: rows of another stream: 1 (1-0 0)');
  });

  test('a row that a client saw, at another place', () => {
    const { partition, offset } = right.streams.get('BIG')![0]!;
    const rows = [[partition, offset, '1.0.99']] as const;
    expect(complaints(right, expectation({ act: 'saw', stream: 'BIG', rows }))).toBe(
      `BIG: rows that a client saw are not at their place: 1 (1.0.99 at ${partition}/${offset})`,
    );
  });

  test('a count below what a client was shown', () => {
    expect(complaints(right, expectation({ act: 'counted', count: ROW_COUNT + 1 }))).toBe(
      'PER_TAG counts 60 rows, but a client was shown 61 before',
    );
  });

  test('a topic that belongs to nothing', () => {
    const topics = [...right.topics, 'X3'];
    expect(complaints({ ...right, topics })).toBe('topics of nobody: 1 (X3)');
  });

  test('a topic that was dropped, after everything was', () => {
    const x3 = { name: 'X3', generation: '1-1' };
    const created = { act: 'create', phase: 'acknowledged', ...x3 } as const;
    const found = complaints(
      { ...right, topics: [...right.topics, 'X3'] },
      expectation(created, { act: 'cleared' }),
    );
    expect(found).toContain('topics of nobody: 1 (X3)');
  });
});

describe('a check accepts', () => {
  test('a topic that a create left which was cut short before everything was dropped, until the next one', () => {
    const create = { act: 'create', name: 'X3', generation: '1-1' } as const;
    const cutShort = expectation({ ...create, phase: 'attempted' }, { act: 'cleared' });
    const withTopic = { ...right, topics: [...right.topics, 'X3'] };
    expect(complaints(withTopic, cutShort)).not.toContain('topics of nobody');
    cutShort.add([{ act: 'drop', phase: 'acknowledged', name: 'X3' }]);
    expect(complaints(withTopic, cutShort)).toContain('topics of nobody: 1 (X3)');
  });

  test('a row that was not acknowledged, there or not', () => {
    const expected = expectation({ act: 'row', phase: 'attempted', id: '1.0.60' });
    expected.acknowledged.delete('1.0.7');
    expect(complaints(right, expected)).toBe('');
  });

  test('what a client was shown', () => {
    const { partition, offset, values } = right.streams.get('BIG')![0]!;
    const rows = [[partition, offset, String(values[1])]] as const;
    const expected = expectation(
      { act: 'saw', stream: 'BIG', rows },
      { act: 'counted', count: ROW_COUNT },
    );
    expect(complaints(right, expected)).toBe('');
  });

  test('either outcome of a definition that was cut short', () => {
    const expected = expectation(
      { act: 'drop', phase: 'attempted', name: 'X0' },
      { act: 'create', phase: 'attempted', name: 'X5', generation: '1-1' },
    );
    expect(complaints(right, expected)).toBe('');
  });
});
