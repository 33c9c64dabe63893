import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import type { Env } from '../../src/base/env.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

/** More than are read at a time. */
const COUNT = 3_000;

/** Results of a windowed aggregation behind a repartition, by key, over rows of two partitions whose times interleave. */
async function resultsWith(clock: Env['clock']): Promise<ReadonlyMap<unknown, readonly unknown[]>> {
  const temporary = await TemporaryDatabase.open({ env: { ...nodeEnv(), clock } });
  await temporary.run(
    `CREATE STREAM s (k INT KEY, g INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);`,
  );
  const records = Array.from({ length: COUNT }, (_, index) => {
    const key = Buffer.alloc(4);
    key.writeInt32BE(index);
    return { key, value: Buffer.from(`{"g":${index % 3}}`), timestamp: index * 10 };
  });
  await temporary.database.produce('s', records);
  await temporary.run(
    `CREATE TABLE counts AS SELECT g, COUNT(*) AS n FROM s
       WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 0 SECONDS) GROUP BY g;
     CREATE STREAM results (g INT KEY, n BIGINT)
       WITH (KAFKA_TOPIC='COUNTS', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='1 SECOND');`,
  );
  const rows = await temporary.rows('SELECT g, WINDOWSTART, n, ROWTIME FROM results;');
  return Map.groupBy(rows, ([g]) => g);
}

test('where ticks end does not show in the results', async () => {
  const real = nodeEnv().clock;
  let ms = 0;
  // A second passes between any two looks at the clock: every tick ends with the first rows.
  const hurried = await resultsWith({ ...real, monotonic: () => (ms += 1_000) });
  const calm = await resultsWith({ ...real, monotonic: () => 0 });
  // No row came too late.
  expect([...calm.values()].map(({ length }) => length)).toEqual([1_000, 1_000, 1_000]);
  expect(hurried).toEqual(calm);
});

test('rows that are handed over meet the table of their time, however long both are', async () => {
  const real = nodeEnv().clock;
  let ms = 0;
  for (const monotonic of [() => 0, () => (ms += 1_000)]) {
    const clock = { ...real, monotonic };
    const temporary = await TemporaryDatabase.open({ env: { ...nodeEnv(), clock } });
    await temporary.run(
      `CREATE STREAM s (k INT KEY, g INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
       CREATE TABLE t (g INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=2);`,
    );
    const record = (key: number, value: string, timestamp: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(key);
      return { key: bytes, value: Buffer.from(value), timestamp };
    };
    const all = Array.from({ length: COUNT }, (_, index) => index);
    await temporary.database.produce(
      't',
      all.map((index) => record(index % 3, `{"v":${index}}`, index * 10)),
    );
    await temporary.database.produce(
      's',
      all.map((index) => record(index, `{"g":${index % 3}}`, index * 10 + 5)),
    );
    await temporary.run(
      `CREATE STREAM j AS SELECT s.g AS g, s.k AS k, t.v AS v FROM s JOIN t ON s.g = t.g;`,
    );
    const rows = await temporary.rows('SELECT k, v FROM j;');
    const wrong = rows.filter(([k, v]) => k !== v);
    expect(wrong).toEqual([]);
    expect(rows).toHaveLength(COUNT);
    await temporary.dispose();
  }
});
