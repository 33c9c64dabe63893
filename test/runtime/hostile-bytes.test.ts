import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const HEADER = 5;

/** A record with that id in front. */
function named(id: number, body: Buffer | string): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeInt32BE(id, 1);
  return Buffer.concat([header, Buffer.from(body)]);
}

const DEEP = '['.repeat(100_000);
const DEEP_OBJECT = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
const HUGE_LENGTH = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);

/** What no reader may take for a row, besides the truncated forms of a good record. */
function hostile(format: string, { id, otherId }: { id: number; otherId: number }): Buffer[] {
  switch (format) {
    case 'JSON':
      return [DEEP, DEEP_OBJECT, '{"A":{"__proto__":1}', '{"A":"\\uD8"}', '{"A":1e}'].map((text) =>
        Buffer.from(text),
      );
    case 'JSON_SR':
      return [DEEP, DEEP_OBJECT, '{"A":{"__proto__":1}', '{"B":"x"}', ''].map((text) =>
        named(id, text),
      );
    case 'AVRO':
      return [
        // A text of 2^63 - 1 bytes, one of -1, a branch that the union does not have.
        named(id, Buffer.concat([Buffer.from([2]), HUGE_LENGTH])),
        named(id, Buffer.from([2, 1, 2, 2])),
        named(id, Buffer.from([40])),
      ];
    case 'PROTOBUF':
      return [
        // A text of 2^64 - 1 bytes, an unknown message, a group that never ends, a tag of no field.
        named(id, Buffer.concat([Buffer.from([0, 0x0a]), HUGE_LENGTH])),
        named(id, Buffer.from([2, 40, 40])),
        named(id, Buffer.concat([Buffer.from([0]), Buffer.alloc(100_000, 0x7b)])),
        named(id, Buffer.from([0, 0])),
      ];
    default:
      throw new Error(`nothing hostile is known for ${format}, nor for ${otherId}`);
  }
}

test.each(['JSON', 'JSON_SR', 'AVRO', 'PROTOBUF'])(
  'truncated, wrong-schema, unknown-id and hostile %s is noted once, the rest goes on',
  async (format) => {
    const temporary = await TemporaryDatabase.open();
    const { database } = temporary;
    await temporary.run(`
      CREATE STREAM s (a VARCHAR, b INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='${format}', PARTITIONS=1);
      CREATE STREAM good AS SELECT a, b FROM s;
    `);
    const other = await database.registry!.register('other', {
      type: format === 'AVRO' ? 'JSON' : 'AVRO',
      text: format === 'AVRO' ? '{"type":"string"}' : '"string"',
      references: [],
    });
    await temporary.run("INSERT INTO s VALUES ('text', 7);");
    const { records } = await database.topics.consume({
      topic: 's',
      partition: 0,
      offset: 0,
      countMax: 1,
      waitMs: 0,
    });
    const { valueBase64, value } = records[0]!;
    const valid =
      valueBase64 === undefined ? Buffer.from(value!) : Buffer.from(valueBase64, 'base64');
    const id = format === 'JSON' ? 0 : valid.readInt32BE(1);

    // Cut where no shorter valid record ends: Protobuf's fields may all be missing.
    const cuts = Array.from({ length: valid.length }, (_, length) => valid.subarray(0, length));
    const whole = format === 'PROTOBUF' ? [HEADER + 1, valid.length - 2] : [];
    const bad = [
      ...cuts.filter(({ length }) => !whole.includes(length)),
      ...hostile(format, { id, otherId: other.id }),
      ...(format === 'JSON'
        ? []
        : [named(4711, valid.subarray(HEADER)), named(other.id, valid.subarray(HEADER))]),
    ];
    for (const payload of bad) {
      await database.produce('s', [{ key: null, value: payload }]);
      await temporary.run("INSERT INTO s VALUES ('text', 8);");
    }
    const rows = await temporary.rows('SELECT a, b FROM good;');
    expect(rows).toEqual([['text', 7], ...bad.map(() => ['text', 8])]);
    const noted = await temporary.rows(
      'SELECT message->deserializationError->offset FROM KSQL_PROCESSING_LOG;',
    );
    expect(noted.flat()).toEqual(bad.map((_, index) => 1 + 2 * index));
    const [queries] = await database.execute('SHOW QUERIES;', {});
    expect(queries).toMatchObject({ queries: [{ state: 'RUNNING' }] });
    expect(({} as Record<string, unknown>)['A']).toBeUndefined();
  },
);

test.each(['JSON', 'JSON_SR'])(
  'the names of %s objects are only names: __proto__, constructor',
  async (format) => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(`
      CREATE STREAM s (a VARCHAR, \`__proto__\` INT, \`constructor\` INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='${format}', PARTITIONS=1);
      CREATE STREAM good AS SELECT * FROM s;
    `);
    await temporary.run("INSERT INTO s VALUES ('x', 1, 2);");
    const text = '{"a":"y","__proto__":3,"constructor":4,"toString":{"__proto__":{"polluted":5}}}';
    const value = format === 'JSON' ? Buffer.from(text) : named(1, text.replace('"a"', '"A"'));
    await temporary.database.produce('s', [{ key: null, value }]);
    await temporary.database.settled();
    expect(await temporary.rows('SELECT * FROM good;')).toEqual([
      ['x', 1, 2],
      ['y', 3, 4],
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  },
);
