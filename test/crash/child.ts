/*
 * The process under test: opens the database, completes what the workload needs, and writes until it is killed.
 * Arguments: data directory, journal file, number of this life, seed, and `clear` if it shall drop everything first.
 * Tells its parent how far it is; any error ends it with exit code 1.
 */
import { strict as assert } from 'node:assert';
import { type Database, openDatabase } from '../../src/database.ts';
import { clear } from './clear.ts';
import { JournalWriter } from './journal.ts';
import { SeededRandom } from './random.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { GROUP, LATEST, latestAt, placeNumber, RAW_TOPICS, WEAK } from './raw-topics.ts';
import {
  CHANGES_TOPIC,
  DEFINITIONS,
  eventAt,
  EXTRAS,
  type EventRow,
  type Extra,
  PLAIN_ROW_COUNT,
  USERS,
} from './workload.ts';

/** What the parent is told. */
export type Message = 'opening' | 'ready';

const EARLIEST = { properties: { 'auto.offset.reset': 'earliest' } };
const BATCH_MAX = 8;
/** Leaves the writers of EVENTS their share of the time. */
const PAUSE_MS = 2;
/** Rows between two definitions under load. */
const ROWS_BETWEEN = 20;
/** Every other life has to read back state that it could not keep in memory. */
const SMALL_CACHE_BYTES = 64 * 1024;

/** Segments end and are compacted all the time. */
const SMALL_LOG = { segmentBytesMax: 8 * 1024, maintenanceEveryMs: 100 };

const [directory = '', journalPath = '', lifeText, seedText, task] = process.argv.slice(2);
const life = Number(lifeText);
const journal = new JournalWriter(journalPath);

tell('opening');
const database = await openDatabase({
  directory,
  ...(life % 2 === 0 ? { cacheBytesMax: SMALL_CACHE_BYTES } : {}),
  logLimits: SMALL_LOG,
  onFatal: (error) => {
    throw error;
  },
});
if (task === 'clear') {
  await clear(database);
  journal.write({ act: 'cleared' });
}
await completeDefinitions();
tell('ready');
if (life % 3 === 0) void Promise.all([watch('EVENTS'), watch('BIG'), countRows()]);
await Promise.all([
  writeBatches(0),
  writeBatches(1),
  writeStatements(2),
  writeRequests(3),
  writeAndDefine(4),
  writeLatest(),
  ...WEAK.map(({ name }) => writeWeak(name)),
  commitOffsets(),
]);

function tell(message: Message): void {
  process.send?.(message);
}

function randomOf(writer: number): SeededRandom {
  return new SeededRandom(Number(seedText) + life * 64 + writer);
}

/**
 * Creates what an earlier life did not come to. The rows of USERS are the same each time and written in each life: the
 * last one may have been killed between its definitions and these rows.
 */
async function completeDefinitions(): Promise<void> {
  if (!database.topics.list().some(({ name }) => name === CHANGES_TOPIC)) {
    await database.topics.create({ name: CHANGES_TOPIC, partitions: 2, settings: {} });
  }
  for (const { name, partitions, settings } of RAW_TOPICS) {
    if (database.log.topic(name) !== undefined) continue;
    await database.log.createTopic({
      name,
      partitionCount: partitions,
      cleanupPolicy: 'delete',
      ...settings,
    });
  }
  const present = await presentNames(database);
  const missing = DEFINITIONS.filter(({ name, kind }) =>
    kind === 'insert' ? !present.insertsInto.has(name) : !present.sources.has(name),
  );
  for (const { sql } of missing) await database.execute(sql, EARLIEST);
  const records = USERS.map(({ key, grade }) => {
    const value = Buffer.from(JSON.stringify({ GRADE: grade }));
    return { key: Buffer.from(key), value, timestamp: 0 };
  });
  await database.produce('users', records);
}

async function presentNames(
  engine: Database,
): Promise<{ sources: Set<string>; insertsInto: Set<string> }> {
  const sources = new Set<string>();
  const insertsInto = new Set<string>();
  for (const entity of await engine.execute('SHOW STREAMS; SHOW TABLES; SHOW QUERIES;')) {
    if (entity['@type'] === 'streams') for (const { name } of entity.streams) sources.add(name);
    if (entity['@type'] === 'tables') for (const { name } of entity.tables) sources.add(name);
    if (entity['@type'] !== 'queries') continue;
    for (const { id, sinks } of entity.queries) {
      if (id.startsWith('INSERT')) for (const sink of sinks) insertsInto.add(sink);
    }
  }
  return { sources, insertsInto };
}

/** Writes as a producer does, several records at once. */
async function writeBatches(writer: number): Promise<never> {
  const random = randomOf(writer);
  let sequence = 0;
  for (;;) {
    const events = nextEvents(writer, sequence, 1 + random.below(BATCH_MAX));
    sequence += events.length;
    attempt(events);
    await database.produce('events', events.map(recordOf));
    acknowledge(events);
  }
}

function recordOf({ id, key, tag, amount, time }: EventRow): {
  key: Buffer;
  value: Buffer;
  timestamp: number;
} {
  const value = JSON.stringify({ ID: id, TAG: tag, AMOUNT: amount });
  return { key: Buffer.from(key), value: Buffer.from(value), timestamp: time };
}

/** Writes with one INSERT at a time. */
async function writeStatements(writer: number): Promise<never> {
  for (let sequence = 0; ; sequence++) await insert(nextEvents(writer, sequence, 1));
}

