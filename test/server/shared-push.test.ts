import { once } from 'node:events';
import * as http from 'node:http';
import { onTestFinished, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { connect2, RawClient, webSocketPath } from './clients.ts';
import { type DatabaseServer, startDatabaseServer } from './database-server.ts';

const STREAM =
  "CREATE STREAM s (n BIGINT, t VARCHAR) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);";
const SQL = 'SELECT n, t FROM s WHERE n % 2 = 0 EMIT CHANGES;';

/** Text as it comes in, and a way to wait for more of it. */
class Collected {
  text = '';
  #wake: () => void = () => {};

  take(more: string): void {
    this.text += more;
    this.#wake();
  }

  async until(condition: (text: string) => boolean): Promise<void> {
    while (!condition(this.text)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

/** One client of one of the protocols, which has heard that its query runs. */
interface Listener {
  readonly collected: Collected;
  /** The rows in what it has been sent. */
  numbers(): number[];
}

const ROW = /\[(\d+),"[^"]*"\]/g;

function listener(collected: Collected): Listener {
  return { collected, numbers: () => [...collected.text.matchAll(ROW)].map(([, n]) => Number(n)) };
}

async function overHttp1(port: number, accept: string): Promise<Listener> {
  const collected = new Collected();
  const request = http.request({
    port,
    path: '/query-stream',
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', accept },
  });
  request.end(JSON.stringify({ sql: SQL }));
  onTestFinished(() => void request.destroy());
  request.on('error', () => {});
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.on('error', () => {});
  response.setEncoding('utf8').on('data', (chunk: string) => collected.take(chunk));
  await collected.until((text) => text.includes('\n'));
  return listener(collected);
}

async function overHttp2(port: number): Promise<Listener> {
  const collected = new Collected();
  const stream = connect2(port).request({
    ':method': 'POST',
    ':path': '/query-stream',
    'content-type': 'application/json',
  });
  stream.end(JSON.stringify({ sql: SQL }));
  stream.on('data', (chunk: Buffer) => collected.take(chunk.toString()));
  await collected.until((text) => text.includes('\n'));
  return listener(collected);
}

async function overEvents(port: number): Promise<Listener> {
  const collected = new Collected();
  const path = `/sse/query?${new URLSearchParams({ sql: SQL })}`;
  const request = http.get({ port, path, agent: false }, (response) => {
    response.on('error', () => {});
    response.setEncoding('utf8').on('data', (chunk: string) => collected.take(chunk));
  });
  request.on('error', () => {});
  onTestFinished(() => void request.destroy());
  await collected.until((text) => text.includes('event: started'));
  return listener(collected);
}

async function overWebSocket(port: number, path: string, first?: object): Promise<Listener> {
  const collected = new Collected();
  const webSocket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  onTestFinished(() => webSocket.terminate());
  webSocket.on('message', (data: Buffer) => collected.take(`${data.toString()}\n`));
  if (first !== undefined) {
    await once(webSocket, 'open');
    webSocket.send(JSON.stringify(first));
  }
  await collected.until((text) => text.includes(first === undefined ? '\n' : '"started"'));
  return listener(collected);
}

async function insert(
  { temporary }: DatabaseServer,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const records = Array.from({ length: to - from }, (_, i) => ({
    key: null,
    value: Buffer.from(`{"N":${from + i},"T":"ü${from + i}"}`),
  }));
  await temporary.database.produce('s', records);
}

test('clients of every protocol get the same rows of one query', async () => {
  const server = await startDatabaseServer(STREAM);
  const { port } = server;
  const delimited = 'application/vnd.ksqlapi.delimited.v1';
  const versionOne = 'application/vnd.ksql.v1+json';
  const ask = (id: string): object => ({ type: 'query', id, sql: SQL });
  const listeners = [
    await overHttp1(port, delimited),
    await overHttp1(port, delimited),
    await overHttp1(port, versionOne),
    await overHttp1(port, versionOne),
    await overHttp2(port),
    await overEvents(port),
    await overEvents(port),
    await overWebSocket(port, webSocketPath(SQL)),
    await overWebSocket(port, webSocketPath(SQL)),
    await overWebSocket(port, '/ws', ask('one')),
    await overWebSocket(port, '/ws', ask('one')),
    await overWebSocket(port, '/ws', ask('two')),
  ];
  const expected: number[] = [];
  for (let round = 0; round < 10; round++) {
    const from = round * 200;
    await insert(server, { from, to: from + 200 });
    for (let n = from; n < from + 200; n += 2) expected.push(n);
    if (round % 3 === 0) continue;
    for (const one of listeners) {
      await one.collected.until(() => one.numbers().length >= expected.length);
      expect(one.numbers()).toEqual(expected);
    }
  }
  const texts = listeners.map(({ collected }) => collected.text);
  expect(texts[0]).toContain('\n[0,"ü0"]\n[2,"ü2"]\n');
  expect(texts[2]).toContain('{"row":{"columns":[0,"ü0"]}},\n');
  expect(texts[5]).toContain('data: {"rows":[[0,"ü0"],');
  expect(texts[7]).toContain('{"row":{"columns":[0,"ü0"]}}\n');
  expect(texts[9]).toContain('{"type":"rows","id":"one","rows":[[0,"ü0"],');
  expect(texts[11]).toContain('{"type":"rows","id":"two","rows":[[0,"ü0"],');
});

test('over HTTP/1.1 each row is a chunk of its own', async () => {
  const server = await startDatabaseServer(STREAM);
  const body = JSON.stringify({ sql: SQL });
  const head = `POST /query-stream HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${body.length}\r\n\r\n`;
  const client = new RawClient(server.port).send(head + body);
  await client.until('columnTypes');
  await insert(server, { from: 0, to: 5 });
  await client.until('[4,');
  expect(Buffer.from(client.received, 'latin1').toString()).toContain(
    'a\r\n[0,"ü0"]\n\r\na\r\n[2,"ü2"]\n\r\na\r\n[4,"ü4"]\n\r\n',
  );
});

test('who does not read is closed with a token, and goes on behind what was sent; others do not notice', async () => {
  const server = await startDatabaseServer(STREAM, {
    limits: { pendingBytesMax: 200_000, stallTimeoutMs: 500, closeTimeoutMs: 60_000 },
  });
  const ask = { type: 'query', id: 'q', sql: SQL };
  const live = await overWebSocket(server.port, '/ws', ask);
  const stalled = new WebSocket(`ws://127.0.0.1:${server.port}/ws`);
  onTestFinished(() => stalled.terminate());
  const messages: { type: string; rows?: [number, string][]; token?: string; reason?: string }[] =
    [];
  stalled.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString())));
  await once(stalled, 'open');
  stalled.send(JSON.stringify(ask));
  while (messages.at(-1)?.type !== 'started') await once(stalled, 'message');
  stalled.pause();
  let written = 0;
  const padding = 'x'.repeat(1000);
  const closed = once(stalled, 'close');
  const progress = { isOver: false };
  void (async () => {
    while ((await pushCount(server.port)) > 1) continue;
    progress.isOver = true;
  })();
  while (!progress.isOver) {
    const records = Array.from({ length: 200 }, () => {
      const n = written++;
      return { key: null, value: Buffer.from(`{"N":${n},"T":"${padding}"}`) };
    });
    await server.temporary.database.produce('s', records);
    const count = Math.ceil(written / 2);
    await live.collected.until(() => live.numbers().length >= count || progress.isOver);
  }
  await live.collected.until(() => live.numbers().length >= Math.ceil(written / 2));
  stalled.resume();
  const [code, reason] = (await closed) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1013, expect.stringContaining('SLOW_CONSUMER')]);
  const last = messages.at(-1)!;
  expect(last).toMatchObject({ type: 'ended', again: true });
  expect(last.reason).toContain('SLOW_CONSUMER');
  const rest = await overWebSocket(server.port, '/ws', { ...ask, resume: last.token });
  const before = messages.flatMap(({ rows }) => rows ?? []).map(([n]) => n);
  await rest.collected.until(() => before.length + rest.numbers().length >= written / 2);
  expect([...before, ...rest.numbers()]).toEqual(live.numbers());
}, 60_000);

async function pushCount(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^millrace_client_queries\{kind="push"\} (\d+)$/m.exec(text)?.[1]);
}
