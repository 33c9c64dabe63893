import { describe, expect, test } from 'vitest';
import {
  listServerProperties,
  parseServerProperties,
} from '../../src/statements/server-properties.ts';
import { TemporaryDatabase } from '../temporary-database.ts';

const SECRET = 'http://alice:hunter2@one:8081,https://two/path/';

async function propertiesOf(database: TemporaryDatabase['database']) {
  const [entity] = await database.execute('SHOW PROPERTIES;', {});
  if (entity?.['@type'] !== 'properties') throw new Error('no properties');
  return entity;
}

describe('a configuration', () => {
  test('names the other registry, what nobody may set and what sessions begin with', () => {
    const parsed = parseServerProperties({
      'ksql.schema.registry.url': ' http://one:8081 , http://two:8081',
      'ksql.schema.registry.basic.auth.user.info': 'alice:hunter2',
      'ksql.properties.overrides.denylist': 'auto.offset.reset, ksql.suppress.enabled',
      'ksql.streams.auto.offset.reset': 'earliest',
      'bootstrap.servers': 'localhost:9092',
      'millrace.max.future.ms': -1,
    });
    expect(parsed).toMatchObject({
      registry: { urls: ['http://one:8081', 'http://two:8081'], userInfo: 'alice:hunter2' },
      deniedProperties: ['auto.offset.reset', 'ksql.suppress.enabled'],
      defaults: new Map([['auto.offset.reset', 'earliest']]),
      maxFutureMs: Infinity,
    });
    expect(parseServerProperties({})).toMatchObject({ registry: null, maxFutureMs: 3_600_000 });
  });

  test('names Kafka Connect and how to log in there', () => {
    expect(parseServerProperties({}).connect).toBeNull();
    expect(parseServerProperties({ 'ksql.connect.url': 'http://c:8083/path' }).connect).toEqual({
      url: 'http://c:8083/path',
      timeoutMs: 5_000,
      credentialsPath: null,
      reloadsCredentials: false,
    });
    const file = {
      'ksql.connect.url': 'http://c:8083',
      'ksql.connect.request.timeout.ms': '250',
      'ksql.connect.basic.auth.credentials.source': 'file',
      'ksql.connect.basic.auth.credentials.reload': 'TRUE',
    };
    const path = 'ksql.connect.basic.auth.credentials.file';
    expect(parseServerProperties({ ...file, [path]: '/etc/c' }).connect).toEqual({
      url: 'http://c:8083',
      timeoutMs: 250,
      credentialsPath: '/etc/c',
      reloadsCredentials: true,
    });
    expect(() => parseServerProperties(file)).toThrow(`Property ${path} is needed`);
    for (const [name, value] of [
      ['ksql.connect.url', 'ftp://c'],
      ['ksql.connect.request.timeout.ms', '0'],
      ['ksql.connect.request.timeout.ms', '300001'],
      ['ksql.connect.basic.auth.credentials.source', 'URL'],
      ['ksql.connect.basic.auth.credentials.reload', 'yes'],
    ] as const) {
      expect(() => parseServerProperties({ [name]: value }), name).toThrow(`Property ${name} does`);
    }
  });

  test('is refused for what does not exist or does not fit, without naming what may be secret', () => {
    expect(() => parseServerProperties({ 'ksql.no.such': '1' })).toThrow('Unknown property');
    expect(() => parseServerProperties({ 'auto.offset.reset': 'middle' })).toThrow('middle');
    expect(() => parseServerProperties({ 'millrace.max.future.ms': 'x' })).toThrow(`take 'x'`);
    const wrong = { 'ksql.schema.registry.url': 'alice:hunter2@host' };
    expect(() => parseServerProperties(wrong)).toThrow('expected a URL');
    expect(() => parseServerProperties(wrong)).toThrow(/^[^2]*$/);
  });

  test('is shown without credentials', () => {
    const texts = new Map([
      ['ksql.schema.registry.url', SECRET],
      ['ksql.schema.registry.basic.auth.user.info', 'alice:hunter2'],
      ['ksql.connect.url', 'http://alice:hunter2@connect:8083'],
    ]);
    const shown = listServerProperties({ texts });
    expect(shown.find(({ name }) => name === 'ksql.schema.registry.url')).toEqual({
      name: 'ksql.schema.registry.url',
      value: 'http://one:8081,https://two/path/',
      isSet: true,
    });
    expect(JSON.stringify(shown)).not.toMatch(/alice|hunter2/);
  });
});

describe('a database with a configuration', () => {
  test('shows it, and lets no request change it', async () => {
    const { database } = await TemporaryDatabase.open({
      properties: {
        'ksql.schema.registry.url': SECRET,
        'ksql.persistence.default.format.value': 'JSON',
      },
    });
    const entity = await propertiesOf(database);
    expect(JSON.stringify(entity)).not.toMatch(/alice|hunter2/);
    expect(entity.properties).toContainEqual({
      name: 'ksql.schema.registry.url',
      scope: 'KSQL',
      value: 'http://one:8081,https://two/path/',
      editable: false,
      level: 'SERVER',
    });
    expect(entity.properties).toContainEqual(
      expect.objectContaining({ name: 'ksql.persistence.default.format.value', value: 'JSON' }),
    );
    expect(entity.defaultProperties).toContain('millrace.max.future.ms');
    expect(entity.defaultProperties).not.toContain('ksql.schema.registry.url');

    const denied = 'prohibited by the KSQL server denylist';
    const name = 'ksql.schema.registry.url';
    await expect(database.execute(`SET '${name}' = 'http://x';`, {})).rejects.toThrow(denied);
    await expect(
      database.execute('SHOW STREAMS;', { properties: { [name]: 'http://x' } }),
    ).rejects.toThrow(denied);
    await expect(database.execute(`ALTER SYSTEM '${name}' = 'http://x';`, {})).rejects.toThrow(
      'fixed while the server runs',
    );
  });

  test('gives sessions what they begin with, until ALTER SYSTEM says otherwise', async () => {
    const temporary = await TemporaryDatabase.open({
      properties: { 'ksql.persistence.default.format.value': 'JSON' },
    });
    await temporary.run(
      "CREATE STREAM s (id INT KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);",
    );
    await temporary.run("ALTER SYSTEM 'ksql.persistence.default.format.value' = 'DELIMITED';");
    await temporary.reopen();
    const { properties } = await propertiesOf(temporary.database);
    expect(properties).toContainEqual(
      expect.objectContaining({
        name: 'ksql.persistence.default.format.value',
        value: 'DELIMITED',
      }),
    );
  });
});