/** Writes with several INSERTs in one request. */
async function writeRequests(writer: number): Promise<never> {
  const random = randomOf(writer);
  let sequence = 0;
  for (;;) {
    const events = nextEvents(writer, sequence, 2 + random.below(3));
    sequence += events.length;
    await insert(events);
  }
}

/** Writes with INSERT, and creates or drops a source now and then. */
async function writeAndDefine(writer: number): Promise<never> {
  const random = randomOf(writer);
  const { sources } = await presentNames(database);
  let untilDefinition = random.below(ROWS_BETWEEN);
  for (let sequence = 0; ; sequence++) {
    await insert(nextEvents(writer, sequence, 1));
    if (untilDefinition-- > 0) continue;
    untilDefinition = ROWS_BETWEEN;
    const extra = EXTRAS[random.below(EXTRAS.length)] as Extra;
    if (sources.has(extra.name) && extra.replace !== null && random.below(2) === 0) {
      await database.execute(extra.replace);
    } else if (sources.delete(extra.name)) {
      await drop(extra);
    } else {
      sources.add(extra.name);
      await create(extra, `${life}-${sequence}`);
    }
  }
}

function nextEvents(writer: number, from: number, count: number): EventRow[] {
  return Array.from({ length: count }, (_, index) =>
    eventAt({ life, writer, sequence: from + index }),
  );
}

async function insert(events: readonly EventRow[]): Promise<void> {
  attempt(events);
  const statements = events.map(
    ({ id, key, tag, amount, time }) =>
      `INSERT INTO EVENTS (ROWTIME, K, ID, TAG, AMOUNT) VALUES (${time}, '${key}', '${id}', '${tag}', ${amount});`,
  );
  await database.execute(statements.join('\n'));
  acknowledge(events);
}

/** Overwrites and deletes few keys, again and again: most of it is compacted away. */
async function writeLatest(): Promise<never> {
  for (let sequence = 0; ; sequence++) {
    const number = placeNumber(life, sequence);
    const { key, value } = latestAt(life, sequence);
    journal.write({ act: 'raw', phase: 'attempted', topic: LATEST.name, number });
    await database.produce(LATEST.name, [
      {
        key: Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
        timestamp: number,
      },
    ]);
    journal.write({ act: 'raw', phase: 'acknowledged', topic: LATEST.name, number });
    await pause(PAUSE_MS);
  }
}

/** Is acknowledged before anything is synced. */
async function writeWeak(topic: string): Promise<never> {
  for (let sequence = 0; ; sequence++) {
    const number = placeNumber(life, sequence);
    journal.write({ act: 'raw', phase: 'attempted', topic, number });
    await database.produce(topic, [{ key: null, value: Buffer.from(String(number)) }]);
    journal.write({ act: 'raw', phase: 'acknowledged', topic, number });
    await pause(PAUSE_MS);
  }
}

/** As a consumer does that gets on. */
async function commitOffsets(): Promise<never> {
  for (let sequence = 1; ; sequence++) {
    const offset = placeNumber(life, sequence);
    journal.write({ act: 'group', phase: 'attempted', offset });
    const place = { topic: 'events', partition: 0, offset, metadata: '' };
    await database.log.groups.commit(GROUP, [place]);
    journal.write({ act: 'group', phase: 'acknowledged', offset });
    await pause(PAUSE_MS);
  }
}

function attempt(events: readonly EventRow[]): void {
  journal.write(...events.map(({ id }) => ({ act: 'row', phase: 'attempted', id }) as const));
}

function acknowledge(events: readonly EventRow[]): void {
  journal.write(...events.map(({ id }) => ({ act: 'row', phase: 'acknowledged', id }) as const));
}

/** Writes down what a client of a push query is shown. */
async function watch(stream: 'EVENTS' | 'BIG'): Promise<void> {
  const sql = `SELECT ROWPARTITION, ROWOFFSET, ID FROM ${stream} EMIT CHANGES;`;
  const result = await database.query(sql);
  for (let batch = await result.next(); batch !== null; batch = await result.next()) {
    assert(batch.kind === 'rows', 'a push query delivers rows');
    const rows = batch.rows.map(
      ([partition, offset, id]) => [Number(partition), Number(offset), String(id)] as const,
    );
    journal.write({ act: 'saw', stream, rows });
  }
}

/** Writes down how many rows a client of a pull query is told there are. */
async function countRows(): Promise<never> {
  for (;;) {
    const result = await database.query('SELECT N FROM PER_TAG;');
    let count = 0;
    for (let batch = await result.next(); batch !== null; batch = await result.next()) {
      assert(batch.kind === 'rows', 'a pull query delivers rows');
      for (const [groupCount] of batch.rows) count += Number(groupCount);
    }
    journal.write({ act: 'counted', count });
  }
}

async function create({ name, kind, create: sql }: Extra, generation: string): Promise<void> {
  journal.write({ act: 'create', phase: 'attempted', name, generation });
  await database.execute(sql, EARLIEST);
  journal.write({ act: 'create', phase: 'acknowledged', name, generation });
  if (kind !== 'plain') return;
  for (let number = 0; number < PLAIN_ROW_COUNT; number++) {
    journal.write({ act: 'plainRow', phase: 'attempted', name, generation, number });
    await database.execute(
      `INSERT INTO ${name} (GENERATION, NUMBER) VALUES ('${generation}', ${number});`,
    );
    journal.write({ act: 'plainRow', phase: 'acknowledged', name, generation, number });
  }
}

async function drop({ name, drop: sql }: Extra): Promise<void> {
  journal.write({ act: 'drop', phase: 'attempted', name });
  await database.execute(sql);
  journal.write({ act: 'drop', phase: 'acknowledged', name });
}
