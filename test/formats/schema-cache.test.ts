import { describe, expect, test } from 'vitest';
import { SchemaCache } from '../../src/formats/schema-cache.ts';
import { EmbeddedRegistry } from '../../src/schema-registry/embedded-registry.ts';
import type { SchemaRegistry, SchemaText } from '../../src/schema-registry/schema-registry.ts';

const PLAIN: SchemaText = { type: 'AVRO', text: '"int"', references: [] };

function openRegistry(): EmbeddedRegistry {
  return new EmbeddedRegistry({ journal: null, defaultLevel: 'NONE' });
}

function record(name: string, type: string, references: SchemaText['references']): SchemaText {
  const text = `{"type":"record","name":"${name}","fields":[{"name":"f","type":"${type}"}]}`;
  return { type: 'AVRO', text, references };
}

/** The same registry as one that answers only to those who wait. */
function farAway(registry: EmbeddedRegistry): SchemaRegistry {
  return {
    isRemote: true,
    register: (subject, schema) => registry.register(subject, schema),
    find: (subject, schema) => registry.find(subject, schema),
    latest: (subject) => registry.latest(subject),
    version: (subject, version) => registry.version(subject, version),
    byId: (id) => registry.byId(id),
    peek: () => undefined,
    deleteSubject: (subject) => registry.deleteSubject(subject),
  };
}

describe('a schema', () => {
  test('in memory is found at once', async () => {
    const registry = openRegistry();
    const { id } = await registry.register('s', PLAIN);
    expect(new SchemaCache(registry).find(id)).toEqual({
      type: 'AVRO',
      text: '"int"',
      dependencies: [],
    });
  });

  test('elsewhere has to be loaded first', async () => {
    const registry = openRegistry();
    const { id } = await registry.register('s', PLAIN);
    const cache = new SchemaCache(farAway(registry));
    expect(cache.find(id)).toBeUndefined();
    await cache.load(id);
    expect(cache.find(id)?.text).toBe('"int"');
  });

  test('comes with all that it refers to, each before those that use it', async () => {
    const registry = openRegistry();
    await registry.register('a', record('A', 'int', []));
    await registry.register('b', record('B', 'A', [{ name: 'A', subject: 'a', version: 1 }]));
    const top = record('C', 'B', [{ name: 'B', subject: 'b', version: 1 }]);
    const { id } = await registry.register('c', top);
    const cache = new SchemaCache(registry);
    expect(cache.find(id)).toBeUndefined();
    await cache.load(id);
    expect(cache.find(id)?.dependencies.map(({ name }) => name)).toEqual(['A', 'B']);
  });
});

describe('an id that is not registered', () => {
  test('is asked for again only after a while', async () => {
    const registry = openRegistry();
    const cache = new SchemaCache(farAway(registry));
    await cache.load(5);
    expect(cache.find(5)).toBeNull();
    await registry.registerAs('s', PLAIN, 5);
    expect(cache.find(5)).toBeNull();
    cache.forgetMissing();
    expect(cache.find(5)).toBeUndefined();
    await cache.load(5);
    expect(cache.find(5)?.text).toBe('"int"');
  });

  test('is known at once when it is in memory', async () => {
    const registry = openRegistry();
    const cache = new SchemaCache(registry);
    expect(cache.find(5)).toBeNull();
    await registry.registerAs('s', PLAIN, 5);
    expect(cache.find(5)?.text).toBe('"int"');
  });
});
