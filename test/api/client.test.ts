import { afterEach, describe, expect, test } from 'vitest';
import { ApiError, ConnectionError, MillraceClient } from '../../src/api/client.ts';
import { startScriptedServer, type Script } from './scripted-server.ts';

const HEADER = '{"queryId":"q1","columnNames":["ID","N"],"columnTypes":["INTEGER","BIGINT"]}\n';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function connect(script: Script) {
  const server = await startScriptedServer(script);
  const client = new MillraceClient(server.url);
  closers.push(
    () => server.close(),
    () => client.close(),
  );
  return { server, client };
}

function answer(status: number, body: string): Script {
  return (_request, response) => response.writeHead(status).end(body);
}

/** What the promise was rejected with. */
async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    return expect.unreachable(`resolved with ${JSON.stringify(await promise)}`);
  } catch (error) {
    return error;
  }
}

describe('an address', () => {
  test('must be an http or https URL', () => {
    expect(() => new MillraceClient('localhost:8088')).toThrow(
      'The server\'s address must be a URL such as http://localhost:8088; found "localhost:8088".',
    );
  });

  test('sends its user and password, and never shows them', async () => {
    const { server } = await connect(answer(200, '[]'));
    const client = new MillraceClient(server.url.replace('://', '://ann:secret@'));
    closers.push(() => client.close());
    await client.execute('SHOW STREAMS;');
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${btoa('ann:secret')}`);
    expect(client.url).toBe(server.url);
  });

  test('sends its token', async () => {
    const { server } = await connect(answer(200, '[]'));
    const client = new MillraceClient(server.url, { token: 'mr_x' });
    closers.push(() => client.close());
    await client.execute('SHOW STREAMS;');
    expect(server.received[0]?.headers.authorization).toBe('Bearer mr_x');
  });
});

describe('execute', () => {
  test('posts the text and the properties to /ksql and returns the entities', async () => {
    const { server, client } = await connect(answer(200, '[{"@type":"streams","streams":[]}]'));
    const entities = await client.execute('SHOW STREAMS;', {
      properties: { 'auto.offset.reset': 'earliest' },
    });
    expect(entities).toEqual([{ '@type': 'streams', streams: [] }]);
    expect(server.received).toMatchObject([
      {
        method: 'POST',
        path: '/ksql',
        body: {
          ksql: 'SHOW STREAMS;',
          streamsProperties: { 'auto.offset.reset': 'earliest' },
        },
      },
    ]);
  });

  test('throws the error of the answer with what ran before it', async () => {
    const body =
      '{"@type":"statement_error","error_code":40001,"message":"NOPE does not exist",' +
      '"statementText":"DROP STREAM nope;","entities":[{"@type":"streams"}]}';
    const { client } = await connect(answer(400, body));
    const error = await rejection(client.execute('DROP STREAM nope;'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      message: 'NOPE does not exist',
      httpStatus: 400,
      code: 40001,
      statementText: 'DROP STREAM nope;',
      entities: [{ '@type': 'streams' }],
    });
  });

  test('names the status of an error that is not JSON', async () => {
    const { server, client } = await connect(answer(502, 'Bad Gateway'));
    expect(await rejection(client.execute('SHOW STREAMS;'))).toMatchObject({
      message: `${server.url} answered status 502: Bad Gateway`,
      code: 50200,
    });
  });

  test('says that nobody listens', async () => {
    const { server, client } = await connect(answer(200, '[]'));
    await server.close();
    closers.shift();
    const error = await rejection(client.execute('SHOW STREAMS;'));
    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toBe(
      `No answer from ${server.url}: the connection was refused. ` +
        'Is a server running there? `millrace server` starts one.',
    );
  });

  test('refuses an answer that is not JSON', async () => {
    const { client } = await connect(answer(200, '<html>'));
    expect(await rejection(client.execute('SHOW STREAMS;'))).toBeInstanceOf(ConnectionError);
  });
});

describe('query', () => {
  test('yields the header and rows of several chunks, cut anywhere', async () => {
    const { server, client } = await connect((_request, response) => {
      response.write(HEADER.slice(0, 10));
      setImmediate(() => {
        response.write(`${HEADER.slice(10)}[1,2]\n[3,`);
        setImmediate(() => response.end('9007199254740993]\n[4,null]'));
      });
    });
    const options = { properties: { a: 1 } };
    expect(await client.collect('SELECT * FROM t;', options)).toEqual({
      header: {
        kind: 'header',
        queryId: 'q1',
        columnNames: ['ID', 'N'],
        columnTypes: ['INTEGER', 'BIGINT'],
      },
      rows: [
        [1, 2],
        [3, 9007199254740993n],
        [4, null],
      ],
    });
    expect(server.received).toMatchObject([
      {
        path: '/query-stream',
        headers: { accept: 'application/vnd.ksqlapi.delimited.v1' },
        body: { sql: 'SELECT * FROM t;', properties: { a: 1 } },
      },
    ]);
  });

  test('throws an error that comes after rows', async () => {
    const failure = '{"@type":"generic_error","error_code":50000,"message":"disk on fire"}\n';
    const { client } = await connect(answer(200, `${HEADER}[1,2]\n${failure}`));
    const rows: unknown[] = [];
    const reading = (async () => {
      for await (const event of client.query('SELECT * FROM t;')) {
        if (event.kind === 'rows') rows.push(...event.rows.map((row) => row.json));
      }
    })();
    expect(await rejection(reading)).toMatchObject({ message: 'disk on fire', code: 50000 });
    expect(rows).toEqual(['[1,2]']);
  });

  test('throws when the connection is cut in the middle', async () => {
    const { client } = await connect((_request, response) => {
      response.write(`${HEADER}[1,2]\n`, () => response.destroy());
    });
    expect(await rejection(client.collect('SELECT * FROM t;'))).toBeInstanceOf(ConnectionError);
  });

  test('closes the connection and just ends when it is aborted', async () => {
    const closed = Promise.withResolvers<void>();
    const { client } = await connect((_request, response) => {
      response.on('close', () => closed.resolve());
      response.write(`${HEADER}[1,2]\n`);
    });
    const abort = new AbortController();
    const kinds: string[] = [];
    for await (const event of client.query('SELECT 1;', { signal: abort.signal })) {
      kinds.push(event.kind);
      if (event.kind === 'rows') abort.abort();
    }
    await closed.promise;
    expect(kinds).toEqual(['header', 'rows']);
  });

  test('closes the connection when its reader leaves the loop', async () => {
    const closed = Promise.withResolvers<void>();
    const { client } = await connect((_request, response) => {
      response.on('close', () => closed.resolve());
      response.write(HEADER);
    });
    for await (const event of client.query('SELECT 1;')) if (event.kind === 'header') break;
    await closed.promise;
  });

  test('ends when the client is closed', async () => {
    const { client } = await connect((_request, response) => void response.write(HEADER));
    const kinds: string[] = [];
    for await (const event of client.query('SELECT 1;')) {
      kinds.push(event.kind);
      client.close();
    }
    expect(kinds).toEqual(['header']);
  });
});

describe('print', () => {
  test('yields lines as they are', async () => {
    const { client } = await connect(answer(200, 'rowtime: 1, key: a\n\n[not, json]\n'));
    const lines: string[] = [];
    for await (const batch of client.print("PRINT 't';")) lines.push(...batch);
    expect(lines).toEqual(['rowtime: 1, key: a', '[not, json]']);
  });
});

describe('closeQuery and information', () => {
  test('posts the id', async () => {
    const { server, client } = await connect(answer(200, ''));
    await client.closeQuery('transient_1');
    expect(server.received).toMatchObject([
      { path: '/close-query', body: { queryId: 'transient_1' } },
    ]);
  });

  test('reads /info', async () => {
    const info = '{"KsqlServerInfo":{"version":"0.1.0","serverStatus":"RUNNING"}}';
    const { client } = await connect(answer(200, info));
    expect(await client.information()).toEqual({ version: '0.1.0', serverStatus: 'RUNNING' });
  });

  test('refuses a server that is something else', async () => {
    const { client } = await connect(answer(200, '{}'));
    expect(await rejection(client.information())).toBeInstanceOf(ConnectionError);
  });

  test('keeps one connection for many requests', async () => {
    const ports = new Set<number | undefined>();
    const { client } = await connect((_request, response) => {
      ports.add(response.socket?.remotePort);
      response.end('[]');
    });
    for (let i = 0; i < 5; i++) await client.execute('SHOW STREAMS;');
    expect(ports.size).toBe(1);
  });
});
