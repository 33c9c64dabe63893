import { onTestFinished, expect, test } from 'vitest';
import { LiveClient, LiveError, LiveConnectionError } from '../../src/api/live-client.ts';
import { startCutProxy } from './cut-proxy.ts';
import { startDatabaseServer, type DatabaseServer } from '../server/database-server.ts';

const STREAM =
  "CREATE STREAM s (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 2);";
const EARLIEST = { 'auto.offset.reset': 'earliest' };

function connect(port: number): LiveClient {
  const client = new LiveClient(`http://127.0.0.1:${port}`, { retryMsMin: 5, retryMsMax: 20 });
  onTestFinished(() => client.close());
  return client;
}

async function start(): Promise<DatabaseServer & { client: LiveClient }> {
  const server = await startDatabaseServer(STREAM);
  return { ...server, client: connect(server.port) };
}

test('runs statements, inserts rows and answers queries, with every digit', async () => {
  const { client } = await start();
  const [entity] = await client.execute('SHOW STREAMS;');
  expect(entity).toMatchObject({ '@type': 'streams' });
  const positions = await client.insert('s', [
    { k: 'a', n: 9007199254740993n },
    { k: "b'; DROP STREAM s; --", n: 2 },
  ]);
  expect(positions).toHaveLength(2);
  const sql = 'SELECT k, n FROM s WHERE n = ?;';
  expect(await client.collect(sql, { parameters: [9007199254740993n] })).toEqual([
    { K: 'a', N: 9007199254740993n },
  ]);
  const byKey = 'SELECT n FROM s WHERE k = ?;';
  expect(await client.collect(byKey, { parameters: ["b'; DROP STREAM s; --"] })).toEqual([
    { N: 2 },
  ]);
  await expect(client.execute('NONSENSE;')).rejects.toThrow(LiveError);
  await expect(client.insert('s', [{ k: 'a', n: 'x' }])).rejects.toThrow(/^Row 0: /);
  await expect(client.collect('SELECT * FROM nope;')).rejects.toMatchObject({ code: 40001 });
});

test('a pull query shows what was inserted before it when it is told where that stands', async () => {
  const { client } = await start();
  await client.execute('CREATE TABLE c AS SELECT k, SUM(n) AS total FROM s GROUP BY k;');
  const properties = { 'millrace.query.pull.wait.ms': 0 };
  for (let n = 1, total = 1; n <= 20; n++, total += n) {
    const after = await client.insert('s', [{ k: 'a', n }]);
    const sql = "SELECT total FROM c WHERE k = 'a';";
    expect(await client.collect(sql, { properties, after })).toEqual([{ TOTAL: total }]);
  }
  const after = [{ topic: 's', partition: 0, offset: 1_000 }];
  await expect(
    client.collect('SELECT * FROM c;', { after, afterTimeoutMs: 10 }),
  ).rejects.toMatchObject({ code: 50301 });
});

test('goes on behind the last row after each loss of the connection: none lost, none twice', async () => {
  const { port, client: writer } = await start();
  const proxy = await startCutProxy(port);
  const client = connect(proxy.port);
  const total = 400;
  const seen: number[] = [];
  const reading = (async () => {
    const sql = 'SELECT n FROM s WHERE n >= ? EMIT CHANGES LIMIT 400;';
    for await (const row of client.rows<{ N: number }>(sql, {
      parameters: [0],
      properties: EARLIEST,
    })) {
      seen.push(row.N);
      if (seen.length % 50 === 25) proxy.cut();
    }
  })();
  for (let n = 0; n < total; n += 20) {
    const rows = Array.from({ length: 20 }, (_, i) => ({ k: `k${n + i}`, n: n + i }));
    await writer.insert('s', rows);
  }
  await reading;
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, n) => n));
});

test('a query whose state can be made again goes on behind the last row as well', async () => {
  const { port, client: writer } = await start();
  const proxy = await startCutProxy(port);
  const client = connect(proxy.port);
  const sql = 'SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES LIMIT 200;';
  const counts = new Map<string, number[]>();
  const reading = (async () => {
    let seen = 0;
    for await (const { K, C } of client.rows<{ K: string; C: number }>(sql, {
      properties: EARLIEST,
    })) {
      counts.set(K, [...(counts.get(K) ?? []), C]);
      if (++seen % 40 === 20) proxy.cut();
    }
  })();
  for (let n = 0; n < 200; n += 10) {
    await writer.insert(
      's',
      Array.from({ length: 10 }, (_, i) => ({ k: `k${(n + i) % 4}`, n })),
    );
  }
  await reading;
  const upTo50 = Array.from({ length: 50 }, (_, i) => i + 1);
  for (const k of ['k0', 'k1', 'k2', 'k3']) expect(counts.get(k)).toEqual(upTo50);
});

