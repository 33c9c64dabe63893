import { describe, expect, test } from 'vitest';
import type { QueryResult } from '../../src/engine.ts';
import type { Row } from '../../src/sql/types.ts';
import type { Database } from '../../src/database.ts';
import { parseContinuation } from '../../src/runtime/continuation.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const EARLIEST = { 'auto.offset.reset': 'earliest' } as const;
const STREAMS = ['one', 'many']
  .map(
    (name) =>
      `CREATE STREAM ${name} (k STRING KEY, v INT, ms BIGINT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=${name === 'one' ? 1 : 3}, TIMESTAMP='ms');`,
  )
  .join('')
  .concat(
    `CREATE TABLE latest (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='one', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  );
const ROWS = 5_000;

const record = (n: number, { key, v, ms }: { key: number; v: number; ms: number }) => {
  return { key: Buffer.from(`k${key}`), value: Buffer.from(JSON.stringify({ v, ms, n })) };
};

const byKey = (rows: readonly Row[]) => Object.groupBy(rows, (row) => String(row[1]));

/** Rows with keys that come again, and times that go on with late ones among them; the last ones change every result. */
async function write(database: Database, from: number): Promise<void> {
  const records = Array.from({ length: ROWS }, (_, i) => {
    const n = from + i;
    return record(n, { key: n % 11, v: n % 13, ms: n * 10 - (n % 7 === 0 ? 900 : 0) });
  });
  const last = [0, 1, 2].map((key) => record(0, { key, v: 12, ms: (from + ROWS) * 10 }));
  for (const topic of ['one', 'many']) await database.produce(topic, [...records, ...last]);
}

/** Whether a query has given out all there is. */
function isDone(database: Database, token: string | null | undefined): boolean {
  return parseContinuation(token!).places.every(([topicId, partition, offset]) => {
    const topic = database.log.topics().find(({ id }) => id === topicId)!;
    return offset === topic.partitions[partition]!.stableEndOffset;
  });
}

async function takeBatch(result: QueryResult, rows: Row[]): Promise<boolean> {
  const batch = await result.next();
  if (batch?.kind !== 'rows') return false;
  for (const [i, row] of batch.rows.entries()) rows.push([batch.tombstones?.[i] ?? false, ...row]);
  return true;
}

const RESUMABLE = {
  'counts of one partition':
    'SELECT k, COUNT(*) AS n, SUM(v) AS s FROM one GROUP BY k EMIT CHANGES;',
  'counts by another column': 'SELECT v, COUNT(*) AS n FROM one GROUP BY v EMIT CHANGES;',
  'counts by the key of several partitions':
    'SELECT k, COUNT(*) AS n, LATEST_BY_OFFSET(v) AS l FROM many GROUP BY k EMIT CHANGES;',
  'what depends on the order of rows':
    'SELECT v, EARLIEST_BY_OFFSET(k, 3) AS e, LATEST_BY_OFFSET(k, 3) AS l FROM one GROUP BY v EMIT CHANGES;',
  'windows with late rows':
    'SELECT k, COUNT(*) AS n FROM one WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 500 MILLISECONDS) GROUP BY k EMIT CHANGES;',
  sessions:
    'SELECT k, COUNT(*) AS n FROM one WINDOW SESSION (200 MILLISECONDS, GRACE PERIOD 0 SECONDS) GROUP BY k EMIT CHANGES;',
  'groups that come and go':
    'SELECT v, COUNT(*) AS n FROM latest GROUP BY v HAVING COUNT(*) > 1 EMIT CHANGES;',
  'a table with a condition': 'SELECT k, v FROM latest WHERE v > 6 EMIT CHANGES;',
  'a table': 'SELECT * FROM latest EMIT CHANGES;',
};

describe('a push query that keeps state goes on behind its token, exactly', () => {
  test.each(Object.entries(RESUMABLE))('%s', async (_name, sql) => {
    const { database } = await TemporaryDatabase.open();
    await database.execute(STREAMS);
    const whole = await database.query(sql, { properties: EARLIEST });
    let result = await database.query(sql, { properties: EARLIEST });
    const goOn = async (): Promise<void> => {
      const token = result.continuation!;
      await result.close();
      result = await database.query(sql, { resume: token });
      // Nothing has come yet: it stands where the one before stood.
      expect(result.continuation).toBe(token);
    };
    const expected: Row[] = [];
    const inPieces: Row[] = [];
    let resumed = 0;
    for (const from of [0, ROWS, 2 * ROWS]) {
      await goOn();
      await write(database, from);
      do await takeBatch(whole, expected);
      while (!isDone(database, whole.continuation));
      do {
        await takeBatch(result, inPieces);
        await goOn();
        resumed++;
      } while (!isDone(database, result.continuation));
    }
    await whole.close();
    await result.close();
    expect(resumed).toBeGreaterThan(3);
    expect(byKey(inPieces)).toEqual(byKey(expected));
  });
});

test('LIMIT counts what came before', async () => {
  const { database } = await TemporaryDatabase.open();
  await database.execute(STREAMS);
  await write(database, 0);
  const sql = 'SELECT k, COUNT(*) AS n FROM one GROUP BY k EMIT CHANGES LIMIT 2500;';
  const first = await database.query(sql, { properties: EARLIEST });
  const rows: Row[] = [];
  await takeBatch(first, rows);
  expect(rows.length).toBeLessThan(2500);
  const token = first.continuation!;
  await first.close();
  const second = await database.query(sql, { resume: token });
  while (await takeBatch(second, rows));
  expect(rows.length).toBe(2500);
  expect(second.finalMessage).toBe('Limit Reached');
});

test('once a record of the far future was left out, which another time would take, there is no token', async () => {
  const { database } = await TemporaryDatabase.open();
  await database.execute(STREAMS);
  const sql = 'SELECT v, COUNT(*) AS n FROM latest GROUP BY v EMIT CHANGES;';
  const result = await database.query(sql, { properties: EARLIEST });
  const value = Buffer.from('{"v":1}');
  await database.produce('one', [{ key: Buffer.from('a'), value }]);
  await takeBatch(result, []);
  expect(result.continuation).toEqual(expect.any(String));
  const timestamp = Date.now() + 86_400_000;
  await database.produce('one', [
    { key: Buffer.from('b'), value, timestamp },
    { key: Buffer.from('c'), value },
  ]);
  const rows: Row[] = [];
  await takeBatch(result, rows);
  expect(rows).toEqual([[false, 1, 2]]);
  expect(result.continuation).toBeNull();
  await result.close();
});

test('what was removed of the records that made its state is told', async () => {
  const { database } = await TemporaryDatabase.open();
  await database.execute(STREAMS);
  await write(database, 0);
  const sql = 'SELECT k, COUNT(*) AS n FROM one GROUP BY k EMIT CHANGES;';
  const result = await database.query(sql, { properties: EARLIEST });
  await takeBatch(result, []);
  const token = result.continuation!;
  await result.close();
  await expect(
    database.query('SELECT k FROM one EMIT CHANGES;', { resume: token }),
  ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringMatching(/another query/) });
  await database.topics.deleteRecords({ topic: 'one', partition: 0, offset: 10 });
  await expect(database.query(sql, { resume: token })).rejects.toMatchObject({
    code: 'SOURCE_EXPIRED',
    message: expect.stringMatching(/^The state of the query cannot be made again: .*CREATE TABLE/),
  });
});

test.each([
  [
    'SELECT v, COUNT(*) AS n FROM many GROUP BY v EMIT CHANGES;',
    'it brings rows of several partitions together',
  ],
  [
    'SELECT o.k, COUNT(*) AS n FROM one o JOIN latest l ON o.k = l.k GROUP BY o.k EMIT CHANGES;',
    'it joins several sources',
  ],
  [
    'SELECT k, COUNT(*) AS n FROM one WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k EMIT FINAL;',
    'EMIT FINAL closes windows by the clock',
  ],
  [
    'SELECT k, COUNT(*) AS n FROM one WHERE RANDOM() < 0.5 GROUP BY k EMIT CHANGES;',
    'it calls functions that give another result each time',
  ],
])('%s has no token, and is told why it cannot go on', async (sql, reason) => {
  const { database } = await TemporaryDatabase.open();
  await database.execute(STREAMS);
  const result = await database.query(sql, { properties: EARLIEST });
  expect(result.continuation).toBeNull();
  await result.close();
  const other = await database.query('SELECT k FROM one EMIT CHANGES;');
  const resume = other.continuation!;
  await other.close();
  await expect(database.query(sql, { resume })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining(`because ${reason}. Start it without`),
  });
});
