import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { RemoteRegistry } from '../../src/schema-registry/remote-registry.ts';
import type { SchemaText } from '../../src/schema-registry/schema-registry.ts';
import { startRegistry } from '../server/routes/schema-registry/registry-client.ts';

const { clock } = nodeEnv();
const LONG: SchemaText = { type: 'AVRO', text: '"long"', references: [] };
const STRING: SchemaText = { type: 'AVRO', text: '"string"', references: [] };

function remote(url: string, more: { userInfo?: string; timeoutMs?: number } = {}): RemoteRegistry {
  return new RemoteRegistry({ urls: url.split(','), ...more }, { clock });
}

/** A server that answers as told; its URL, and the requests that came. */
async function scripted(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; requests: IncomingMessage[]; close(): void }> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, close };
}

describe('a registry of another process', () => {
  test('registers, finds and removes', async () => {
    const { url } = await startRegistry();
    const schemas = remote(url);
    const first = { subject: 'a/b', version: 1, id: 1, schema: LONG };
    expect(await schemas.latest('a/b')).toBeNull();
    expect(await schemas.register('a/b', LONG)).toEqual(first);
    expect(await schemas.register('a/b', LONG)).toEqual(first);
    expect(await schemas.latest('a/b')).toEqual(first);
    expect(await schemas.version('a/b', 1)).toEqual(first);
    expect(await schemas.version('a/b', 2)).toBeNull();
    expect(await schemas.find('a/b', LONG)).toEqual(first);
    expect(await schemas.find('a/b', STRING)).toBeNull();
    await schemas.deleteSubject('a/b');
    await schemas.deleteSubject('a/b');
    expect(await schemas.latest('a/b')).toBeNull();
  });

  test('tells which schemas are refused, as the embedded one does', async () => {
    const { url } = await startRegistry();
    const schemas = remote(url);
    await schemas.register('s', LONG);
    await expect(schemas.register('s', STRING)).rejects.toMatchObject({ kind: 'INCOMPATIBLE' });
    const unknown = { ...LONG, text: '"unknown"' };
    await expect(schemas.register('s', unknown)).rejects.toMatchObject({ kind: 'INVALID_SCHEMA' });
  });

  test('is asked once for the schema of an id', async () => {
    const { url, requests } = await scripted((_request, response) =>
      response.end('{"schema":"\\"long\\""}'),
    );
    const schemas = remote(url);
    expect(schemas.peek(1)).toBeUndefined();
    expect(await schemas.byId(1)).toEqual(LONG);
    expect(await schemas.byId(1)).toEqual(LONG);
    expect(schemas.peek(1)).toEqual(LONG);
    expect(requests).toHaveLength(1);
  });

  test('is not asked again at once for an id it does not know', async () => {
    const { url, requests } = await scripted((_request, response) => {
      response.statusCode = 404;
      response.end('{"error_code":40403,"message":"Schema not found"}');
    });
    const schemas = remote(url);
    expect(await schemas.byId(7)).toBeNull();
    expect(schemas.peek(7)).toBeNull();
    expect(await schemas.byId(7)).toBeNull();
    expect(requests).toHaveLength(1);
  });
});

describe('trouble', () => {
  test('of one address is answered by another', async () => {
    const bad = await scripted((_request, response) => {
      response.statusCode = 500;
      response.end('{"error_code":50001,"message":"store"}');
    });
    const { url } = await startRegistry();
    expect(await remote(`${bad.url},${url}`).register('s', LONG)).toMatchObject({ id: 1 });
  });

  test.each([
    ['nobody there', null, /cannot be used: ECONNREFUSED/],
    ['no JSON', '<html>', /its answer is not JSON/],
    ['something else', '{"schema":1}', /what it calls a schema is none/],
  ])('%s', async (_name, answer, message) => {
    const { url, close } = await scripted((_request, response) => response.end(answer ?? ''));
    if (answer === null) close();
    const schemas = remote(url);
    await expect(schemas.byId(1)).rejects.toMatchObject({
      code: 'WAIT_TIMEOUT',
      message: expect.stringMatching(message) as string,
    });
  });

  test('no answer in time', async () => {
    const { url, requests } = await scripted(() => {});
    await expect(remote(url, { timeoutMs: 20 }).byId(1)).rejects.toThrow(
      'it did not answer within 20 ms',
    );
    expect(requests).toHaveLength(3);
  });

  test('an answer without end is cut off', async () => {
    const { url } = await scripted((_request, response) => {
      const more = (): void => {
        if (!response.destroyed && response.write('x'.repeat(1_000_000))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    await expect(remote(url).byId(1)).rejects.toThrow('its answer is over 4194304 bytes');
  });
});

describe('credentials', () => {
  test('are sent, from the settings or the URL, and never shown', async () => {
    const { url, requests } = await scripted((_request, response) => {
      response.statusCode = 401;
      response.end();
    });
    const inUrl = url.replace('http://', 'http://user:secret@');
    for (const schemas of [remote(url, { userInfo: 'user:secret' }), remote(inUrl)]) {
      const error = await schemas.byId(1).catch((thrown: unknown) => thrown as Error);
      expect(error).toMatchObject({ code: 'FORBIDDEN' });
      expect(String(error)).toContain(url);
      expect(String(error)).not.toContain('secret');
    }
    const expected = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([expected, expected]);
  });

  test('do not stand in the message for a URL that is none', () => {
    expect(() => remote('user:secret@host')).toThrow('is no URL of HTTP');
    expect(() => remote('user:secret@host')).not.toThrow('secret');
  });
});
