import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import type { Env } from '../../src/base/env.ts';
import { PROPERTIES, TemporaryDatabase } from '../temporary-database.ts';

/** More than are read at a time. */
const COUNT = 3_000;
const ALL = Array.from({ length: COUNT }, (_, index) => index);

function record(key: number, value: string, timestamp: number) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(key);
  return { key: bytes, value: Buffer.from(value), timestamp };
}

/** A clock that stands still, and one by which every tick ends with the first rows. */
function paces(): { readonly calm: Env['clock']; readonly hurried: Env['clock'] } {
  const real = nodeEnv().clock;
  let ms = 0;
  return {
    calm: { ...real, monotonic: () => 0 },
    hurried: { ...real, monotonic: () => (ms += 1_000) },
  };
}

function openWith(clock: Env['clock']): Promise<TemporaryDatabase> {
  return TemporaryDatabase.open({ env: { ...nodeEnv(), clock } });
}

/** Results of a windowed aggregation behind a repartition, by key, over rows of two partitions whose times interleave. */
async function resultsWith(clock: Env['clock']): Promise<ReadonlyMap<unknown, readonly unknown[]>> {
  const temporary = await openWith(clock);
  await temporary.run(
    `CREATE STREAM s (k INT KEY, g INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);`,
  );
  await temporary.database.produce(
    's',
    ALL.map((index) => record(index, `{"g":${index % 3}}`, index * 10)),
  );
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
  const { calm: still, hurried: fast } = paces();
  const hurried = await resultsWith(fast);
  const calm = await resultsWith(still);
  // No row came too late.
  expect([...calm.values()].map(({ length }) => length)).toEqual([1_000, 1_000, 1_000]);
  expect(hurried).toEqual(calm);
});

test('rows that are handed over meet the table of their time, however long both are', async () => {
  for (const clock of Object.values(paces())) {
    const temporary = await openWith(clock);
    await temporary.run(
      `CREATE STREAM s (k INT KEY, g INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
       CREATE TABLE t (g INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=2);`,
    );
    await temporary.database.produce(
      't',
      ALL.map((index) => record(index % 3, `{"v":${index}}`, index * 10)),
    );
    await temporary.database.produce(
      's',
      ALL.map((index) => record(index, `{"g":${index % 3}}`, index * 10 + 5)),
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

test('rows of one time are taken in the order of inputs, also where what is read at a time ends among them', async () => {
  // Of the table, the last row that is read at first and the one behind it.
  for (const last of [1_023, 1_024]) {
    const temporary = await openWith(nodeEnv().clock);
    await temporary.run(
      `CREATE STREAM s (k INT KEY, g INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE TABLE t (g INT PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    );
    await temporary.database.produce(
      't',
      ALL.map((index) => record(0, `{"v":${index}}`, index <= last ? index : index - 1)),
    );
    await temporary.database.produce('s', [record(0, '{"g":0}', last)]);
    await temporary.run(`CREATE STREAM j AS SELECT s.k AS k, t.v AS v FROM s JOIN t ON s.k = t.g;`);
    expect(await temporary.rows('SELECT v FROM j;')).toEqual([[last + 1]]);
    await temporary.dispose();
  }
});

test('a join does not run ahead where another query reads one of its sources slowly', async () => {
  for (const clock of Object.values(paces())) {
    const temporary = await openWith(clock);
    await temporary.run(
      `CREATE STREAM a (k INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM b (k INT KEY, v INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    );
    await temporary.database.execute(
      `CREATE STREAM f AS SELECT * FROM a WHERE v >= 0;
       CREATE STREAM j AS SELECT ROWKEY AS k, a.v AS l, b.v AS r FROM a
         FULL JOIN b WITHIN 1 MILLISECOND GRACE PERIOD 0 MILLISECONDS ON a.k = b.k;
       PAUSE ALL;`,
      { properties: PROPERTIES },
    );
    // What is read at a time of a goes less far than what is read of b.
    for (const [topic, stepMs] of Object.entries({ a: 2, b: 10 })) {
      const records = ALL.map((index) => record(0, `{"v":${index}}`, index * stepMs));
      await temporary.database.produce(topic, records);
    }
    await temporary.run('RESUME ALL;');
    const rows = await temporary.rows('SELECT l, r FROM j WHERE l IS NOT NULL AND r IS NOT NULL;');
    expect(rows).toEqual(ALL.slice(0, COUNT / 5).map((index) => [5 * index, index]));
    await temporary.dispose();
  }
});
