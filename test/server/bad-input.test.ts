import { once } from 'node:events';
import { WebSocket } from 'ws';
import { describe, expect, test } from 'vitest';
import {
  connect2,
  handshake,
  post,
  RawClient,
  request1,
  request2,
  webSocketPath,
  type RequestSpec,
} from './clients.ts';
import { CRASH, DDL, PULL, PUSH, startTestServer, type TestServer } from './test-server.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const HEALTHY =
  '{"isHealthy":true,"details":{"metastore":{"isHealthy":true},"kafka":{"isHealthy":true},' +
  '"commandRunner":{"isHealthy":true}},"serverState":"READY"}';

async function expectAlive(server: TestServer): Promise<void> {
  const { status, body } = await request1(server.port, { path: '/healthcheck' });
  expect({ status, body }).toEqual({ status: 200, body: HEALTHY });
}

interface Refusal {
  readonly name: string;
  readonly request: RequestSpec;
  readonly status: number;
  readonly code: number;
  readonly message: string | RegExp;
}

function ksql(body: string | Uint8Array, headers: Readonly<Record<string, string>> = JSON_TYPE) {
  return { path: '/ksql', body, headers };
}

const INVALID = 'Invalid JSON in request: ';
const REFUSALS: readonly Refusal[] = [
  {
    name: 'text that is not JSON',
    request: ksql('{a}'),
    status: 400,
    code: 40000,
    message: /^Invalid JSON in request: .* position 1 /,
  },
  {
    name: 'truncated JSON',
    request: ksql('{"ksql": "SHOW STR'),
    status: 400,
    code: 40000,
    message: /^Invalid JSON in request: .* position /,
  },
  {
    name: 'an empty body',
    request: ksql(''),
    status: 400,
    code: 40000,
    message: `${INVALID}the body is empty, expected an object.`,
  },
  {
    name: 'an array',
    request: ksql('[]'),
    status: 400,
    code: 40000,
    message: `${INVALID}the body is an array, expected an object.`,
  },
  {
    name: 'a string',
    request: ksql('"x"'),
    status: 400,
    code: 40000,
    message: `${INVALID}the body is a string, expected an object.`,
  },
  {
    name: 'null',
    request: ksql('null'),
    status: 400,
    code: 40000,
    message: `${INVALID}the body is null, expected an object.`,
  },
  {
    name: 'a body without ksql',
    request: ksql('{"sql":"SHOW STREAMS;"}'),
    status: 400,
    code: 40000,
    message: `${INVALID}the member "ksql" is missing, expected a string.`,
  },
  {
    name: 'a number as ksql',
    request: ksql('{"ksql":1}'),
    status: 400,
    code: 40000,
    message: /^Invalid JSON in request: ksql is a number.*, expected a string\.$/,
  },
  {
    name: 'an object as a property',
    request: ksql('{"ksql":"X;","streamsProperties":{"a.b":{}}}'),
    status: 400,
    code: 40000,
    message: `${INVALID}streamsProperties["a.b"] is an object, expected a string, a number, a boolean or null.`,
  },
  {
    name: 'a number beyond DOUBLE',
    request: ksql('{"ksql":"X;","streamsProperties":{"a.b":1e400}}'),
    status: 400,
    code: 40000,
    message: /^Invalid JSON in request: streamsProperties\["a\.b"\] is a number out of range/,
  },
  {
    name: 'a member named __proto__',
    request: ksql('{"__proto__":{"x":1},"ksql":"X;"}'),
    status: 400,
    code: 40000,
    message: `${INVALID}a member named "__proto__" at position 1 is not allowed.`,
  },
  {
    name: 'a member that reaches for a prototype',
    request: ksql('{"constructor":{"prototype":{"x":1}},"ksql":"X;"}'),
    status: 400,
    code: 40000,
    message: `${INVALID}a member named "prototype" at position 16 is not allowed.`,
  },
  {
    name: 'two members of one name',
    request: ksql('{"ksql":"A;","ks\\u0071l":"B;"}'),
    status: 400,
    code: 40000,
    message: `${INVALID}two members of one object are named "ksql", the second at position 13.`,
  },
  {
    name: 'JSON nested a million levels deep',
    request: ksql('['.repeat(1_000_000)),
    status: 400,
    code: 40000,
    message: `${INVALID}nested deeper than 200 levels at position 200.`,
  },
  {
    name: 'bytes that are not UTF-8',
    request: ksql(Buffer.from('7b226b73716c223a22ff227d', 'hex')),
    status: 400,
    code: 40000,
    message: `${INVALID}the body is not UTF-8.`,
  },
  {
    name: 'half of a surrogate pair',
    request: ksql('{"ksql":"\\ud800"}'),
    status: 400,
    code: 40000,
    message: `${INVALID}ksql contains half of a surrogate pair, which is no character.`,
  },
  {
    name: 'XML',
    request: ksql('<a/>', { 'content-type': 'application/xml' }),
    status: 415,
    code: 41500,
    message: /^Content-Type: found application\/xml, expected application\/json or /,
  },
  {
    name: 'a form from a page of this machine',
    request: ksql('{"ksql":"X;"}', {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'http://localhost:3000',
    }),
    status: 415,
    code: 41500,
    message: /^Content-Type: found application\/x-www-form-urlencoded/,
  },
  {
    name: 'text from a browser that hides its origin',
    request: ksql('{"ksql":"X;"}', {
      'content-type': 'text/plain',
      'sec-fetch-site': 'cross-site',
    }),
    status: 415,
    code: 41500,
    message: /^Content-Type: found text\/plain/,
  },
  {
    name: 'a compressed body',
    request: ksql('{"ksql":"X;"}', { ...JSON_TYPE, 'content-encoding': 'gzip' }),
    status: 415,
    code: 41500,
    message: 'Content-Encoding: found "gzip", but bodies are read uncompressed only.',
  },
  {
    name: 'a client that takes only XML',
    request: ksql('{"ksql":"X;"}', { ...JSON_TYPE, accept: 'text/xml' }),
    status: 406,
    code: 40600,
    message: /^Accept: none of the types asked for is offered here\./,
  },
  {
    name: 'a foreign Origin, whatever the body',
    request: ksql('{a}', { ...JSON_TYPE, origin: 'https://evil.example' }),
    status: 403,
    code: 40300,
    message: /^Origin: pages of "https:\/\/evil\.example" may not use this server/,
  },
  {
    name: 'an Origin of a sandboxed page',
    request: ksql('{"ksql":"X;"}', { ...JSON_TYPE, origin: 'null' }),
    status: 403,
    code: 40300,
    message: /^Origin: pages of "null"/,
  },
  {
    name: 'a foreign Host, whatever the body',
    request: ksql('{a}', { ...JSON_TYPE, host: 'evil.example' }),
    status: 421,
    code: 42100,
    message: /^Host: this server does not answer for "evil\.example"\./,
  },
  {
    name: 'a path nobody serves',
    request: { path: '/nope' },
    status: 404,
    code: 40400,
    message: 'There is nothing at this path. Statements go to /ksql, queries to /query-stream.',
  },
  {
    name: 'a body to a path nobody serves',
    request: { path: '/nope', body: '{a}' },
    status: 404,
    code: 40400,
    message: /^There is nothing at this path\./,
  },
  {
    name: 'a path with two slashes',
    request: { path: '//ksql', body: '{}' },
    status: 404,
    code: 40400,
    message: /^There is nothing at this path\./,
  },
  {
    name: 'a path that is not percent-encoded text',
    request: { path: '/%zz' },
    status: 400,
    code: 40000,
    message: 'The path of the request is not well-formed.',
  },
  {
    name: 'a path with NUL',
    request: { path: '/ksql%00', body: '{}' },
    status: 400,
    code: 40000,
    message: 'The path of the request is not well-formed.',
  },
  {
    name: 'SELECT sent to /ksql',
    request: ksql(JSON.stringify({ ksql: PULL })),
    status: 400,
    code: 40002,
    message: 'SELECT and PRINT are run by /query.',
  },
  {
    name: 'DDL sent to /query',
    request: { path: '/query', body: JSON.stringify({ ksql: DDL }), headers: JSON_TYPE },
    status: 400,
    code: 40002,
    message: `Not a query: ${DDL} Send it to /ksql.`,
  },
  {
    name: 'an empty query',
    request: { path: '/query', body: '{"ksql":" "}', headers: JSON_TYPE },
    status: 400,
    code: 40000,
    message: '"ksql" field must be populated with a statement.',
  },
  {
    name: 'ksql instead of sql to /query-stream',
    request: { path: '/query-stream', body: JSON.stringify({ ksql: PULL }), headers: JSON_TYPE },
    status: 400,
    code: 40000,
    message: `${INVALID}the member "sql" is missing, expected a string.`,
  },
  {
    name: 'an ordinary GET of /ws/query',
    request: { path: webSocketPath(PULL) },
    status: 400,
    code: 40000,
    message: /^\/ws\/query is for WebSocket handshakes/,
  },
];

