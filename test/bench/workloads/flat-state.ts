import { join } from 'node:path';
import { readdir, stat } from 'node:fs/promises';
import { openDatabase } from '../../../src/index.ts';
import { perSecond } from '../meter.ts';

const PARTS = 10;
const RECORDS_PER_BATCH = 20_000;
const USERS = 1_000;

/** What a query with windows of 1 second, kept for 2, holds after each tenth of the events. */
export interface FlatStateReport {
  readonly events: number;
  readonly eventsPerSecond: number;
  /** Windows that a scan of the table finds, after each tenth. */
  readonly windows: readonly number[];
  /** Bytes of the state store's files, after each tenth. */
  readonly storeBytes: readonly number[];
  /** Memory of the process, after each tenth. */
  readonly residentBytes: readonly number[];
}

/** Runs a windowed query with short retention over many events and looks at its state now and then. */
export async function measureFlatState(
  directory: string,
  events: number,
): Promise<FlatStateReport> {
  const database = await openDatabase({ directory });
  await database.execute(
    "CREATE STREAM events (k INT KEY, v INT) WITH (KAFKA_TOPIC='events', VALUE_FORMAT='JSON', PARTITIONS=1, RETENTION_MS=2000);" +
      'CREATE TABLE result AS SELECT k, COUNT(*) AS n FROM events ' +
      'WINDOW TUMBLING (SIZE 1 SECOND, RETENTION 2 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY k;',
  );
  const windows: number[] = [];
  const storeBytes: number[] = [];
  const residentBytes: number[] = [];
  const value = Buffer.from('{"V":1}');
  const keys = Array.from({ length: USERS }, (_, k) => {
    const key = Buffer.alloc(4);
    key.writeInt32BE(k);
    return key;
  });
  const startedAt = performance.now();
  let produced = 0;
  for (let part = 1; part <= PARTS; part++) {
    const until = Math.floor((events * part) / PARTS);
    while (produced < until) {
      const count = Math.min(RECORDS_PER_BATCH, until - produced);
      const records = Array.from({ length: count }, (_, i) => {
        const at = produced + i;
        return { key: keys[at % USERS]!, value, timestamp: at };
      });
      await database.produce('events', records);
      produced += count;
    }
    await database.settled();
    const result = await database.query('SELECT k FROM result;');
    let found = 0;
    for (let batch = await result.next(); batch !== null; batch = await result.next()) {
      if (batch.kind === 'rows') found += batch.rows.length;
    }
    windows.push(found);
    storeBytes.push(await bytesIn(join(directory, 'state')));
    residentBytes.push(process.memoryUsage.rss());
  }
  const eventsPerSecond = perSecond(events, performance.now() - startedAt);
  await database.close();
  return { events, eventsPerSecond, windows, storeBytes, residentBytes };
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(directory)) {
    const found = await stat(join(directory, name)).catch(() => null);
    bytes += found?.size ?? 0;
  }
  return bytes;
}
