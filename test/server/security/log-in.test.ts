import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Logger } from '../../../src/base/logger.ts';
import { hashPassword } from '../../../server/security/password-hash.ts';
import { digestToken, Users, type UserLine } from '../../../server/security/users.ts';
import { connect2, post, request1, request2, webSocketPath } from '../clients.ts';
import { startDatabaseServer } from '../database-server.ts';
import { DDL, PULL, startTestServer, TABLE_SCRIPT, type TestServer } from '../test-server.ts';

const INSERT = 'INSERT INTO S VALUES (1);';

let lines: UserLine[];
beforeAll(async () => {
  const secret = await hashPassword('long enough');
  lines = [
    { name: 'alice', role: 'admin', kind: 'password', secret },
    { name: 'walt', role: 'write', kind: 'token', secret: digestToken('mr_walt') },
    { name: 'rita', role: 'read', kind: 'token', secret: digestToken('mr_rita') },
  ];
});

function start(logger?: Logger): Promise<TestServer> {
  return startTestServer(TABLE_SCRIPT, {
    users: new Users(lines),
    ...(logger === undefined ? {} : { logger }),
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});

describe('a request without a log-in', () => {
  test('is refused before its body is read, on every surface alike', async () => {
    const { port, engine } = await start();
    const answer = await request1(port, { path: '/ksql', body: '{not json' });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Basic realm="millrace", Bearer');
    expect(JSON.parse(answer.body)).toEqual({
      '@type': 'generic_error',
      error_code: 40100,
      message: 'Log in: this server asks who you are.',
    });
    const second = await request2(connect2(port), { path: '/query-stream', body: '{}' });
    expect(second.status).toBe(401);
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}${webSocketPath(PULL)}`);
    const [error] = (await once(webSocket, 'error')) as [Error];
    expect(error.message).toBe('Unexpected server response: 401');
    expect((await request1(port, { path: '/subjects' })).status).toBe(401);
    expect(engine.calls).toEqual([]);
  });

  test('still learns whether the server works', async () => {
    const { port } = await start();
    expect((await request1(port, { path: '/healthcheck' })).status).toBe(200);
  });
});

describe('a role', () => {
  test('lets in what it covers and refuses the rest', async () => {
    const { port } = await startDatabaseServer(
      "CREATE STREAM S (ID INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);",
      { users: new Users(lines) },
    );
    const status = async (token: string, path: string, body: unknown): Promise<number> =>
      (await post(port, path, body, bearer(token))).status;
    expect(await status('mr_rita', '/query-stream', { sql: 'SELECT * FROM S;' })).toBe(200);
    expect(await status('mr_rita', '/ksql', { ksql: 'SHOW STREAMS; SHOW TABLES;' })).toBe(200);
    expect(await status('mr_rita', '/ksql', { ksql: DDL })).toBe(403);
    // Also where the statement comes out of a variable.
    const smuggled = { ksql: "DEFINE d = 'DROP'; SHOW STREAMS; ${d} STREAM S;" };
    expect(await status('mr_rita', '/ksql', smuggled)).not.toBe(200);
    expect(await status('mr_rita', '/ksql', { ksql: `SHOW STREAMS; ${DDL}` })).toBe(403);
    expect(await status('mr_rita', '/ksql', { ksql: INSERT })).toBe(403);
    expect(await status('mr_walt', '/ksql', { ksql: INSERT })).toBe(200);
    expect(await status('mr_walt', '/ksql', { ksql: DDL })).toBe(403);
    expect(await status('mr_walt', '/ksql/terminate', {})).toBe(403);
    const alice = await post(port, '/ksql', { ksql: DDL }, basic('alice', 'long enough'));
    expect(alice.status).toBe(200);
  });

  test('reaches a WebSocket through a token in the address', async () => {
    const { port } = await start();
    const path = `${webSocketPath(PULL)}&access_token=mr_rita`;
    const webSocket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    const [frame] = (await once(webSocket, 'message')) as [Buffer];
    expect(JSON.parse(frame.toString())).toHaveLength(2);
    webSocket.close();
  });
});

test('after ten wrong log-ins an address has to wait, also with the right password', async () => {
  const { port } = await start();
  const statuses: number[] = [];
  for (let i = 0; i < 11; i++) {
    const headers = i % 2 === 0 ? basic('alice', `wrong ${i}`) : bearer(`mr_${i}`);
    statuses.push((await request1(port, { path: '/info', headers })).status);
  }
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
  const right = await request1(port, { path: '/info', headers: basic('alice', 'long enough') });
  expect(right.status).toBe(429);
  // A token cannot be guessed, so there is nothing to slow down.
  expect((await request1(port, { path: '/info', headers: bearer('mr_rita') })).status).toBe(200);
});

test('other users count from the moment they are given', async () => {
  const server = await start();
  const login = { path: '/info', headers: basic('alice', 'long enough') };
  expect((await request1(server.port, login)).status).toBe(200);
  server.renew({ users: new Users(lines.slice(1)) });
  expect((await request1(server.port, login)).status).toBe(401);
});

test('statements are noted with who ran them and the name of the request, without secrets', async () => {
  const notes: object[] = [];
  const note = (fields: object): void => void notes.push(fields);
  const { port } = await start({ debug: note, info: note, warn: note, error: note });
  const sql = `CREATE SOURCE CONNECTOR c WITH ('db.password' = 'canary');`;
  const headers = { ...bearer('mr_rita'), 'x-request-id': 'r-1' };
  const answer = await post(port, '/ksql', { ksql: sql }, headers);
  expect(answer.headers['x-request-id']).toBe('r-1');
  expect(notes.filter((fields) => 'audit' in fields)).toEqual([
    expect.objectContaining({
      audit: true,
      requestId: 'r-1',
      principal: 'rita',
      role: 'read',
      statement: `CREATE SOURCE CONNECTOR c WITH ('db.password' = '[redacted]');`,
      outcome: 'BAD_STATEMENT',
    }),
  ]);
  await request1(port, { path: '/info', headers: basic('alice', 'canary') });
  expect(JSON.stringify(notes)).not.toContain('canary');
});
