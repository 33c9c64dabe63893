import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { connect2, post, request1, request2 } from './clients.ts';
import { type DatabaseServer, startDatabaseServer } from './database-server.ts';

const SETUP = `
  CREATE STREAM s (k INT KEY, v INT) WITH (kafka_topic = 's', value_format = 'JSON', partitions = 2);
  CREATE STREAM doubled AS SELECT k, v * 2 AS v FROM s;
  CREATE TABLE t AS SELECT k, SUM(v) AS total FROM doubled GROUP BY k;
`;
/** What is there is answered at once, so that only `after` waits. */
const AT_ONCE = { 'millrace.query.pull.wait.ms': 0 };
const J = { accept: 'application/json' };

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Writes a row and says where it stands. */
async function insert({ port }: DatabaseServer, row: object): Promise<Position> {
  const body = `${JSON.stringify({ target: 's', positions: true })}\n${JSON.stringify(row)}`;
  const answer = await request2(connect2(port), { path: '/inserts-stream', body });
  const { topic, partition, offset } = JSON.parse(answer.body) as Position;
  return { topic, partition, offset };
}

test('an acknowledgement says where its row stands when asked to', async () => {
  const { port } = await startDatabaseServer(SETUP);
  const body = '{"target":"s","positions":true}\n{"k":1,"v":1}';
  const answer = await request2(connect2(port), { path: '/inserts-stream', body });
  expect(answer.body).toMatch(
    /^\{"status":"ok","seq":0,"topic":"s","partition":[01],"offset":\d\}\n$/,
  );
});

describe('a pull query after a position', () => {
  test('on a table behind two queries shows the row every time', async () => {
    const server = await startDatabaseServer(SETUP);
    let total = 0;
    for (let v = 1; v <= 20; v++) {
      total += 2 * v;
      const after = await insert(server, { k: 1, v });
      const sql = 'SELECT total FROM t WHERE k = 1;';
      const answer = await post(
        server.port,
        '/query-stream',
        { sql, properties: AT_ONCE, after },
        J,
      );
      expect(JSON.parse(answer.body).slice(1)).toEqual([[total]]);
    }
  });

  test('on a stream that a query writes shows the row', async () => {
    const server = await startDatabaseServer(SETUP);
    for (let v = 1; v <= 10; v++) {
      const after = [await insert(server, { k: v, v })];
      const ksql = `SELECT v FROM doubled WHERE k = ${v};`;
      const answer = await post(server.port, '/query', { ksql, after });
      expect(answer.body).toContain(`{"row":{"columns":[${2 * v}]}}`);
    }
  });

  test('over a WebSocket shows the row', async () => {
    const server = await startDatabaseServer(SETUP);
    const after = await insert(server, { k: 3, v: 4 });
    const ksql = 'SELECT total FROM t WHERE k = 3;';
    const request = encodeURIComponent(JSON.stringify({ ksql, streamsProperties: AT_ONCE, after }));
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws/query?request=${request}`);
    const frames: string[] = [];
    socket.on('message', (data: Buffer) => frames.push(data.toString()));
    await new Promise((resolve) => socket.on('close', resolve));
    expect(frames[1]).toBe('{"row":{"columns":[8]}}');
  });

  test('over the JSON protocol and as an event shows the row', async () => {
    const server = await startDatabaseServer(SETUP);
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`);
    const frames: {
      readonly type: string;
      readonly positions?: unknown;
      readonly rows?: unknown;
    }[] = [];
    socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString())));
    await once(socket, 'open');
    for (const v of [4, 5, 6]) {
      socket.send(JSON.stringify({ type: 'insert', id: 'i', target: 's', rows: [{ k: 3, v }] }));
      await expect.poll(() => frames.at(-1)?.type).toBe('inserted');
      const after = frames.at(-1)!.positions as Position[];
      expect(after).toEqual([{ topic: 's', partition: expect.any(Number), offset: v - 4 }]);
      const sql = 'SELECT total FROM t WHERE k = 3;';
      const total = { 4: 8, 5: 18, 6: 30 }[v];
      socket.send(JSON.stringify({ type: 'query', id: 'q', sql, properties: AT_ONCE, after }));
      await expect.poll(() => frames.at(-1)?.type).toBe('ended');
      expect(frames.at(-2)).toMatchObject({ type: 'rows', rows: [[total]] });
      const parameters = { sql, properties: JSON.stringify(AT_ONCE), after: JSON.stringify(after) };
      const path = `/sse/query?${new URLSearchParams(parameters)}`;
      expect((await request1(server.port, { path })).body).toContain(`"rows":[[${total}]]`);
    }
    const late = { topic: 's', partition: 0, offset: 1000 };
    const sql = 'SELECT * FROM t;';
    socket.send(JSON.stringify({ type: 'query', id: 'q', sql, after: late, afterTimeoutMs: 20 }));
    await expect.poll(() => frames.at(-1)).toMatchObject({ type: 'error', id: 'q', code: 50301 });
    socket.send(JSON.stringify({ type: 'query', id: 'q', sql, after: 7 }));
    await expect.poll(() => frames.at(-1)).toMatchObject({ type: 'error', id: 'q', code: 40000 });
    socket.close();
    const parameters = { sql, after: JSON.stringify(late), afterTimeoutMs: '20' };
    const answer = await request1(server.port, {
      path: `/sse/query?${new URLSearchParams(parameters)}`,
    });
    expect(answer.status).toBe(503);
  });

  test.each([
    ['that is not written', 'SELECT total FROM t WHERE k = 1;', { offset: 1000 }],
    ['that is not written, of a stream', 'SELECT v FROM s;', { offset: 1000 }],
    ['that its query does not come to', 'SELECT total FROM t WHERE k = 1;', {}],
  ])('%s is refused after the time it may wait', async (_name, sql, change) => {
    const server = await startDatabaseServer(SETUP);
    await server.temporary.run('PAUSE ALL;');
    const after = { ...(await insert(server, { k: 1, v: 1 })), ...change };
    const body = { sql, after, afterTimeoutMs: 30 };
    const answer = await post(server.port, '/query-stream', body);
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([503, 50301]);
    expect(JSON.parse(answer.body).message).toMatch(/^Timed out after 30 ms while waiting for/);
  });

  test.each([
    [{ topic: 'nobody', partition: 0, offset: 0 }, /after names partition 0 of topic nobody/],
    [{ topic: 's', partition: 2, offset: 0 }, /after names partition 2 of topic s/],
    [{ topic: 's', partition: 0, offset: -1 }, /after must be/],
    ['s/0/0', /after must be/],
    [[[]], /after must be/],
  ])('%j is refused', async (after, message) => {
    const server = await startDatabaseServer(SETUP);
    const answer = await post(server.port, '/query-stream', { sql: 'SELECT * FROM t;', after });
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([400, 40000]);
    expect(JSON.parse(answer.body).message).toMatch(message);
  });

  test('is not for push queries', async () => {
    const server = await startDatabaseServer(SETUP);
    const after = { topic: 's', partition: 0, offset: 0 };
    const sql = 'SELECT * FROM t EMIT CHANGES;';
    const answer = await post(server.port, '/query-stream', { sql, after });
    expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([400, 40000]);
  });
});
