import { expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import type { Env } from '../../src/base/env.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

test('a query gets on however long its reads take beside its share of a tick', async () => {
  const real = nodeEnv();
  let ms = 0;
  // A second passes between any two looks at the clock: more than a tick may take.
  const clock: Env['clock'] = { ...real.clock, monotonic: () => (ms += 1_000) };
  const temporary = await TemporaryDatabase.open({ env: { ...real, clock } });
  await temporary.run(
    `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
     CREATE TABLE sums AS SELECT k, SUM(v) AS v FROM s GROUP BY k;
     INSERT INTO s (k, v) VALUES (1, 10); INSERT INTO s (k, v) VALUES (2, 20); INSERT INTO s (k, v) VALUES (1, 1);`,
  );
  await temporary.database.settled();
  const rows = await temporary.rows('SELECT k, v FROM sums;');
  expect(rows.toSorted()).toEqual([
    [1, 11],
    [2, 20],
  ]);
});
