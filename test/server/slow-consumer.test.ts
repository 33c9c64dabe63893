import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, test } from 'vitest';
import type { ServerLimits } from '../../server/limits.ts';
import { STRING } from '../../src/sql/types.ts';
import { connect2, RawClient } from './clients.ts';
import { startDatabaseServer } from './database-server.ts';
import { rows, ScriptedResult, type ScriptedResultOptions } from './scripted-engine.ts';
import { FLOOD, ID_TOTAL, startTestServer, type TestServer } from './test-server.ts';

const ROWS_PER_BATCH = 100;
const MESSAGE = 'SLOW_CONSUMER: rows were not read as fast as they came';
const LIMITS = { pendingBytesMax: 100_000, stallTimeoutMs: 100, closeTimeoutMs: 60_000 };

/** A server with a query that never runs out of rows, numbered from 0. */
function startFlood(
  options: Partial<ScriptedResultOptions> = {},
  limits: Partial<ServerLimits> = {},
): Promise<TestServer> {
  let next = 0;
  const endless = () =>
    rows(...Array.from({ length: ROWS_PER_BATCH }, () => [next++, 2 ** 53 - 1]));
  const result = (): ScriptedResult =>
    new ScriptedResult({ kind: 'push', columns: ID_TOTAL, endless, hasTokens: true, ...options });
  const script = { queries: { [FLOOD]: result } };
  return startTestServer(script, { limits: { ...LIMITS, ...limits } });
}

/** What came over HTTP/1.1 by a client that stops reading until it is cut off, and then goes on. */
async function readLate1(server: TestServer, path: string, accept: string): Promise<string> {
  const client = new RawClient(server.port).send(requestOf(path, accept));
  client.socket.pause();
  await (
    await server.engine.started()
  ).closed;
  client.socket.resume();
  // The response ends as it should: the connection could be used again.
  await client.until('\r\n0\r\n\r\n');
  return unchunked(client.received);
}

