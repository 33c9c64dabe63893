import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/env.ts';
import { nodeEnv } from '../../src/base/env-node.ts';
import { PROPERTIES, TemporaryDatabase } from '../temporary-database.ts';

/** Left rows that point to one right row, and rows that become due. Ten thousand are emitted in a tick. */
const COUNT = 25_000;
const DUE_COUNT = 50_000;
const TIMEOUT_MS = 120_000;

function records(count: number, value: (index: number) => string, timestamp = 5) {
  return Array.from({ length: count }, (_, index) => {
    const key = Buffer.alloc(4);
    key.writeInt32BE(index);
    return { key, value: Buffer.from(value(index)), timestamp };
  });
}

/** Closes the database when the first results are committed; all of them never are then. Opens it again. */
async function reopenInTheMiddle(
  temporary: TemporaryDatabase,
  { topic, results, inserts }: { topic: string; results: number; inserts: string },
): Promise<void> {
  const partitions = temporary.database.inside.log.topic(topic)?.partitions ?? [];
  const count = (): number =>
    partitions.reduce((sum, { stableEndOffset }) => sum + stableEndOffset, 0);
  const start = count();
  await temporary.database.execute(inserts, { properties: PROPERTIES });
  while (count() === start) await new Promise(setImmediate);
  await temporary.database.close();
  expect(count() - start).toBeLessThan(results);
  await temporary.reopen();
}

test(
  'a right row that very many left rows point to is told to each once, also across a restart',
  { timeout: TIMEOUT_MS },
  async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `CREATE TABLE l (k INT PRIMARY KEY, f INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=2);
     CREATE TABLE r (k INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=2);
     CREATE TABLE j AS SELECT l.k AS k, r.v AS v FROM l JOIN r ON l.f = r.k;
     CREATE STREAM results (k INT KEY, v INT) WITH (KAFKA_TOPIC='J', VALUE_FORMAT='JSON');`,
    );
    await temporary.run('INSERT INTO r (k, v) VALUES (1, 0);');
    await temporary.database.produce(
      'l',
      records(COUNT, () => '{"f":1}'),
    );
    await temporary.database.settled();
    await reopenInTheMiddle(temporary, {
      topic: 'J',
      results: 2 * COUNT,
      inserts: 'INSERT INTO r (k, v) VALUES (1, 1); INSERT INTO r (k, v) VALUES (1, 2);',
    });
    const rows = await temporary.rows('SELECT k, v FROM results;');
    for (const v of [0, 1, 2]) {
      const told = rows.filter((row) => row[1] === v).map(([k]) => k as number);
      expect(told.sort((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, k) => k));
    }
  },
);

test(
  'rows that become due at once are emitted each once, in order, also across a restart',
  { timeout: TIMEOUT_MS },
  async () => {
    const real = nodeEnv().clock;
    let aheadMs = 0;
    const clock: Clock = {
      now: () => real.now() + aheadMs,
      monotonic: () => real.monotonic(),
      after: (delayMs, callback) => real.after(delayMs, callback),
      yield: () => real.yield(),
    };
    const temporary = await TemporaryDatabase.open({ env: { ...nodeEnv(), clock } });
    await temporary.run(
      `CREATE STREAM l (k INT KEY, v INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM r (k INT KEY, w INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM j AS SELECT l.k AS k, v, w
       FROM l LEFT JOIN r WITHIN 1 SECONDS GRACE PERIOD 1 SECONDS ON l.k = r.k;`,
    );
    await temporary.database.produce(
      'l',
      records(DUE_COUNT, (index) => `{"v":${index}}`),
    );
    await temporary.database.settled();
    // What is due is looked for once a second.
    aheadMs += 1_000;
    await reopenInTheMiddle(temporary, {
      topic: 'J',
      results: DUE_COUNT,
      inserts: `INSERT INTO l (k, v, ROWTIME) VALUES (1, -1, 10000000);
              INSERT INTO r (k, w, ROWTIME) VALUES (1, -2, 10000001);`,
    });
    expect(await temporary.rows('SELECT k, v, w FROM j;')).toEqual([
      ...Array.from({ length: DUE_COUNT }, (_, k) => [k, k, null]),
      [1, -1, -2],
    ]);
  },
);

/** Rows of one key. */
function recordsOfOne(count: number, column: string, timestamp: number) {
  const key = Buffer.alloc(4);
  return Array.from({ length: count }, (_, index) => {
    return { key, value: Buffer.from(`{"${column}":${index}}`), timestamp };
  });
}

test(
  'a row of a stream meets very many partners each once, in order, also across a restart, and what comes meanwhile after',
  { timeout: TIMEOUT_MS },
  async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `CREATE STREAM l (k INT KEY, v INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM r (k INT KEY, w INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM j AS SELECT l.k AS k, v, w FROM l JOIN r WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON l.k = r.k;
     CREATE TABLE counts AS SELECT l.k AS k, COUNT(*) AS n FROM l JOIN r WITHIN 1 HOUR ON l.k = r.k GROUP BY l.k;`,
    );
    await temporary.database.produce('r', recordsOfOne(COUNT, 'w', 5));
    await temporary.database.settled();
    await reopenInTheMiddle(temporary, {
      topic: 'J',
      results: 2 * COUNT + 3,
      inserts: `INSERT INTO l (k, v, ROWTIME) VALUES (0, -1, 6);
              INSERT INTO r (k, w, ROWTIME) VALUES (0, -2, 7);
              INSERT INTO l (k, v, ROWTIME) VALUES (1, -3, 8);
              INSERT INTO l (k, v, ROWTIME) VALUES (0, -4, 9);`,
    });
    const partners = Array.from({ length: COUNT }, (_, w) => w);
    expect(await temporary.rows('SELECT k, v, w FROM j;')).toEqual([
      ...partners.map((w) => [0, -1, w]),
      [0, -1, -2],
      ...partners.map((w) => [0, -4, w]),
      [0, -4, -2],
    ]);
    expect(await temporary.rows('SELECT * FROM counts;')).toEqual([[0, 2 * COUNT + 2]]);
  },
);
