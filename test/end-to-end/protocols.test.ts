import { execFile } from 'node:child_process';
import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  connect2,
  post,
  request1,
  request2,
  webSocketPath,
  type Answer,
} from '../server/clients.ts';
import {
  cleanUp,
  FROM_START,
  queriesOf,
  rowsOf,
  SOON,
  startServer,
  temporaryDirectory,
  type RunningServer,
} from './running-server.ts';

const DELIMITED = 'application/vnd.ksqlapi.delimited.v1';
const JSON_TYPE = 'application/json';
const VERSION_ONE = 'application/vnd.ksql.v1+json';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer(temporaryDirectory());
});
afterAll(cleanUp);

/** Creates a stream of this name and a table of its rows per key; two rows of `a` and one of `b` are in both. */
async function createSources(name: string): Promise<void> {
  await server.client.execute(
    `CREATE STREAM ${name} (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=2);
     CREATE TABLE ${name}_n AS SELECT k, COUNT(*) AS c, SUM(n) AS s FROM ${name} GROUP BY k EMIT CHANGES;
     INSERT INTO ${name} (k, n) VALUES ('a', 1); INSERT INTO ${name} (k, n) VALUES ('b', 2);
     INSERT INTO ${name} (k, n) VALUES ('a', 9007199254740992);`,
  );
  await expect
    .poll(() => rowsOf(server.client, `SELECT c FROM ${name}_n WHERE k = 'a';`), SOON)
    .toEqual([[2]]);
}

/** The ways a request of the REST API gets to the server. */
type Post = (
  path: string,
  body: object,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

const run = promisify(execFile);
const curlVersion = await run('curl', ['--version']).then(
  ({ stdout }) => stdout,
  () => '',
);

const TRANSPORTS: readonly {
  readonly name: string;
  readonly missing?: boolean;
  readonly post: Post;
}[] = [
  { name: 'HTTP/1.1', post: (path, body, headers) => post(server.port, path, body, headers) },
  {
    name: 'fetch',
    async post(path, body, headers = {}) {
      const response = await fetch(server.url + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers,
      });
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: await response.text(),
      };
    },
  },
  {
    name: 'HTTP/2',
    post: (path, body, headers) =>
      request2(connect2(server.port), {
        path,
        body: JSON.stringify(body),
        ...(headers && { headers }),
      }),
  },
  ...['--http2-prior-knowledge', '--http2', '--http1.0'].map((version) => ({
    name: `curl ${version}`,
    missing: !curlVersion.includes('HTTP2'),
    post: (...request: Parameters<Post>) => postByCurl(version, ...request),
  })),
];

async function postByCurl(
  version: string,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const headerArguments = Object.entries(headers).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ]);
  const { stdout } = await run('curl', [
    '--silent',
    version,
    '--data',
    JSON.stringify(body),
    ...headerArguments,
    '--write-out',
    '\n%{http_code} %{content_type}',
    server.url + path,
  ]);
  const [, text = '', status, type] = /^(.*)\n(\d+) (.*)$/s.exec(stdout)!;
  return { status: Number(status), headers: { 'content-type': type }, body: text };
}

const ANY_ID = '"queryId":"ID"';

function withoutId(text: string): string {
  return text.replace(/"queryId":"[\w]+"/, ANY_ID);
}

describe.each(TRANSPORTS)('over $name', ({ name, missing = false, post }) => {
  const stream = `p${TRANSPORTS.findIndex((transport) => transport.name === name)}`;

  test.skipIf(missing)(
    'statements, inserts, pull and push queries work in every shape',
    async () => {
      await createSources(stream);
      const inserted = await post('/ksql', {
        ksql: `INSERT INTO ${stream} (k, n) VALUES ('b', 3); SHOW QUERIES;`,
      });
      expect(inserted).toMatchObject({ status: 200 });
      expect(inserted.headers['content-type']).toBe(JSON_TYPE);
      expect(JSON.parse(inserted.body)).toMatchObject([{ '@type': 'queries', warnings: [] }]);
      await expect
        .poll(() => rowsOf(server.client, `SELECT c FROM ${stream}_n WHERE k = 'b';`), SOON)
        .toEqual([[2]]);

      const sql = `SELECT k, s FROM ${stream}_n WHERE k = 'a';`;
      const header = `{${ANY_ID},"columnNames":["K","S"],"columnTypes":["STRING","BIGINT"]}`;
      const shapes = [
        [DELIMITED, `${header}\n["a",9007199254740993]\n`],
        [JSON_TYPE, `[${header},["a",9007199254740993]]`],
        [
          VERSION_ONE,
          `[{"header":{${ANY_ID},"schema":"\`K\` STRING KEY, \`S\` BIGINT"}},\n{"row":{"columns":["a",9007199254740993]}}]`,
        ],
      ] as const;
      for (const [accept, shown] of shapes) {
        const pulled = await post('/query-stream', { sql }, { accept });
        expect([pulled.status, pulled.headers['content-type'], withoutId(pulled.body)]).toEqual([
          200,
          accept,
          shown,
        ]);
      }
      const older = await post('/query', { ksql: sql });
      expect(withoutId(older.body)).toBe(shapes[2][1]);

      const pushed = await post(
        '/query-stream',
        {
          sql: `SELECT n FROM ${stream} WHERE k = 'b' EMIT CHANGES LIMIT 2;`,
          properties: FROM_START,
        },
        { accept: VERSION_ONE },
      );
      expect(withoutId(pushed.body)).toBe(
        `[{"header":{${ANY_ID},"schema":"\`N\` BIGINT"}},\n{"row":{"columns":[2]}},\n{"row":{"columns":[3]}},\n{"finalMessage":"Limit Reached"}]`,
      );
      const refused = await post('/query-stream', { sql: `SELECT x FROM ${stream};` });
      expect(refused.status).toBe(400);
      expect(JSON.parse(refused.body)).toMatchObject({
        '@type': 'statement_error',
        error_code: 40001,
      });
    },
  );
});

