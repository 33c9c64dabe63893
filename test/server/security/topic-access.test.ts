import { once } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { digestToken, parseUsers, Users } from '../../../server/security/users.ts';
import { connect2, request1, request2, webSocketPath, type Answer } from '../clients.ts';
import { startDatabaseServer, type DatabaseServer } from '../database-server.ts';

const FILE = `
  root admin token ${digestToken('mr_root')}
  rita read token ${digestToken('mr_rita')}
  walt write token ${digestToken('mr_walt')}
  anna admin token ${digestToken('mr_anna')}
  allow rita read orders
  allow role:write read,write orders
  allow walt describe own.*
  allow anna all own.*
  allow anna read orders
`;
const SETUP = `
  CREATE STREAM orders (id INT KEY, v INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM salaries (id INT KEY, v INT) WITH (KAFKA_TOPIC='salaries', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE totals WITH (KAFKA_TOPIC='totals') AS SELECT id, SUM(v) AS total FROM salaries GROUP BY id EMIT CHANGES;
  CREATE TABLE counts WITH (KAFKA_TOPIC='orders') AS SELECT id, COUNT(*) AS n FROM salaries GROUP BY id EMIT CHANGES;
  DROP TABLE counts;
  INSERT INTO orders VALUES (1, 10); INSERT INTO salaries VALUES (1, 5000);`;

let server: DatabaseServer;
beforeEach(async () => {
  const { lines, rules, problems } = parseUsers(FILE, 'users');
  expect(problems).toEqual([]);
  server = await startDatabaseServer(SETUP, { users: new Users(lines, rules) });
});

const bearer = (user: string) => ({ authorization: `Bearer mr_${user}` });

function post(user: string, path: string, body: unknown): Promise<Answer> {
  return request1(server.port, { path, body: JSON.stringify(body), headers: bearer(user) });
}
const ksql = (user: string, sql: string) => post(user, '/ksql', { ksql: sql });
const query = (user: string, sql: string) => post(user, '/query-stream', { sql });
const get = (user: string, path: string) => request1(server.port, { path, headers: bearer(user) });

const sentence = (verb: string) => `rita may not ${verb} <name>, or there is nothing of that name.`;
const produce = (topic: string) =>
  post('walt', '/v1/topics/produce', { topic, records: [{ value: '{}' }] });
const view = (name: string, topic: string, from = 'orders') =>
  `CREATE STREAM ${name} WITH (KAFKA_TOPIC='${topic}') AS SELECT * FROM ${from} EMIT CHANGES;`;

/** Status and code, and the sentence with the name that was asked for taken out of it. */
function refusalOf({ status, body }: Answer, name: string): unknown {
  const { error_code: code, message } = JSON.parse(body) as { error_code: number; message: string };
  return [status, code, message.split('\n', 1)[0]!.replaceAll(name, '<name>')];
}

