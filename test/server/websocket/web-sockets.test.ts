import { once } from 'node:events';
import { WebSocket } from 'ws';
import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../../src/base/errors.ts';
import { handshake, RawClient, request1, webSocketPath } from '../clients.ts';
import { rows } from '../scripted-engine.ts';
import { CRASH, DDL, FLOOD, PRINT, PULL, PUSH, startTestServer } from '../test-server.ts';

interface Session {
  readonly socket: WebSocket;
  readonly frames: string[];
  /** The close code and reason. */
  readonly closed: Promise<readonly [number, string]>;
}

function open(port: number, path: string): Session {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const frames: string[] = [];
  socket.on('message', (data: Buffer) => frames.push(data.toString()));
  const closed = new Promise<readonly [number, string]>((resolve) => {
    socket.on('close', (code, reason) => resolve([code, reason.toString()]));
  });
  return { socket, frames, closed };
}

function request(text: string): string {
  return `/ws/query?request=${encodeURIComponent(text)}`;
}

const FIELD_ID = '{"name":"ID","schema":{"type":"INTEGER","fields":null,"memberSchema":null}';
const FIELD_TOTAL = '{"name":"TOTAL","schema":{"type":"BIGINT","fields":null,"memberSchema":null}}';
const DONE = '{"error":"done"}';

test('a pull query sends its schema with keys, its rows, and that it is done', async () => {
  const server = await startTestServer();
  const session = open(server.port, webSocketPath(PULL));
  expect(await session.closed).toEqual([1000, 'done']);
  expect(session.frames).toEqual([
    `[${FIELD_ID},"type":"KEY"},${FIELD_TOTAL}]`,
    '{"row":{"columns":[7,42]}}',
    DONE,
  ]);
});

test('a push query sends each row as it happens and leaves deletions out', async () => {
  const server = await startTestServer();
  const session = open(server.port, `${webSocketPath(PUSH)}&version=1`);
  await once(session.socket, 'message');
  const running = await server.engine.started();
  running.feed(rows([1, 2]));
  await once(session.socket, 'message');
  running.feed({
    kind: 'rows',
    rows: [
      [1, null],
      [3, 4],
    ],
    tombstones: [true, false],
  });
  running.finish('Limit Reached');
  expect(await session.closed).toEqual([1000, 'done']);
  expect(session.frames).toEqual([
    `[${FIELD_ID}},${FIELD_TOTAL}]`,
    '{"row":{"columns":[1,2]}}',
    '{"row":{"columns":[3,4]}}',
    DONE,
  ]);
});

test('PRINT sends a string per record and no schema', async () => {
  const server = await startTestServer();
  const session = open(server.port, webSocketPath(PRINT));
  expect(await session.closed).toEqual([1000, 'done']);
  expect(session.frames).toEqual(['"rowtime: N/A, key: 1"', '"rowtime: N/A, key: 2"', DONE]);
});

test('text from the client is ignored', async () => {
  const server = await startTestServer();
  const session = open(server.port, webSocketPath(PUSH));
  await once(session.socket, 'message');
  session.socket.send('hello');
  (await server.engine.started()).feed(rows([1, 2]));
  await once(session.socket, 'message');
  expect(session.frames).toHaveLength(2);
});

describe('is told what is wrong in a frame and closed with 1003', () => {
  test.each([
    ['no request', '/ws/query', 'Error parsing request: missing request parameter'],
    ['another version', `${webSocketPath(PULL)}&version=2`, 'Received invalid api version: 2'],
    [
      'an empty object',
      request('{}'),
      'Invalid JSON in request: the member "ksql" is missing, expected a string.',
    ],
    [
      'a forbidden name',
      request('{"__proto__":1}'),
      'Invalid JSON in request: a member named "__proto__" at position 1 is not allowed.',
    ],
    ['another kind of statement', webSocketPath(DDL), `Not a query: ${DDL} Send it to /ksql.`],
  ])('%s', async (_name, path, message) => {
    const server = await startTestServer();
    const session = open(server.port, path);
    expect(await session.closed).toEqual([1003, message]);
    expect(session.frames).toEqual([JSON.stringify({ error: message })]);
  });
});

