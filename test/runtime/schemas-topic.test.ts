import { expect, test } from 'vitest';
import type { SchemaText } from '../../src/schema-registry/schema-registry.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const LONG: SchemaText = { type: 'AVRO', text: '"long"', references: [] };
const STRING: SchemaText = { type: 'AVRO', text: '"string"', references: [] };

test('the registry is the same after a restart', async () => {
  const temporary = await TemporaryDatabase.open();
  const { schemas } = temporary.database;
  await schemas.register('a', LONG);
  await schemas.register('b', STRING);
  await schemas.deleteSubject('b');
  await temporary.reopen();
  const again = temporary.database.schemas;
  expect(await again.latest('a')).toMatchObject({
    subject: 'a',
    version: 1,
    id: 1,
    schema: LONG,
  });
  expect(await again.latest('b')).toBeNull();
  expect(again.peek(2)).toEqual(STRING);
  expect(await again.register('b', STRING)).toMatchObject({ version: 2, id: 2 });
});

test('no statement sees or writes the topic behind the registry', async () => {
  const { database } = await TemporaryDatabase.open();
  await database.schemas.register('a', LONG);
  const [topics] = await database.execute('SHOW TOPICS;');
  expect(topics).toMatchObject({ topics: [] });
  await expect(
    database.execute(
      "CREATE STREAM s (a INT) WITH (kafka_topic = '_schemas', value_format = 'JSON');",
    ),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(database.query("PRINT '_schemas';")).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC',
  });
  await expect(database.produce('_schemas', [{ key: null, value: null }])).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});
