import { expect, test } from 'vitest';
import { nodeEnv } from '../src/base/env-node.ts';
import { TemporaryDatabase } from './temporary-database.ts';

const DAY_MS = 86_400_000;

test('queries, inserts and restarts go on when the clock is put back a day or forward a year', async () => {
  let skewMs = 0;
  const env = nodeEnv();
  const clock = Object.assign(Object.create(env.clock) as typeof env.clock, {
    now: () => env.clock.now() + skewMs,
  });
  const temporary = await TemporaryDatabase.open({ env: { ...env, clock } });
  await temporary.run(
    `CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE n AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
     CREATE TABLE w AS SELECT k, COUNT(*) AS c FROM s WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 0 SECONDS) GROUP BY k EMIT CHANGES;`,
  );
  const push = await temporary.database.query('SELECT v FROM s EMIT CHANGES;');
  for (const [v, skew] of [0, -DAY_MS, 365 * DAY_MS, 0].entries()) {
    skewMs = skew;
    await temporary.run(`INSERT INTO s VALUES ('a', ${v});`);
    expect(await push.next()).toMatchObject({ rows: [[v]] });
    expect(await temporary.rows("SELECT c FROM n WHERE k = 'a';")).toEqual([[v + 1]]);
  }
  await push.close();
  // Event time is what rows say: those of a day ago are late, those of next year open a window.
  expect(await temporary.rows("SELECT c FROM w WHERE k = 'a';")).toEqual([[1]]);
  for (const skew of [-DAY_MS, 365 * DAY_MS]) {
    skewMs = skew;
    await temporary.reopen();
    await temporary.run("INSERT INTO s VALUES ('b', 1);");
  }
  expect(await temporary.rows("SELECT c FROM n WHERE k = 'b';")).toEqual([[2]]);
});
