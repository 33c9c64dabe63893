import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/env.ts';
import { nodeEnv } from '../../src/base/env-node.ts';
import { PROPERTIES, TemporaryDatabase } from '../temporary-database.ts';

/** A wall clock that only goes on by hand; everything else is as it is. */
class HandClock implements Clock {
  readonly #real = nodeEnv().clock;
  time = 1_000_000;
  /** Delays of the timers that were asked for. */
  readonly delays: number[] = [];

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.#real.monotonic();
  }

  after(delayMs: number, callback: () => void): () => void {
    this.delays.push(delayMs);
    return this.#real.after(delayMs, callback);
  }

  yield(): Promise<void> {
    return this.#real.yield();
  }
}

const SOURCE =
  "CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);";

async function open(clock: Clock): Promise<TemporaryDatabase> {
  return TemporaryDatabase.open({ env: { ...nodeEnv(), clock } });
}

test('windows of a source that goes idle close by the clock, when the session asks for it', async () => {
  const clock = new HandClock();
  const temporary = await open(clock);
  await temporary.run(SOURCE);
  await temporary.database.execute(
    `CREATE TABLE t AS SELECT k, COUNT(*) AS n
       FROM s WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY k EMIT FINAL;
     CREATE STREAM results (k INT KEY, n BIGINT)
       WITH (KAFKA_TOPIC='T', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='10 SECONDS');`,
    { properties: { ...PROPERTIES, 'millrace.emit.final.idle.ms': 60_000 } },
  );
  await temporary.run('INSERT INTO s (k, v, ROWTIME) VALUES (1, 1, 500);');
  await temporary.run('INSERT INTO s (k, v, ROWTIME) VALUES (2, 1, 900);');
  expect(clock.delays).toContain(60_000);
  clock.time += 59_999;
  await temporary.database.settled();
  expect(await temporary.rows('SELECT * FROM results;')).toEqual([]);
  clock.time += 1;
  await temporary.database.settled();
  const closed = [
    [1, 0, 10_000, 1],
    [2, 0, 10_000, 1],
  ];
  expect(await temporary.rows('SELECT * FROM results;')).toEqual(closed);
  // Stream time went on by a minute, so a row of that window is late, after a restart as well.
  await temporary.reopen();
  await temporary.run('INSERT INTO s (k, v, ROWTIME) VALUES (1, 1, 600);');
  await temporary.run('INSERT INTO s (k, v, ROWTIME) VALUES (1, 1, 61000);');
  clock.time += 70_000;
  await temporary.database.settled();
  expect(await temporary.rows('SELECT * FROM results;')).toEqual([
    ...closed,
    [1, 60_000, 70_000, 1],
  ]);
});

test('a row that closes very many windows emits them over several ticks, and all of them', async () => {
  const clock = new HandClock();
  const temporary = await open(clock);
  await temporary.run(SOURCE);
  await temporary.run(
    `CREATE TABLE t AS SELECT k, COUNT(*) AS n
       FROM s WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY k EMIT FINAL;
     CREATE STREAM results (k INT KEY, n BIGINT)
       WITH (KAFKA_TOPIC='T', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='10 SECONDS');
     CREATE TABLE summary AS SELECT 1 AS one, COUNT(*) AS n, SUM(n) AS total FROM results GROUP BY 1;`,
  );
  const count = 25_000;
  await temporary.database.produce(
    's',
    Array.from({ length: count }, (_, k) => {
      const key = Buffer.alloc(4);
      key.writeInt32BE(k);
      return { key, value: Buffer.from('{"v":1}'), timestamp: 5 };
    }),
  );
  await temporary.database.settled();
  clock.time += 1_000;
  await temporary.run('INSERT INTO s (k, v, ROWTIME) VALUES (0, 1, 10000);');
  expect(await temporary.rows('SELECT n, total FROM summary WHERE one = 1;')).toEqual([
    [count, count],
  ]);
  const rows = await temporary.rows('SELECT k FROM results;');
  expect(rows.map(([k]) => k)).toEqual(Array.from({ length: count }, (_, k) => k));
});
