import { expect, test } from 'vitest';
import { post } from '../clients.ts';
import { startDatabaseServer } from '../database-server.ts';

const SETUP = `
  CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic = 's', value_format = 'JSON', partitions = 1);
  CREATE STREAM d AS SELECT k, v FROM s;
`;

test('EXPLAIN of a running query says in which state it is on this server', async () => {
  const server = await startDatabaseServer(SETUP);
  const { temporary, port } = server;
  const [query] = temporary.database.inside.catalog.queries;
  const host = `127.0.0.1:${port}`;
  const explain = await post(port, '/ksql', { ksql: `EXPLAIN ${query?.id};` });
  const [{ queryDescription }] = JSON.parse(explain.body);
  expect(queryDescription.ksqlHostQueryStatus).toEqual({ [host]: 'RUNNING' });
  expect(queryDescription.topology).toMatch(/^Topologies:\n {3}Sub-topology: 0\n/);
  const list = await post(port, '/ksql', { ksql: 'SHOW QUERIES EXTENDED;' });
  const [{ queryDescriptions }] = JSON.parse(list.body);
  expect(queryDescriptions[0].ksqlHostQueryStatus).toEqual({ [host]: 'RUNNING' });
  const planned = await post(port, '/ksql', { ksql: 'EXPLAIN SELECT v FROM s EMIT CHANGES;' });
  expect(JSON.parse(planned.body)[0].queryDescription.ksqlHostQueryStatus).toEqual({});
});
