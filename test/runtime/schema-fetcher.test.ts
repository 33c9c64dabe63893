import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import type { Env } from '../../src/base/env.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { SchemaFetcher } from '../../src/runtime/schema-fetcher.ts';
import { startRegistry } from '../server/routes/schema-registry/registry-client.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

test('asks again with longer and longer pauses, once for all who wait, until there is an answer', async () => {
  const pauses: number[] = [];
  const timers: (() => void)[] = [];
  const clock: Env['clock'] = {
    ...nodeEnv().clock,
    after(delayMs, callback) {
      pauses.push(delayMs);
      timers.push(callback);
      return () => {};
    },
  };
  let failures = 9;
  const load = async (): Promise<void> => {
    if (failures-- > 0) throw new Error('it is down');
  };
  const fetcher = new SchemaFetcher({ load, clock, logger: silentLogger });
  const answered: string[] = [];
  const first = fetcher.fetch(7, () => answered.push('first'));
  expect(fetcher.fetch(7, () => answered.push('second'))).toBe(first);
  for (;;) {
    await Promise.resolve().then(() => {});
    await new Promise(setImmediate);
    const timer = timers.shift();
    if (timer === undefined) break;
    expect(first).toEqual(expect.objectContaining({ id: 7, problem: 'it is down' }));
    timer();
  }
  expect(answered).toEqual(['first', 'second']);
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

/** A way to a registry that can be cut: connections are then taken and broken, or never answered. */
async function cuttable(target: string) {
  let state: 'open' | 'broken' | 'silent' = 'broken';
  const server: Server = createServer((request, response) => {
    if (state === 'broken') return void request.socket.destroy();
    if (state === 'silent') return;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = 'GET', url = '/' } = request;
      const body = chunks.length === 0 ? null : Buffer.concat(chunks);
      const headers = body === null ? {} : { 'content-type': 'application/json' };
      void fetch(target + url, { method, body, headers }).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(await answer.text());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    set: (next: typeof state) => {
      state = next;
    },
  };
}

/** Time limits and pauses are a hundredth of what they are. */
function hurried(): Env {
  const env = nodeEnv();
  const after: Env['clock']['after'] = (delayMs, callback) =>
    env.clock.after(delayMs / 100, callback);
  return { ...env, clock: { ...env.clock, after } };
}

/** Until the condition holds; the time limit of the test is the bound. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}

test.each(['broken', 'silent'] as const)(
  'a %s registry holds up the queries that need a schema, and only those; no record is left out',
  { timeout: 30_000 },
  async (fault) => {
    const registry = await startRegistry();
    const way = await cuttable(registry.url);
    way.set('open');
    const temporary = await TemporaryDatabase.open({
      env: hurried(),
      properties: { 'ksql.schema.registry.url': way.url },
    });
    await temporary.run(`
      CREATE STREAM a (id INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='AVRO', PARTITIONS=1);
      CREATE STREAM a2 AS SELECT id, v, ROWOFFSET AS o FROM a;
      CREATE STREAM j (id INT KEY, v INT) WITH (KAFKA_TOPIC='j', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM j2 AS SELECT * FROM j;
    `);
    const seen = async (stream: string) =>
      (await temporary.rows(`SELECT v FROM ${stream};`)).flat();

    // Another producer registers a schema of its own; the database has never met its id.
    const schema = JSON.stringify({
      type: 'record',
      name: 'R',
      fields: [{ name: 'V', type: 'int' }],
    });
    await registry.call('PUT', '/config/a-value', { compatibility: 'NONE' });
    const { body } = await registry.call('POST', '/subjects/a-value/versions', { schema });
    const { id } = body as { id: number };
    const record = (v: number) => ({
      key: Buffer.from([0, 0, 0, v]),
      value: Buffer.from([0, 0, 0, 0, id, v * 2]),
    });

    way.set(fault);
    await temporary.database.execute('INSERT INTO j VALUES (1, 10);', {});
    await temporary.database.produce('a', [record(1), record(2)]);
    await until(async () => {
      const [entity] = await temporary.database.execute('EXPLAIN CSAS_A2_1;', {});
      return JSON.stringify(entity).includes(`waits for the schema ${id} of a record: `);
    });
    const [queries] = await temporary.database.execute('SHOW QUERIES;', {});
    expect(queries).toMatchObject({ queries: [{ state: 'RUNNING' }, { state: 'RUNNING' }] });
    await temporary.database.execute('INSERT INTO j VALUES (2, 20);', {});
    await temporary.database.settled();
    expect(await seen('j2')).toEqual([10, 20]);
    expect(await seen('a2')).toEqual([]);

    // It waits also after a restart, and for what came meanwhile.
    await temporary.database.produce('a', [record(3)]);
    await temporary.reopen();
    await temporary.database.execute('INSERT INTO j VALUES (3, 30);', {});
    await temporary.database.settled();
    expect(await seen('j2')).toEqual([10, 20, 30]);

    way.set('open');
    await until(async () => (await seen('a2')).length === 3);
    expect(await seen('a2')).toEqual([1, 2, 3]);
    const noted = await temporary.rows('SELECT message FROM KSQL_PROCESSING_LOG;');
    expect(noted).toEqual([]);
    const [explained] = await temporary.database.execute('EXPLAIN CSAS_A2_1;', {});
    expect(explained).toMatchObject({ queryDescription: { queryErrors: [] } });
  },
);

test('an id that the registry says it does not have makes the record a bad one', async () => {
  const registry = await startRegistry();
  const temporary = await TemporaryDatabase.open({
    properties: { 'ksql.schema.registry.url': registry.url },
  });
  await temporary.run(`
    CREATE STREAM a (id INT KEY, v INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='AVRO', PARTITIONS=1);
    CREATE STREAM a2 AS SELECT * FROM a;
  `);
  const value = Buffer.from([0, 0, 0, 0, 99, 2]);
  await temporary.database.produce('a', [{ key: Buffer.from([0, 0, 0, 1]), value }]);
  await temporary.database.execute('INSERT INTO a VALUES (2, 20);', {});
  await until(async () => (await temporary.rows('SELECT v FROM a2;')).length === 1);
  const noted = await temporary.rows(
    'SELECT message->deserializationError->offset, message->deserializationError->errorMessage FROM KSQL_PROCESSING_LOG;',
  );
  expect(noted).toEqual([[0, expect.stringContaining('99')]]);
});
