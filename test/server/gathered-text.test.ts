import { expect, test } from 'vitest';
import { post } from './clients.ts';
import { startDatabaseServer } from './database-server.ts';

const ROWS = 3000;

test('a short answer has its length, a long one comes in pieces, each whole', async () => {
  const { port, temporary } = await startDatabaseServer(`
    CREATE STREAM s (k STRING KEY, v STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE t AS SELECT k, LATEST_BY_OFFSET(v) AS v FROM s GROUP BY k;`);
  const value = Buffer.from('{"V":"some text that makes the row a little longer"}');
  await temporary.database.produce(
    's',
    Array.from({ length: ROWS }, (_, index) => ({ key: Buffer.from(`key ${index}`), value })),
  );
  await temporary.database.settled();
  const short = await post(port, '/query-stream', { sql: "SELECT * FROM t WHERE k = 'key 7';" });
  expect(short.headers['content-length']).toBe(String(Buffer.byteLength(short.body)));
  expect(short.body.split('\n').slice(1)).toEqual([
    '["key 7","some text that makes the row a little longer"]',
    '',
  ]);
  const long = await post(port, '/query-stream', { sql: 'SELECT k FROM t;' });
  expect(long.headers['transfer-encoding']).toBe('chunked');
  const keys = long.body
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => (JSON.parse(line) as [string])[0]);
  const expected = Array.from({ length: ROWS }, (_, index) => `key ${index}`);
  expect(keys).toEqual(expected.sort());
});
