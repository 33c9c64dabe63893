import { once } from 'node:events';
import { onTestFinished, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { handshake, RawClient, request1 } from '../clients.ts';
import { rows } from '../scripted-engine.ts';
import { DDL, PULL, PUSH, startTestServer, type TestServer } from '../test-server.ts';
import type { ServerOptions } from '../../../server/app.ts';

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly code?: number;
  readonly message?: string;
  readonly rows?: unknown;
}

/** A WebSocket that is asked for one message after the other. */
class Socket {
  readonly webSocket: WebSocket;
  readonly closed: Promise<[number, Buffer]>;
  readonly #messages: Message[] = [];
  #wake: () => void = () => {};

  constructor(port: number, options: { headers?: Record<string, string> } = {}) {
    this.webSocket = new WebSocket(`ws://127.0.0.1:${port}/ws`, options);
    this.webSocket.on('message', (data: Buffer) => {
      this.#messages.push(JSON.parse(data.toString()) as Message);
      this.#wake();
    });
    this.closed = once(this.webSocket, 'close') as Promise<[number, Buffer]>;
    onTestFinished(() => this.webSocket.terminate());
  }

  async next(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async ask(message: object | string): Promise<Message> {
    this.say(message);
    return this.next();
  }

  say(message: object | string): void {
    this.webSocket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }
}

async function open(
  options: Partial<ServerOptions> = {},
): Promise<{ socket: Socket; server: TestServer }> {
  const server = await startTestServer(undefined, options);
  const socket = new Socket(server.port);
  expect((await socket.next()).type).toBe('welcome');
  return { socket, server };
}

test('many queries share a connection, each under its id, until they end or are stopped', async () => {
  const { socket, server } = await open();
  expect(await socket.ask({ type: 'query', id: 'a', sql: PUSH })).toEqual({
    type: 'started',
    id: 'a',
    queryId: 'transient_T_987',
    kind: 'push',
    columns: [
      { name: 'ID', type: 'INTEGER' },
      { name: 'TOTAL', type: 'BIGINT' },
    ],
    token: null,
  });
  const push = await server.engine.started();
  expect((await socket.ask({ type: 'query', id: 'b', sql: PULL })).type).toBe('started');
  expect(await socket.next()).toEqual({ type: 'rows', id: 'b', rows: [[7, 42]], token: null });
  expect(await socket.next()).toMatchObject({ type: 'ended', id: 'b', again: false });
  push.feed({
    kind: 'rows',
    rows: [
      [1, 2],
      [3, null],
    ],
    tombstones: [false, true],
  });
  expect(await socket.next()).toEqual({
    type: 'rows',
    id: 'a',
    rows: [
      [1, 2],
      [3, null],
    ],
    deleted: [1],
    token: null,
  });
  socket.say({ type: 'stop', id: 'a' });
  expect(await socket.next()).toMatchObject({ type: 'ended', id: 'a' });
  await push.closed;
  expect(await socket.ask({ type: 'execute', id: 'x', sql: DDL })).toMatchObject({
    type: 'result',
    id: 'x',
    entities: [{ '@type': 'currentStatus' }],
  });
  expect(await socket.ask({ type: 'ping' })).toEqual({ type: 'pong' });
});

test('values of parameters reach the engine as literals', async () => {
  const { socket, server } = await open();
  const sql = 'SELECT ? FROM T;';
  await socket.ask({ type: 'query', id: 'a', sql, parameters: ["x' ; DROP STREAM S; ${y}"] });
  expect(server.engine.calls.at(-1)).toMatchObject({
    sql: "SELECT  'x'' ; DROP STREAM S; ${y}'  FROM T;",
    options: { properties: { 'ksql.variable.substitution.enable': false } },
  });
  expect(await socket.ask({ type: 'query', id: 'a', sql, parameters: [] })).toMatchObject({
    type: 'error',
    code: 40000,
  });
});

describe('a message that cannot be taken', () => {
  test.each([
    ['{nope', null],
    ['[]', null],
    ['{"type":"query","id":"a"}', 'a'],
    ['{"type":"dance","id":"a"}', 'a'],
    ['{"type":"stop","id":"a"}', 'a'],
    ['{"type":"query","id":"a","sql":"x","__proto__":{}}', 'a'],
    ['{"type":"query","id":7,"sql":"x"}', null],
  ])('%s is answered with an error, and the connection goes on', async (text, id) => {
    const { socket } = await open();
    expect(await socket.ask(text)).toMatchObject({ type: 'error', id, code: 40000 });
    expect(await socket.ask({ type: 'ping' })).toEqual({ type: 'pong' });
  });

  test('ten in a row close the connection with 1008, but not ten in all', async () => {
    const { socket } = await open();
    for (let i = 0; i < 9; i++) await socket.ask('x');
    await socket.ask({ type: 'ping' });
    for (let i = 0; i < 9; i++) await socket.ask('x');
    await socket.ask({ type: 'ping' });
    for (let i = 0; i < 10; i++) socket.say('x');
    expect((await socket.closed)[0]).toBe(1008);
  });

  test('in binary closes it with 1003, too large with 1009', async () => {
    const { socket, server } = await open({ limits: { messageBytesMax: 1000 } });
    socket.webSocket.send(Buffer.from([1, 2]));
    expect((await socket.closed)[0]).toBe(1003);
    const other = new Socket(server.port);
    await other.next();
    other.say('x'.repeat(1001));
    expect((await other.closed)[0]).toBe(1009);
  });
});

test('queries beyond the limit, and of an id that is taken, are refused', async () => {
  const { socket } = await open({ limits: { queriesPerWebSocketMax: 2 } });
  await socket.ask({ type: 'query', id: 'a', sql: PUSH });
  expect(await socket.ask({ type: 'query', id: 'a', sql: PUSH })).toMatchObject({ code: 40000 });
  await socket.ask({ type: 'query', id: 'b', sql: PUSH });
  expect(await socket.ask({ type: 'query', id: 'c', sql: PUSH })).toMatchObject({ code: 42900 });
});

test('the end of the connection ends its queries, also those being started', async () => {
  const { socket, server } = await open();
  await socket.ask({ type: 'query', id: 'a', sql: PUSH });
  const push = await server.engine.started();
  socket.say({ type: 'query', id: 'b', sql: PUSH });
  socket.webSocket.terminate();
  await push.closed;
  const { closed } = await server.engine.started();
  await closed;
});

test('a shutdown tells each query where it stands, then closes with 1001', async () => {
  const { socket, server } = await open();
  await socket.ask({ type: 'query', id: 'a', sql: PUSH });
  void server.close();
  expect(await socket.next()).toMatchObject({ type: 'ended', id: 'a', again: true });
  expect((await socket.closed)[0]).toBe(1001);
});

test('a page of another origin is not let in; a plain request is told what the path is for', async () => {
  const { server } = await open();
  const foreign = new RawClient(server.port).send(
    handshake('/ws', { origin: 'https://evil.example' }),
  );
  await foreign.until('403');
  const plain = await request1(server.port, { path: '/ws' });
  expect(plain.status).toBe(400);
  expect(plain.body).toContain('/ws is for WebSocket handshakes');
});

test('rows of a large batch come in pieces, of which the last has no more behind it', async () => {
  const { socket, server } = await open({ limits: { rowsChunkBytes: 10 } });
  await socket.ask({ type: 'query', id: 'a', sql: PUSH });
  (await server.engine.started()).feed(rows([1, 100], [2, 200], [3, 300]));
  expect(await socket.next()).toMatchObject({
    rows: [
      [1, 100],
      [2, 200],
    ],
    more: true,
  });
  expect(await socket.next()).toEqual({ type: 'rows', id: 'a', rows: [[3, 300]], token: null });
});
