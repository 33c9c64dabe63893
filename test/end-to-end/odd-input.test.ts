import { afterEach, expect, test } from 'vitest';
import { post } from '../server/clients.ts';
import {
  cleanUp,
  entitiesOf,
  queriesOf,
  rowsOf,
  SOON,
  startServer,
  temporaryDirectory,
} from './running-server.ts';

afterEach(cleanUp);

function createOn(topic: string, name = 'w'): string {
  return `CREATE STREAM ${name} (a INT) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON', PARTITIONS=1);`;
}

test('numbers beyond 2^53 and decimals keep every digit', async () => {
  const { client, port } = await startServer(temporaryDirectory());
  await client.execute(
    `CREATE STREAM big (k BIGINT KEY, n BIGINT, d DECIMAL(38, 2)) WITH (KAFKA_TOPIC='big', VALUE_FORMAT='JSON', PARTITIONS=1);
     INSERT INTO big (k, n, d) VALUES (-9223372036854775808, 9007199254740993, 123456789012345678901234567890123456.78);`,
  );
  const [row] = await post(port, '/query-stream', {
    sql: 'SELECT * FROM big;',
  }).then(({ body }) => body.trim().split('\n').slice(1));
  expect(row).toBe(
    '[-9223372036854775808,9007199254740993,123456789012345678901234567890123456.78]',
  );
});

test('columns named as members of JavaScript objects work like any other', async () => {
  const { client } = await startServer(temporaryDirectory());
  await client.execute(
    `CREATE STREAM odd (\`__proto__\` VARCHAR KEY, \`constructor\` BIGINT, \`a"];process.exit()//\` INT, \`toString\` INT) WITH (KAFKA_TOPIC='odd', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE odd_n AS SELECT \`__proto__\`, SUM(\`constructor\`) AS \`hasOwnProperty\` FROM odd GROUP BY \`__proto__\` EMIT CHANGES;
     INSERT INTO odd VALUES ('__proto__', 1, 2, 3); INSERT INTO odd VALUES ('__proto__', 4, 5, 6);`,
  );
  expect(await rowsOf(client, 'SELECT * FROM odd;')).toEqual([
    ['__proto__', 1, 2, 3],
    ['__proto__', 4, 5, 6],
  ]);
  const pulled = "SELECT `hasOwnProperty` FROM odd_n WHERE `__proto__` = '__proto__';";
  await expect.poll(() => rowsOf(client, pulled), SOON).toEqual([[5]]);
  expect(({} as Record<string, unknown>)['constructor']).toBe(Object);
});

test('one statement of fifty clients at once succeeds once', async () => {
  const { client } = await startServer(temporaryDirectory());
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () => client.execute(createOn('w'))),
  );
  const refusals = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refusals.length).toBe(49);
  for (const { reason } of refusals) {
    expect(reason).toMatchObject({
      code: 40001,
      message: expect.stringMatching(/^line 1:15: Cannot add stream `W`: .* already exists\./),
    });
  }
  const [next] = await client.execute(createOn('w2', 'w2'));
  expect(entitiesOf(next!, 'currentStatus').commandSequenceNumber).toBe(1);
});

test('a statement that fails while the request runs leaves what ran before it, and after a kill too', async () => {
  const directory = temporaryDirectory();
  const first = await startServer(directory);
  const sql = `${createOn('w')} CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='w', VALUE_FORMAT='JSON', PARTITIONS=3); SHOW STREAMS;`;
  await expect(first.client.execute(sql)).rejects.toMatchObject({ code: 40001, entities: [] });
  expect(await first.client.execute('SHOW STREAMS;')).toMatchObject([{ streams: [] }]);
  await first.end('SIGKILL');
  const { client } = await startServer(directory);
  expect(await client.execute('SHOW STREAMS;')).toMatchObject([{ streams: [] }]);
});

