import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { nodeEnv } from '../../src/base/env-node.ts';
import { ConnectHttp, pathPart } from '../../src/connect/connect-http.ts';
import type { ConnectSettings } from '../../src/connect/connect-settings.ts';
import { VirtualClock } from '../faults/virtual-clock.ts';
import { ConnectServer } from './connect-server.ts';

const GET = { method: 'GET', path: '/connectors' } as const;
const POST = { method: 'POST', path: '/connectors', body: { name: 'a', config: {} } } as const;

function connect(
  url: string,
  settings: Partial<ConnectSettings> = {},
  clock = new VirtualClock(),
): ConnectHttp {
  const all = { url, timeoutMs: 5_000, credentialsPath: null, reloadsCredentials: false };
  return new ConnectHttp({ ...all, ...settings }, { clock, files: nodeEnv().files });
}

/** A clock whose pauses are over at once. */
class HastyClock extends VirtualClock {
  override after(delayMs: number, callback: () => void): () => void {
    if (delayMs >= 5_000) return super.after(delayMs, callback);
    queueMicrotask(callback);
    return () => {};
  }
}

function header(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function credentialsFile(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-connect-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'credentials');
  writeFileSync(path, text);
  return path;
}

test.each([
  ['a/../b', 'a%2F..%2Fb'],
  ['..%2f', '..%252f'],
  ['ä ?#&', '%C3%A4%20%3F%23%26'],
  ['...', '...'],
])('the name %s is one part of a path', (name, part) => {
  expect(pathPart(name)).toBe(part);
});

test.each(['', '.', '..', '\ud800'])('the name "%s" cannot be asked for', (name) => {
  expect(() => pathPart(name)).toThrow('knows nothing by the name');
});

