import { beforeEach, describe, expect, test } from 'vitest';
import { IdempotentRequests } from '../../src/statements/idempotent-requests.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const SOURCE =
  "CREATE STREAM S (K STRING KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=4);";
const ROWS =
  "INSERT INTO S (K, V) VALUES ('a', 1); INSERT INTO S (V) VALUES (2); INSERT INTO S (K, V) VALUES ('a', 1);";

describe('a request with an idempotency key', () => {
  let temporary: TemporaryDatabase;

  beforeEach(async () => {
    temporary = await TemporaryDatabase.open();
    await temporary.run(SOURCE);
  });

  const send = (sql: string, idempotencyKey: string) =>
    temporary.database.execute(sql, { idempotencyKey });
  const rows = (): number =>
    temporary.database.log
      .topic('s')!
      .partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);

  test('that is sent again writes its rows once', async () => {
    await Promise.all([send(ROWS, 'k'), send(ROWS, 'k')]);
    expect(await send(ROWS, 'k')).toEqual([]);
    expect(rows()).toBe(3);
    await send(ROWS, 'other');
    expect(rows()).toBe(6);
  });

  test('is known after a restart', async () => {
    await send(ROWS, 'k');
    await temporary.reopen();
    await send(ROWS, 'k');
    expect(rows()).toBe(3);
    const other = "INSERT INTO S (K, V) VALUES ('a', 2);";
    await expect(send(other, 'k')).rejects.toMatchObject({ code: 'CONFLICT', httpStatus: 409 });
    expect(rows()).toBe(3);
  });

  test('with other statements under the key is refused, wherever their rows would go', async () => {
    await send("INSERT INTO S (K, V) VALUES ('a', 1);", 'k');
    for (const key of ['a', 'b', 'c', 'd']) {
      const other = `INSERT INTO S (K, V) VALUES ('${key}', 2);`;
      await expect(send(other, 'k')).rejects.toMatchObject({ code: 'CONFLICT' });
    }
    expect(rows()).toBe(1);
  });

  test('with a mistake can be sent again without it', async () => {
    await expect(send("INSERT INTO S (K, V) VALUES ('a');", 'k')).rejects.toThrow(/values/i);
    await send("INSERT INTO S (K, V) VALUES ('a', 1);", 'k');
    expect(rows()).toBe(1);
  });

  test('may do nothing but insert', async () => {
    await expect(send('DROP STREAM S;', 'k')).rejects.toThrow(/requests that only INSERT/);
    await send("SET 'a' = 'b'; INSERT INTO S (V) VALUES (1);", 'k').catch((error: unknown) => {
      expect(String(error)).not.toMatch(/only INSERT/);
    });
  });
});

test.each(['', 'x'.repeat(256)])('the key %j is refused', (key) => {
  expect(() => new IdempotentRequests().begin(key, 'A;', ['insertValues'])).toThrow(
    /has 1 to 255 characters/,
  );
});

test('only the latest keys are remembered', () => {
  const requests = new IdempotentRequests();
  for (let i = 0; i <= 10_000; i++) requests.begin(`k${i}`, 'A;', ['insertValues']);
  requests.begin('k0', 'B;', ['insertValues']);
  expect(() => requests.begin('k10000', 'B;', ['insertValues'])).toThrow(/other statements/);
});
