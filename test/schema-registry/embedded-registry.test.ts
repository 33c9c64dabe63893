import { describe, expect, test } from 'vitest';
import { EmbeddedRegistry } from '../../src/schema-registry/embedded-registry.ts';
import type { SchemaText } from '../../src/schema-registry/schema-registry.ts';

const LONG: SchemaText = { type: 'AVRO', text: '"long"', references: [] };
const STRING: SchemaText = { type: 'AVRO', text: '"string"', references: [] };
const RECORD: SchemaText = {
  type: 'AVRO',
  text: '{"type":"record","name":"R","fields":[{"name":"a","type":"int"}]}',
  references: [],
};

function registry(): EmbeddedRegistry {
  return new EmbeddedRegistry({ journal: null, defaultLevel: 'NONE' });
}

describe('registering', () => {
  test('counts versions of a subject and ids of schemas from 1', async () => {
    const schemas = registry();
    expect(await schemas.register('a', LONG)).toMatchObject({ version: 1, id: 1 });
    expect(await schemas.register('a', STRING)).toMatchObject({ version: 2, id: 2 });
    expect(await schemas.register('b', RECORD)).toMatchObject({ version: 1, id: 3 });
  });

  test('finds what is there already', async () => {
    const schemas = registry();
    await schemas.register('a', LONG);
    await schemas.register('a', STRING);
    expect(await schemas.register('a', LONG)).toMatchObject({ version: 1, id: 1 });
    expect(await schemas.find('a', STRING)).toMatchObject({ version: 2, id: 2 });
    expect(await schemas.find('a', RECORD)).toBeNull();
  });

  test('gives equal schemas of several subjects one id, however they are spaced', async () => {
    const schemas = registry();
    await schemas.register('a', RECORD);
    const text = JSON.stringify(JSON.parse(RECORD.text), null, 2);
    expect(await schemas.register('b', { ...RECORD, text })).toMatchObject({ version: 1, id: 1 });
  });

  test('tells a JSON schema from an Avro schema of the same text', async () => {
    const schemas = registry();
    await schemas.register('a', RECORD);
    expect(await schemas.register('b', { ...RECORD, type: 'JSON' })).toMatchObject({ id: 2 });
  });

  test('takes an id that was given elsewhere, and goes on behind it', async () => {
    const schemas = registry();
    expect(await schemas.registerAs('a', LONG, 40)).toMatchObject({ version: 1, id: 40 });
    expect(await schemas.register('a', STRING)).toMatchObject({ version: 2, id: 41 });
    expect(await schemas.register('b', LONG)).toMatchObject({ version: 1, id: 40 });
    await expect(schemas.registerAs('c', STRING, 40)).rejects.toMatchObject({ kind: 'ID_TAKEN' });
  });

  test('refuses text that is not JSON, names nobody can read and schemas out of bounds', async () => {
    const schemas = registry();
    const long = { ...LONG, text: JSON.stringify('x'.repeat(600_000)) };
    await expect(schemas.register('a', { ...LONG, text: '{' })).rejects.toMatchObject({
      code: 'BAD_STATEMENT',
      registryCode: 42201,
    });
    await expect(schemas.register('', LONG)).rejects.toMatchObject({ registryCode: 42208 });
    await expect(schemas.register('a\u0000', LONG)).rejects.toMatchObject({ registryCode: 42208 });
    await expect(schemas.register('a', long)).rejects.toMatchObject({ registryCode: 42209 });
  });

  test('two at once get different versions', async () => {
    const schemas = registry();
    const both = await Promise.all([schemas.register('a', LONG), schemas.register('a', STRING)]);
    expect(both.map(({ version, id }) => [version, id])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

describe('reading', () => {
  test('finds schemas by id, with and without waiting, and versions by number', async () => {
    const schemas = registry();
    await schemas.register('a', LONG);
    await schemas.register('a', STRING);
    expect(await schemas.byId(1)).toEqual(LONG);
    expect(schemas.peek(2)).toEqual(STRING);
    expect(schemas.peek(3)).toBeNull();
    expect(await schemas.latest('a')).toMatchObject({ version: 2 });
    expect(await schemas.version('a', 1)).toMatchObject({ id: 1 });
    expect(await schemas.version('a', 3)).toBeNull();
    expect(await schemas.latest('b')).toBeNull();
  });

  test('of a removed subject finds nothing, but still the schemas of its ids', async () => {
    const schemas = registry();
    await schemas.register('a', LONG);
    await schemas.deleteSubject('a');
    await schemas.deleteSubject('a');
    expect(await schemas.latest('a')).toBeNull();
    expect(schemas.peek(1)).toEqual(LONG);
    expect(await schemas.register('a', LONG)).toMatchObject({ version: 2, id: 1 });
  });
});
