import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startDatabaseServer } from '../database-server.ts';
import { connect2, post, request2 } from '../clients.ts';

const STREAM = `CREATE STREAM s (k STRING KEY, v INT, d DECIMAL(4, 2), b BYTES, day DATE, tags ARRAY<STRING>,
  m MAP<STRING, BIGINT>, p STRUCT<x INT, y STRING>)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`;

function lines(...documents: unknown[]): string {
  return documents.map((document) => JSON.stringify(document)).join('\n');
}

async function insert(port: number, body: string, accept?: string) {
  const headers = accept === undefined ? {} : { accept };
  return request2(connect2(port), { path: '/inserts-stream', body, headers });
}

test('rows are written in order and acknowledged, each in a frame of its own', async () => {
  const { port, temporary } = await startDatabaseServer(STREAM);
  const answer = await insert(
    port,
    lines(
      { target: 's' },
      { k: 'a', v: 1, d: '12.345', b: 'IQ==', day: '2024-02-29', tags: ['x', null] },
      {
        K: 'b',
        '`V`': 2,
        d: '1e1',
        m: { one: 9007199254740992 },
        p: { Y: 'why' },
        nobody: 'knows',
      },
    ),
  );
  expect([answer.status, answer.headers['content-type']]).toEqual([
    200,
    'application/vnd.ksqlapi.delimited.v1',
  ]);
  expect(answer.frames).toEqual(['{"status":"ok","seq":0}\n', '{"status":"ok","seq":1}\n']);
  const rows = await temporary.rows('SELECT k, v, d, b, day, tags, m, p FROM s;');
  expect(rows).toEqual([
    ['a', 1, 1235, Uint8Array.of(33), 19782, ['x', null], null, null],
    ['b', 2, 1000, null, null, null, new Map([['one', 9007199254740992n]]), [null, 'why']],
  ]);
});

test('an acknowledgement that is not for what is on disk says so', async () => {
  const { port, temporary } = await startDatabaseServer();
  const settings = { durability: 'interval=5' };
  await temporary.database.topics.create({ name: 'w', partitions: 1, settings });
  await temporary.run(
    "CREATE STREAM w (k STRING KEY) WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON');",
  );
  const answer = await insert(port, lines({ target: 'w' }, { k: 'a' }));
  expect(answer.frames).toEqual(['{"status":"ok","seq":0,"durability":"interval=5"}\n']);
});

test('as JSON the acknowledgements are one array, which is empty for no rows', async () => {
  const { port } = await startDatabaseServer(STREAM);
  const json = 'application/json';
  const one = await insert(port, lines({ target: 'S' }, { k: 'a' }), json);
  expect([one.headers['content-type'], one.body]).toEqual([json, '[{"status":"ok","seq":0}]']);
  expect((await insert(port, `${lines({ target: 'S' })}\n\n`, json)).body).toBe('[]');
});

test.each([
  [{ v: 1 }, 'Key field must be specified: K'],
  [{ k: null }, 'Key field must be specified: K'],
  [{ k: 'a', v: '1' }, 'Can\'t coerce a field of type string (V: "1") into type INTEGER'],
  [{ k: 'a', v: 2147483648 }, 'out of range'],
  [{ k: 'a', v: 1.5 }, 'into type INTEGER'],
  [{ k: 1 }, 'into type STRING'],
  [{ k: 'a', d: 100 }, 'too many digits'],
  [{ k: 'a', d: '1e9999' }, 'too many digits'],
  [{ k: 'a', d: '1e999999999' }, 'into type DECIMAL(4, 2)'],
  [{ k: 'a', b: '!' }, 'into type BYTES'],
  [{ k: 'a', day: '2024-02-30' }, '2024-02-30'],
  [{ k: 'a', tags: 'x' }, 'into type ARRAY<STRING>'],
  [{ k: 'a', p: { x: 'y' } }, 'P.X'],
  [[1], 'a row is an object'],
])(
  'the row %j ends the answer; rows before it stand, those behind it do not',
  async (row, message) => {
    const { port, temporary } = await startDatabaseServer(STREAM);
    const body = lines({ target: 's' }, { k: '1' }, { k: '2' }, row, { k: '4' });
    const answer = await insert(port, body);
    const errors = answer.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(errors.slice(0, 2)).toEqual([
      { status: 'ok', seq: 0 },
      { status: 'ok', seq: 1 },
    ]);
    expect(errors.slice(2)).toEqual([
      {
        '@type': 'InsertError',
        status: 'error',
        seq: 2,
        error_code: 40000,
        message: expect.stringContaining(message) as string,
      },
    ]);
    expect(await temporary.rows('SELECT k FROM s;')).toEqual([['1'], ['2']]);
  },
);

