import { expect, test } from 'vitest';
import { nodeEnv } from '../src/base/env-node.ts';
import { TemporaryDatabase } from './temporary-database.ts';

const { clock } = nodeEnv();
const logLimits = { segmentBytesMax: 2 << 10, maintenanceEveryMs: 5, cacheBytesMax: 1 };
const ROWS = 200;

/** Stream `name` over a topic of one partition with these settings, full of rows. */
async function fill(
  temporary: TemporaryDatabase,
  name: string,
  settings: Record<string, string>,
): Promise<void> {
  const { database } = temporary;
  await database.topics.create({ name, partitions: 1, settings });
  await temporary.run(
    `CREATE STREAM ${name} (v INT, text STRING) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON');`,
  );
}

async function insert(temporary: TemporaryDatabase, name: string): Promise<void> {
  const records = Array.from({ length: ROWS }, (_, v) => {
    const value = Buffer.from(JSON.stringify({ v, text: 'x'.repeat(100) }));
    return { key: null, value };
  });
  for (const record of records) await temporary.database.produce(name, [record]);
}

function startOffset({ database }: TemporaryDatabase, topic: string): number {
  return database.log.topic(topic)!.partitions[0]!.startOffset;
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await clock.yield();
}

test('what a paused query has still to read is kept, however old, and removed once it is read', async () => {
  const temporary = await TemporaryDatabase.open({ logLimits });
  const settings = { 'retention.ms': '1' };
  await fill(temporary, 'kept', settings);
  await fill(temporary, 'free', settings);
  await temporary.run('CREATE STREAM copy AS SELECT v FROM kept;');
  await temporary.run('PAUSE ALL;');
  await insert(temporary, 'kept');
  await insert(temporary, 'free');
  // Written after the other, and gone: retention came by.
  await until(() => startOffset(temporary, 'free') > ROWS / 2);
  expect(startOffset(temporary, 'kept')).toBe(0);
  await temporary.run('RESUME ALL;');
  expect(await temporary.rows('SELECT v FROM copy;')).toHaveLength(ROWS);
  await until(() => startOffset(temporary, 'kept') > ROWS / 2);
});

test('a bound in bytes goes before a query that stands still, which then stops and says so', async () => {
  const temporary = await TemporaryDatabase.open({ logLimits });
  const { database } = temporary;
  await fill(temporary, 'bounded', { 'retention.bytes': '4096' });
  await temporary.run('CREATE STREAM copy AS SELECT v FROM bounded;');
  await temporary.run('PAUSE ALL;');
  await insert(temporary, 'bounded');
  await until(() => startOffset(temporary, 'bounded') > 0);
  await temporary.run('RESUME ALL;');
  const [query] = database.figures.queries;
  expect(query).toMatchObject({ state: 'ERROR', recordsOut: 0 });
  const entities = await database.execute(`EXPLAIN ${query!.queryId};`);
  expect(JSON.stringify(entities)).toMatch(
    /begins at offset \d+: the records from 0 on were removed/,
  );
  // Also when it is started anew: it never skips what it has not read.
  await temporary.reopen();
  expect(JSON.stringify(await temporary.database.execute('SHOW QUERIES;'))).toContain('ERROR');
  expect(await temporary.rows('SELECT v FROM copy;')).toEqual([]);
});