describe('what is not allowed is refused in the same words as what is not there', () => {
  test.each([
    [
      'a push query',
      '/query-stream',
      (s: string) => ({ sql: `SELECT * FROM ${s} EMIT CHANGES;` }),
      'SALARIES',
      'UNSEEN',
      'read',
      1,
      15,
    ],
    [
      'a pull query on a stream',
      '/query-stream',
      (s: string) => ({ sql: `SELECT * FROM ${s};` }),
      'SALARIES',
      'UNSEEN',
      'read',
      1,
      15,
    ],
    [
      'a pull query on a table',
      '/query',
      (s: string) => ({ ksql: `SELECT * FROM ${s} WHERE id = 1;` }),
      'TOTALS',
      'UNSEEN',
      'read',
      1,
      15,
    ],
    [
      'a join with it',
      '/query-stream',
      (s: string) => ({
        sql: `SELECT * FROM orders o JOIN ${s} x WITHIN 1 HOUR ON o.id = x.id EMIT CHANGES;`,
      }),
      'SALARIES',
      'UNSEEN',
      'read',
      1,
      29,
    ],
    [
      'PRINT',
      '/query-stream',
      (t: string) => ({ sql: `PRINT '${t}';` }),
      'salaries',
      'unseen',
      'read',
      1,
      1,
    ],
    [
      'DESCRIBE',
      '/ksql',
      (s: string) => ({ ksql: `DESCRIBE ${s};` }),
      'SALARIES',
      'UNSEEN',
      'look at',
      1,
      10,
    ],
    [
      'EXPLAIN of a statement',
      '/ksql',
      (s: string) => ({ ksql: `EXPLAIN SELECT * FROM ${s} EMIT CHANGES;` }),
      'SALARIES',
      'UNSEEN',
      'look at',
      1,
      23,
    ],
    [
      'EXPLAIN of a query',
      '/ksql',
      (q: string) => ({ ksql: `EXPLAIN ${q};` }),
      'CTAS_TOTALS_2',
      'CTAS_UNSEEN_2',
      'look at',
      1,
      9,
    ],
    [
      'ASSERT TOPIC',
      '/ksql',
      (t: string) => ({ ksql: `ASSERT TOPIC ${t};` }),
      'salaries',
      'unseen',
      'look at',
      1,
      1,
    ],
    [
      'the tools',
      '/v1/topics/describe',
      (t: string) => ({ topic: t }),
      'salaries',
      'unseen',
      'look at',
      0,
      0,
    ],
    [
      'its records',
      '/v1/topics/consume',
      (t: string) => ({ topic: t, offset: 0 }),
      'salaries',
      'unseen',
      'read',
      0,
      0,
    ],
    [
      'its offsets',
      '/v1/topics/offsets',
      (t: string) => ({ topic: t, at: 'latest' }),
      'salaries',
      'unseen',
      'look at',
      0,
      0,
    ],
  ] as const)('%s', async (_what, path, body, secret, unknown, verb, line, column) => {
    const place = line === 0 ? '' : `line ${line}:${column}: `;
    const expected = [403, 40300, `${place}${sentence(verb)}`];
    expect(refusalOf(await post('rita', path, body(secret)), secret)).toEqual(expected);
    expect(refusalOf(await post('rita', path, body(unknown)), unknown)).toEqual(expected);
  });

  test('also on a pull query whose plan somebody else has made already', async () => {
    const sql = 'SELECT * FROM totals WHERE id = 1;';
    expect((await query('root', sql)).body).toContain('[1,5000]');
    expect((await query('rita', sql)).status).toBe(403);
  });

  test('positions to wait for tell nothing either', async () => {
    for (const topic of ['salaries', 'unseen']) {
      const after = { topic, partition: 0, offset: 0 };
      const answer = await post('rita', '/query-stream', { sql: 'SELECT * FROM orders;', after });
      expect(refusalOf(answer, topic)).toEqual([403, 40300, sentence('look at')]);
    }
  });
});

