import { describe, expect, test } from 'vitest';
import { startTestServer } from '../../test-server.ts';
import { startRegistry } from './registry-client.ts';

const TYPE = 'application/vnd.schemaregistry.v1+json';
const LONG = { schema: '"long"' };
const STRING = { schema: '{"type": "string"}' };
const JSON_STRING = { schemaType: 'JSON', schema: '{"type": "string"}' };

describe('subjects and versions', () => {
  test('are registered, listed, read, found and removed', async () => {
    const { call } = await startRegistry();
    expect(await call('GET', '/subjects')).toEqual({ status: 200, type: TYPE, body: [] });
    expect((await call('POST', '/subjects/s/versions', LONG)).body).toEqual({ id: 1 });
    expect((await call('POST', '/subjects/s/versions', LONG)).body).toEqual({ id: 1 });
    await call('PUT', '/config/s', { compatibility: 'NONE' });
    expect((await call('POST', '/subjects/s/versions', JSON_STRING)).body).toEqual({ id: 2 });
    expect((await call('POST', '/subjects/a%2Fb/versions', STRING)).body).toEqual({ id: 3 });
    expect((await call('GET', '/subjects')).body).toEqual(['a/b', 's']);
    expect((await call('GET', '/subjects?subjectPrefix=a')).body).toEqual(['a/b']);
    expect((await call('GET', '/subjects/s/versions')).body).toEqual([1, 2]);
    const second = {
      subject: 's',
      version: 2,
      id: 2,
      schemaType: 'JSON',
      schema: '{"type":"string"}',
    };
    expect((await call('GET', '/subjects/s/versions/2')).body).toEqual(second);
    expect((await call('GET', '/subjects/s/versions/latest')).body).toEqual(second);
    expect((await call('GET', '/subjects/s/versions/-1')).body).toEqual(second);
    expect((await call('GET', '/subjects/s/versions/2/schema')).body).toEqual({ type: 'string' });
    expect((await call('POST', '/subjects/s', LONG)).body).toEqual({
      subject: 's',
      version: 1,
      id: 1,
      schema: '"long"',
    });
    expect((await call('DELETE', '/subjects/s/versions/1')).body).toBe(1);
    expect((await call('GET', '/subjects/s/versions?deleted=true')).body).toEqual([1, 2]);
    expect((await call('DELETE', '/subjects/s')).body).toEqual([2]);
    expect((await call('DELETE', '/subjects/s?permanent=true')).body).toEqual([1, 2]);
    expect((await call('GET', '/subjects?deleted=true')).body).toEqual(['a/b']);
  });

  test('are refused with the numbers clients know', async () => {
    const { call } = await startRegistry();
    const errors = async (...requests: [string, string, object?][]): Promise<unknown[]> => {
      const answers = await Promise.all(requests.map((request) => call(...request)));
      expect(answers.every(({ type }) => type === TYPE)).toBe(true);
      return answers.map(({ status, body }) => [
        status,
        (body as { error_code: number }).error_code,
      ]);
    };
    await call('POST', '/subjects/s/versions', LONG);
    expect(
      await errors(
        ['GET', '/subjects/none/versions'],
        ['GET', '/subjects/s/versions/9'],
        ['GET', '/subjects/s/versions/x'],
        ['GET', '/schemas/ids/9'],
        ['GET', '/schemas/ids/x'],
        ['POST', '/subjects/s', STRING],
        ['DELETE', '/subjects/s?permanent=true'],
        ['DELETE', '/subjects/s/versions/1?permanent=true'],
        ['POST', '/subjects/s/versions', STRING],
        ['POST', '/subjects/s/versions', { schema: '{' }],
        ['POST', '/subjects/s/versions', {}],
        ['POST', '/subjects/s/versions', { schemaType: 'XML', schema: '<a/>' }],
        ['POST', '/subjects/s/versions', { ...LONG, references: 1 }],
        ['PUT', '/config', { compatibility: 'SOME' }],
        ['PUT', '/mode', { mode: 'SOME' }],
        ['GET', '/config/s'],
        ['GET', '/mode/s'],
        ['POST', '/subjects/s/versions', { ...STRING, id: 7 }],
      ),
    ).toEqual([
      [404, 40401],
      [404, 40402],
      [422, 42202],
      [404, 40403],
      [404, 40403],
      [404, 40403],
      [404, 40405],
      [404, 40407],
      [409, 409],
      [422, 42201],
      [422, 42201],
      [422, 42201],
      [422, 422],
      [422, 42203],
      [422, 42204],
      [404, 40408],
      [404, 40409],
      [422, 42205],
    ]);
  });

  test('are there again after a restart', async () => {
    const { call, temporary } = await startRegistry();
    await call('POST', '/subjects/s/versions', LONG);
    await call('PUT', '/config/s', { compatibility: 'FULL' });
    await call('PUT', '/mode/t', { mode: 'READONLY' });
    await temporary.reopen();
    const { registry } = temporary.database;
    expect(registry?.versions('s', 'without')).toEqual([1]);
    expect(registry?.level('s', { orDefault: false })).toBe('FULL');
    expect(registry?.mode('t', { orDefault: false })).toBe('READONLY');
  });
});

