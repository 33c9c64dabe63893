import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/database.ts';
import type { SchemaText } from '../../src/schema-registry/schema-registry.ts';
import { PROPERTIES, TemporaryDatabase } from '../temporary-database.ts';

const FORMATS = ['AVRO', 'JSON_SR', 'PROTOBUF'] as const;

function avro(schema: unknown): SchemaText {
  return { type: 'AVRO', text: JSON.stringify(schema), references: [] };
}

const ORDER = {
  type: 'record',
  name: 'Order',
  namespace: 'shop',
  fields: [
    { name: 'item', type: 'string' },
    { name: 'count', type: 'int' },
  ],
};

/** A payload of ORDER. */
function order(id: number, item: string, count: number): Buffer {
  const bytes = Buffer.from(item);
  const head = Buffer.alloc(5);
  head.writeInt32BE(id, 1);
  return Buffer.concat([head, Buffer.from([bytes.length * 2]), bytes, Buffer.from([count * 2])]);
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => error.message,
  );
}

describe.each(FORMATS)('%s', (format) => {
  test('carries rows through a table and back after a restart', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `CREATE STREAM orders (id INT KEY, item STRING, tags MAP<STRING, INT>)
         WITH (KAFKA_TOPIC='orders', FORMAT='${format}', PARTITIONS=3);
       CREATE TABLE items AS SELECT item, COUNT(*) AS n FROM orders GROUP BY item;`,
    );
    for (const id of [1, 2, 3]) {
      await temporary.run(`INSERT INTO orders VALUES (${id}, 'pen', MAP('t' := ${id}));`);
    }
    const pull = `SELECT item, n FROM items WHERE item = 'pen';`;
    expect(await temporary.rows(pull)).toEqual([['pen', 3]]);
    await temporary.reopen();
    expect(await temporary.rows(pull)).toEqual([['pen', 3]]);
    await temporary.run(`INSERT INTO orders (id, item) VALUES (4, 'pen');`);
    expect(await temporary.rows(pull)).toEqual([['pen', 4]]);
    const sink = await temporary.rows(`SELECT * FROM orders WHERE id < 3;`);
    expect(sink.length).toBe(2);
  });

  test('registers the schemas of a source once and of a sink as the newest', async () => {
    const temporary = await TemporaryDatabase.open();
    const { registry } = temporary.database;
    await temporary.run(
      `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='${format}', PARTITIONS=1);`,
    );
    const first = await registry!.latest('s-value');
    expect(first?.version).toBe(1);
    await temporary.run(
      `CREATE STREAM s2 (k INT KEY, other STRING) WITH (KAFKA_TOPIC='s', FORMAT='${format}');
       CREATE STREAM t WITH (KAFKA_TOPIC='s') AS SELECT k, v, 1 AS w FROM s;`.replace(
        "WITH (KAFKA_TOPIC='s') AS",
        'AS',
      ),
    );
    expect(await registry!.latest('s-value')).toEqual(first);
    expect((await registry!.latest('T-value'))?.schema.text).toContain('W');
  });

  test('gives the columns that a statement leaves out', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(
      `CREATE STREAM s (k INT KEY, v INT, d DECIMAL(4, 2), st STRUCT<f BIGINT>)
         WITH (KAFKA_TOPIC='s', FORMAT='${format}', PARTITIONS=1);
       CREATE STREAM i WITH (KAFKA_TOPIC='s', FORMAT='${format}');`,
    );
    await temporary.run(`INSERT INTO s VALUES (1, 2, 3.25, STRUCT(f := 4));`);
    expect(await temporary.rows(`SELECT v, d, st->f FROM i;`)).toEqual([[2, 325, 4]]);
  });

  test('takes the subjects with the topic of a dropped source', async () => {
    const temporary = await TemporaryDatabase.open();
    const { registry } = temporary.database;
    await temporary.run(
      `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='${format}', PARTITIONS=1);`,
    );
    await temporary.run('DROP STREAM s DELETE TOPIC;');
    expect(await registry!.latest('s-key')).toBeNull();
    expect(await registry!.latest('s-value')).toBeNull();
    const message = await messageOf(
      temporary.run(`CREATE STREAM s WITH (KAFKA_TOPIC='s', FORMAT='${format}', PARTITIONS=1);`),
    );
    expect(message).toContain("Schema for message keys on topic 's' does not exist");
  });
});