function requestOf(path: string, accept: string): string {
  if (path.startsWith('/sse')) return `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
  const body = JSON.stringify(path === '/query' ? { ksql: FLOOD } : { sql: FLOOD });
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\naccept: ${accept}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function unchunked(received: string): string {
  let rest = received.slice(received.indexOf('\r\n\r\n') + 4);
  let text = '';
  for (;;) {
    const lineEnd = rest.indexOf('\r\n');
    const length = parseInt(rest.slice(0, lineEnd), 16);
    if (length === 0) return text;
    text += rest.slice(lineEnd + 2, lineEnd + 2 + length);
    rest = rest.slice(lineEnd + 2 + length + 2);
  }
}

/** Every row up to the last is there, whole batches of them, and the token stands behind these. */
function expectToken(token: unknown, ids: readonly number[]): void {
  expect(ids).toEqual(ids.map((_, index) => index));
  expect(ids.length).toBeGreaterThan(ROWS_PER_BATCH);
  expect(token).toBe(`behind ${ids.length / ROWS_PER_BATCH}`);
}

const error = (token: string | undefined): object => {
  const known = { '@type': 'generic_error', error_code: 42900, message: MESSAGE };
  return token === undefined ? known : { ...known, continuationToken: token };
};

describe('a client that reads again is told why there is no more, and where to go on', () => {
  test('by a line behind the last row', async () => {
    const text = await readLate1(await startFlood(), '/query-stream', '*/*');
    const lines = text.trimEnd().split('\n').slice(1);
    const { continuationToken, ...rest } = JSON.parse(lines.pop()!) as Record<string, unknown>;
    expect(rest).toEqual(error(undefined));
    expectToken(
      continuationToken,
      lines.map((line) => (JSON.parse(line) as number[])[0]!),
    );
  });

  test.each(['/query', '/query-stream'])('by the last member of version 1 on %s', async (path) => {
    const accept = 'application/vnd.ksql.v1+json';
    const text = await readLate1(await startFlood(), path, accept);
    const [, ...members] = JSON.parse(text) as {
      row?: { columns: number[] };
      errorMessage?: { continuationToken: string };
    }[];
    const { errorMessage } = members.pop()!;
    expect(errorMessage).toEqual(error(errorMessage!.continuationToken));
    expectToken(
      errorMessage!.continuationToken,
      members.map(({ row }) => row!.columns[0]!),
    );
  });

  test('by the last element of an array', async () => {
    const text = await readLate1(await startFlood(), '/query-stream', 'application/json');
    const [, ...elements] = JSON.parse(text) as (number[] | { continuationToken: string })[];
    const last = elements.pop() as { continuationToken: string };
    expect(last).toEqual(error(last.continuationToken));
    expectToken(
      last.continuationToken,
      elements.map((row) => (row as number[])[0]!),
    );
  });

  test('by an event, whose id is the token', async () => {
    const path = `/sse/query?sql=${encodeURIComponent(FLOOD)}`;
    const text = await readLate1(await startFlood(), path, '');
    const events = text.split('\n\n').slice(0, -1);
    const last = events.pop()!;
    const ids = events.slice(1).flatMap((event) => {
      const { rows: list } = JSON.parse(event.split('data: ')[1]!) as { rows: number[][] };
      return list.map(([id]) => id!);
    });
    const token = `behind ${ids.length / ROWS_PER_BATCH}`;
    expect(last).toBe(
      `event: interrupted\nid: ${token}\ndata: {"reason":"${MESSAGE}","again":true}`,
    );
    expectToken(token, ids);
  });

  test('without a token where the query cannot go on, and on a pull query', async () => {
    for (const options of [{ hasTokens: false }, { kind: 'pull' }] as const) {
      const text = await readLate1(await startFlood(options), '/query-stream', '*/*');
      expect(JSON.parse(text.trimEnd().split('\n').at(-1)!)).toEqual(error(undefined));
    }
  });

  test('by a line behind those of PRINT', async () => {
    const lines = Array.from({ length: 100 }, () => `rowtime: N/A, key: ${'k'.repeat(100)}`);
    const server = await startFlood({ kind: 'print', endless: () => ({ kind: 'lines', lines }) });
    const text = await readLate1(server, '/query-stream', '*/*');
    const last = text.trimEnd().split('\n').at(-1)!;
    expect(JSON.parse(last)).toEqual(error(undefined));
  });

  test('over HTTP/2 as well, in a frame of its own', async () => {
    const server = await startFlood();
    const stream = connect2(server.port).request({ ':method': 'POST', ':path': '/query-stream' });
    stream.end(JSON.stringify({ sql: FLOOD }));
    await once(stream, 'response');
    await (
      await server.engine.started()
    ).closed;
    const frames: string[] = [];
    stream.on('data', (chunk: Buffer) => frames.push(chunk.toString()));
    await once(stream, 'close');
    expect(stream.rstCode).toBe(0);
    const { continuationToken } = JSON.parse(frames.pop()!) as { continuationToken: string };
    const lines = frames.join('').trimEnd().split('\n').slice(1);
    const ids = lines.map((line) => (JSON.parse(line) as number[])[0]!);
    expectToken(continuationToken, ids);
  });
});

test('a client that never reads again is cut after the close timeout', async () => {
  // More than the buffers of the system take, however they grow.
  const pendingBytesMax = 8 * 1024 * 1024;
  const limits = {
    stallTimeoutMs: 50,
    closeTimeoutMs: 50,
    pendingBytesMax,
    shutdownGraceMs: 60_000,
  };
  const server = await startFlood({}, limits);
  const client = new RawClient(server.port).send(requestOf('/query-stream', '*/*'));
  client.socket.pause();
  await (
    await server.engine.started()
  ).closed;
  // Waits for all connections.
  await server.close();
  client.socket.resume();
  await client.closed;
  expect(client.received).toContain('[0,');
  expect(client.received).not.toContain('SLOW_CONSUMER');
});

test('a query is gone on with on the same endpoint, and no row is missing', async () => {
  const stream =
    "CREATE STREAM s (n BIGINT, t VARCHAR) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);";
  const { port, temporary } = await startDatabaseServer(stream, { limits: LIMITS });
  const padding = 'x'.repeat(1_000);
  const count = 3_000;
  const records = Array.from({ length: count }, (_, n) => {
    return { key: null, value: Buffer.from(`{"N":${n},"T":"${padding}"}`) };
  });
  await temporary.database.produce('s', records);
  const request = {
    sql: 'SELECT n, t FROM s EMIT CHANGES;',
    properties: { 'auto.offset.reset': 'earliest' },
  };
  const ids = new Set<number>();
  let resume: string | null = null;
  for (const isPatient of [false, false, true]) {
    const session = connect2(port);
    const http = session.request({ ':method': 'POST', ':path': '/query-stream' });
    http.end(JSON.stringify({ ...request, resume }));
    await once(http, 'response');
    if (!isPatient) await untilNoPush(port);
    const before = resume;
    let isFirst = true;
    for await (const line of createInterface({ input: http })) {
      const row = JSON.parse(line) as [number, string] | { continuationToken?: string };
      if (Array.isArray(row)) {
        if (isFirst) expect(row[0] > 0).toBe(before !== null);
        isFirst = false;
        expect(ids.has(row[0])).toBe(false);
        ids.add(row[0]);
      } else resume = row.continuationToken ?? resume;
      if (ids.size === count) break;
    }
    expect(ids.size === count).toBe(isPatient);
    expect(resume).not.toBeNull();
    session.destroy();
  }
  expect([...ids]).toEqual(Array.from({ length: count }, (_, n) => n));
}, 60_000);

async function untilNoPush(port: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    if (text.includes('\nmillrace_client_queries{kind="push"} 0\n')) return;
  }
}

test('a client that reads on a little at a time is cut when all of its time is over', async () => {
  const limits = { ...LIMITS, stallTimeoutMs: 100, closeTimeoutMs: 1_000, shutdownGraceMs: 60_000 };
  const lines = Array.from({ length: 100_000 }, () => 'x'.repeat(1_000));
  const batch = { kind: 'rows', rows: lines.map((line) => [1, line]), tombstones: null } as const;
  const columns = [ID_TOTAL[0]!, { name: 'TEXT', type: STRING, isKey: false }];
  const server = await startFlood({ columns, endless: () => batch }, limits);
  const client = new RawClient(server.port);
  client.send(requestOf('/query-stream', '*/*'));
  client.socket.pause();
  await (
    await server.engine.started()
  ).closed;
  // A little at a time: never silent, and far from all of it.
  client.socket.on('data', () => {
    client.socket.pause();
    setTimeout(() => client.socket.resume(), 10);
  });
  client.socket.resume();
  await server.close();
  await client.closed;
  expect(client.received).not.toContain('SLOW_CONSUMER');
});
