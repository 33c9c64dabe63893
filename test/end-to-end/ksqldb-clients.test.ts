import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  cleanUp,
  SOON,
  startServer,
  temporaryDirectory,
  type RunningServer,
} from './running-server.ts';

/** The npm packages people use with ksqlDB, as they are published, against a server of ours. */
const require = createRequire(import.meta.url);

let server: RunningServer;

beforeEach(async () => {
  server = await startServer(temporaryDirectory());
});

afterEach(cleanUp);

const CREATE_STREAM =
  "CREATE STREAM clicks (user VARCHAR KEY, ms INT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=1);";
const CREATE_VIEW =
  'CREATE TABLE per_user AS SELECT user, COUNT(*) AS n FROM clicks GROUP BY user EMIT CHANGES;';

type Client = Record<string, (...args: unknown[]) => Promise<unknown>>;
type ClientClass = new (...args: unknown[]) => Client;

describe('ksqldb-client', () => {
  let client: Client;

  beforeEach(async () => {
    const KsqldbClient = require('ksqldb-client') as ClientClass;
    client = new KsqldbClient({ host: 'http://127.0.0.1', port: server.port });
    await client['connect']!();
  });

  afterEach(() => client['disconnect']!());

  test('creates, lists and describes', async () => {
    expect(await client['executeStatement']!(CREATE_STREAM)).toMatchObject({ status: 200 });
    expect(await client['executeStatement']!(CREATE_VIEW)).toMatchObject({ status: 200 });
    expect(await client['listStreams']!()).toMatchObject([
      { name: 'CLICKS', topic: 'clicks', keyFormat: 'KAFKA', valueFormat: 'JSON' },
    ]);
    expect(await client['listTables']!()).toMatchObject([{ name: 'PER_USER' }]);
    expect(await client['listTopics']!()).toMatchObject([
      { name: 'PER_USER' },
      { name: 'clicks', replicaInfo: [1] },
    ]);
    expect(await client['listQueries']!()).toMatchObject([
      { id: 'CTAS_PER_USER_1', state: 'RUNNING' },
    ]);
    expect(await client['describeSource']!('CLICKS')).toMatchObject({
      name: 'CLICKS',
      type: 'STREAM',
    });
    expect(await client['executeStatement']!('CREATE NONSENSE;')).toMatchObject({
      status: 400,
      error: expect.anything() as unknown,
    });
  });

  test('inserts, pulls with variables, pushes and ends a push query', async () => {
    await client['executeStatement']!(CREATE_STREAM);
    await client['executeStatement']!(CREATE_VIEW);
    const seen: { metadata: { queryId: string }; rows: unknown[] }[] = [];
    const ended = client['streamQuery']!(
      'SELECT user, ms FROM clicks EMIT CHANGES;',
      (data: (typeof seen)[0]) => seen.push(structuredClone(data)),
    );
    await vi.waitFor(() => expect(seen).not.toHaveLength(0), SOON);
    for (const ms of [1, 2]) {
      const inserted = await client['insertInto']!('clicks', { user: 'ann', ms });
      expect(inserted).toMatchObject({ status: 200 });
    }
    expect(await client['insertInto']!('clicks', { ms: 1 })).toMatchObject({
      error: { message: expect.stringContaining('Key field must be specified') as string },
    });
    await vi.waitFor(() => {
      expect(seen.flatMap(({ rows }) => rows ?? [])).toEqual([
        { USER: 'ann', MS: 1 },
        { USER: 'ann', MS: 2 },
      ]);
    }, SOON);
    const pull = await client['query']!("SELECT * FROM per_user WHERE user = '${name}';", {
      sessionVariables: { name: 'ann' },
    });
    expect(pull).toMatchObject({
      status: 200,
      data: { metadata: { columnNames: ['USER', 'N'] }, rows: [{ USER: 'ann', N: 2 }] },
    });
    const { queryId } = seen[0]!.metadata;
    expect(await client['terminatePushQuery']!(queryId)).toMatchObject({ status: 200 });
    await ended;
  });
});

