import type { Database } from '../../src/database.ts';
import type { Value } from '../../src/sql/types.ts';
import { CHANGELOGS, GROUP, RAW_TOPICS, type RawRecord, readTopic } from './raw-topics.ts';
import { EXTRAS } from './workload.ts';

/** A record of a stream, and where it stands. */
export interface StreamRow {
  readonly partition: number;
  readonly offset: number;
  readonly time: number;
  readonly values: readonly Value[];
}

export interface ObservedQuery {
  readonly id: string;
  readonly state: string;
  readonly sink: string;
}

/** Everything a database says it holds, read by queries when it had nothing left to do. */
export interface Observation {
  readonly sources: ReadonlySet<string>;
  readonly topics: readonly string[];
  readonly queries: readonly ObservedQuery[];
  /** By stream, in the order they were read: by offset within each partition. */
  readonly streams: ReadonlyMap<string, readonly StreamRow[]>;
  /** By table: rows of key and values. */
  readonly tables: ReadonlyMap<string, readonly (readonly Value[])[]>;
  /** By topic, what lies in the log: the topics below SQL and the changelogs. */
  readonly raw: ReadonlyMap<string, readonly RawRecord[]>;
  /** Records of compacted topics that are not there any more. */
  readonly compactedRecords: number;
  /** Of the consumer group. */
  readonly groupOffset: number;
}

const STREAM_COLUMNS: Readonly<Record<string, string>> = {
  EVENTS: 'K, ID, TAG, AMOUNT',
  BIG: 'K, ID, AMOUNT',
  PER_KEY_CHANGES: 'K, N, TOTAL',
  JOINED: 'K, ID, GRADE',
  BY_TAG: 'TAG, ID, AMOUNT',
  SHORT_ROWS: 'K, ID',
  KSQL_PROCESSING_LOG:
    'LOGGER, MESSAGE->DESERIALIZATIONERROR->PARTITION, MESSAGE->DESERIALIZATIONERROR->OFFSET',
};

const TABLE_COLUMNS: Readonly<Record<string, string>> = {
  PER_KEY: 'K, N, TOTAL, LEAST, MOST',
  PER_WINDOW: 'K, WINDOWSTART, WINDOWEND, N, TOTAL',
  BIG_PER_KEY: 'K, N, TOTAL',
  PER_TAG: 'TAG, N, TOTAL',
};

const EARLIEST = { properties: { 'auto.offset.reset': 'earliest' } };

const EXTRA_COLUMNS = { filter: 'K, ID', plain: 'GENERATION, NUMBER', aggregate: 'K, N, TOTAL' };

/** Waits until the database has nothing left to do, then reads all of it. */
export async function observe(database: Database): Promise<Observation> {
  await database.settled();
  const definitions = await observeDefinitions(database);
  const streams = new Map<string, StreamRow[]>();
  const tables = new Map<string, Value[][]>();
  const readStream = async (name: string, columns: string): Promise<void> => {
    streams.set(name, await streamRowsOf(database, name, columns));
  };
  const readTable = async (name: string, columns: string): Promise<void> => {
    tables.set(name, await rowsOf(database, `SELECT ${columns} FROM ${name};`));
  };
  for (const [name, columns] of Object.entries(STREAM_COLUMNS)) await readStream(name, columns);
  for (const [name, columns] of Object.entries(TABLE_COLUMNS)) await readTable(name, columns);
  for (const { name, kind } of EXTRAS) {
    if (!definitions.sources.has(name)) continue;
    await (kind === 'aggregate' ? readTable : readStream)(name, EXTRA_COLUMNS[kind]);
  }
  const raw = new Map<string, RawRecord[]>();
  let compactedRecords = 0;
  for (const name of [...RAW_TOPICS.map((topic) => topic.name), ...CHANGELOGS]) {
    const records = await readTopic(database, name);
    raw.set(name, records);
    const topic = database.log.topic(name);
    if (topic?.settings.cleanupPolicy !== 'compact') continue;
    for (const { endOffset } of topic.partitions) compactedRecords += endOffset;
    compactedRecords -= records.length;
  }
  const groupOffset = database.log.groups.offsets(GROUP)[0]?.offset ?? 0;
  return { ...definitions, streams, tables, raw, compactedRecords, groupOffset };
}

async function observeDefinitions(
  database: Database,
): Promise<Pick<Observation, 'sources' | 'topics' | 'queries'>> {
  const sources = new Set<string>();
  const topics: string[] = [];
  const queries: ObservedQuery[] = [];
  const sql = 'SHOW STREAMS; SHOW TABLES; SHOW TOPICS; SHOW QUERIES;';
  for (const entity of await database.execute(sql)) {
    if (entity['@type'] === 'streams') for (const { name } of entity.streams) sources.add(name);
    if (entity['@type'] === 'tables') for (const { name } of entity.tables) sources.add(name);
    if (entity['@type'] === 'kafka_topics') topics.push(...entity.topics.map(({ name }) => name));
    if (entity['@type'] !== 'queries') continue;
    for (const { id, state, sinks } of entity.queries) {
      queries.push({ id, state, sink: sinks.join() });
    }
  }
  return { sources, topics, queries };
}

/** Only a push query shows where rows stand, and it never ends; a pull query says how many there are. */
async function streamRowsOf(
  database: Database,
  name: string,
  columns: string,
): Promise<StreamRow[]> {
  const { length } = await rowsOf(database, `SELECT ROWTIME FROM ${name};`);
  if (length === 0) return [];
  const sql = `SELECT ROWPARTITION, ROWOFFSET, ROWTIME, ${columns} FROM ${name} EMIT CHANGES LIMIT ${length};`;
  return (await rowsOf(database, sql)).map(streamRow);
}

async function rowsOf(database: Database, sql: string): Promise<Value[][]> {
  const result = await database.query(sql, EARLIEST);
  const rows: Value[][] = [];
  for (let batch = await result.next(); batch !== null; batch = await result.next()) {
    if (batch.kind === 'rows') for (const row of batch.rows) rows.push([...row]);
  }
  return rows;
}

function streamRow([partition, offset, time, ...values]: Value[]): StreamRow {
  return { partition: Number(partition), offset: Number(offset), time: Number(time), values };
}
