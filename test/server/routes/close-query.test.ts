import { expect, test } from 'vitest';
import { post } from '../clients.ts';
import { PUSH, startTestServer } from '../test-server.ts';

test('ends a push query, whose response is then complete', async () => {
  const server = await startTestServer();
  const accept = 'application/vnd.ksql.v1+json';
  const answering = post(server.port, '/query-stream', { sql: PUSH }, { accept });
  await server.engine.started();
  const answer = await post(server.port, '/close-query', { queryId: 'transient_T_987' });
  expect([answer.status, answer.body]).toEqual([200, '']);
  expect((await answering).body).toBe(
    '[{"header":{"queryId":"transient_T_987","schema":"`ID` INTEGER, `TOTAL` BIGINT"}},\n' +
      '{"finalMessage":"Query Completed"}]',
  );
});

test('refuses an id nobody has, without a content type', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/close-query', { queryId: 'nope' });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    400,
    undefined,
    '{"@type":"generic_error","error_code":40000,"message":"No query with id nope"}',
  ]);
});

test('refuses a request without an id', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/close-query', {});
  expect(JSON.parse(answer.body)).toMatchObject({
    error_code: 40000,
    message: 'Invalid JSON in request: the member "queryId" is missing, expected a string.',
  });
});