test('a line that is no JSON is a failing row', async () => {
  const { port } = await startDatabaseServer(STREAM);
  const answer = await insert(port, `${lines({ target: 's' })}\n{"k":`);
  expect(answer.body).toContain(
    '"seq":0,"error_code":40000,"message":"Invalid JSON in inserts stream."',
  );
});

test.each([
  ['', 400, 40000, 'body is empty'],
  ['[]', 400, 40000, 'expected an object'],
  ['{}', 400, 40000, '"target" is missing'],
  ['{"target":"nope"}', 400, 40001, 'unknown stream/table: `NOPE`'],
  ['{"target":"`s`"}', 400, 40001, 'Did you mean S?'],
  ['{"target":"w"}', 400, 40001, 'windowed'],
  ['{"target":"r"}', 400, 40001, 'read-only'],
  [
    '{"target":"s","properties":{"ksql.insert.into.values.enabled":false}}',
    400,
    40000,
    'Inserting rows is disabled',
  ],
  ['{"target":"s","properties":{"odd":1}}', 400, 40000, 'Unknown property: odd'],
])('the first line %s is answered %i', async (first, status, code, message) => {
  const { port } = await startDatabaseServer(`${STREAM}
    CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k;
    CREATE SOURCE STREAM r (k STRING KEY) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');`);
  const answer = await insert(port, `${first}\n{"k":"a"}`);
  expect([answer.status, answer.headers['content-type']]).toEqual([status, undefined]);
  expect(JSON.parse(answer.body)).toMatchObject({
    error_code: code,
    message: expect.stringContaining(message) as string,
  });
});

test('rows are acknowledged while the client is still sending', async () => {
  const { port } = await startDatabaseServer(STREAM);
  const stream = connect2(port).request({ ':method': 'POST', ':path': '/inserts-stream' });
  stream.setEncoding('utf8');
  stream.write('{"target":"s"}\n{"k":');
  await once(stream, 'response');
  stream.write('"a"}\n');
  expect(await once(stream, 'data')).toEqual(['{"status":"ok","seq":0}\n']);
  stream.end('{"k":"b"}');
  expect(await once(stream, 'data')).toEqual(['{"status":"ok","seq":1}\n']);
});

test('many rows come through, whatever the pieces they are sent in', async () => {
  const { port, temporary } = await startDatabaseServer(STREAM);
  const rows = Array.from({ length: 3000 }, (_, index) => ({ k: `key ${index}`, v: index }));
  const answer = await insert(port, lines({ target: 's' }, ...rows));
  expect(answer.body.trim().split('\n')).toHaveLength(3000);
  expect(await temporary.rows('SELECT v FROM s;')).toEqual(rows.map(({ v }) => [v]));
});

test.each([false, true])(
  'each of many rows is acknowledged in order (positions: %s)',
  async (positions) => {
    const { port } = await startDatabaseServer(STREAM);
    const rows = Array.from({ length: 3000 }, (_, index) => ({ k: `key ${index}`, v: index }));
    const answer = await insert(port, lines({ target: 's', positions }, ...rows));
    const acknowledged = answer.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; offset?: number });
    expect(acknowledged.map(({ seq }) => seq)).toEqual(rows.map(({ v }) => v));
    if (positions) {
      expect(acknowledged.map(({ offset }) => offset)).toEqual(rows.map(({ v }) => v));
      expect(answer.frames.length).toBeLessThan(1000);
    } else {
      // Clients of ksqlDB take each frame for a document.
      expect(answer.frames).toHaveLength(3000);
    }
  },
);

test('rows are written with the schemas of their source', async () => {
  const { port, temporary } = await startDatabaseServer(
    "CREATE STREAM a (k STRING KEY, v INT) WITH (KAFKA_TOPIC='a', FORMAT='AVRO', PARTITIONS=1);",
  );
  const answer = await insert(port, lines({ target: 'a' }, { k: 'x', v: 1 }, { k: 'y' }));
  expect(answer.frames).toHaveLength(2);
  expect(await temporary.rows('SELECT * FROM a;')).toEqual([
    ['x', 1],
    ['y', null],
  ]);
});

test('over HTTP/1.1 it is refused', async () => {
  const { port } = await startDatabaseServer(STREAM);
  const answer = await post(port, '/inserts-stream', { target: 's' });
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([400, { error_code: 40004 }]);
});