test('a query whose state cannot be made again ends with its connection', async () => {
  const { port, client: writer } = await start();
  const proxy = await startCutProxy(port);
  const client = connect(proxy.port);
  await writer.insert('s', [{ k: 'a', n: 1 }]);
  const sql = 'SELECT n, COUNT(*) AS c FROM s GROUP BY n EMIT CHANGES;';
  const counts: unknown[] = [];
  const reading = (async () => {
    for await (const { rows, token } of client.query(sql, { properties: EARLIEST })) {
      counts.push(...rows);
      expect(token).toBeNull();
      proxy.cut();
    }
  })();
  await expect(reading).rejects.toThrow(LiveConnectionError);
  expect(counts).toEqual([[1, 1]]);
});

test('a token goes on elsewhere, but not after the topic was made anew', async () => {
  const { client } = await start();
  await client.insert('s', [{ k: 'a', n: 1 }]);
  const sql = 'SELECT n FROM s EMIT CHANGES;';
  let token = '';
  for await (const batch of client.query(sql, { properties: EARLIEST })) {
    token = batch.token ?? '';
    break;
  }
  await client.insert('s', [{ k: 'a', n: 2 }]);
  for await (const { rows } of client.query(sql, { resume: token })) {
    expect(rows).toEqual([[2]]);
    break;
  }
  await client.execute(`DROP STREAM s DELETE TOPIC; ${STREAM}`);
  await expect(client.query(sql, { resume: token }).next()).rejects.toMatchObject({ code: 40900 });
  await expect(client.query(sql, { resume: 'x' }).next()).rejects.toMatchObject({ code: 40000 });
});

test.each([
  ['a query without state', 'SELECT n FROM s EMIT CHANGES LIMIT 12000;'],
  ['a query with state', 'SELECT MAX(n) AS n FROM s GROUP BY k EMIT CHANGES LIMIT 12000;'],
])('a slow reader of %s gets all rows: the query waits in the log for it', async (_name, sql) => {
  const { client, port, temporary } = await start();
  const running = async (): Promise<number> => {
    const [entity] = await temporary.database.execute('SHOW QUERIES;');
    return (entity as unknown as { queries: unknown[] }).queries.length;
  };
  const writer = connect(port);
  const seen: number[] = [];
  const rows = client.rows<{ N: number }>(sql, { properties: EARLIEST });
  const write = (from: number, count: number): Promise<unknown> =>
    writer.insert(
      's',
      Array.from({ length: count }, (_, i) => ({ k: 'k', n: from + i })),
    );
  await write(0, 50);
  const first = await rows.next();
  seen.push((first.value as { N: number }).N);
  expect(await running()).toBe(1);
  for (let n = 50; n < 12_000; n += 50) await write(n, 50);
  // What waits is too much by now.
  await expect.poll(running).toBe(0);
  for await (const { N } of rows) seen.push(N);
  expect(seen).toEqual(Array.from({ length: 12_000 }, (_, n) => n));
});

test('aborting, leaving the loop and closing end queries at the server', async () => {
  const { client, temporary } = await start();
  const running = async (): Promise<number> => {
    const [entity] = await temporary.database.execute('SHOW QUERIES;');
    return (entity as unknown as { queries: unknown[] }).queries.length;
  };
  const abort = new AbortController();
  const query = client.query('SELECT * FROM s EMIT CHANGES;', { signal: abort.signal });
  const next = query.next();
  await expect.poll(running).toBe(1);
  abort.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  await expect.poll(running).toBe(0);
  const other = client.query('SELECT * FROM s EMIT CHANGES;').next();
  await expect.poll(running).toBe(1);
  client.close();
  await other;
  await expect.poll(running).toBe(0);
  await expect(client.execute('SHOW STREAMS;')).rejects.toThrow(LiveConnectionError);
});
