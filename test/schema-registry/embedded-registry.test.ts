import { describe, expect, test } from 'vitest';
import type { CompatibilityLevel } from '../../src/schema-registry/registry-change.ts';
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
    const text = '{"type":"string"}';
    await schemas.register('a', { ...STRING, text });
    expect(await schemas.register('b', { ...STRING, type: 'JSON', text })).toMatchObject({ id: 2 });
    expect(await schemas.register('c', STRING)).toMatchObject({ id: 1 });
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

const field = (name: string, more: object = {}): object => ({ name, type: 'string', ...more });

function record(...fields: object[]): SchemaText {
  const text = JSON.stringify({ type: 'record', name: 'R', fields });
  return { type: 'AVRO', text, references: [] };
}

const A = record(field('a'));
const A_B = record(field('a'), field('b'));
const A_B_DEFAULT = record(field('a'), field('b', { default: '' }));
const NOTHING = record();

function checking(defaultLevel: CompatibilityLevel): EmbeddedRegistry {
  return new EmbeddedRegistry({ journal: null, defaultLevel });
}

const INCOMPATIBLE = { kind: 'INCOMPATIBLE', registryCode: 409, code: 'ALREADY_EXISTS' };

describe('levels', () => {
  test('BACKWARD asks that the new schema reads the last one', async () => {
    const schemas = checking('BACKWARD');
    await schemas.register('s', A);
    await expect(schemas.register('s', A_B)).rejects.toMatchObject(INCOMPATIBLE);
    await expect(schemas.register('s', A_B)).rejects.toThrow(
      /incompatible with an earlier schema for subject "s".*READER_FIELD_MISSING_DEFAULT_VALUE.*the field b/,
    );
    expect(await schemas.register('s', A_B_DEFAULT)).toMatchObject({ version: 2 });
    expect(await schemas.register('s', A)).toMatchObject({ version: 1 });
  });

  test('FORWARD asks that the last one reads the new schema, FULL both', async () => {
    const forward = checking('FORWARD');
    await forward.register('s', A);
    expect(await forward.register('s', A_B)).toMatchObject({ version: 2 });
    await expect(forward.register('s', NOTHING)).rejects.toMatchObject(INCOMPATIBLE);
    const full = checking('FULL');
    await full.register('s', A);
    await expect(full.register('s', A_B)).rejects.toMatchObject(INCOMPATIBLE);
    await expect(full.register('s', NOTHING)).rejects.toMatchObject(INCOMPATIBLE);
    expect(await full.register('s', A_B_DEFAULT)).toMatchObject({ version: 2 });
  });

  test('only the transitive ones look further back than the last version', async () => {
    // `b` came with a default, then lost it: fine for the last version, not for the first.
    for (const [level, refused] of [
      ['BACKWARD', false],
      ['BACKWARD_TRANSITIVE', true],
    ] as const) {
      const schemas = checking(level);
      await schemas.register('s', A);
      await schemas.register('s', A_B_DEFAULT);
      const registering = schemas.register('s', A_B);
      if (refused) await expect(registering).rejects.toMatchObject(INCOMPATIBLE);
      else expect(await registering).toMatchObject({ version: 3 });
    }
  });

  test('a subject has its own or that of all', async () => {
    const schemas = checking('BACKWARD');
    await schemas.setLevel('s', 'NONE');
    await schemas.register('s', A);
    expect(await schemas.register('s', LONG)).toMatchObject({ version: 2 });
    expect(schemas.level('t', { orDefault: true })).toBe('BACKWARD');
    expect(() => schemas.level('t', { orDefault: false })).toThrow('subject-level compatibility');
    await schemas.setLevel(null, 'FULL');
    expect(schemas.level('t', { orDefault: true })).toBe('FULL');
    expect(schemas.level('s', { orDefault: true })).toBe('NONE');
    expect(await schemas.removeLevel('s')).toBe('NONE');
    expect(schemas.level('s', { orDefault: true })).toBe('FULL');
  });

  test('a schema of another language follows only where nothing is checked', async () => {
    const schemas = checking('BACKWARD');
    await schemas.register('s', { ...STRING, text: '{"type":"string"}' });
    const json: SchemaText = { type: 'JSON', text: '{"type":"string"}', references: [] };
    await expect(schemas.register('s', json)).rejects.toThrow('SCHEMA_TYPE_CHANGED');
  });

  test('says beforehand whether a schema could follow', async () => {
    const schemas = checking('BACKWARD');
    await schemas.register('s', A);
    const check = { against: 'latest', normalize: false } as const;
    expect(await schemas.check('s', { ...check, schema: A_B_DEFAULT })).toEqual([]);
    expect(await schemas.check('s', { ...check, schema: A_B })).toHaveLength(4);
    expect(await schemas.check('new', { ...check, schema: A_B })).toEqual([]);
    await expect(schemas.check('s', { ...check, against: 7, schema: A })).rejects.toMatchObject({
      registryCode: 40402,
    });
  });
});

