import { expect, test } from 'vitest';
import type { SchemaText } from '../../src/schema-registry/schema-registry.ts';
import { startRegistry } from '../server/routes/schema-registry/registry-client.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const LONG: SchemaText = { type: 'AVRO', text: '"long"', references: [] };
const STRING: SchemaText = { type: 'AVRO', text: '"string"', references: [] };

test('a database keeps its schemas in another registry when told to', async () => {
  const { url, call } = await startRegistry();
  const remote = { urls: [url] };
  const { database } = await TemporaryDatabase.open({ schemaRegistry: { remote } });
  await database.schemas.register('s', LONG);
  expect((await call('GET', '/subjects')).body).toEqual(['s']);
  expect(database.registry).toBeUndefined();
});

test('a database checks schemas as strictly as it is told, BACKWARD by itself', async () => {
  const strict = await TemporaryDatabase.open();
  await strict.database.schemas.register('s', LONG);
  await expect(strict.database.schemas.register('s', STRING)).rejects.toMatchObject({
    code: 'ALREADY_EXISTS',
  });
  const lenient = await TemporaryDatabase.open({ schemaRegistry: { defaultLevel: 'NONE' } });
  await lenient.database.schemas.register('s', LONG);
  expect(await lenient.database.schemas.register('s', STRING)).toMatchObject({ version: 2 });
});
