/*
 * Fills a database until it is killed. Arguments: data directory, number of keys. Says `filled` when all keys are in
 * the table, and goes on with others.
 */
import { openDatabase } from '../../../src/index.ts';
import { keyAt, valueOf } from './restart-rows.ts';

const BATCH = 500;
/** Rows that no query has processed yet, at most, about. */
const SETTLE_EVERY = 20_000;
const PROPERTIES = { 'auto.offset.reset': 'earliest' };

const [directory = '', keysText = ''] = process.argv.slice(2);
const keys = Number(keysText);

const database = await openDatabase({
  directory,
  onFatal: (error) => {
    throw error;
  },
});
await database.execute(
  "CREATE STREAM R (K STRING KEY, V STRING) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=4);" +
    'CREATE TABLE T AS SELECT K, LATEST_BY_OFFSET(V) AS V FROM R GROUP BY K;',
  { properties: PROPERTIES },
);
for (let i = 0; ; i += BATCH) {
  const batch = Array.from({ length: BATCH }, (_, j) => {
    const key = keyAt(i + j);
    return { key: Buffer.from(key), value: Buffer.from(JSON.stringify({ V: valueOf(key) })) };
  });
  await database.produce('r', batch);
  if ((i + BATCH) % SETTLE_EVERY === 0) await database.settled();
  if (i < keys && i + BATCH >= keys) {
    await database.settled();
    console.log('filled');
  }
}
