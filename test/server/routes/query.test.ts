import { expect, test } from 'vitest';
import { post } from '../clients.ts';
import { PRINT, PULL, startTestServer } from '../test-server.ts';

const V1 = 'application/vnd.ksql.v1+json';
const D = 'application/vnd.ksqlapi.delimited.v1';
const V1_BODY =
  '[{"header":{"queryId":"query_1700000000000","schema":"`ID` INTEGER KEY, `TOTAL` BIGINT"}},\n' +
  '{"row":{"columns":[7,42]}}]';

test.each([[undefined], ['*/*'], [V1], ['application/json']])(
  'answers the version 1 shape to Accept: %s',
  async (accept) => {
    const server = await startTestServer();
    const headers = accept === undefined ? {} : { accept };
    const answer = await post(server.port, '/query', { ksql: PULL }, headers);
    expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
      200,
      V1,
      V1_BODY,
    ]);
  },
);

test('answers lines when asked for them', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/query', { ksql: PULL }, { accept: D });
  expect([answer.headers['content-type'], answer.body]).toEqual([
    D,
    '{"queryId":"query_1700000000000","columnNames":["ID","TOTAL"],"columnTypes":["INTEGER","BIGINT"]}\n' +
      '[7,42]\n',
  ]);
});

test('answers PRINT as lines labelled application/json', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/query', { ksql: PRINT });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    200,
    'application/json',
    'rowtime: N/A, key: 1\nrowtime: N/A, key: 2\n',
  ]);
});