describe.each(REFUSALS)('$name', ({ request, status, code, message }) => {
  const expected = {
    error_code: code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  };

  test('is refused over HTTP/1.1 and the server lives on', async () => {
    const server = await startTestServer();
    const answer = await request1(server.port, request);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject(expected);
    await expectAlive(server);
  });

  test('is refused over HTTP/2 and the connection lives on', async () => {
    const server = await startTestServer();
    const session = connect2(server.port);
    const { host, ...headers } = { host: undefined, ...request.headers };
    const authority = host === undefined ? {} : { ':authority': host };
    const answer = await request2(session, { ...request, headers: { ...headers, ...authority } });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject(expected);
    expect((await request2(session, { path: '/healthcheck' })).body).toBe(HEALTHY);
  });
});

test('no prototype is touched by a hostile body', async () => {
  const server = await startTestServer();
  await request1(server.port, ksql('{"__proto__":{"polluted":1}}'));
  await request1(server.port, ksql('{"constructor":{"prototype":{"polluted":1}}}'));
  expect('polluted' in {}).toBe(false);
});

test('a wrong method is answered 405 with the right ones', async () => {
  const server = await startTestServer();
  const answers = await Promise.all([
    request1(server.port, { method: 'PUT', path: '/ksql', body: '{a}' }),
    request1(server.port, { method: 'POST', path: '/info/', body: '{}' }),
    request1(server.port, { method: 'PROPFIND', path: '/query' }),
  ]);
  expect(answers.map(({ status, headers }) => [status, headers['allow']])).toEqual([
    [405, 'POST'],
    [405, 'GET, HEAD'],
    [405, 'POST'],
  ]);
  expect(JSON.parse(answers[0].body)).toEqual({
    '@type': 'generic_error',
    error_code: 40500,
    message: '/ksql does not take PUT, but POST.',
  });
  await expectAlive(server);
});