describe('ksqldb-rx-client', () => {
  test('lists, creates, inserts, pulls and pushes', async () => {
    const { KsqlDBClient } = require('ksqldb-rx-client') as { KsqlDBClient: ClientClass };
    const client = new KsqlDBClient(server.url);
    try {
      expect(await client['getInfo']!()).toMatchObject({
        KsqlServerInfo: { serverStatus: 'RUNNING' },
      });
      expect(await client['getHealthcheck']!()).toMatchObject({ isHealthy: true });
      await client['statement']!(CREATE_STREAM);
      await client['statement']!(CREATE_VIEW);
      expect(await client['listStreams']!()).toMatchObject({ streams: [{ name: 'CLICKS' }] });
      expect(await client['listStreamsExtended']!()).toMatchObject({
        sourceDescriptions: [{ name: 'CLICKS', extended: true }],
      });
      expect(await client['listTables']!()).toMatchObject({ tables: [{ name: 'PER_USER' }] });
      const pushed: unknown[] = [];
      const push = observe(client, 'SELECT user, ms FROM clicks EMIT CHANGES LIMIT 2;', pushed);
      await vi.waitFor(async () => {
        const queries = await server.client.execute('SHOW QUERIES;');
        expect(JSON.stringify(queries)).toContain('"queryType":"PUSH"');
      }, SOON);
      await client['statement']!(
        "INSERT INTO clicks VALUES ('ann', 1); INSERT INTO clicks VALUES ('ann', 2);",
      );
      await push;
      expect(pushed).toEqual([
        { USER: 'ann', MS: 1 },
        { USER: 'ann', MS: 2 },
      ]);
      const pulled: unknown[] = [];
      await observe(client, "SELECT * FROM per_user WHERE user = 'ann';", pulled);
      expect(pulled).toEqual([{ USER: 'ann', N: 2 }]);
    } finally {
      void client['close']!();
    }
  });

  interface Observable {
    subscribe(observer: {
      next(row: unknown): void;
      error(error: unknown): void;
      complete(): void;
    }): void;
  }

  function observe(client: Client, sql: string, rows: unknown[]): Promise<void> {
    const observable = client['queryStream']!({ sql }) as unknown as Observable;
    return new Promise((resolve, reject) => {
      observable.subscribe({ next: (row) => rows.push(row), error: reject, complete: resolve });
    });
  }
});

describe('ksqlient', () => {
  test('creates, lists, inserts, pulls, pushes, and asks how the server is', async () => {
    // Its package.json names a file of another case.
    const Ksqlient = require('ksqlient/ksqldb/ksqldb.js') as ClientClass;
    const client = new Ksqlient({ ksqldbURL: server.url });
    await client['createStream']!(
      'clicks',
      ['user VARCHAR KEY', 'ms INTEGER'],
      'clicks',
      'json',
      1,
    );
    await client['createTableAs']!(
      'per_user',
      'clicks',
      ['user', 'COUNT(*) AS n'],
      { topic: 'per_user' },
      { GROUP_BY: 'user' },
    );
    expect(await client['ksql']!('LIST STREAMS;')).toMatchObject({ streams: [{ name: 'CLICKS' }] });
    await expect(client['ksql']!('LIST NONSENSE;')).rejects.toThrow();
    const frames: string[] = [];
    const queryId = await client['push']!(
      'SELECT user, ms FROM clicks EMIT CHANGES;',
      (frame: string) => frames.push(frame),
    );
    expect(queryId).toMatch(/^transient_/);
    const inserted = await client['insertStream']!('clicks', [
      { user: 'ann', ms: 1 },
      { user: 'bob', ms: 2 },
    ]);
    expect(inserted).toEqual([
      { status: 'ok', seq: 0 },
      { status: 'ok', seq: 1 },
    ]);
    await vi.waitFor(() => {
      expect(frames.slice(1).map((frame) => JSON.parse(frame) as unknown)).toEqual([
        ['ann', 1],
        ['bob', 2],
      ]);
    }, SOON);
    expect(await client['pull']!("SELECT * FROM per_user WHERE user = 'bob';")).toMatchObject([
      { columnNames: ['USER', 'N'] },
      ['bob', 1],
    ]);
    expect(await client['terminate']!(queryId)).toMatchObject({ queryId, wasTerminated: true });
    expect(await client['inspectQueryStatus']!('stream/`CLICKS`/create')).toMatchObject({
      data: { status: 'SUCCESS' },
    });
    expect(await client['inspectServerInfo']!()).toMatchObject({ status: 200 });
    expect(await client['inspectServerHealth']!()).toMatchObject({ data: { isHealthy: true } });
    expect(await client['inspectClusterStatus']!()).toMatchObject({ status: 200 });
    await client['terminateCluster']!(['clicks']);
    await expect(client['inspectServerInfo']!()).rejects.toThrow();
  });
});