test('the same query is not terminated twice', async () => {
  const { client } = await startServer(temporaryDirectory());
  await client.execute(
    `${createOn('w')} CREATE STREAM x AS SELECT * FROM w EMIT CHANGES; TERMINATE CSAS_X_1;`,
  );
  expect(await queriesOf(client)).toEqual([]);
  await expect(client.execute('TERMINATE CSAS_X_1;')).rejects.toMatchObject({
    httpStatus: 400,
    code: 40001,
    message: expect.stringContaining('there is no query with the id CSAS_X_1'),
  });
});

test('topic names that some file systems cannot hold, or not beside each other, are different topics', async () => {
  const { client } = await startServer(temporaryDirectory());
  const names = ['A', 'CON', 'NUL', 'a', 'aux.', 'x.y', 'x_y'];
  for (const [index, name] of names.entries()) {
    await client.execute(createOn(name, `s${index}`));
    await client.execute(`INSERT INTO s${index} (a) VALUES (${index});`);
  }
  const [topics] = await client.execute('SHOW TOPICS;');
  expect(entitiesOf(topics!, 'kafka_topics').topics.map(({ name }) => name)).toEqual(names);
  for (const index of names.keys()) {
    expect(await rowsOf(client, `SELECT * FROM s${index};`)).toEqual([[index]]);
  }
});

test('a source made anew at once under the name of a dropped one is empty', async () => {
  const directory = temporaryDirectory();
  const first = await startServer(directory);
  const create = `${createOn('w')} CREATE TABLE n AS SELECT a, COUNT(*) AS n FROM w GROUP BY a EMIT CHANGES;`;
  await first.client.execute(`${create} INSERT INTO w (a) VALUES (1);`);
  await first.client.execute(`DROP TABLE n DELETE TOPIC; DROP STREAM w DELETE TOPIC; ${create}`);
  await first.end('SIGKILL');
  const { client } = await startServer(directory);
  expect(await rowsOf(client, 'SELECT * FROM w;')).toEqual([]);
  await client.execute('INSERT INTO w (a) VALUES (2);');
  await expect.poll(() => rowsOf(client, 'SELECT * FROM n;'), SOON).toEqual([[2, 1]]);
});

test('a division by zero in a persistent query costs that row only', async () => {
  const { client } = await startServer(temporaryDirectory());
  await client.execute(
    `CREATE STREAM d (k VARCHAR KEY, n INT) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM q AS SELECT k, 10 / n AS v FROM d EMIT CHANGES;
     INSERT INTO d VALUES ('a', 0); INSERT INTO d VALUES ('a', 5);`,
  );
  await expect
    .poll(() => rowsOf(client, 'SELECT * FROM q;'), SOON)
    .toEqual([
      ['a', null],
      ['a', 2],
    ]);
  expect(await queriesOf(client)).toHaveLength(1);
});

test('a cast, a part or an element that is not there costs that column only', async () => {
  const { client } = await startServer(temporaryDirectory());
  await client.execute(
    `CREATE STREAM d (k VARCHAR KEY, t VARCHAR, a ARRAY<INT>) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM q AS SELECT k, CAST(t AS INT) AS n, SUBSTRING(t, -1) AS s, a[7] AS e FROM d EMIT CHANGES;
     INSERT INTO d VALUES ('a', 'x1', ARRAY[1]); INSERT INTO d VALUES ('b', '12', ARRAY[1, 2, 3, 4, 5, 6, 7]);`,
  );
  await expect
    .poll(() => rowsOf(client, 'SELECT * FROM q;'), SOON)
    .toEqual([
      ['a', null, '1', null],
      ['b', 12, '2', 7],
    ]);
  expect(await queriesOf(client)).toHaveLength(1);
});