test('an error of our own is answered without its details', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/ksql', { ksql: CRASH });
  expect(answer.status).toBe(500);
  expect(JSON.parse(answer.body)).toMatchObject({ '@type': 'generic_error', error_code: 50000 });
  expect(answer.body).not.toContain('secret');
  await expectAlive(server);
});

test('an unknown member of the body is ignored', async () => {
  const server = await startTestServer();
  const answer = await post(server.port, '/ksql', { ksql: DDL, unknown: { deep: [] } });
  expect(answer.status).toBe(200);
});

test('a body of curl -d is read when no browser marked it', async () => {
  const server = await startTestServer();
  const body = JSON.stringify({ ksql: DDL });
  const types = ['application/x-www-form-urlencoded', 'text/plain', 'application/json;', undefined];
  const answers = types.map((type) =>
    request1(server.port, ksql(body, type === undefined ? {} : { 'content-type': type })),
  );
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});

describe('too large', () => {
  const announced = 9 * 1024 * 1024;

  test('a body that announces 9 MB is answered 413 and the connection closed', async () => {
    const server = await startTestServer();
    const client = new RawClient(server.port);
    client.send(`POST /ksql HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${announced}\r\n\r\n`);
    client.send(Buffer.alloc(announced, ' '));
    await client.closed;
    expect(client.received).toMatch(/^HTTP\/1\.1 413 /);
    expect(client.received).toContain('"error_code":41300');
    await expectAlive(server);
  });

  test('a body of 9 MB in chunks is answered 413 and the connection closed', async () => {
    const server = await startTestServer();
    const client = new RawClient(server.port);
    client.send('POST /ksql HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n');
    client.send(`${announced.toString(16)}\r\n`);
    client.send(Buffer.alloc(announced, ' '));
    client.send('\r\n0\r\n\r\n');
    await client.closed;
    expect(client.received).toMatch(/^HTTP\/1\.1 413 /);
    await expectAlive(server);
  });

  test('a body of 9 MB over HTTP/2 is answered 413 and only its stream closed', async () => {
    const server = await startTestServer();
    const session = connect2(server.port);
    const answer = await request2(session, ksql(Buffer.alloc(announced, ' ')));
    expect(answer.status).toBe(413);
    expect((await request2(session, { path: '/healthcheck' })).body).toBe(HEALTHY);
  });

  test('headers of 20 KB are answered 431 and the connection closed', async () => {
    const server = await startTestServer();
    const client = new RawClient(server.port);
    client.send(`GET /info HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
    await client.closed;
    expect(client.received).toMatch(/^HTTP\/1\.1 431 /);
    await expectAlive(server);
  });

  test('5,000 headers are answered 431 and the connection closed', async () => {
    const server = await startTestServer();
    const client = new RawClient(server.port);
    const headers = Array.from({ length: 5000 }, (_, index) => `x${index}: 1\r\n`).join('');
    client.send(`GET /info HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`);
    await client.closed;
    expect(client.received).toMatch(/^HTTP\/1\.1 431 /);
    await expectAlive(server);
  });
});

describe('too slow', () => {
  const limits = {
    headersTimeoutMs: 50,
    requestTimeoutMs: 100,
    timeoutCheckIntervalMs: 10,
    lingerMs: 50,
  };

  test('a connection that says nothing is closed', async () => {
    const server = await startTestServer(undefined, { limits });
    const client = new RawClient(server.port);
    await client.closed;
    expect(client.received).toBe('');
    await expectAlive(server);
  });

  test('a connection that may yet become HTTP/2 is closed', async () => {
    const server = await startTestServer(undefined, { limits });
    const client = new RawClient(server.port).send('PRI * H');
    await client.closed;
    expect(client.received).toBe('');
  });

  test('headers that do not end are answered 408 and the connection closed', async () => {
    const server = await startTestServer(undefined, { limits });
    const client = new RawClient(server.port).send('GET /info HTTP/1.1\r\nhost: loc');
    await client.closed;
    expect(client.received).toMatch(/^HTTP\/1\.1 408 /);
    await expectAlive(server);
  });

  test('a body shorter than it says is answered 408 and the connection closed', async () => {
    const server = await startTestServer(undefined, { limits });
    const client = new RawClient(server.port);
    client.send('POST /ksql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"ksql"');
    await client.closed;
    expect(client.received).toMatch(/^HTTP\/1\.1 408 /);
    await expectAlive(server);
  });
});

describe('bytes that are no HTTP/1.1 request are answered 400 and the connection closed', () => {
  const head = 'POST /ksql HTTP/1.1\r\nhost: localhost\r\n';
  test.each([
    ['two kinds of length', `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`],
    ['two lengths', `${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
    ['a bad chunk', `${head}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
    ['a bare CR', 'GET /info HTTP/1.1\rhost: localhost\r\n\r\n'],
    ['a folded header', 'GET /info HTTP/1.1\r\nhost: localhost\r\n x\r\n : y\r\n\r\n'],
    ['no Host', 'GET /info HTTP/1.1\r\n\r\n'],
    ['no Host in the older version', 'GET /info HTTP/1.0\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['nonsense', 'nonsense\r\n\r\n'],
  ])('%s', async (_name, bytes) => {
    const server = await startTestServer();
    const client = new RawClient(server.port).send(Buffer.from(bytes, 'latin1'));
    await client.until('HTTP/1.1 400 ');
    client.socket.end();
    await client.closed;
    await expectAlive(server);
  });
});

test('a broken HTTP/2 connection ends alone', async () => {
  const server = await startTestServer();
  const client = new RawClient(server.port);
  client.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  client.send(Buffer.from('ffffffffffffffffffff', 'hex'));
  await client.closed;
  await expectAlive(server);
});

test('an upload that breaks off runs nothing', async () => {
  const server = await startTestServer();
  const client = new RawClient(server.port);
  client.send('POST /ksql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{"ksql"');
  client.socket.end();
  await client.closed;
  await expectAlive(server);
  expect(server.engine.calls).toEqual([]);
});

describe('while the database starts or stops', () => {
  test('requests are answered 503 and when to come back', async () => {
    const server = await startTestServer();
    server.engine.status = 'starting';
    const starting = await request1(server.port, { path: '/healthcheck' });
    server.engine.status = 'closed';
    const stopping = await post(server.port, '/ksql', { ksql: DDL });
    expect([starting.status, starting.headers['retry-after']]).toEqual([503, '10']);
    expect(JSON.parse(starting.body)).toEqual({
      '@type': 'generic_error',
      error_code: 50302,
      message: 'The server is starting. Try again in a moment.',
    });
    expect([stopping.status, stopping.headers['retry-after']]).toEqual([503, '1']);
    expect(JSON.parse(stopping.body)).toMatchObject({ error_code: 50303 });
    expect(server.engine.calls).toEqual([]);
  });

  test('a WebSocket is refused with 503', async () => {
    const server = await startTestServer();
    server.engine.status = 'starting';
    const client = new RawClient(server.port).send(handshake(webSocketPath(PULL)));
    await client.until('"error_code":50302');
    expect(client.received).toMatch(/^HTTP\/1\.1 503 /);
  });
});

describe('too many', () => {
  test('one push query above the limit is refused and closed, and a place is free again later', async () => {
    const server = await startTestServer(undefined, { limits: { pushQueryCountMax: 1 } });
    const first = new RawClient(server.port);
    const body = JSON.stringify({ sql: PUSH });
    first.send(
      `POST /query-stream HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await first.until('queryId');
    const running = await server.engine.started();
    const refused = await post(server.port, '/query-stream', { sql: PUSH });
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    expect(JSON.parse(refused.body)).toMatchObject({ error_code: 40003 });
    await (
      await server.engine.started()
    ).closed;
    first.socket.destroy();
    await running.closed;
    const third = post(server.port, '/query-stream', { sql: PUSH });
    (await server.engine.started()).finish('Limit Reached');
    expect((await third).status).toBe(200);
  });

  test('a pull query above the limit is refused', async () => {
    const server = await startTestServer(undefined, { limits: { pullQueryCountMax: 0 } });
    const refused = await post(server.port, '/query-stream', { sql: PULL });
    expect(refused.status).toBe(429);
    expect(JSON.parse(refused.body)).toMatchObject({ error_code: 42900 });
    await expectAlive(server);
  });
});

describe('WebSocket', () => {
  const OPEN = 'HTTP/1.1 101 ';

  test.each([
    ['an opcode nobody defined', '838000000000', 1002],
    ['a frame that is not masked', '810161', 1002],
    ['a reserved bit', 'c18000000000', 1002],
    ['a fragmented ping', '098000000000', 1002],
    ['text that is not UTF-8', '818100000000ff', 1007],
    ['binary', '828100000000ff', 1003],
    ['a frame that announces 2 MiB', '81ff000000000020000000000000', 1009],
  ])('%s closes with the right code and the server lives on', async (_name, hex, code) => {
    const server = await startTestServer();
    const client = new RawClient(server.port).send(handshake(webSocketPath(PUSH)));
    await client.until('"memberSchema":null}}]');
    const running = await server.engine.started();
    client.received = '';
    client.send(Buffer.from(hex, 'hex'));
    await running.closed;
    while (client.received.length < 4) await once(client.socket, 'data');
    const frame = Buffer.from(client.received, 'latin1');
    expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, code]);
    await expectAlive(server);
  });

  test('fragments without end are closed with 1009 at 1 MiB in all', async () => {
    const server = await startTestServer();
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${webSocketPath(PUSH)}`);
    await once(socket, 'message');
    const fragment = Buffer.alloc(64 * 1024, 'x');
    for (let i = 0; i < 20; i++) socket.send(fragment, { fin: false, binary: false });
    socket.on('error', () => {});
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1009);
    await expectAlive(server);
  });

  test('a flood of pings is closed with 1008', async () => {
    const server = await startTestServer(undefined, { limits: { framesPerSecondMax: 5 } });
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${webSocketPath(PUSH)}`);
    await once(socket, 'message');
    for (let i = 0; i < 6; i++) socket.ping();
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(1008);
    await expectAlive(server);
  });

  test.each([
    ['a foreign Origin', { origin: 'https://evil.example' }, 403],
    ['a foreign Host', { host: 'evil.example' }, 421],
  ])('%s is refused before the query starts', async (_name, headers, status) => {
    const server = await startTestServer();
    const client = new RawClient(server.port).send(handshake(webSocketPath(PUSH), headers));
    await client.until(`HTTP/1.1 ${status} `);
    expect(server.engine.calls).toEqual([]);
    await expectAlive(server);
  });

  test('a handshake at another path is refused', async () => {
    const server = await startTestServer();
    const client = new RawClient(server.port).send(handshake('/ws/nope'));
    await client.until('HTTP/1.1 404 ');
    await expectAlive(server);
  });

  test('a handshake without a key is refused', async () => {
    const server = await startTestServer();
    const client = new RawClient(server.port);
    client.send(handshake(webSocketPath(PUSH), { 'sec-websocket-key': 'short' }));
    await client.until('HTTP/1.1 400 ');
    await expectAlive(server);
  });

  test('compression is declined', async () => {
    const server = await startTestServer();
    const client = new RawClient(server.port);
    client.send(
      handshake(webSocketPath(PUSH), { 'sec-websocket-extensions': 'permessage-deflate' }),
    );
    await client.until(OPEN);
    await client.until('\r\n\r\n');
    expect(client.received.toLowerCase()).not.toContain('sec-websocket-extensions');
  });
});
