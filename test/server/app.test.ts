import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { openDatabase } from '../../src/database.ts';
import { startServer } from '../../server/app.ts';
import { connect2, post, RawClient, request1, request2, webSocketPath } from './clients.ts';
import { rows, ScriptedEngine } from './scripted-engine.ts';
import { FLOOD, PUSH, startTestServer } from './test-server.ts';

test('listens on the loopback only, on a free port, and says where', async () => {
  const server = await startTestServer();
  expect(server.port).toBeGreaterThan(0);
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
});

test('listens on every address of localhost', async () => {
  const server = await startTestServer(undefined, { host: 'localhost' });
  const answer = await fetch(`http://localhost:${server.port}/healthcheck`);
  expect([server.url, answer.status]).toEqual([`http://localhost:${server.port}`, 200]);
});

test('a port in use is refused with the error of the system', async () => {
  const { port } = await startTestServer();
  const second = startServer({ engine: new ScriptedEngine({}), port, logger: silentLogger });
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('answers for the names it was given, whatever the port', async () => {
  const server = await startTestServer(undefined, { allowedHosts: ['Millrace.Example'] });
  const statusFor = async (host: string) =>
    (await request1(server.port, { path: '/info', headers: { host } })).status;
  expect(await statusFor('millrace.example:80')).toBe(200);
  expect(await statusFor('MILLRACE.example')).toBe(200);
  expect(await statusFor('other.example')).toBe(421);
});

test('closing refuses new connections and completes running queries of every kind', async () => {
  const server = await startTestServer(undefined, { limits: { shutdownGraceMs: 10_000 } });
  const session = connect2(server.port);
  const accept = 'application/vnd.ksql.v1+json';
  const one = post(server.port, '/query-stream', { sql: PUSH }, { accept });
  const first = await server.engine.started();
  const two = request2(session, {
    path: '/query-stream',
    body: JSON.stringify({ sql: PUSH }),
    headers: { accept },
  });
  const second = await server.engine.started();
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${webSocketPath(PUSH)}`);
  await once(socket, 'message');
  const third = await server.engine.started();
  const socketClosed = once(socket, 'close') as Promise<[number, Buffer]>;

  await server.close();

  expect((await one).body).toMatch(/\{"finalMessage":"Query Completed"\}\]$/);
  expect((await two).body).toMatch(/\{"finalMessage":"Query Completed"\}\]$/);
  const [code, reason] = await socketClosed;
  expect([code, reason.toString()]).toEqual([1001, 'the server is shutting down']);
  expect([first.isClosed, second.isClosed, third.isClosed]).toEqual([true, true, true]);
  await expect(request1(server.port, { path: '/info' })).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});

test('closing does not wait for idle connections', async () => {
  const server = await startTestServer(undefined, { limits: { shutdownGraceMs: 60_000 } });
  const client = new RawClient(server.port);
  client.send('GET /healthcheck HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await client.until('serverState');
  const session = connect2(server.port);
  await request2(session, { path: '/healthcheck' });
  await server.close();
  await client.closed;
});

test('closing cuts a client that does not finish its request in time', async () => {
  const server = await startTestServer(undefined, { limits: { shutdownGraceMs: 50 } });
  const client = new RawClient(server.port);
  client.send('POST /ksql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{');
  await new Promise(setImmediate);
  await server.close();
  await client.closed;
});

test('a stream without rows outlives the timeout that cuts a silent upload', async () => {
  const server = await startTestServer(undefined, { limits: { connectionTimeoutMs: 50 } });
  const head = 'POST /query-stream HTTP/1.1\r\nhost: localhost\r\n';
  const body = JSON.stringify({ sql: PUSH });
  const stream = new RawClient(server.port);
  stream.send(`${head}content-length: ${body.length}\r\n\r\n${body}`);
  await stream.until('queryId');
  const upload = new RawClient(server.port);
  upload.send(`${head}content-length: 100\r\n\r\n{`);
  await upload.closed;
  (await server.engine.started()).feed(rows([1, 2]));
  await stream.until('[1,2]\n');
});

test('a client that takes rows without end does not keep others waiting', async () => {
  const server = await startTestServer();
  const stream = connect2(server.port).request({ ':method': 'POST', ':path': '/query-stream' });
  stream.on('error', () => {});
  stream.end(JSON.stringify({ sql: FLOOD }));
  stream.resume();
  const greedy = new RawClient(server.port);
  const body = JSON.stringify({ sql: FLOOD });
  greedy.send(
    `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  greedy.socket.removeAllListeners('data').resume();
  const first = await server.engine.started();
  const second = await server.engine.started();
  for (let i = 0; i < 5; i++) {
    expect((await request1(server.port, { path: '/healthcheck' })).status).toBe(200);
  }
  expect([first.isClosed, second.isClosed]).toEqual([false, false]);
});

test('closing twice is closing once', async () => {
  const server = await startTestServer();
  await Promise.all([server.close(), server.close()]);
  await server.close();
});

test('takes a row from an INSERT to clients of all three protocols, every digit kept', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-server-'));
  const database = await openDatabase({ directory });
  const server = await startServer({ engine: database, port: 0, logger: silentLogger });
  onTestFinished(async () => {
    await server.close();
    await database.close();
    await rm(directory, { recursive: true });
  });
  const run = async (ksql: string) => (await post(server.port, '/ksql', { ksql })).status;
  const create =
    'CREATE STREAM clicks (user VARCHAR KEY, ms BIGINT) ' +
    "WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=2);";
  expect(await run(create)).toBe(200);

  const sql = 'SELECT * FROM clicks WHERE ms > 10 EMIT CHANGES LIMIT 1;';
  const body = JSON.stringify({ sql });
  const one = new RawClient(server.port).send(
    `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await one.until('columnNames');
  const two = connect2(server.port).request({ ':method': 'POST', ':path': '/query-stream' });
  two.end(body);
  const frames: string[] = [];
  two.on('data', (frame: Buffer) => frames.push(frame.toString()));
  await once(two, 'data');
  const three = new WebSocket(`ws://127.0.0.1:${server.port}${webSocketPath(sql)}`);
  await once(three, 'message');

  const rowOfThree = once(three, 'message') as Promise<[Buffer]>;
  expect(await run("INSERT INTO clicks VALUES ('bob', 9007199254740993);")).toBe(200);
  await one.until('["bob"');
  await once(two, 'end');
  const row = '["bob",9007199254740993]';
  expect(one.received).toContain(row);
  expect(frames[1]).toBe(`${row}\n`);
  expect((await rowOfThree)[0].toString()).toBe(`{"row":{"columns":${row}}}`);
});
