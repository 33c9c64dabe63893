import { expect, test } from 'vitest';
import { ROUTES } from '../../../server/routes/index.ts';
import { connect2, request1, request2 } from '../clients.ts';
import { startTestServer } from '../test-server.ts';

test('no two endpoints share a method and a path', () => {
  const names = ROUTES.map((route) => `${route.method} ${route.path}`);
  expect(new Set(names).size).toBe(names.length);
});

test('/ redirects to /info', async () => {
  const server = await startTestServer();
  const answer = await request1(server.port, { path: '/' });
  expect([answer.status, answer.headers['location'], answer.body]).toEqual([307, '/info', '']);
});

test('/info names the server over HTTP/1.1 and HTTP/2, with or without a slash at the end', async () => {
  const server = await startTestServer();
  const expected = expect.stringMatching(
    /^\{"KsqlServerInfo":\{"version":"\d+\.\d+\.\d+","kafkaClusterId":"cluster-1","ksqlServiceId":"default_","serverStatus":"RUNNING"\}\}$/,
  );
  expect((await request1(server.port, { path: '/info' })).body).toEqual(expected);
  expect((await request2(connect2(server.port), { path: '/info/?x=1' })).body).toEqual(expected);
});

test('/info and /healthcheck say when the database has failed', async () => {
  const server = await startTestServer();
  server.engine.status = 'failed';
  const info = await request1(server.port, { path: '/info' });
  const health = await request1(server.port, { path: '/healthcheck' });
  expect(JSON.parse(info.body)).toMatchObject({ KsqlServerInfo: { serverStatus: 'ERROR' } });
  expect([health.status, JSON.parse(health.body)]).toEqual([
    200,
    {
      isHealthy: false,
      details: {
        metastore: { isHealthy: false },
        kafka: { isHealthy: false },
        commandRunner: { isHealthy: false },
      },
      serverState: 'ERROR',
    },
  ]);
});

test('HEAD of a GET endpoint answers its headers alone', async () => {
  const server = await startTestServer();
  const answer = await request1(server.port, { method: 'HEAD', path: '/healthcheck' });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    200,
    'application/json',
    '',
  ]);
});
