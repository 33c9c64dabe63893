import { describe, expect, test } from 'vitest';
import { PROPERTIES, TemporaryDatabase } from '../temporary-database.ts';

const ORDERS =
  "CREATE STREAM orders (id INT, price DOUBLE) WITH (kafka_topic='orders', partitions=1, value_format='JSON');";
const ENTRIES = `SELECT logger, message->type,
    message->deserializationError->\`TOPIC\`, message->deserializationError->partition,
    message->deserializationError->offset, message->deserializationError->target,
    message->deserializationError->recordB64, message->deserializationError->errorMessage,
    message->recordProcessingError->errorMessage
  FROM ksql_processing_log;`;

async function produce(temporary: TemporaryDatabase, ...values: string[]): Promise<void> {
  const records = values.map((value) => ({ key: null, value: Buffer.from(value) }));
  await temporary.database.produce('orders', records);
  await temporary.database.settled();
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function good(id: number): string {
  return JSON.stringify({ id, price: 1.5 });
}

describe('a record that cannot be read', () => {
  test('is left out with one entry that says where it stands and why', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${ORDERS} CREATE STREAM copies AS SELECT * FROM orders;`);
    await produce(temporary, good(1), '{"id": oops}', good(2), '{"id": "many"}');
    expect(await temporary.rows('SELECT id FROM copies;')).toEqual([[1], [2]]);
    const entries = await temporary.rows(ENTRIES);
    expect(entries).toHaveLength(2);
    const [first, second] = entries as unknown[][];
    const logger = 'processing.CSAS_COPIES_1.ORDERS.deserializer';
    expect(first?.slice(0, 7)).toEqual([
      logger,
      0,
      'orders',
      0,
      1,
      'value',
      base64('{"id": oops}'),
    ]);
    expect(first?.[7]).toEqual(expect.stringMatching(/./));
    expect(first?.[8]).toBeNull();
    expect(second?.slice(4, 7)).toEqual([3, 'value', base64('{"id": "many"}')]);
  });

  test('has no second entry after a restart, and counts once for its source', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${ORDERS} CREATE STREAM copies AS SELECT * FROM orders;`);
    await produce(temporary, 'x', good(1));
    await temporary.reopen();
    await produce(temporary, good(2), 'y');
    await temporary.reopen();
    const entries = await temporary.rows(ENTRIES);
    expect(entries.map((entry) => entry[4])).toEqual([0, 3]);
  });

  test('has an entry for each query that left it out', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${ORDERS}
      CREATE STREAM a AS SELECT id FROM orders;
      CREATE STREAM b AS SELECT id, price FROM orders;`);
    await produce(temporary, good(1), 'x');
    await temporary.run('CREATE STREAM c AS SELECT price FROM orders;');
    const loggers = (await temporary.rows(ENTRIES)).map(([logger]) => logger);
    expect(loggers).toEqual(
      ['CSAS_A_1', 'CSAS_B_2', 'CSAS_C_3'].map((id) => `processing.${id}.ORDERS.deserializer`),
    );
    const [described] = await temporary.database.execute('DESCRIBE orders EXTENDED;');
    expect(described).toMatchObject({
      sourceDescription: {
        errorStats: [
          '1 records could not be read',
          ...['CSAS_A_1', 'CSAS_B_2', 'CSAS_C_3'].map(
            (id) => `${id}: 1 records left out, 0 errors in rows`,
          ),
        ].join('\n'),
      },
    });
  });

  test('shows at most 1 KiB of its bytes, and none when told so', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${ORDERS} CREATE STREAM copies AS SELECT * FROM orders;`);
    await produce(temporary, 'x'.repeat(5_000));
    const [entry] = await temporary.rows(ENTRIES);
    expect(entry?.[6]).toBe(base64('x'.repeat(1_024)));
    const secret = await TemporaryDatabase.open({ showRecordBytes: false });
    await secret.run(`${ORDERS} CREATE STREAM copies AS SELECT * FROM orders;`);
    await produce(secret, 'secret');
    const [other] = await secret.rows(ENTRIES);
    expect(other?.slice(4, 7)).toEqual([0, 'value', null]);
  });

  test('says so when it is the key', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`
      CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH (kafka_topic='orders', partitions=1, value_format='JSON');
      CREATE TABLE copies AS SELECT * FROM t;`);
    const record = { key: Buffer.from('xy'), value: Buffer.from('{"v":1}') };
    await temporary.database.produce('orders', [record]);
    await temporary.database.settled();
    const [entry] = await temporary.rows(ENTRIES);
    expect(entry?.slice(4, 7)).toEqual([0, 'key', base64('xy')]);
  });

  test('stops the query that was created to stop, and no other: the tick is taken back and done again', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${ORDERS} CREATE STREAM lenient AS SELECT id FROM orders;`);
    await temporary.database.execute('CREATE STREAM strict AS SELECT id FROM orders;', {
      properties: { ...PROPERTIES, 'ksql.fail.on.deserialization.error': true },
    });
    await produce(temporary, good(1));
    await produce(temporary, 'x', good(2));
    const logged = (await temporary.rows(ENTRIES)).map(([logger, , , , offset]) => [
      logger,
      offset,
    ]);
    expect(logged).toEqual([['processing.CSAS_LENIENT_1.ORDERS.deserializer', 1]]);
    await temporary.reopen();
    expect(await temporary.rows(ENTRIES)).toHaveLength(1);
    expect(await temporary.rows('SELECT id FROM strict;')).toEqual([[1]]);
    expect(await temporary.rows('SELECT id FROM lenient;')).toEqual([[1], [2]]);
    const [explained] = await temporary.database.execute('EXPLAIN CSAS_STRICT_2;');
    expect(JSON.stringify(explained)).toContain('Record 1 of topic orders partition 0');
  });

  test('comes in any number: a topic of nothing else is passed within the bounds of ticks', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${ORDERS} CREATE STREAM copies AS SELECT * FROM orders;`);
    await produce(temporary, ...Array.from({ length: 30_000 }, () => 'x'), good(1));
    expect(await temporary.rows('SELECT id FROM copies;')).toEqual([[1]]);
    const offsets = (await temporary.rows(ENTRIES)).map((entry) => entry[4]);
    expect(offsets).toEqual(Array.from({ length: 30_000 }, (_, offset) => offset));
  });
});