describe('modes', () => {
  test('READONLY refuses changes, READONLY_OVERRIDE also where a subject may be written', async () => {
    const schemas = registry();
    await schemas.register('s', A);
    await schemas.setMode('t', 'READWRITE', { force: false });
    await schemas.setMode(null, 'READONLY', { force: false });
    await expect(schemas.register('s', LONG)).rejects.toMatchObject({ registryCode: 42205 });
    await expect(schemas.removeSubject('s', false)).rejects.toMatchObject({ registryCode: 42205 });
    expect(await schemas.register('s', A)).toMatchObject({ version: 1 });
    expect(await schemas.register('t', LONG)).toMatchObject({ version: 1 });
    await schemas.setMode(null, 'READONLY_OVERRIDE', { force: false });
    await expect(schemas.register('t', STRING)).rejects.toMatchObject({ registryCode: 42205 });
  });

  test('IMPORT takes ids and versions from elsewhere, into subjects that are empty', async () => {
    const schemas = checking('BACKWARD');
    await schemas.register('s', A);
    const noForce = { force: false };
    await expect(schemas.setMode('s', 'IMPORT', noForce)).rejects.toMatchObject({
      registryCode: 42205,
    });
    await expect(schemas.registerVersion('s', { schema: LONG, id: 7 })).rejects.toThrow(
      'not in import mode',
    );
    await schemas.setMode('t', 'IMPORT', noForce);
    await expect(schemas.register('t', LONG)).rejects.toThrow('come with their ids');
    await schemas.registerVersion('t', { schema: LONG, id: 17, version: 3 });
    await schemas.registerVersion('t', { schema: STRING, id: 16, version: 1 });
    expect(schemas.versions('t', 'without')).toEqual([1, 3]);
    expect(await schemas.register('u', RECORD)).toMatchObject({ id: 18 });
  });
});

describe('removing', () => {
  test('is soft first, then for good', async () => {
    const schemas = registry();
    await schemas.register('s', A);
    await schemas.register('s', LONG);
    await expect(schemas.removeVersion('s', 1, true)).rejects.toMatchObject({
      registryCode: 40407,
    });
    expect(await schemas.removeVersion('s', 1, false)).toBe(1);
    await expect(schemas.removeVersion('s', 1, false)).rejects.toMatchObject({
      registryCode: 40406,
    });
    expect(schemas.versions('s', 'without')).toEqual([2]);
    expect(schemas.versions('s', 'with')).toEqual([1, 2]);
    expect(schemas.versions('s', 'only')).toEqual([1]);
    await expect(schemas.removeSubject('s', true)).rejects.toMatchObject({ registryCode: 40405 });
    expect(await schemas.removeSubject('s', false)).toEqual([2]);
    await expect(schemas.removeSubject('s', false)).rejects.toMatchObject({ registryCode: 40404 });
    expect(schemas.subjects({ prefix: '', deleted: 'without' })).toEqual([]);
    expect(schemas.subjects({ prefix: '', deleted: 'only' })).toEqual(['s']);
    expect(schemas.schemaOf(1)).toEqual(A);
    expect(await schemas.removeSubject('s', true)).toEqual([1, 2]);
    expect(() => schemas.schemaOf(1)).toThrow('Schema 1 not found');
    expect(await schemas.register('s', A)).toMatchObject({ version: 1, id: 3 });
  });
});

const proto = (text: string, ...on: string[]): SchemaText => ({
  type: 'PROTOBUF',
  text: `syntax = "proto3"; ${on.map((name) => `import "${name}.proto";`).join(' ')} ${text}`,
  references: on.map((name) => ({ name: `${name}.proto`, subject: name, version: 1 })),
});

