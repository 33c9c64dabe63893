import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handshake, RawClient, request1, webSocketPath } from '../server/clients.ts';
import { cleanUp, queriesOf, rowsOf, SOON } from './running-server.ts';
import { startSubject, type Subject } from './subject.ts';

let server: Subject;
beforeAll(async () => {
  server = await startSubject();
});
afterAll(cleanUp);

describe('HTTP', () => {
  const send = '{"ksql":"DROP TABLE per_user;"}';
  test.each([
    ['a body that is not JSON', { path: '/ksql', body: '{a}' }, 400, 40000],
    ['half of a body', { path: '/ksql', body: send.slice(0, -5) }, 400, 40000],
    ['an empty body', { path: '/ksql', body: '' }, 400, 40000],
    ['a statement that is a number', { path: '/ksql', body: '{"ksql":1}' }, 400, 40000],
    ['no statement', { path: '/query-stream', body: '{}' }, 400, 40000],
    ['an unknown endpoint', { path: '/nope', body: send }, 404, 40400],
    ['the wrong method', { path: '/ksql' }, 405, 40500],
    ['a body of 9 MB', { path: '/ksql', body: send.padEnd(9_000_000) }, 413, 41300],
    [
      'a foreign Origin',
      { path: '/ksql', body: send, headers: { origin: 'https://evil.example' } },
      403,
      40300,
    ],
    [
      'a foreign Host',
      { path: '/ksql', body: send, headers: { host: 'evil.example' } },
      421,
      42100,
    ],
    [
      'text from a page of another site',
      {
        path: '/ksql',
        body: send,
        headers: { 'content-type': 'text/plain', 'sec-fetch-site': 'cross-site' },
      },
      415,
      41500,
    ],
    [
      'text that is not UTF-8',
      { path: '/ksql', body: Buffer.from('7b226b73716c223a22ff227d', 'hex') },
      400,
      40000,
    ],
    ['depth without end', { path: '/ksql', body: '['.repeat(1_000_000) }, 400, 40000],
    ['an answer in XML', { path: '/info', headers: { accept: 'text/xml' } }, 406, 40600],
    ['no query to close', { path: '/close-query', body: '{"queryId":"nope"}' }, 400, 40000],
  ] as const)('%s is refused', async (_name, request, status, code) => {
    const answer = await request1(server.port, request);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      status,
      { '@type': 'generic_error', error_code: code },
    ]);
    await server.expectUnharmed();
  });

  test('bytes that are no request are answered and the connection closed', async () => {
    const client = new RawClient(server.port).send('nonsense\r\n\r\n');
    await client.closed;
    expect(client.received).toMatch(/^HTTP\/1\.1 400 /);
    await server.expectUnharmed();
  });

  test('an upload that breaks off runs nothing', async () => {
    const client = new RawClient(server.port);
    client.send(`POST /ksql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n\r\n${send}`);
    client.socket.end();
    await client.closed;
    await server.expectUnharmed();
  });
});

describe('WebSocket', () => {
  const PUSH = 'SELECT * FROM clicks EMIT CHANGES;';

  test.each([
    ['an opcode nobody defined', '838000000000', 1002],
    ['a frame that is not masked', '810161', 1002],
    ['a reserved bit', 'c18000000000', 1002],
    ['text that is not UTF-8', '818100000000ff', 1007],
    ['binary', '828100000000ff', 1003],
    ['a frame that announces 2 MiB', '81ff000000000020000000000000', 1009],
  ])('%s closes the connection and ends its query', async (_name, hex, code) => {
    const client = new RawClient(server.port).send(handshake(webSocketPath(PUSH)));
    await client.until('"name":"MS"');
    expect(await queriesOf(server.client)).toContain(`PUSH RUNNING ${PUSH}`);
    const { length } = client.received;
    client.send(Buffer.from(hex, 'hex'));
    await expect.poll(() => client.received.length, SOON).toBeGreaterThanOrEqual(length + 4);
    const frame = Buffer.from(client.received.slice(length), 'latin1');
    expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, code]);
    await expect.poll(() => queriesOf(server.client), SOON).toHaveLength(1);
    await server.expectUnharmed();
  });

  test('a foreign Origin is refused before the query starts', async () => {
    const client = new RawClient(server.port);
    client.send(handshake(webSocketPath(PUSH), { origin: 'https://evil.example' }));
    await client.until('"error_code":40300');
    expect(client.received).toMatch(/^HTTP\/1\.1 403 /);
    await server.expectUnharmed();
  });
});

test('after all of this, no file is outside of the data directory and everything works', async () => {
  expect(readdirSync(server.directory).sort()).toEqual(['FORMAT', 'ballast', 'log', 'state']);
  await server.client.execute("INSERT INTO clicks (user, page, ms) VALUES ('ann', '/b', 1);");
  await expect
    .poll(() => rowsOf(server.client, 'SELECT * FROM per_user;'), SOON)
    .toEqual([['ann', 2]]);
});
