import { expect, test } from 'vitest';
import type { QueryDescriptionEntity } from '../../src/api/entities.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

test('shows sub-topologies, cut where rows are handed over, with their topics and stores', async () => {
  const { database } = await TemporaryDatabase.open();
  await database.execute(
    `CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic='s', value_format='JSON', partitions=2);`,
  );
  const [entity] = await database.execute(
    'EXPLAIN CREATE TABLE t AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;',
  );
  const { topology } = (entity as QueryDescriptionEntity).queryDescription;
  expect(topology).toMatch(
    /^Topologies:\n {3}Sub-topology: 0\n {4}Source: Source-0 \(topics: \[s\]\)\n/,
  );
  expect(topology).toMatch(
    / {4}Repartition: Repartition-\d+ \(partitions: 2\)\n {6}--> Aggregate-\d+\n/,
  );
  expect(topology).toMatch(
    / {3}Sub-topology: 1\n {4}Processor: Aggregate-(\d+) \(stores: \[Aggregate-\1-0\]\)\n/,
  );
  expect(topology).toMatch(/ {4}Sink: Sink-\d+ \(topic: T\)\n {6}--> none\n/);
});