describe('schemas', () => {
  test('are read by id', async () => {
    const { call } = await startRegistry();
    const referring = {
      schema: '{"type":"record","name":"U","fields":[{"name":"r","type":"R"}]}',
      references: [{ name: 'R', subject: 'r', version: 1 }],
    };
    const record = { schema: '{"type":"record","name":"R","fields":[]}' };
    await call('POST', '/subjects/r/versions', record);
    await call('POST', '/subjects/u/versions', referring);
    expect((await call('GET', '/schemas/ids/1')).body).toEqual(record);
    expect((await call('GET', '/schemas/ids/2')).body).toEqual(referring);
    expect((await call('GET', '/schemas/ids/1/schema')).body).toEqual(JSON.parse(record.schema));
    expect((await call('GET', '/schemas/ids/1/subjects')).body).toEqual(['r']);
    expect((await call('GET', '/schemas/ids/1/versions')).body).toEqual([
      { subject: 'r', version: 1 },
    ]);
    expect((await call('GET', '/subjects/r/versions/1/referencedby')).body).toEqual([2]);
    expect((await call('GET', '/schemas?latestOnly=true&limit=1')).body).toEqual([
      { subject: 'r', version: 1, id: 1, ...record },
    ]);
    expect((await call('GET', '/schemas/types')).body).toEqual(['PROTOBUF', 'JSON', 'AVRO']);
    expect((await call('GET', '/contexts')).body).toEqual(['.']);
  });
});

describe('levels, modes and checks', () => {
  test('are set for all and for a subject', async () => {
    const { call } = await startRegistry();
    expect((await call('GET', '/config')).body).toEqual({ compatibilityLevel: 'BACKWARD' });
    const full = { compatibility: 'FULL' };
    expect((await call('PUT', '/config', full)).body).toEqual(full);
    expect((await call('GET', '/config/s?defaultToGlobal=true')).body).toEqual({
      compatibilityLevel: 'FULL',
    });
    await call('PUT', '/config/s', { compatibility: 'none' });
    expect((await call('GET', '/config/s')).body).toEqual({ compatibilityLevel: 'NONE' });
    expect((await call('DELETE', '/config/s')).body).toEqual({ compatibilityLevel: 'NONE' });
    expect((await call('GET', '/mode')).body).toEqual({ mode: 'READWRITE' });
    expect((await call('PUT', '/mode/s', { mode: 'IMPORT' })).body).toEqual({ mode: 'IMPORT' });
    expect((await call('POST', '/subjects/s/versions', { ...LONG, id: 7 })).body).toEqual({
      id: 7,
    });
    expect((await call('DELETE', '/mode/s')).body).toEqual({ mode: 'IMPORT' });
  });

  test('say whether a schema could follow', async () => {
    const { call } = await startRegistry();
    await call('POST', '/subjects/s/versions', { schema: '"int"' });
    const path = '/compatibility/subjects/s/versions';
    expect((await call('POST', `${path}/latest`, LONG)).body).toEqual({ is_compatible: true });
    expect((await call('POST', `${path}/1`, STRING)).body).toEqual({ is_compatible: false });
    const { body } = await call('POST', `${path}?verbose=true`, STRING);
    expect(body).toMatchObject({
      is_compatible: false,
      messages: expect.arrayContaining([expect.stringContaining('TYPE_MISMATCH')]),
    });
  });
});

test('answers in the type a client asks for', async () => {
  const { url } = await startRegistry();
  const typeFor = async (accept: string): Promise<unknown> => {
    const { status, headers } = await fetch(`${url}/subjects`, { headers: { accept } });
    return [status, headers.get('content-type')];
  };
  expect(await typeFor('application/json')).toEqual([200, 'application/json']);
  expect(await typeFor('application/vnd.schemaregistry+json; q=0.9, */*; q=0.1')).toEqual([
    200,
    'application/vnd.schemaregistry+json',
  ]);
  expect((await typeFor('text/html')) as unknown[]).toContain(406);
});

test('a server whose schemas are kept elsewhere says so', async () => {
  const { url } = await startTestServer();
  const response = await fetch(`${url}/subjects`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({
    error_code: 404,
    message: expect.stringContaining('--schema-registry-url'),
  });
});