describe('references', () => {
  const user: SchemaText = {
    type: 'AVRO',
    text: '{"type":"record","name":"User","fields":[{"name":"r","type":"R"}]}',
    references: [{ name: 'R', subject: 'r', version: 1 }],
  };

  test('find names in other subjects', async () => {
    const schemas = registry();
    await expect(schemas.register('u', user)).rejects.toThrow(
      'No schema reference found for subject "r" and version 1',
    );
    await schemas.register('r', A);
    expect(await schemas.register('u', user)).toMatchObject({ id: 2 });
    expect(schemas.referencesTo('r', 1)).toEqual([2]);
    const newest = { ...user, references: [{ name: 'R', subject: 'r', version: -1 }] };
    expect(await schemas.register('u', newest)).toMatchObject({ version: 1 });
  });

  test('keep what they refer to from being removed', async () => {
    const schemas = registry();
    await schemas.register('r', A);
    await schemas.register('u', user);
    await expect(schemas.removeSubject('r', false)).rejects.toMatchObject({ registryCode: 42206 });
    await schemas.removeSubject('u', false);
    expect(await schemas.removeSubject('r', false)).toEqual([1]);
  });

  test('work in JSON Schema and Protobuf, and through one another', async () => {
    const schemas = registry();
    await schemas.register('address', { type: 'JSON', text: '{"type":"string"}', references: [] });
    const person = '{"type":"object","properties":{"home":{"$ref":"address.json"}}}';
    await schemas.register('person', {
      type: 'JSON',
      text: person,
      references: [{ name: 'address.json', subject: 'address', version: 1 }],
    });
    await schemas.register('a', proto('message A { }'));
    await schemas.register('b', proto('message B { A a = 1; }', 'a'));
    expect(await schemas.register('c', proto('message C { B b = 1; }', 'b'))).toMatchObject({
      version: 1,
    });
  });
});

const json = (text: string): SchemaText => ({ type: 'JSON', text, references: [] });

test('schemas that differ in order only are equal when asked to normalize', async () => {
  const schemas = registry();
  await schemas.register('s', json('{"title":"x","type":"string"}'));
  const turned = json('{"type":"string","title":"x"}');
  expect(await schemas.registerVersion('s', { schema: turned, normalize: true })).toMatchObject({
    version: 1,
  });
  expect(await schemas.register('s', turned)).toMatchObject({ version: 2 });
});

test('a schema nested without end is refused, not followed', async () => {
  const schemas = registry();
  const depth = 20_000;
  const text = `${'{"type":"array","items":'.repeat(depth)}"int"${'}'.repeat(depth)}`;
  for (const type of ['AVRO', 'JSON'] as const) {
    await expect(schemas.register('s', { type, text, references: [] })).rejects.toMatchObject({
      registryCode: 42201,
    });
  }
  const proto = `syntax = "proto3"; ${'message M { '.repeat(depth)}${'}'.repeat(depth)}`;
  await expect(
    schemas.register('s', { type: 'PROTOBUF', text: proto, references: [] }),
  ).rejects.toMatchObject({ registryCode: 42201 });
});

const enumOf = (names: readonly string[]): string =>
  JSON.stringify({ type: 'enum', name: 'E', symbols: names });

describe('schemas made to take long are refused or registered soon', () => {
  const SOON_MS = 5_000;
  const SIZE = 500_000;
  const quotes = '"'.padEnd(SIZE, '\\"');
  const symbols = Array.from({ length: 40_000 }, (_, index) => `S${index}`);

  test.each<[string, SchemaText['type'], string[]]>([
    ['quotes without end in JSON', 'AVRO', [quotes]],
    ['quotes without end in Protobuf', 'PROTOBUF', [quotes]],
    ['a comment without end', 'PROTOBUF', ['/*'.repeat(SIZE / 2)]],
    ['a long text', 'JSON', [JSON.stringify({ title: 'x'.repeat(SIZE) })]],
    ['many symbols', 'AVRO', [enumOf(symbols), enumOf([...symbols, 'T'])]],
    [
      'many values',
      'JSON',
      [JSON.stringify({ enum: symbols }), JSON.stringify({ enum: symbols.toReversed() })],
    ],
  ])('%s', async (_name, type, texts) => {
    const schemas = checking('FULL_TRANSITIVE');
    const before = performance.now();
    for (const text of texts) {
      await schemas.register('s', { type, text, references: [] }).catch((error: unknown) => {
        expect(error).toMatchObject({ httpStatus: 400 });
      });
    }
    expect(performance.now() - before).toBeLessThan(SOON_MS);
  });
});