test('over a WebSocket, pull and push queries work and end with done', async () => {
  await createSources('w');
  expect(await framesOf("SELECT k, s FROM w_n WHERE k = 'a';")).toEqual({
    frames: [
      '[{"name":"K","schema":{"type":"STRING","fields":null,"memberSchema":null},"type":"KEY"},' +
        '{"name":"S","schema":{"type":"BIGINT","fields":null,"memberSchema":null}}]',
      '{"row":{"columns":["a",9007199254740993]}}',
      '{"error":"done"}',
    ],
    code: 1000,
  });
  const pushed = await framesOf("SELECT n FROM w WHERE k = 'a' EMIT CHANGES LIMIT 2;");
  expect(pushed.frames.slice(1)).toEqual([
    '{"row":{"columns":[1]}}',
    '{"row":{"columns":[9007199254740992]}}',
    '{"error":"done"}',
  ]);
  const refused = await framesOf('SELECT x FROM w EMIT CHANGES;');
  expect(refused.code).toBe(1003);
  expect(refused.frames).toEqual([
    JSON.stringify({
      error:
        'line 1:8: SELECT column X cannot be resolved: there is none in W.\nSELECT x FROM w EMIT CHANGES;\n       ^',
    }),
  ]);
});

function openWebSocket(sql: string): WebSocket {
  const request = JSON.stringify({ ksql: sql, streamsProperties: FROM_START });
  const socket = new WebSocket(
    `ws://127.0.0.1:${server.port}/ws/query?request=${encodeURIComponent(request)}`,
  );
  onTestFinished(() => socket.terminate());
  return socket;
}

async function framesOf(sql: string): Promise<{ frames: readonly string[]; code: number }> {
  const socket = openWebSocket(sql);
  const frames: string[] = [];
  socket.on('message', (data: Buffer) => frames.push(data.toString()));
  const [code] = (await once(socket, 'close')) as [number];
  return { frames, code };
}

async function expectRunning(sql: string, count: number): Promise<void> {
  await expect
    .poll(
      async () => (await queriesOf(server.client)).filter((text) => text.endsWith(sql)).length,
      SOON,
    )
    .toBe(count);
}

describe('a push query is freed', () => {
  test('when its id is closed, and its answer ends as if it were complete', async () => {
    await createSources('closing');
    const sql = 'SELECT n FROM closing EMIT CHANGES;';
    const session = connect2(server.port);
    const answer = request2(session, {
      path: '/query-stream',
      body: JSON.stringify({ sql }),
      headers: { accept: VERSION_ONE },
    });
    await expectRunning(sql, 1);
    const [entity] = await server.client.execute('SHOW QUERIES;');
    const { queries } = entity as unknown as { queries: { id: string; queryString: string }[] };
    const { id } = queries.find(({ queryString }) => queryString === sql)!;
    await server.client.closeQuery(id);
    expect((await answer).body).toBe(
      `[{"header":{"queryId":"${id}","schema":"\`N\` BIGINT"}},\n{"finalMessage":"Query Completed"}]`,
    );
    await expectRunning(sql, 0);
    await expect(server.client.closeQuery(id)).rejects.toThrow(`No query with id ${id}`);
  });

  test('when an HTTP/1.1 client goes away', async () => {
    await createSources('gone1');
    const sql = 'SELECT n FROM gone1 EMIT CHANGES;';
    const request = http.request({ port: server.port, method: 'POST', path: '/query-stream' });
    request.on('error', () => {});
    request.end(JSON.stringify({ sql }));
    await expectRunning(sql, 1);
    request.destroy();
    await expectRunning(sql, 0);
  });

  test('when an HTTP/2 stream is reset, and the others of its connection go on', async () => {
    await createSources('gone2');
    const sql = 'SELECT n FROM gone2 EMIT CHANGES;';
    const session = connect2(server.port);
    const [first, second] = [openStream(session, sql), openStream(session, sql)];
    await expectRunning(sql, 2);
    first.close(http2.constants.NGHTTP2_CANCEL);
    await expectRunning(sql, 1);
    second.setEncoding('utf8');
    const received = once(second, 'data');
    await server.client.execute("INSERT INTO gone2 (k, n) VALUES ('c', 5);");
    expect((await received)[0]).toMatch(/"columnNames":\["N"\]/);
    session.destroy();
    await expectRunning(sql, 0);
  });

  test('when a WebSocket is closed or its connection cut', async () => {
    await createSources('gone3');
    const sql = 'SELECT n FROM gone3 EMIT CHANGES;';
    const [closed, cut] = [openWebSocket(sql), openWebSocket(sql)];
    await expectRunning(sql, 2);
    closed.close();
    await expectRunning(sql, 1);
    cut.terminate();
    await expectRunning(sql, 0);
  });
});

