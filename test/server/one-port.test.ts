import { once } from 'node:events';
import { WebSocket } from 'ws';
import { expect, test } from 'vitest';
import { connect2, RawClient, request1, request2, webSocketPath } from './clients.ts';
import { PULL, PUSH, startTestServer } from './test-server.ts';

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
}

test('serves HTTP/1.1, HTTP/2 and WebSocket clients at the same time', async () => {
  const server = await startTestServer();
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${webSocketPath(PULL)}`);
  const [one, two, [frame]] = await Promise.all([
    request1(server.port, { path: '/info' }),
    request2(connect2(server.port), { path: '/info' }),
    once(socket, 'message') as Promise<[Buffer]>,
  ]);
  expect([one.status, two.status]).toEqual([200, 200]);
  expect(frame.toString()).toContain('"name":"ID"');
});

test('serves HTTP/1.1 to a client that offers to upgrade to h2c', async () => {
  const server = await startTestServer();
  const answer = await request1(server.port, {
    path: '/healthcheck',
    headers: {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQAAP__',
    },
  });
  expect(answer.status).toBe(200);
});

test.each([
  ['HTTP/1.1', 'GET /healthcheck HTTP/1.1\r\nhost: localhost\r\n\r\n', 'HTTP/1.1 200 OK'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', '\0\0\0\x04\x01\0\0\0\0'],
])('knows %s by its first bytes however they are cut', async (_name, bytes, expected) => {
  const server = await startTestServer();
  const client = new RawClient(server.port);
  for (const byte of bytes) {
    client.socket.write(byte, 'latin1');
    await new Promise(setImmediate);
  }
  await client.until(expected);
});

test('answers requests that were sent without waiting, in order', async () => {
  const server = await startTestServer();
  const client = new RawClient(server.port);
  client.send(get('/info') + get('/nope') + get('/healthcheck'));
  await client.until('serverState');
  expect(client.received.match(/HTTP\/1\.1 \d+/g)).toEqual([
    'HTTP/1.1 200',
    'HTTP/1.1 404',
    'HTTP/1.1 200',
  ]);
});

test('answers a client that has closed its side after the request', async () => {
  const server = await startTestServer();
  const client = new RawClient(server.port);
  client.socket.end('GET /healthcheck HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  await client.closed;
  expect(client.received).toContain('"isHealthy":true');
});

test('closes a stream without a word when its client sends bytes that are no request', async () => {
  const server = await startTestServer();
  const client = new RawClient(server.port);
  const body = JSON.stringify({ sql: PUSH });
  client.send(
    `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await client.until('queryId');
  client.received = '';
  client.send('nonsense\r\n\r\n');
  await client.closed;
  expect(client.received).toBe('');
  await (
    await server.engine.started()
  ).closed;
});

test('ends an HTTP/2 connection that no longer answers pings', async () => {
  const server = await startTestServer(undefined, {
    limits: { pingIntervalMs: 20, pongTimeoutMs: 50 },
  });
  const client = new RawClient(server.port);
  client.send(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'));
  await client.closed;
});

test('keeps an HTTP/2 connection that answers pings', async () => {
  const server = await startTestServer(undefined, {
    limits: { pingIntervalMs: 10, pongTimeoutMs: 50 },
  });
  const session = connect2(server.port);
  let pings = 0;
  await new Promise<void>((resolve) => {
    session.on('ping', () => {
      pings++;
      if (pings === 10) resolve();
    });
  });
  expect((await request2(session, { path: '/healthcheck' })).status).toBe(200);
});