test('an error while running is told in a frame and closes with 1011', async () => {
  const server = await startTestServer();
  const session = open(server.port, webSocketPath(PUSH));
  await once(session.socket, 'message');
  const running = await server.engine.started();
  running.finish(new DatabaseError('CORRUPT', 'The segment is damaged.'));
  expect(await session.closed).toEqual([1011, 'The segment is damaged.']);
  expect(session.frames.at(-1)).toBe('{"error":"The segment is damaged."}');
});

test('an error of our own closes with 1011 without its details', async () => {
  const server = await startTestServer({
    queries: {
      [CRASH]: () => {
        throw new TypeError('secret detail of our own');
      },
    },
  });
  const session = open(server.port, webSocketPath(CRASH));
  const [code, reason] = await session.closed;
  expect(code).toBe(1011);
  expect(reason).not.toContain('secret');
});

test('one push query above the limit closes with 1013', async () => {
  const server = await startTestServer(undefined, { limits: { pushQueryCountMax: 0 } });
  const session = open(server.port, webSocketPath(PUSH));
  expect((await session.closed)[0]).toBe(1013);
  await (
    await server.engine.started()
  ).closed;
});

test('closing from the client ends the query', async () => {
  const server = await startTestServer();
  const session = open(server.port, webSocketPath(PUSH));
  await once(session.socket, 'message');
  session.socket.close();
  await (
    await server.engine.started()
  ).closed;
});

test('a client that vanishes ends the query', async () => {
  const server = await startTestServer();
  const session = open(server.port, webSocketPath(PUSH));
  await once(session.socket, 'message');
  session.socket.terminate();
  await (
    await server.engine.started()
  ).closed;
});

test('a client that does not answer pings is cut and its query ended', async () => {
  const server = await startTestServer(undefined, {
    limits: { pingIntervalMs: 20, pongTimeoutMs: 50 },
  });
  const client = new RawClient(server.port).send(handshake(webSocketPath(PUSH)));
  await client.closed;
  await (
    await server.engine.started()
  ).closed;
});

test('a client that answers pings stays', async () => {
  const server = await startTestServer(undefined, {
    limits: { pingIntervalMs: 10, pongTimeoutMs: 50 },
  });
  const session = open(server.port, webSocketPath(PUSH));
  for (let i = 0; i < 10; i++) await once(session.socket, 'ping');
  (await server.engine.started()).feed(rows([1, 2]));
  await once(session.socket, 'message');
  expect(session.socket.readyState).toBe(WebSocket.OPEN);
});

test('a client that stops reading is closed as a slow consumer and others are served', async () => {
  const server = await startTestServer(undefined, {
    limits: { pendingBytesMax: 100_000, stallTimeoutMs: 100, closeTimeoutMs: 10_000 },
  });
  const session = open(server.port, webSocketPath(FLOOD));
  await once(session.socket, 'open');
  session.socket.pause();
  await (
    await server.engine.started()
  ).closed;
  const other = open(server.port, webSocketPath(PULL));
  expect(await other.closed).toEqual([1000, 'done']);
  session.socket.resume();
  expect(await session.closed).toEqual([
    1013,
    'SLOW_CONSUMER: rows were not read as fast as they came',
  ]);
  expect((await request1(server.port, { path: '/healthcheck' })).status).toBe(200);
});

test('a slow consumer that never reads again is cut after the close timeout', async () => {
  const server = await startTestServer(undefined, {
    limits: { pendingBytesMax: 100_000, stallTimeoutMs: 50, closeTimeoutMs: 50 },
  });
  const client = new RawClient(server.port).send(handshake(webSocketPath(FLOOD)));
  client.socket.pause();
  await (
    await server.engine.started()
  ).closed;
  await server.close();
  client.socket.resume();
  await client.closed;
});
