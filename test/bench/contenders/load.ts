import { type Database, type NewRecord, openDatabase } from '../../../src/index.ts';
import { boundsOf, type Events, firstEvents, homesOfUsers, readEvents } from '../events.ts';
import { perSecond } from '../meter.ts';
import { WARM_UP_PART } from './contender.ts';

/** Streams over the measured events and over the few that warm the engine up. */
export const EVENTS = 'events';
export const WARM_UP_EVENTS = 'warm_up_events';

const RECORDS_PER_BATCH = 20_000;

export interface LoadTask {
  /** Where the database is made. */
  readonly directory: string;
  readonly eventsPath: string;
}

export interface LoadResult {
  readonly eventsPerSecond: number;
}

/** Makes a database whose topics hold the events; each batch of them is synced to the disk before the next. */
export async function load({ directory, eventsPath }: LoadTask): Promise<LoadResult> {
  const events = await readEvents(eventsPath);
  const database = await openDatabase({ directory });
  await createStream(database, WARM_UP_EVENTS);
  await createStream(database, EVENTS);
  await createUsers(database);
  await produceAll(database, WARM_UP_EVENTS, firstEvents(events, events.count * WARM_UP_PART));
  const startedAt = performance.now();
  await produceAll(database, EVENTS, events);
  const eventsPerSecond = perSecond(events.count, performance.now() - startedAt);
  await database.close();
  return { eventsPerSecond };
}

/** A table that is older than all events. */
async function createUsers(database: Database): Promise<void> {
  await database.execute(
    `CREATE TABLE users (id VARCHAR PRIMARY KEY, home VARCHAR) ` +
      `WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  );
  const records = [...homesOfUsers()].map(([id, home]): NewRecord => {
    return { key: Buffer.from(id), value: Buffer.from(JSON.stringify({ home })), timestamp: 0 };
  });
  await database.produce('users', records);
}

async function createStream(database: Database, name: string): Promise<void> {
  await database.execute(
    `CREATE STREAM ${name} (user_id VARCHAR, page VARCHAR, ms BIGINT, ts BIGINT) ` +
      `WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', TIMESTAMP='ts', PARTITIONS=1);`,
  );
}

async function produceAll(database: Database, topic: string, events: Events): Promise<void> {
  for (let from = 0; from < events.count; from += RECORDS_PER_BATCH) {
    const records: NewRecord[] = [];
    for (let i = from; i < Math.min(events.count, from + RECORDS_PER_BATCH); i++) {
      const { start, end } = boundsOf(events, i);
      records.push({ key: null, value: events.bytes.subarray(start, end) });
    }
    await database.produce(topic, records);
  }
}