/** A copy of the data as a crash would leave it when the first subject is about to be removed. */
async function crashed(temporary: TemporaryDatabase): Promise<string> {
  const { registry } = temporary.database;
  const remove = registry!.deleteSubject.bind(registry);
  const copy = await mkdtemp(join(tmpdir(), 'millrace-crashed-'));
  onTestFinished(() => rm(copy, { recursive: true }));
  registry!.deleteSubject = async (subject) => {
    registry!.deleteSubject = remove;
    await cp(temporary.directory, copy, { recursive: true });
    await remove(subject);
  };
  await temporary.run('DROP STREAM s DELETE TOPIC;');
  return copy;
}

describe('a crash between the deletion of a topic and that of its subjects', () => {
  const create =
    "CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='AVRO', PARTITIONS=1);";

  test('is made good at the next start', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(create);
    const directory = await crashed(temporary);
    for (let life = 0; life < 2; life++) {
      const database = await openDatabase({ directory });
      expect(await database.schemas.latest('s-key')).toBeNull();
      expect(await database.schemas.latest('s-value')).toBeNull();
      expect(database.registry!.versions('s-value', 'with')).toEqual([1]);
      await database.close();
    }
  });

  test('takes nothing that was registered since', async () => {
    const temporary = await TemporaryDatabase.open();
    await temporary.run(create);
    const directory = await crashed(temporary);
    const first = await openDatabase({ directory });
    const { version } = await first.schemas.register('s-value', avro(ORDER));
    await first.close();
    const second = await openDatabase({ directory });
    expect(await second.schemas.latest('s-value')).toMatchObject({ version });
    await second.close();
  });
});

test('records of producers are read by the schema they name, others are left out', async () => {
  const temporary = await TemporaryDatabase.open();
  const { database } = temporary;
  const { id } = await database.registry!.register('orders-value', avro(ORDER));
  await temporary.run(
    `CREATE STREAM orders WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='AVRO', PARTITIONS=1);
     CREATE TABLE n AS SELECT item, SUM(count) AS n FROM orders GROUP BY item;`,
  );
  const values = [
    order(id, 'pen', 2),
    order(id + 50, 'pen', 1),
    Buffer.from('{}'),
    order(id, 'pen', 3),
  ];
  await database.produce(
    'orders',
    values.map((value) => ({ key: null, value })),
  );
  await database.settled();
  expect(await temporary.rows(`SELECT n FROM n WHERE item = 'pen';`)).toEqual([[5]]);
});

test('a record is read once the schema it names is there', async () => {
  const temporary = await TemporaryDatabase.open();
  const { database } = temporary;
  const { id } = await database.registry!.register('orders-value', avro(ORDER));
  await temporary.run(
    `CREATE STREAM orders WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='AVRO', PARTITIONS=1);
     CREATE STREAM copy AS SELECT item FROM orders;`,
  );
  const later = id + 10;
  await database.produce('orders', [{ key: null, value: order(later, 'early', 1) }]);
  await database.settled();
  const newer = { ...ORDER, fields: [...ORDER.fields].toReversed() };
  await database.registry!.registerAs('orders-value', avro(newer), later);
  const value = Buffer.concat([
    order(later, '', 0).subarray(0, 5),
    Buffer.from([2, 6]),
    Buffer.from('pen'),
  ]);
  await database.produce('orders', [{ key: null, value }]);
  await database.settled();
  expect(await temporary.rows('SELECT item FROM copy;')).toEqual([['pen']]);
});

async function withOrders(): Promise<{ temporary: TemporaryDatabase; id: number }> {
  const temporary = await TemporaryDatabase.open();
  const { id } = await temporary.database.registry!.register('orders-value', avro(ORDER));
  return { temporary, id };
}

test('a schema that refers to others is fetched with them, and no record is read twice', async () => {
  const temporary = await TemporaryDatabase.open();
  const { database } = temporary;
  const registry = database.registry!;
  const place = { type: 'record', name: 'Place', fields: [{ name: 'town', type: 'string' }] };
  await registry.register('place', avro(place));
  const visit = { type: 'record', name: 'Visit', fields: [{ name: 'spot', type: 'Place' }] };
  const references = [{ name: 'Place', subject: 'place', version: 1 }];
  const { id } = await registry.register('visits-value', { ...avro(visit), references });
  await temporary.run(
    `CREATE STREAM visits WITH (KAFKA_TOPIC='visits', VALUE_FORMAT='AVRO', PARTITIONS=1);
     CREATE TABLE n AS SELECT spot->town AS town, COUNT(*) AS n FROM visits GROUP BY spot->town;`,
  );
  const value = Buffer.concat([order(id, 'oslo', 0).subarray(0, 10)]);
  await database.produce('visits', [
    { key: null, value: Buffer.from('bad') },
    { key: null, value },
    { key: null, value },
  ]);
  await database.settled();
  expect(await temporary.rows(`SELECT n FROM n WHERE town = 'oslo';`)).toEqual([[2]]);
});

