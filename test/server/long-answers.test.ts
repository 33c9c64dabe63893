import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startServer, type RunningServer } from '../../server/app.ts';
import { nodeEnv } from '../../src/base/env-node.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { type Database, openDatabase } from '../../src/database.ts';
import { post, RawClient, webSocketPath } from './clients.ts';
import { usedBytes } from './used-bytes.ts';

const ROWS = 130_000;
const ROWS_MAX = 100_000;
const SQL = 'SELECT * FROM t;';
const TOO_LARGE = /^The pull query read for more than 100000 rows\. Ask for keys/;

let directory: string;
let database: Database;
let server: RunningServer;
/** Added to the clock that tells how long a query has run. */
let skewMs = 0;

beforeAll(async () => {
  const env = nodeEnv();
  const { clock } = env;
  const skewed = Object.assign(Object.create(clock) as typeof clock, {
    monotonic: () => clock.monotonic() + skewMs,
  });
  directory = await mkdtemp(join(tmpdir(), 'millrace-long-answers-'));
  database = await openDatabase({ directory, env: { ...env, clock: skewed } });
  await database.execute(
    `CREATE STREAM s (k INT KEY, v STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', KEY_FORMAT='JSON', PARTITIONS=2);
     CREATE TABLE t AS SELECT k, LATEST_BY_OFFSET(v) AS v FROM s GROUP BY k EMIT CHANGES;`,
  );
  const value = Buffer.from(JSON.stringify({ v: 'x'.repeat(100) }));
  for (let from = 0; from < ROWS; from += 10_000) {
    const records = Array.from({ length: 10_000 }, (_, i) => {
      return { key: Buffer.from(String(from + i)), value };
    });
    await database.produce('s', records);
  }
  await database.settled();
  server = await startServer({ engine: database, port: 0, logger: silentLogger });
}, 120_000);

afterAll(async () => {
  await server.close();
  await database.close();
  await rm(directory, { recursive: true });
});

describe('a pull query of more rows than one may have ends with an error that says so, as whole text', () => {
  test('as lines', async () => {
    const { status, body } = await post(server.port, '/query-stream', { sql: SQL });
    expect(status).toBe(200);
    expect(body.endsWith('\n')).toBe(true);
    const lines = body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const last = lines.pop();
    expect(last).toMatchObject({
      '@type': 'generic_error',
      error_code: 50000,
      message: expect.stringMatching(TOO_LARGE),
    });
    expect(lines.slice(1).every((row) => Array.isArray(row) && row.length === 2)).toBe(true);
    expect(lines.length - 1).toBeLessThanOrEqual(ROWS_MAX);
    expect(lines.length - 1).toBeGreaterThan(ROWS_MAX - 10_000);
  });

  test('as an array', async () => {
    const accept = { accept: 'application/json' };
    const { body } = await post(server.port, '/query-stream', { sql: SQL }, accept);
    const elements = JSON.parse(body) as unknown[];
    expect(elements.at(-1)).toMatchObject({ '@type': 'generic_error', error_code: 50000 });
    expect(elements.length).toBeGreaterThan(ROWS_MAX - 10_000);
  });

  test('in the version 1 shape', async () => {
    const { body } = await post(server.port, '/query', { ksql: SQL });
    const last = body.slice(body.lastIndexOf('\n{"') + 1);
    expect(JSON.parse(last.replace(/,?\s*\]\s*$/, ''))).toMatchObject({
      errorMessage: { '@type': 'generic_error', message: expect.stringMatching(TOO_LARGE) },
    });
  });

  test('as events', async () => {
    const address = `http://127.0.0.1:${server.port}/sse/query?sql=${encodeURIComponent(SQL)}`;
    const text = await (await fetch(address)).text();
    const [name, data] = text.trimEnd().split('\n\n').at(-1)!.split('\n');
    expect(name).toBe('event: failed');
    expect(JSON.parse(data!.replace('data: ', ''))).toMatchObject({
      error_code: 50002,
      message: expect.stringMatching(TOO_LARGE),
    });
  });

  test.each([
    ['/ws/query', webSocketPath(SQL), undefined],
    ['/ws', '/ws', JSON.stringify({ type: 'query', id: 'q', sql: SQL })],
  ])('over %s', async (_name, path, message) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
    let last = '';
    let isFailed = false;
    const failed = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        last = data.toString();
        isFailed ||= /^\{"(?:error|type":"error)"/.test(last);
        if (isFailed) resolve();
      });
    });
    await once(socket, 'open');
    if (message !== undefined) socket.send(message);
    await failed;
    expect(last).toContain('The pull query read for more than 100000 rows.');
    if (message === undefined) expect((await once(socket, 'close'))[0]).toBe(1011);
    socket.close();
  });

  test('nothing is sent but the error when none of them is a row of the answer', async () => {
    const sql = "SELECT * FROM t WHERE v = 'y';";
    const { status, body } = await post(server.port, '/query-stream', { sql });
    expect([status, JSON.parse(body)]).toMatchObject([500, { error_code: 50002 }]);
  });
});

test('a LIMIT ends it early, without an error', async () => {
  const sql = 'SELECT k FROM t LIMIT 5;';
  const { body } = await post(server.port, '/query-stream', { sql });
  expect(body.trimEnd().split('\n')).toHaveLength(6);
});

test('a client that does not read gets the error once its time is over, and costs a bounded buffer', async () => {
  const client = new RawClient(server.port);
  client.socket.pause();
  const body = JSON.stringify({ sql: SQL });
  const before = usedBytes();
  client.send(
    `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const inUse = async (): Promise<string> =>
    (await (await fetch(`${server.url}/metrics`)).text()).match(
      /^millrace_client_queries\{kind="pull"\} (\d+)$/m,
    )?.[1] ?? '';
  await expect.poll(inUse).toBe('1');
  // Others are answered meanwhile.
  for (let i = 0; i < 20; i++) {
    const { status } = await post(server.port, '/query-stream', {
      sql: 'SELECT k FROM t WHERE k = 7;',
    });
    expect(status).toBe(200);
  }
  expect(await inUse()).toBe('1');
  expect(usedBytes() - before).toBeLessThan(32 << 20);
  skewMs = 31_000;
  client.socket.resume();
  await client.until('\r\n0\r\n\r\n');
  skewMs = 0;
  expect(client.received).toContain('The pull query read for more than 30 seconds.');
  await expect.poll(inUse).toBe('0');
});
