import { expect, test } from 'vitest';
import { connect2, post, request2 } from '../clients.ts';
import { startDatabaseServer } from '../database-server.ts';

const SETUP = `
  CREATE STREAM s (id INT KEY, v STRING) WITH (kafka_topic = 'letters', value_format = 'JSON', partitions = 1);
  INSERT INTO s (rowtime, id, v) VALUES (1700000000000, 1, 'a');
  INSERT INTO s (rowtime, id, v) VALUES (1700000001000, 2, 'b');
  INSERT INTO s (rowtime, id, v) VALUES (1700000002000, 3, 'c');
`;
const FIRST = 'rowtime: 2023/11/14 22:13:20.000 Z, key: 1, value: {"V":"a"}, partition: 0\n';
const THIRD = 'rowtime: 2023/11/14 22:13:22.000 Z, key: 3, value: {"V":"c"}, partition: 0\n';
const SQL = "PRINT 'letters' FROM BEGINNING INTERVAL 2 LIMIT 2;";

test('on /query says what keys and values may be, then every n-th record', async () => {
  const server = await startDatabaseServer(SETUP);
  const answer = await post(server.port, '/query', { ksql: SQL });
  expect([answer.headers['content-type'], answer.body]).toEqual([
    'application/json',
    'Key format: KAFKA_INT or KAFKA_STRING\nValue format: JSON or KAFKA_STRING\n' + FIRST + THIRD,
  ]);
});

test('on /query-stream sends the records alone', async () => {
  const server = await startDatabaseServer(SETUP);
  const answer = await post(server.port, '/query-stream', { sql: SQL });
  expect([answer.headers['content-type'], answer.body]).toEqual([undefined, FIRST + THIRD]);
});

test('is not answered by /query over HTTP/2', async () => {
  const server = await startDatabaseServer(SETUP);
  const session = connect2(server.port);
  const answer = await request2(session, { path: '/query', body: JSON.stringify({ ksql: SQL }) });
  expect([answer.status, JSON.parse(answer.body).error_code]).toEqual([405, 40500]);
});

test('of an unknown topic is refused in the words of each endpoint', async () => {
  const server = await startDatabaseServer(SETUP);
  const older = await post(server.port, '/query', { ksql: "PRINT 'Letters';" });
  expect([older.status, JSON.parse(older.body)]).toEqual([
    400,
    {
      '@type': 'generic_error',
      error_code: 40000,
      message:
        "Could not find topic 'Letters', or the KSQL user does not have permissions to list the topic. Did you mean letters? Topic names are case-sensitive; SHOW TOPICS lists them.",
    },
  ]);
  const answer = await post(server.port, '/query-stream', { sql: "PRINT 'Letters';" });
  expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
    400,
    { error_code: 40001, message: expect.stringMatching(/^Topic does not exist: Letters\./) },
  ]);
});

test('prints payloads with schemas and keys with windows', async () => {
  const server = await startDatabaseServer(`
    CREATE STREAM a (id INT KEY, v STRING, n INT) WITH (kafka_topic = 'a', key_format = 'AVRO', value_format = 'AVRO', partitions = 1);
    CREATE STREAM p (id INT KEY, v STRING) WITH (kafka_topic = 'p', value_format = 'PROTOBUF', partitions = 1);
    CREATE TABLE t WITH (kafka_topic = 't', value_format = 'JSON_SR') AS
      SELECT id, COUNT(*) AS n FROM a WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
    INSERT INTO a (rowtime, id, v, n) VALUES (1700000000000, 1, 'a', 5);
    INSERT INTO p (rowtime, id, v) VALUES (1700000000000, 1, 'a');
  `);
  const print = async (topic: string): Promise<string> => {
    const sql = `PRINT '${topic}' FROM BEGINNING LIMIT 1;`;
    const { body } = await post(server.port, '/query', { ksql: sql });
    return body.replace(/ or [^\n]*/g, '').replace(/rowtime: .*?, /, '');
  };
  expect(await print('a')).toBe(
    'Key format: AVRO\nValue format: AVRO\nkey: 1, value: {"V":"a","N":5}, partition: 0\n',
  );
  expect(await print('p')).toBe(
    'Key format: KAFKA_INT\nValue format: PROTOBUF\nkey: 1, value: {"V":"a"}, partition: 0\n',
  );
  expect(await print('t')).toBe(
    'Key format: HOPPING(AVRO)\nValue format: JSON_SR\nkey: [1@1700000000000/-], value: {"N":1}, partition: 0\n',
  );
});