describe('ids in the statement', () => {
  test('give the columns with the names of the schema', async () => {
    const { temporary, id } = await withOrders();
    await temporary.run(
      `CREATE STREAM o WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=${id}, PARTITIONS=1);
       INSERT INTO o (\`item\`, \`count\`) VALUES ('pen', 7);`,
    );
    expect(await temporary.rows('SELECT `item`, `count` FROM o;')).toEqual([['pen', 7]]);
  });

  test('of a sink let a row leave out what has a default', async () => {
    const { temporary } = await withOrders();
    const schema = {
      ...ORDER,
      fields: [
        { name: 'V', type: 'int' },
        { name: 'REST', type: 'string', default: 'none' },
      ],
    };
    const { registry } = temporary.database;
    const { id } = await registry!.register('T-value', avro(schema));
    await temporary.run(
      `CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM t WITH (VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=${id}) AS SELECT v FROM s;
       CREATE STREAM all_of_t WITH (KAFKA_TOPIC='T', VALUE_FORMAT='AVRO');`,
    );
    await temporary.run('INSERT INTO s VALUES (3);');
    expect(await temporary.rows('SELECT v, rest FROM all_of_t;')).toEqual([[3, 'none']]);
    const message = await messageOf(
      temporary.run(
        `CREATE STREAM u WITH (VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=${id}) AS SELECT v AS w FROM s;`,
      ),
    );
    expect(message).toContain(
      'The following value columns are changed, missing or reordered: [`W` INTEGER]',
    );
  });

  test.each([
    [
      `(v INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=1`,
      'Table elements and VALUE_SCHEMA_ID',
    ],
    [
      `WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', VALUE_SCHEMA_ID=1`,
      'Current format is JSON',
    ],
    [
      `WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=99`,
      'There is no schema 99',
    ],
    [
      `WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON_SR'`,
      'Value schema is not in the expected format',
    ],
    [`WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='AVRO', WRAP_SINGLE_VALUE=false`, 'no error'],
    [
      `WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='AVRO', VALUE_SCHEMA_FULL_NAME=' '`,
      'a name that is not blank',
    ],
    [
      `(v INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', VALUE_SCHEMA_FULL_NAME='a'`,
      'belong to AVRO',
    ],
    [
      `(v INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='AVRO', VALUE_PROTOBUF_NULLABLE_REPRESENTATION='OPTIONAL'`,
      'PROTOBUF_NOSR, but the format is AVRO',
    ],
    [
      `(v INT) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='AVRO', VALUE_SCHEMA_FULL_NAME='a', VALUE_AVRO_SCHEMA_FULL_NAME='b'`,
      'are the same property',
    ],
  ])('CREATE STREAM o %s', async (sql, expected) => {
    const { temporary } = await withOrders();
    const message = await messageOf(temporary.run(`CREATE STREAM o ${sql}, PARTITIONS=1);`));
    expect(message).toContain(expected);
  });
});

test('INSERT VALUES needs the schema of keys to be that of the source', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(
    `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', FORMAT='AVRO', PARTITIONS=1);`,
  );
  await temporary.database.registry!.register('other-key', avro('string'));
  await temporary.run(
    `CREATE STREAM other (k INT KEY, v INT) WITH (KAFKA_TOPIC='other', FORMAT='AVRO', PARTITIONS=1);`,
  );
  const message = await messageOf(temporary.run('INSERT INTO other VALUES (1, 2);'));
  expect(message).toContain("Failed to insert values into 'OTHER'");
  await temporary.run('INSERT INTO s VALUES (1, 2);');
});

test('a request is checked with the schemas that its earlier statements register', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.database.execute(
    `CREATE STREAM a (k INT KEY, v INT) WITH (KAFKA_TOPIC='a', FORMAT='PROTOBUF', PARTITIONS=1);
     CREATE STREAM b WITH (KAFKA_TOPIC='a', FORMAT='PROTOBUF');
     CREATE STREAM c AS SELECT k, v FROM b;`,
    { properties: PROPERTIES },
  );
  const message = await messageOf(
    temporary.run(
      `CREATE STREAM x (k INT KEY, v INT) WITH (KAFKA_TOPIC='x', FORMAT='PROTOBUF', PARTITIONS=1);
       CREATE STREAM y WITH (KAFKA_TOPIC='x', FORMAT='AVRO');`,
    ),
  );
  expect(message).toContain('not in the expected format');
  expect(await temporary.database.registry!.latest('x-key')).toBeNull();
});