describe('a row that cannot be computed', () => {
  test('has an entry, and a query that fails on every row does not fill the disk', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `${ORDERS} CREATE STREAM quotients AS SELECT id, 1 / (id - id) AS q FROM orders;`,
    );
    await produce(temporary, ...Array.from({ length: 5_000 }, (_, id) => good(id)));
    const entries = await temporary.rows(ENTRIES);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.length).toBeLessThan(1_000);
    const [first] = entries;
    expect(first?.slice(0, 2)).toEqual(['processing.CSAS_QUOTIENTS_1', 1]);
    expect(first?.[8]).toMatch(/column Q/);
    const [described] = await temporary.database.execute('DESCRIBE quotients EXTENDED;');
    expect(described).toMatchObject({
      sourceDescription: {
        errorStats: 'CSAS_QUOTIENTS_1: 0 records left out, 5000 errors in rows',
      },
    });
  });
});

describe('the processing log', () => {
  test('is a stream that queries can follow, and their own errors do not feed it', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${ORDERS}
      CREATE STREAM copies AS SELECT * FROM orders;
      CREATE STREAM offsets AS SELECT message->deserializationError->offset AS place,
        1 / (message->type - message->type) AS q FROM ksql_processing_log;
      CREATE STREAM further AS SELECT place, 1 / (place - place) AS q FROM offsets;`);
    await produce(temporary, 'x', good(1), 'y');
    expect(await temporary.rows('SELECT place FROM further;')).toEqual([[0], [2]]);
    expect(await temporary.rows(ENTRIES)).toHaveLength(2);
    await temporary.reopen();
    await produce(temporary, 'z');
    expect(await temporary.rows('SELECT place FROM further;')).toEqual([[0], [2], [3]]);
  });

  test('is described, but not listed, and nobody changes it', async () => {
    const temporary = await TemporaryDatabase.open();
    const { database } = temporary;
    const [described] = await database.execute('DESCRIBE ksql_processing_log;');
    expect(described).toMatchObject({ sourceDescription: { name: 'KSQL_PROCESSING_LOG' } });
    expect(await database.execute('SHOW STREAMS;')).toMatchObject([{ streams: [] }]);
    expect(await database.execute('SHOW TOPICS;')).toMatchObject([{ topics: [] }]);
    for (const statement of [
      'DROP STREAM ksql_processing_log;',
      'DROP STREAM ksql_processing_log DELETE TOPIC;',
      "INSERT INTO ksql_processing_log (logger) VALUES ('x');",
      'ALTER STREAM ksql_processing_log ADD COLUMN x INT;',
      "CREATE STREAM ksql_processing_log (a INT) WITH (kafka_topic='x', partitions=1, value_format='JSON');",
      "CREATE OR REPLACE STREAM ksql_processing_log (a INT) WITH (kafka_topic='x', partitions=1, value_format='JSON');",
      "CREATE STREAM mine (a INT) WITH (kafka_topic='_millrace_processing_log', value_format='JSON');",
    ]) {
      await expect(database.execute(statement), statement).rejects.toMatchObject({
        httpStatus: expect.toSatisfy((status) => status === 400 || status === 403) as number,
      });
    }
  });

  test('gives back what was left out, to be read again in another way', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`${ORDERS} CREATE STREAM copies AS SELECT * FROM orders;`);
    await produce(temporary, good(1), '{"id": 2, "price": "3,5"}', good(4));
    await temporary.run(`
      CREATE STREAM mended (id INT, price DOUBLE) WITH (kafka_topic='mended', partitions=1, value_format='JSON');
      INSERT INTO mended SELECT * FROM orders;
      CREATE STREAM left_out AS
        SELECT FROM_BYTES(TO_BYTES(message->deserializationError->recordB64, 'base64'), 'utf8') AS text
        FROM ksql_processing_log
        WHERE logger = 'processing.CSAS_COPIES_1.ORDERS.deserializer';
      INSERT INTO mended
        SELECT CAST(EXTRACTJSONFIELD(text, '$.id') AS INT) AS id,
          CAST(REPLACE(EXTRACTJSONFIELD(text, '$.price'), ',', '.') AS DOUBLE) AS price
        FROM left_out;`);
    const rows = await temporary.rows('SELECT id, price FROM mended;');
    expect(rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
      [1, 1.5],
      [2, 3.5],
      [4, 1.5],
    ]);
  });
});

describe('hostile records', () => {
  /** In each format; a query over it must go on. */
  const FORMATS = ['JSON', 'DELIMITED', 'KAFKA'] as const;
  const HOSTILE: readonly Buffer[] = [
    '',
    ' ',
    'null',
    '\0',
    '{',
    '"',
    '[1',
    '{"ID":',
    '{"ID":1}}',
    '{"__proto__":{"ID":1}}',
    '{"constructor":1,"ID":"x"}',
    '[]'.repeat(1_000),
    '{"ID":'.repeat(300) + '1' + '}'.repeat(300),
    '['.repeat(500_000),
    '{"ID":'.repeat(100_000),
    `{"ID":${'9'.repeat(100_000)}}`,
    `{"ID":1e${'9'.repeat(1_000)}}`,
    `{"${'x'.repeat(500_000)}":1}`,
    JSON.stringify({ ID: Array.from({ length: 100_000 }, () => 1) }),
    ','.repeat(100_000),
    '"'.repeat(100_001),
    '\uD800',
  ].map((text) => Buffer.from(text));

  test.each(FORMATS)('in %s are rows or entries, and the query goes on', async (format) => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`
      CREATE STREAM input (id INT) WITH (kafka_topic='orders', partitions=1, value_format='${format}');
      CREATE STREAM copies WITH (value_format='JSON') AS
        SELECT id, CAST(id AS STRING) AS text FROM input;`);
    const bytes = Array.from({ length: 256 }, (_, byte) => Buffer.alloc(1 + (byte % 9), byte));
    const records = [...HOSTILE, Buffer.from([0xff, 0xfe, 0x80]), ...bytes];
    await temporary.database.produce(
      'orders',
      records.map((value) => ({ key: null, value })),
    );
    await temporary.database.settled();
    const [queries] = await temporary.database.execute('SHOW QUERIES;');
    expect(JSON.stringify(queries)).toContain('"state":"RUNNING"');
    const offsets = (await temporary.rows(ENTRIES)).map((entry) => Number(entry[4]));
    expect(new Set(offsets).size).toBe(offsets.length);
    const rows = await temporary.rows('SELECT id FROM input;');
    // A null payload gives neither.
    expect(offsets.length + rows.length).toBeLessThanOrEqual(records.length);
    expect(offsets.length).toBeGreaterThan(100);
    const last = {
      key: null,
      value:
        format === 'KAFKA'
          ? Buffer.from([0, 0, 0, 7])
          : Buffer.from(format === 'JSON' ? '{"ID":7}' : '7'),
    };
    await temporary.database.produce('orders', [last]);
    await temporary.database.settled();
    expect((await temporary.rows('SELECT id FROM copies;')).at(-1)).toEqual([7]);
  });
});
