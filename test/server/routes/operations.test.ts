import { expect, test } from 'vitest';
import { startDatabaseServer } from '../database-server.ts';
import { post, request1 } from '../clients.ts';

const SQL = `
  CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);
  CREATE TABLE t WITH (KAFKA_TOPIC='t1') AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`;

async function get(port: number, path: string): Promise<readonly [number, unknown]> {
  const { status, body } = await request1(port, { path });
  return [status, body === '' ? '' : JSON.parse(body)];
}

test('/status tells what became of statements, also of those before a restart', async () => {
  const { port, temporary } = await startDatabaseServer(SQL);
  const created = { status: 'SUCCESS', message: 'Stream created', queryId: null };
  expect(await get(port, '/status')).toEqual([
    200,
    { commandStatuses: { 'stream/`S`/create': 'SUCCESS', 'table/`T`/create': 'SUCCESS' } },
  ]);
  expect(await get(port, '/status/stream/%60S%60/create')).toEqual([200, created]);
  expect(await get(port, '/status/stream/`S`/create')).toEqual([200, created]);
  expect(await get(port, '/status/stream/S/drop')).toMatchObject([
    404,
    { error_code: 40400, message: 'Command not found' },
  ]);
  await temporary.reopen();
  const { commandStatuses } = temporary.database;
  expect([...commandStatuses.keys()]).toEqual(['stream/`S`/create', 'table/`T`/create']);
  expect(commandStatuses.get('table/`T`/create')?.queryId).toBe('CTAS_T_1');
});

test('/is_valid_property knows what may be set', async () => {
  const { port } = await startDatabaseServer();
  expect(await get(port, '/is_valid_property/auto.offset.reset')).toEqual([200, true]);
  expect(await get(port, '/is_valid_property/ksql.streams.auto.offset.reset')).toEqual([200, true]);
  expect(await get(port, '/is_valid_property/odd')).toMatchObject([400, { error_code: 40000 }]);
});

test('/v1/metadata names the server', async () => {
  const { port, temporary } = await startDatabaseServer();
  const id = {
    id: '',
    scope: {
      path: [],
      clusters: { 'kafka-cluster': temporary.database.clusterId, 'ksql-cluster': 'default_' },
    },
  };
  expect(await get(port, '/v1/metadata/id')).toEqual([200, id]);
  expect(await get(port, '/v1/metadata')).toEqual([
    200,
    { version: expect.stringMatching(/^\d/) as string, clusterId: id },
  ]);
});

test('/clusterStatus shows this server and what its queries read', async () => {
  const { port } = await startDatabaseServer(SQL);
  expect(await get(port, '/clusterStatus')).toMatchObject([
    200,
    {
      clusterStatus: {
        [`127.0.0.1:${port}`]: {
          hostAlive: true,
          activeStandbyPerQuery: {
            CTAS_T_1: {
              activeStores: [expect.stringContaining('Aggregate')],
              activePartitions: [
                { topic: 's', partition: 0 },
                { topic: 's', partition: 1 },
              ],
              standByStores: [],
            },
          },
        },
      },
    },
  ]);
});

test('/heartbeat, /lag and the checks of a cluster are answered', async () => {
  const { port } = await startDatabaseServer();
  for (const path of ['/heartbeat', '/lag']) {
    const answer = await post(port, path, { hostInfo: { host: 'h', port: 1 }, timestamp: 1 });
    expect([answer.status, answer.body]).toEqual([200, '{"isOk":true}']);
    expect((await post(port, path, [])).status).toBe(400);
  }
  expect(await get(port, '/chc/ready')).toEqual([200, {}]);
  expect(await get(port, '/chc/live/')).toEqual([200, {}]);
});

test('/ksql/terminate ends everything, deletes the topics asked for, and then refuses requests', async () => {
  const { port, temporary } = await startDatabaseServer(SQL);
  const wrong = await post(port, '/ksql/terminate', { deleteTopicList: ['t(1'] });
  expect([wrong.status, JSON.parse(wrong.body)]).toMatchObject([
    400,
    { error_code: 40000, message: 'Invalid pattern: t(1' },
  ]);
  expect(temporary.database.catalog.sources).toHaveLength(2);
  const answer = await post(port, '/ksql/terminate', { deleteTopicList: ['t\\d'] });
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
    200,
    [{ '@type': 'currentStatus', commandId: 'cluster/TerminateCluster/terminate' }],
  ]);
  const { catalog, log } = temporary.database;
  expect([catalog.sources, catalog.queries]).toEqual([[], []]);
  expect([log.topic('s') === undefined, log.topic('t1') === undefined]).toEqual([false, true]);
  expect(await get(port, '/info')).toMatchObject([503, { error_code: 50304 }]);
  expect(await get(port, '/chc/live')).toEqual([200, {}]);
});

test('a wrong method for a path with parameters names the right one', async () => {
  const { port } = await startDatabaseServer();
  const answer = await post(port, '/status/a/b/c', {});
  expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
});
