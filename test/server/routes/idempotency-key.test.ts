import { expect, test } from 'vitest';
import { post } from '../clients.ts';
import { startDatabaseServer } from '../database-server.ts';

const SOURCE =
  "CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);";

test('inserts sent again with their Idempotency-Key are written once, others under it are refused', async () => {
  const { port, temporary } = await startDatabaseServer(SOURCE);
  const send = (ksql: string) => post(port, '/ksql', { ksql }, { 'idempotency-key': 'order 7' });
  const first = await send("INSERT INTO S VALUES ('a', 1);");
  const again = await send("INSERT INTO S VALUES ('a', 1);");
  expect([first.status, first.body]).toEqual([200, '[]']);
  expect([again.status, again.body]).toEqual([200, '[]']);
  const other = await send("INSERT INTO S VALUES ('b', 2);");
  expect(other.status).toBe(409);
  expect(JSON.parse(other.body)).toMatchObject({
    error_code: 40900,
    message: expect.stringContaining('Idempotency-Key was used with other statements before'),
  });
  expect(await temporary.rows('SELECT * FROM S;')).toEqual([['a', 1]]);
});

test('an Idempotency-Key for anything but inserts is refused', async () => {
  const { port } = await startDatabaseServer();
  const answer = await post(port, '/ksql', { ksql: SOURCE }, { 'idempotency-key': 'k' });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ error_code: 40000 });
});
