import { describe, expect, test } from 'vitest';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import type { QueryResult } from '../../src/engine.ts';
import { ClientMemory } from '../../src/runtime/client-memory.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const tooLarge = (message: RegExp) =>
  expect.objectContaining({ code: 'QUERY_TOO_LARGE', message: expect.stringMatching(message) });

async function isCutShort(result: QueryResult, rows: number): Promise<boolean> {
  let seen = 0;
  try {
    while (seen < rows) {
      const batch = await result.next();
      if (batch?.kind !== 'rows') throw new Error(`ended after ${seen} rows`);
      seen += batch.rows.length;
    }
    return false;
  } catch (error) {
    expect(error).toEqual(tooLarge(/CREATE TABLE \.\.\. AS SELECT/));
    return true;
  }
}

test('a query may keep so much and no more', () => {
  const memory = new ClientMemory(new MemoryBudget(1_000), { queryBytesMax: 100 });
  const share = memory.open();
  share.add(100);
  memory.check(share, 'q');
  share.add(1);
  expect(() => memory.check(share, 'q')).toThrow(tooLarge(/^Query q needs more than/));
});

test('when all together keep more than half of the whole, those that keep most have to go', () => {
  const whole = new MemoryBudget(1_000);
  const memory = new ClientMemory(whole);
  const [small, medium, large] = [memory.open(), memory.open(), memory.open()];
  small.add(100);
  medium.add(150);
  large.add(250);
  memory.check(large, 'large');
  large.add(1);
  memory.check(small, 'small');
  memory.check(medium, 'medium');
  expect(() => memory.check(large, 'large')).toThrow(
    tooLarge(/^The queries of all clients .* and query large more of it than most\./),
  );
  expect(whole.usedBytes).toBe(501);
  memory.close(large);
  expect(whole.usedBytes).toBe(250);
  memory.check(medium, 'medium');
});

describe('queries of clients', () => {
  const MEBIBYTE = 1024 * 1024;
  const ROWS = 30_000;

  test('share what the database may keep: the one that keeps too much ends, others go on, and its memory is free again', async () => {
    const temporary = await TemporaryDatabase.open({ cacheBytesMax: 4 * MEBIBYTE });
    const { database } = temporary;
    await database.execute(
      "CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);",
    );
    const records = Array.from({ length: ROWS }, (_, i) => {
      return { key: Buffer.from(String(i)), value: Buffer.from('{"v":1}') };
    });
    await database.produce('s', records);
    const properties = { 'auto.offset.reset': 'earliest' };
    const few = 'SELECT k % 7 AS g, COUNT(*) AS n FROM s GROUP BY k % 7 EMIT CHANGES;';
    const many = 'SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;';
    const small = await database.query(few, { properties });
    const large = await database.query(many, { properties });
    expect(await isCutShort(large, ROWS)).toBe(true);
    expect(await isCutShort(small, ROWS)).toBe(false);
    expect(database.figures.stateBytes).toBeLessThan(MEBIBYTE);
    const next = await database.query(many, { properties });
    expect(await isCutShort(next, 1_000)).toBe(false);
    await next.close();
    await small.close();
    expect(database.figures.stateBytes).toBe(0);
  });
});
