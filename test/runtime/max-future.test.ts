import { describe, expect, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import type { DatabaseOptions } from '../../src/database.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const HOUR = 3_600_000;
const NOW = 1_700_000_000_000;
const YEAR_9999 = 253_402_300_799_999;

async function open(properties: DatabaseOptions['properties'] = {}) {
  const real = nodeEnv();
  const clock = { now: NOW };
  const env = { ...real, clock: { ...real.clock, now: () => clock.now } };
  const temporary = await TemporaryDatabase.open({ env, properties });
  await temporary.run(`
    CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE counts AS SELECT id, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 0 SECONDS) GROUP BY id;
  `);
  return { temporary, clock };
}

const insert = (id: number, time: number): string =>
  `INSERT INTO s (ROWTIME, id, v) VALUES (${time}, ${id}, 1);`;

const counts = 'SELECT id, n FROM counts WHERE id = 1;';
const noted =
  'SELECT message->deserializationError->offset, message->deserializationError->errorMessage, logger FROM KSQL_PROCESSING_LOG;';

describe('a record far in the future', () => {
  test('is left out and noted, so that it closes no windows', async () => {
    const { temporary } = await open();
    await temporary.run(insert(1, NOW));
    await temporary.run(insert(2, YEAR_9999));
    await temporary.run(insert(3, NOW + HOUR + 1));
    await temporary.run(insert(1, NOW + 1));
    expect(await temporary.rows(counts)).toEqual([[1, 2]]);
    const [first, second, ...more] = await temporary.rows(noted);
    expect(first).toEqual([
      1,
      `the time ${YEAR_9999} is ${YEAR_9999 - NOW - HOUR} ms beyond what the server's clock and millrace.max.future.ms allow`,
      'processing.CTAS_COUNTS_1.S.deserializer',
    ]);
    expect(second?.[0]).toBe(2);
    expect(more).toEqual([]);
  });

  test('is taken when it is near enough, also by a clock that has moved on', async () => {
    const { temporary, clock } = await open();
    await temporary.run(insert(1, NOW + HOUR));
    expect(await temporary.rows(counts)).toEqual([[1, 1]]);
    clock.now = NOW + 10 * HOUR;
    await temporary.run(insert(1, NOW + 11 * HOUR));
    // The older window has expired.
    expect(await temporary.rows(counts)).toEqual([[1, 1]]);
    expect(await temporary.rows(noted)).toEqual([]);
  });

  test('is taken when the server is told so', async () => {
    const { temporary } = await open({ 'millrace.max.future.ms': -1 });
    await temporary.run(insert(1, NOW));
    await temporary.run(insert(2, YEAR_9999));
    await temporary.run(insert(1, NOW + 1));
    // The window has expired, the last row comes too late.
    expect(await temporary.rows(counts)).toEqual([]);
  });

  test('does not stop a query that stops at records without a time', async () => {
    const { temporary } = await open();
    await temporary.run(insert(2, YEAR_9999));
    const [entity] = await temporary.database.execute('SHOW QUERIES;', {});
    expect(entity).toMatchObject({ queries: [{ state: 'RUNNING' }] });
    await temporary.database.produce('s', [
      { key: Buffer.from([0, 0, 0, 1]), value: Buffer.from('{"V":1}'), timestamp: -1 },
    ]);
    await temporary.database.settled();
    const [stopped] = await temporary.database.execute('SHOW QUERIES;', {});
    expect(stopped).toMatchObject({ queries: [{ state: 'ERROR' }] });
  });
});
