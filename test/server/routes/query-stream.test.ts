import { once } from 'node:events';
import { expect, test } from 'vitest';
import { DatabaseError } from '../../../src/base/errors.ts';
import { connect2, post, RawClient, request1, request2 } from '../clients.ts';
import { rows, ScriptedResult } from '../scripted-engine.ts';
import { FLOOD, ID_TOTAL, PRINT, PULL, PUSH, startTestServer } from '../test-server.ts';

const D = 'application/vnd.ksqlapi.delimited.v1';
const V1 = 'application/vnd.ksql.v1+json';
const PUSH_METADATA =
  '{"queryId":"transient_T_987","columnNames":["ID","TOTAL"],"columnTypes":["INTEGER","BIGINT"]}';

test('answers lines unless asked for another shape', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/query-stream', { sql: PULL });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    200,
    D,
    '{"queryId":"query_1700000000000","columnNames":["ID","TOTAL"],"columnTypes":["INTEGER","BIGINT"]}\n' +
      '[7,42]\n',
  ]);
});

test('answers one array to Accept: application/json', async () => {
  const server = await startTestServer();
  const accept = 'application/json, text/plain, */*';
  const answer = await post(server.port, '/query-stream', { sql: PULL }, { accept });
  expect([answer.headers['content-type'], answer.body]).toEqual([
    'application/json',
    '[{"queryId":"query_1700000000000","columnNames":["ID","TOTAL"],"columnTypes":["INTEGER","BIGINT"]},[7,42]]',
  ]);
});

test('answers the version 1 shape of a pull query without a final message', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/query-stream', { sql: PULL }, { accept: V1 });
  expect([answer.headers['content-type'], answer.body]).toEqual([
    V1,
    '[{"header":{"queryId":"query_1700000000000","schema":"`ID` INTEGER KEY, `TOTAL` BIGINT"}},\n' +
      '{"row":{"columns":[7,42]}}]',
  ]);
});

test('answers a pull query that finds nothing with the header alone', async () => {
  const server = await startTestServer({
    queries: { [PULL]: () => new ScriptedResult({ kind: 'pull', columns: ID_TOTAL, end: null }) },
  });
  const answer = await post(server.port, '/query-stream', { sql: PULL }, { accept: V1 });
  expect(answer.body).toBe(
    '[{"header":{"queryId":"query_1","schema":"`ID` INTEGER KEY, `TOTAL` BIGINT"}}]',
  );
});

const DELETION = {
  [PUSH]: () =>
    new ScriptedResult({
      kind: 'push',
      queryId: 'transient_T_987',
      columns: ID_TOTAL,
      batches: [
        {
          kind: 'rows',
          rows: [
            [7, 42],
            [7, null],
          ],
          tombstones: [false, true],
        },
      ],
      end: 'Limit Reached',
    }),
};

test('marks a deletion and says why it ended in the version 1 shape of a push query', async () => {
  const server = await startTestServer({ queries: DELETION });
  const answer = await post(server.port, '/query-stream', { sql: PUSH }, { accept: V1 });
  expect(answer.body).toBe(
    '[{"header":{"queryId":"transient_T_987","schema":"`ID` INTEGER, `TOTAL` BIGINT"}},\n' +
      '{"row":{"columns":[7,42]}},\n' +
      '{"row":{"columns":[7,null],"tombstone":true}},\n' +
      '{"finalMessage":"Limit Reached"}]',
  );
});

test.each([
  [D, `${PUSH_METADATA}\n[7,42]\n`],
  ['application/json', `[${PUSH_METADATA},[7,42]]`],
])('leaves a deletion out of %s', async (accept, body) => {
  const server = await startTestServer({ queries: DELETION });
  const answer = await post(server.port, '/query-stream', { sql: PUSH }, { accept });
  expect(answer.body).toBe(body);
});

test('sends the header and each row as an HTTP/2 frame of its own', async () => {
  const server = await startTestServer();
  const answering = request2(connect2(server.port), {
    path: '/query-stream',
    body: JSON.stringify({ sql: PUSH }),
  });
  const running = await server.engine.started();
  running.feed(rows([1, 1], [2, 2], [3, 3]));
  running.finish('Limit Reached');
  expect((await answering).frames).toEqual([`${PUSH_METADATA}\n`, '[1,1]\n', '[2,2]\n', '[3,3]\n']);
});

