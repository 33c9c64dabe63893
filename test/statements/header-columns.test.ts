import { expect, test } from 'vitest';
import { TemporaryDatabase } from '../temporary-database.ts';

const WITH = "WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1)";
const STREAM = `CREATE STREAM s (k INT KEY, a BYTES HEADER('a'), v INT, b BYTES HEADER('b''c')) ${WITH};`;
const LIST = `CREATE STREAM h (h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, v INT) ${WITH};`;

test('header columns of records without headers are null or empty, beside the columns of the value', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${STREAM} ${LIST} INSERT INTO s (k, v) VALUES (1, 2);`);
  expect(await temporary.rows('SELECT * FROM s;')).toEqual([[1, null, 2, null]]);
  expect(await temporary.rows('SELECT * FROM h;')).toEqual([[[], 2]]);
});

test('header columns become ordinary columns of a sink', async () => {
  const temporary = await TemporaryDatabase.open();
  await temporary.run(`${STREAM} CREATE STREAM copy AS SELECT * FROM s;
    INSERT INTO copy VALUES (1, TO_BYTES('x', 'utf8'), 2, NULL);`);
  expect(
    await temporary.rows('SELECT k, FROM_BYTES(a, $utf8$) FROM copy;'.replaceAll('$', "'")),
  ).toEqual([[1, 'x']]);
});

test('DESCRIBE says which header a column is', async () => {
  const { database } = await TemporaryDatabase.open();
  expect(await database.execute(`${STREAM} ${LIST} DESCRIBE s; DESCRIBE h;`)).toMatchObject([
    {},
    {},
    {
      sourceDescription: {
        fields: [
          { name: 'K', type: 'KEY' },
          { name: 'A', type: 'HEADER', headerKey: 'a' },
          { name: 'V' },
          { name: 'B', type: 'HEADER', headerKey: "b'c" },
        ],
      },
    },
    { sourceDescription: { fields: [{ name: 'H', type: 'HEADER' }, { name: 'V' }] } },
  ]);
});

test.each([
  ['INSERT INTO s VALUES (1, NULL, 2, NULL);', 'Cannot insert into HEADER columns: A, B. List'],
  ['INSERT INTO s (v, b) VALUES (2, NULL);', 'Cannot insert into HEADER columns: B.'],
  ['INSERT INTO s SELECT * FROM s;', 'Cannot insert into S because it has header columns.'],
])('%s is refused', async (sql, message) => {
  const { database } = await TemporaryDatabase.open();
  await database.execute(STREAM);
  await expect(database.execute(sql)).rejects.toThrow(message);
});