test('a sum beyond BIGINT goes round as in ksqlDB, one beyond its DECIMAL stops its query alone and says so', async () => {
  const { client } = await startServer(temporaryDirectory());
  await client.execute(
    `CREATE STREAM d (k VARCHAR KEY, n BIGINT, m DECIMAL(4, 2)) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE q AS SELECT k, SUM(n) AS total FROM d GROUP BY k EMIT CHANGES;
     CREATE TABLE r AS SELECT k, SUM(m) AS total FROM d GROUP BY k EMIT CHANGES;
     CREATE TABLE w AS SELECT k, SUM(CAST(n AS DECIMAL(38, 0))) AS total FROM d GROUP BY k EMIT CHANGES;
     INSERT INTO d VALUES ('a', 9223372036854775807, 99.00); INSERT INTO d VALUES ('a', 1, 1.00);`,
  );
  await expect
    .poll(() => rowsOf(client, 'SELECT total FROM q;'), SOON)
    .toEqual([[-9223372036854775808n]]);
  await expect
    .poll(() => rowsOf(client, 'SELECT total FROM w;'), SOON)
    .toEqual([[9223372036854775808n]]);
  await expect
    .poll(async () => (await queriesOf(client)).map((query) => query.split(' ')[1]), SOON)
    .toEqual(['RUNNING', 'ERROR', 'RUNNING']);
  const [explained] = await client.execute('SHOW QUERIES EXTENDED;');
  expect(JSON.stringify(explained)).toContain(
    'SUM reached 100.00, which DECIMAL(4, 2) cannot hold',
  );
});

test('a record whose time column holds no time is left out and noted, the next is read', async () => {
  const { client } = await startServer(temporaryDirectory());
  await client.execute(
    `CREATE STREAM raw (v VARCHAR) WITH (KAFKA_TOPIC='raw', VALUE_FORMAT='KAFKA', PARTITIONS=1);
     CREATE STREAM d (v INT, ts VARCHAR) WITH (KAFKA_TOPIC='raw', VALUE_FORMAT='JSON', TIMESTAMP='ts', TIMESTAMP_FORMAT='yyyy-MM-dd');
     CREATE STREAM q AS SELECT v, ROWTIME AS t FROM d EMIT CHANGES;
     INSERT INTO raw VALUES ('{"v":1,"ts":"2024-13-01"}'); INSERT INTO raw VALUES ('{"v":2,"ts":"nonsense"}');
     INSERT INTO raw VALUES ('{"v":3,"ts":"2024-02-29"}');`,
  );
  await expect
    .poll(() => rowsOf(client, 'SELECT v, t FROM q;'), SOON)
    .toEqual([[3, Date.UTC(2024, 1, 29)]]);
  const noted = await rowsOf(client, 'SELECT * FROM KSQL_PROCESSING_LOG;');
  expect(JSON.stringify(noted)).toContain('2024-13-01');
  expect(await queriesOf(client)).toHaveLength(1);
});

test('a record of more than 1 MiB is refused and nothing of it is written; keys may be anything smaller', async () => {
  const { client, port } = await startServer(temporaryDirectory());
  await client.execute(
    `CREATE STREAM d (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE q AS SELECT k, COUNT(*) AS c FROM d GROUP BY k EMIT CHANGES;`,
  );
  const value = 'x'.repeat((1 << 20) + 1);
  const produced = await post(port, '/v1/topics/produce', { topic: 'd', records: [{ value }] });
  expect([produced.status, JSON.parse(produced.body).error_code]).toEqual([413, 41300]);
  const key = await post(port, '/v1/topics/produce', { topic: 'd', records: [{ key: value }] });
  expect([key.status, JSON.parse(key.body).error_code]).toEqual([413, 41300]);
  const keys = ['', '__proto__', 'k'.repeat(64 * 1024)];
  for (const k of [...keys, ...keys]) {
    const record = { key: k, value: '{"v":"a"}' };
    const { status } = await post(port, '/v1/topics/produce', { topic: 'd', records: [record] });
    expect(status).toBe(200);
  }
  await expect
    .poll(() => rowsOf(client, 'SELECT * FROM q;'), SOON)
    .toEqual(expect.arrayContaining(keys.map((k) => [k, 2])));
  expect(await rowsOf(client, 'SELECT * FROM d;')).toHaveLength(6);
  for (const k of keys) {
    const byKey = await rowsOf(client, `SELECT c FROM q WHERE k = '${k}';`);
    expect(byKey).toEqual([[2]]);
  }
});