function openStream(session: http2.ClientHttp2Session, sql: string): http2.ClientHttp2Stream {
  const stream = session.request({ ':method': 'POST', ':path': '/query-stream' });
  stream.on('error', () => {});
  stream.end(JSON.stringify({ sql }));
  return stream;
}

const ROW_COUNT = 1000;

/** Inserts rows 1 to 1,000 as four clients at once would, a hundred statements a request. */
async function insertRows(stream: string): Promise<void> {
  const inserts = Array.from(
    { length: ROW_COUNT },
    (_, index) => `INSERT INTO ${stream} (k, n) VALUES ('key ${index % 10}', ${index + 1});`,
  );
  await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      server.client.execute(inserts.slice(index * 100, index * 100 + 100).join('')),
    ),
  );
}

test('a hundred push clients of three protocols get every one of 1,000 rows once', async () => {
  await server.client.execute(
    "CREATE STREAM many (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='many', VALUE_FORMAT='JSON', PARTITIONS=2);",
  );
  const sql = `SELECT n FROM many EMIT CHANGES LIMIT ${ROW_COUNT};`;
  const session = connect2(server.port);
  const body = JSON.stringify({ sql });
  const answers = Array.from({ length: 100 }, async (_, index) => {
    if (index % 3 === 0) return (await framesOf(sql)).frames.slice(1, -1).map(rowOfFrame);
    const { body: text } =
      index % 3 === 1
        ? await request1(server.port, { path: '/query-stream', body })
        : await request2(session, { path: '/query-stream', body });
    const [, ...lines] = text.trimEnd().split('\n');
    return lines.map((line) => (JSON.parse(line) as [number])[0]);
  });
  await expectRunning(sql, 100);
  await insertRows('many');
  const expected = Array.from({ length: ROW_COUNT }, (_, index) => index + 1);
  for (const numbers of await Promise.all(answers)) {
    expect(numbers.toSorted((a, b) => a - b)).toEqual(expected);
  }
  await expectRunning(sql, 0);
});

function rowOfFrame(frame: string): number {
  return (JSON.parse(frame) as { row: { columns: [number] } }).row.columns[0];
}

describe('clients that do not read', () => {
  const VALUE = 'x'.repeat(100_000);
  const sql = 'SELECT * FROM wide EMIT CHANGES;';

  test('hold up neither statements nor the push queries of others', async () => {
    await server.client.execute(
      "CREATE STREAM wide (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='wide', VALUE_FORMAT='JSON', PARTITIONS=1);",
    );
    const body = JSON.stringify({ sql, properties: FROM_START });
    await stall(
      `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await stall(
      `GET ${webSocketPath(sql)} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
        'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    );
    await expectRunning(sql, 2);
    const reader = framesOf('SELECT k FROM wide EMIT CHANGES LIMIT 200;');
    for (let i = 0; i < 200; i += 8) {
      const inserts = Array.from(
        { length: 8 },
        (_, j) => `INSERT INTO wide (k, v) VALUES ('${i + j}', '${VALUE}');`,
      );
      await server.client.execute(inserts.join(''));
    }
    const { frames } = await reader;
    expect(frames.slice(1, -1)).toEqual(
      Array.from({ length: 200 }, (_, index) => `{"row":{"columns":["${index}"]}}`),
    );
    await expectRunning(sql, 2);
  });
});

/** A client that asks and then never reads; its answer, 20 MB, fits no buffer. */
async function stall(request: string): Promise<Socket> {
  const socket = connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write(request);
  return socket;
}