describe('an answer', () => {
  test('that does not come in time is given up, what only reads after three attempts', async () => {
    const server = await ConnectServer.start();
    const clock = new VirtualClock();
    server.answer = () => void setImmediate(() => clock.advance(5_000));
    const asked = connect(server.url, {}, clock).request(GET);
    // The pauses between attempts are over when somebody moves the clock on.
    const ticking = setInterval(() => clock.advance(100), 1);
    onTestFinished(() => clearInterval(ticking));
    await expect(asked).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: `Kafka Connect at ${server.url} cannot be used: it did not answer within 5000 ms. Check ksql.connect.url and that it runs.`,
    });
    expect(server.requests).toHaveLength(3);
  });

  test('to a change that does not come in time leaves open whether it was made: it is not tried again', async () => {
    const server = await ConnectServer.start();
    const clock = new VirtualClock();
    server.answer = () => void setImmediate(() => clock.advance(5_000));
    await expect(connect(server.url, {}, clock).request(POST)).rejects.toThrow('within 5000 ms');
    expect(server.requests).toHaveLength(1);
  });

  test('is read no further than it may be long', async () => {
    const server = await ConnectServer.start();
    let sent = 0;
    const block = Buffer.alloc(1024 * 1024, '[');
    server.answer = (_request, response) => {
      response.writeHead(200);
      const pump = (): void => {
        while (sent < 100 && !response.destroyed) {
          sent++;
          if (!response.write(block)) return void response.once('drain', pump);
        }
        response.end();
      };
      pump();
    };
    const post = connect(server.url).request(POST);
    await expect(post).rejects.toThrow('its answer is over 16777216 bytes');
    expect(sent).toBeLessThan(60);
  });

  test('that refuses is shown from its beginning', async () => {
    const server = await ConnectServer.start();
    server.answer = (_request, response) => {
      response.writeHead(400).end('x'.repeat(200_000));
    };
    const reply = await connect(server.url).request(GET);
    expect(reply).toEqual({
      kind: 'refused',
      status: 400,
      message: `${'x'.repeat(1_000)}...`,
    });
  });

  test.each([
    ['HTML', '<html>', 'its answer is not JSON'],
    ['half of JSON', '{"a":', 'its answer is not JSON'],
  ])('that is %s is of no use', async (_kind, text, reason) => {
    const server = await ConnectServer.start();
    server.answer = (_request, response) => void response.end(text);
    await expect(connect(server.url).request(POST)).rejects.toThrow(reason);
  });

  test('with a redirection is not followed', async () => {
    const elsewhere = await ConnectServer.start();
    const server = await ConnectServer.start();
    server.answer = (_request, response) => {
      response.writeHead(302, { location: `${elsewhere.url}/connectors` }).end();
    };
    expect(await connect(server.url).request(GET)).toMatchObject({ status: 302 });
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('a request is tried again', () => {
  test.each([
    ['a change, while Connect divides up its work', POST, 409, 'Rebalance in progress', 3],
    ['not a change that would make what is there', POST, 409, 'Connector a already exists', 1],
    ['not a change that Connect failed to make', POST, 500, 'Timed out', 1],
    ['what only reads, when Connect fails', GET, 500, 'Timed out', 3],
    ['not what is wrong', GET, 400, 'No', 1],
  ] as const)('%s', async (_case, request, status, message, count) => {
    const server = await ConnectServer.start();
    server.answer = (_request, response) => {
      response.writeHead(status).end(JSON.stringify({ error_code: status, message }));
    };
    const http = connect(server.url, {}, new HastyClock());
    expect(await http.request(request)).toEqual({ kind: 'refused', status, message });
    expect(server.requests).toHaveLength(count);
  });

  test('also a change, when nobody was there to hear it', async () => {
    const server = await ConnectServer.start();
    server.close();
    const http = connect(server.url, {}, new HastyClock());
    await expect(http.request(POST)).rejects.toThrow('cannot be used: ECONNREFUSED');
  });
});

test('beyond 32 requests at a time there are no more', async () => {
  const server = await ConnectServer.start();
  const waiting: (() => void)[] = [];
  server.answer = (_request, response) => void waiting.push(() => response.end('[]'));
  const http = connect(server.url);
  const asked = Array.from({ length: 32 }, () => http.request(GET));
  await expect(http.request(GET)).rejects.toMatchObject({ code: 'TOO_MANY' });
  while (waiting.length < 32) await new Promise((resolve) => setImmediate(resolve));
  for (const answer of waiting) answer();
  expect(await Promise.all(asked)).toHaveLength(32);
  server.answer = () => false;
  expect(await http.request(GET)).toEqual({ kind: 'found', body: [] });
});

describe('Connect is told who asks', () => {
  test('nobody, by itself; whom the URL names, without showing it', async () => {
    const server = await ConnectServer.start();
    await connect(server.url).request(GET);
    const http = connect(server.url.replace('//', '//al%40ice:se%3Acret@'));
    await http.request(GET);
    expect(http.place).toBe(server.url);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([
      undefined,
      header('al@ice:se:cret'),
    ]);
  });

  test('whom a file names, read once or for each request', async () => {
    const server = await ConnectServer.start();
    const path = credentialsFile('# Connect\nusername=alice\npassword = one=1 \n');
    const once = connect(server.url, { credentialsPath: path });
    const always = connect(server.url, { credentialsPath: path, reloadsCredentials: true });
    for (const http of [once, always]) await http.request(GET);
    writeFileSync(path, 'username=alice\npassword=two\n');
    for (const http of [once, always]) await http.request(GET);
    expect(server.requests.map(({ authorization }) => authorization)).toEqual([
      header('alice:one=1'),
      header('alice:one=1'),
      header('alice:one=1'),
      header('alice:two'),
    ]);
  });

  test('not at all when the file says nothing, and nothing of it is told', async () => {
    const server = await ConnectServer.start();
    const request = (credentialsPath: string): Promise<unknown> =>
      connect(server.url, { credentialsPath }).request(GET);
    await expect(request(credentialsFile('password=canary'))).rejects.toThrow(
      /^The file of ksql.connect.basic.auth.credentials.file needs a line username=... and a line password=....$/,
    );
    await expect(request('/no/such/file')).rejects.toThrow('cannot be read (ENOENT)');
    expect(server.requests).toEqual([]);
  });
});