test('over a WebSocket and as server-sent events it is refused alike', async () => {
  const sql = 'SELECT * FROM salaries EMIT CHANGES;';
  const old = new WebSocket(`ws://127.0.0.1:${server.port}${webSocketPath(sql)}`, {
    headers: bearer('rita'),
  });
  const [frame] = (await once(old, 'message')) as [Buffer];
  expect(frame.toString()).toContain(
    '"error":"line 1:15: rita may not read SALARIES, or there is nothing of that name.',
  );
  const events = await get('rita', `/sse/query?sql=${encodeURIComponent(sql)}`);
  expect(events.status).toBe(403);
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws`, { headers: bearer('walt') });
  const frames: unknown[] = [];
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString())));
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'query', id: 'q', sql }));
  socket.send(JSON.stringify({ type: 'insert', id: 'i', target: 'salaries', rows: [{ id: 1 }] }));
  socket.send(JSON.stringify({ type: 'insert', id: 'o', target: 'orders', rows: [{ id: 2 }] }));
  await expect.poll(() => frames.length).toBe(4);
  expect(frames).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ type: 'error', id: 'q', code: 40300 }),
      expect.objectContaining({ type: 'error', id: 'i', code: 40300 }),
      expect.objectContaining({ type: 'inserted', id: 'o' }),
    ]),
  );
  socket.close();
});

test('rows are taken only where they may be written', async () => {
  const session = connect2(server.port);
  const insert = (target: string) =>
    request2(session, {
      path: '/inserts-stream',
      headers: bearer('walt'),
      body: `{"target":"${target}"}\n{"ID":3}\n`,
    });
  expect((await insert('orders')).body).toBe('{"status":"ok","seq":0}\n');
  expect(refusalOf(await insert('salaries'), 'SALARIES')).toEqual(
    refusalOf(await insert('unseen'), 'UNSEEN'),
  );
  const statement = (target: string) => ksql('walt', `INSERT INTO ${target} VALUES (1, 1);`);
  expect((await statement('orders')).status).toBe(200);
  expect(refusalOf(await statement('SALARIES'), 'SALARIES')).toEqual(
    refusalOf(await statement('UNSEEN'), 'UNSEEN'),
  );
  expect((await ksql('rita', 'INSERT INTO orders VALUES (1, 1);')).status).toBe(403);
  expect((await produce('orders')).status).toBe(200);
  expect((await produce('salaries')).status).toBe(403);
  expect((await server.temporary.rows('SELECT * FROM salaries;')).length).toBe(1);
});

test('lists leave out what may not be seen, and queries over it', async () => {
  const shown = async (user: string) => {
    const { body } = await ksql(
      user,
      'SHOW STREAMS; SHOW TABLES; SHOW TOPICS; SHOW QUERIES; SHOW STREAMS EXTENDED; SHOW QUERIES EXTENDED;',
    );
    return body;
  };
  expect(await shown('root')).toContain('salaries');
  const seen = await shown('rita');
  expect(seen).toContain('"name":"ORDERS"');
  expect(seen).not.toMatch(/salaries|totals/i);
  expect((await get('rita', '/v1/topics')).body).toMatch(/^{"topics":\[{"name":"orders"[^{]*{/);
  expect((await get('rita', '/v1/topics')).body).not.toMatch(/salaries|totals/);
  const described = JSON.parse((await ksql('rita', 'DESCRIBE orders EXTENDED;')).body) as unknown;
  expect(JSON.stringify(described)).not.toMatch(/salaries|totals/i);
});

test('what tells of everything is for those who may see everything', async () => {
  for (const path of ['/metrics', '/clusterStatus', '/status']) {
    expect((await get('root', path)).status).toBe(200);
    expect((await get('rita', path)).status).toBe(403);
  }
  expect((await get('rita', '/status/stream/%60ORDERS%60/create')).status).toBe(200);
  expect(await get('rita', '/status/stream/%60SALARIES%60/create')).toMatchObject({ status: 404 });
  expect((await post('anna', '/ksql/terminate', {})).status).toBe(403);
  expect((await post('anna', '/v1/backup', { directory: '/nowhere' })).status).toBe(403);
});

test('whoever may create topics of a prefix may do so with these only', async () => {
  expect((await ksql('anna', view('mine', 'own.mine'))).status).toBe(200);
  for (const statement of [
    view('other', 'others.mine'),
    view('other', 'own.other', 'salaries'),
    view('other', 'salaries'),
    'CREATE STREAM other AS SELECT * FROM orders EMIT CHANGES;',
    "CREATE STREAM other (v INT) WITH (KAFKA_TOPIC='new', VALUE_FORMAT='JSON', PARTITIONS=1);",
    "CREATE STREAM salaries (v INT) WITH (KAFKA_TOPIC='own.x', VALUE_FORMAT='JSON', PARTITIONS=1);",
    'INSERT INTO orders SELECT * FROM orders EMIT CHANGES;',
    'DROP STREAM orders;',
    'DROP STREAM IF EXISTS salaries;',
    'ALTER STREAM orders ADD COLUMN w INT;',
    'TERMINATE CTAS_TOTALS_2;',
    'TERMINATE UNSEEN;',
    'PAUSE CTAS_TOTALS_2;',
    'TERMINATE ALL;',
    `CREATE SINK CONNECTOR c WITH ('a'='b');`,
    'DROP CONNECTOR IF EXISTS c;',
  ]) {
    const { status, body } = await ksql('anna', statement);
    expect([statement, status, JSON.parse(body)]).toMatchObject([
      statement,
      403,
      { error_code: 40300 },
    ]);
  }
  // The whole request is checked on what its own statements make.
  const both = `CREATE STREAM raw (v INT) WITH (KAFKA_TOPIC='own.raw', VALUE_FORMAT='JSON', PARTITIONS=1); ${view('cooked', 'own.cooked', 'raw')} INSERT INTO raw VALUES (1); SHOW STREAMS;`;
  const { status, body } = await ksql('anna', both);
  expect([status, body]).toEqual([200, expect.stringContaining('"name":"COOKED"')]);
  expect((await ksql('walt', 'SHOW STREAMS;')).body).toContain('own.cooked');
  expect((await query('walt', 'SELECT * FROM cooked;')).status).toBe(403);
  expect((await ksql('anna', 'DROP STREAM cooked DELETE TOPIC; DROP STREAM raw;')).status).toBe(
    200,
  );
  expect((await post('anna', '/v1/topics', { name: 'own.t' })).status).toBe(200);
  expect((await post('anna', '/v1/topics', { name: 'others' })).status).toBe(403);
  expect((await post('anna', '/v1/topics/delete', { topic: 'totals' })).status).toBe(403);
});

test('queries of clients are listed and ended by those only who may see what they read', async () => {
  const { database } = server.temporary;
  const secret = await database.query('SELECT * FROM salaries EMIT CHANGES;');
  const open = await database.query('SELECT * FROM orders EMIT CHANGES;');
  const { body } = await ksql('anna', 'SHOW QUERIES;');
  expect(body).toContain(open.queryId);
  expect(body).not.toContain(secret.queryId);
  expect((await ksql('anna', `TERMINATE ${secret.queryId};`)).status).toBe(403);
  expect((await ksql('anna', `TERMINATE ${open.queryId};`)).body).toContain('"wasTerminated":true');
  await secret.close();
});

test('subjects of the registry belong to the topics they are named after', async () => {
  const schema = { schema: '"string"' };
  const register = (user: string, subject: string) =>
    post(user, `/subjects/${subject}/versions`, schema);
  expect((await register('root', 'salaries-value')).status).toBe(200);
  expect((await register('walt', 'orders-value')).status).toBe(200);
  expect((await register('walt', 'salaries-value')).status).toBe(403);
  expect((await get('rita', '/subjects')).body).toBe('["orders-value"]');
  expect((await get('rita', '/subjects/salaries-value/versions')).status).toBe(403);
  expect((await get('rita', '/subjects/unseen-value/versions')).status).toBe(403);
  expect((await get('rita', '/subjects/orders-value/versions')).body).toBe('[1]');
  expect((await post('root', '/subjects/totals-value/versions', { schema: '"int"' })).status).toBe(
    200,
  );
  expect((await get('rita', '/schemas/ids/1')).status).toBe(200);
  expect((await get('rita', '/schemas/ids/2')).status).toBe(404);
  expect((await get('root', '/schemas/ids/2')).status).toBe(200);
  expect((await get('rita', '/schemas/ids/1/subjects')).body).toBe('["orders-value"]');
});

test('groups are seen as far as their topics are', async () => {
  const commit = (user: string, group: string, topic: string) =>
    post(user, '/v1/groups/commit', { group, offsets: [{ topic, partition: 0, offset: 1 }] });
  expect((await commit('root', 'payroll', 'salaries')).status).toBe(200);
  expect((await commit('walt', 'shop', 'orders')).status).toBe(200);
  expect((await commit('walt', 'shop', 'salaries')).status).toBe(403);
  expect((await commit('root', 'shop', 'salaries')).status).toBe(200);
  expect((await get('rita', '/v1/groups')).body).toBe('{"groups":["shop"]}');
  const { body } = await post('rita', '/v1/groups/describe', { group: 'shop' });
  expect(body).not.toContain('salaries');
  expect((await post('rita', '/v1/groups/describe', { group: 'payroll' })).status).toBe(404);
  expect((await post('anna', '/v1/groups/delete', { group: 'shop' })).status).toBe(403);
});