test('sends the header and each row as an HTTP/1.1 chunk of its own', async () => {
  const server = await startTestServer();
  const body = JSON.stringify({ sql: PUSH });
  const client = new RawClient(server.port).send(
    `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await client.until(`${PUSH_METADATA}\n\r\n`);
  (await server.engine.started()).feed(rows([1, 1], [2, 2]));
  await client.until('6\r\n[1,1]\n\r\n6\r\n[2,2]\n\r\n');
});

test('sends the header before there is a row', async () => {
  const server = await startTestServer();
  const session = connect2(server.port);
  const stream = session.request({ ':method': 'POST', ':path': '/query-stream' });
  stream.end(JSON.stringify({ sql: PUSH }));
  const [header] = (await once(stream, 'data')) as [Buffer];
  expect(header.toString()).toBe(`${PUSH_METADATA}\n`);
});

test.each([
  [D, `${PUSH_METADATA}\n[1,2]\n`, '\n'],
  ['application/json', `[${PUSH_METADATA},[1,2],`, ']'],
  [
    V1,
    '[{"header":{"queryId":"transient_T_987","schema":"`ID` INTEGER, `TOTAL` BIGINT"}},\n' +
      '{"row":{"columns":[1,2]}},\n{"errorMessage":',
    '}]',
  ],
])('tells an error after the header inside the response, as %s', async (accept, before, after) => {
  const server = await startTestServer();
  const answering = post(server.port, '/query-stream', { sql: PUSH }, { accept });
  const running = await server.engine.started();
  running.feed(rows([1, 2]));
  running.finish(new DatabaseError('CORRUPT', 'The segment is damaged.'));
  const answer = await answering;
  const error = '{"@type":"generic_error","error_code":50000,"message":"The segment is damaged."}';
  expect([answer.status, answer.body]).toEqual([200, before + error + after]);
});

test('answers what a query is refused for without a content type', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/query-stream', { sql: 'SELECT;' });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    400,
    undefined,
    '{"@type":"statement_error","error_code":40001,"message":"Not a query: SELECT; Send it to /ksql.",' +
      '"statementText":"SELECT;","entities":[]}',
  ]);
});

test('answers PRINT as bare lines without a content type', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/query-stream', { sql: PRINT });
  expect([answer.status, answer.headers['content-type'], answer.body]).toEqual([
    200,
    undefined,
    'rowtime: N/A, key: 1\nrowtime: N/A, key: 2\n',
  ]);
});

test('refuses PRINT to a client that does not take lines, and closes it', async () => {
  const server = await startTestServer();
  const accept = 'application/json';
  const answer = await post(server.port, '/query-stream', { sql: PRINT }, { accept });
  expect(answer.status).toBe(406);
  await (
    await server.engine.started()
  ).closed;
});

test('closes the query when an HTTP/1.1 client goes away', async () => {
  const server = await startTestServer();
  const body = JSON.stringify({ sql: PUSH });
  const client = new RawClient(server.port).send(
    `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await client.until('queryId');
  client.socket.destroy();
  await (
    await server.engine.started()
  ).closed;
});

test('closes the query when an HTTP/2 client resets the stream, and only that one', async () => {
  const server = await startTestServer();
  const session = connect2(server.port);
  const open = () => {
    const stream = session.request({ ':method': 'POST', ':path': '/query-stream' });
    stream.on('error', () => {});
    stream.end(JSON.stringify({ sql: PUSH }));
    return stream;
  };
  const first = open();
  await once(first, 'data');
  const second = open();
  await once(second, 'data');
  const [firstRunning, secondRunning] = [
    await server.engine.started(),
    await server.engine.started(),
  ];
  first.close(8);
  await firstRunning.closed;
  secondRunning.feed(rows([1, 1]));
  const [row] = (await once(second, 'data')) as [Buffer];
  expect(row.toString()).toBe('[1,1]\n');
});

test('asks a query for no more rows than a client that stopped reading has room for', async () => {
  const server = await startTestServer(undefined, {
    limits: { pendingBytesMax: 100_000, stallTimeoutMs: 100 },
  });
  const body = JSON.stringify({ sql: FLOOD });
  const client = new RawClient(server.port).send(
    `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  client.socket.pause();
  // Resolves because the stalled client is closed; were rows asked for without bound, memory would
  // run out instead.
  await (
    await server.engine.started()
  ).closed;
  client.socket.resume();
  await client.closed;
  expect(client.received).toContain('transient_FLOOD_1');
  expect((await request1(server.port, { path: '/healthcheck' })).status).toBe(200);
});

test('cuts off an HTTP/2 stream that is not read, while another on the connection flows', async () => {
  const server = await startTestServer(undefined, {
    limits: { pendingBytesMax: 100_000, stallTimeoutMs: 100, closeTimeoutMs: 100 },
  });
  const session = connect2(server.port);
  const stalled = session.request({ ':method': 'POST', ':path': '/query-stream' });
  stalled.on('error', () => {});
  stalled.end(JSON.stringify({ sql: FLOOD }));
  await once(stalled, 'response');
  const running = await server.engine.started();
  const other = await request2(session, {
    path: '/query-stream',
    body: JSON.stringify({ sql: PULL }),
  });
  expect(other.body).toContain('[7,42]');
  await running.closed;
  await once(stalled, 'close');
  expect(stalled.rstCode).toBe(8);
});

test('gives a client that reads slowly every row in order', async () => {
  const batches = Array.from({ length: 200 }, (_, batch) =>
    rows(...Array.from({ length: 100 }, (_, index) => [batch * 100 + index, 2 ** 40])),
  );
  const server = await startTestServer(
    {
      queries: {
        [PUSH]: () =>
          new ScriptedResult({ kind: 'push', columns: ID_TOTAL, batches, end: 'Limit Reached' }),
      },
    },
    { limits: { pendingBytesMax: 1000 } },
  );
  const answer = await request2(connect2(server.port), {
    path: '/query-stream',
    body: JSON.stringify({ sql: PUSH }),
  });
  const ids = answer.body
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => (JSON.parse(line) as number[])[0]);
  expect(ids).toEqual(Array.from({ length: 20_000 }, (_, id) => id));
});
