import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MillraceClient } from '../../../src/api/client.ts';
import {
  newDataDirectory,
  READY,
  startMillrace,
  type MillraceProcess,
  type StartOptions,
} from '../millrace-process.ts';

let directory: string;
let data: string;
const running: MillraceProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-server-'));
  data = newDataDirectory(directory);
});
afterEach(async () => {
  for (const server of running.splice(0)) {
    server.kill('SIGKILL');
    await server.ended;
  }
  rmSync(directory, { recursive: true });
});

function start(argv: readonly string[], options: StartOptions = {}): MillraceProcess {
  const server = startMillrace(['server', '--data', data, ...argv], options);
  running.push(server);
  return server;
}

describe('a wrong command line', () => {
  test('is answered with all that is wrong, exit code 78 and nothing touched', async () => {
    const argv = ['--port', '99999', '--log-level', 'loud', '--host', '0.0.0.0', '--nope', 'extra'];
    expect(await start(argv).ended).toEqual({
      exitCode: 78,
      output: '',
      errors: [
        'millrace server cannot start:',
        '  There is no option --nope; --help lists those there are.',
        '  The host 0.0.0.0 can be reached by others, and this server does not ask who they are: ' +
          'give it --users, listen on 127.0.0.1 only (leave --host out), or accept it with --insecure-no-auth.',
        '  The server takes options only; found "extra".',
        '  --port must be a whole number from 0 to 65535; found "99999".',
        '  --log-level must be one of debug, info, warn, error; found "loud".',
        '',
      ].join('\n'),
    });
    expect(existsSync(data)).toBe(false);
  });

  test('is also wrong when files of users and TLS are', async () => {
    const users = join(directory, 'users');
    writeFileSync(users, 'alice admin password hunter2\nbob root token x\n');
    const argv = ['--users', users, '--tls-cert', join(directory, 'no.crt')];
    const origin = 'https://app.example/path';
    const { exitCode, errors } = await start([...argv, '--allowed-origins', origin]).ended;
    expect(exitCode).toBe(78);
    expect(errors.split('\n')).toEqual([
      'millrace server cannot start:',
      `  --allowed-origins (or MILLRACE_ALLOWED_ORIGINS) must be origins such as https://app.example, without a path; found "${origin}".`,
      '  TLS needs both --tls-cert and --tls-key.',
      `  ${users}:1: a password stands here as its hash; \`millrace user add\` makes one`,
      `  ${users}:2: the role must be one of read, write, admin`,
      `  ${users}:2: a token stands here as its digest, $sha256$ and 64 hexadecimal digits; \`millrace user add --token\` makes one`,
      '',
    ]);
    const key = join(directory, 'no.key');
    const tls = await start(['--tls-cert', join(directory, 'no.crt'), '--tls-key', key]).ended;
    expect(tls.exitCode).toBe(78);
    expect(tls.errors).toContain(`${key} cannot be read (ENOENT).`);
    expect(existsSync(data)).toBe(false);
  });

  test('is also wrong when nobody knows the durability', async () => {
    const { exitCode, errors } = await start(['--durability', 'maybe']).ended;
    expect(exitCode).toBe(78);
    expect(errors).toContain(
      '--durability must be fsync, none, or interval=<ms> with at most 60000 ms; found "maybe".',
    );
    expect(existsSync(data)).toBe(false);
  });

  test('and wrong variables are named as the user wrote them', async () => {
    const environment = { MILLRACE_PORT: 'x', MILLRACE_HOST: '10.0.0.1' };
    const { exitCode, errors } = await start([], { environment }).ended;
    expect(exitCode).toBe(78);
    expect(errors).toContain('MILLRACE_PORT must be a whole number from 0 to 65535; found "x".');
    expect(errors).toContain('The host 10.0.0.1 can be reached by others');
  });
});

test('a wrong address of a schema registry is not shown: it may hold a password', async () => {
  const argv = ['--schema-registry-url', 'user:secret@host', '--schema-compatibility', 'some'];
  const { exitCode, errors } = await start(argv).ended;
  expect(exitCode).toBe(78);
  expect(errors).toContain('must be a URL such as http://localhost:8081');
  expect(errors).toContain('--schema-compatibility must be one of none, backward,');
  expect(errors).not.toContain('secret');
});

test('a port in use is answered with exit code 69, and the data directory is not touched', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { exitCode, errors } = await start(['--port', String(port)]).ended;
  other.close();
  expect(exitCode).toBe(69);
  expect(errors).toContain(
    `The port ${port} on 127.0.0.1 is in use by another process: stop that one, ` +
      'or choose a port with --port (0 picks a free one).\n',
  );
  expect(existsSync(data)).toBe(false);
});

test('a host that is not of this machine is answered with exit code 78', async () => {
  const argv = ['--port', '0', '--host', '203.0.113.7', '--insecure-no-auth'];
  const { exitCode, errors } = await start(argv).ended;
  expect(exitCode).toBe(78);
  expect(errors).toContain('203.0.113.7 is not an address of this machine: --host must name one.');
});

test('a data directory that cannot be made is answered with exit code 73', async () => {
  writeFileSync(join(directory, 'data'), 'a file');
  const { exitCode, errors } = await start(['--port', '0']).ended;
  expect(exitCode).toBe(73);
  expect(errors).toContain(`The data directory ${data} cannot be made or written`);
});

test.skipIf(process.getuid?.() === 0)(
  'a data directory of someone else is answered with exit code 77',
  async () => {
    mkdirSync(data);
    chmodSync(data, 0o500);
    const { exitCode, errors } = await start(['--port', '0']).ended;
    expect(exitCode).toBe(77);
    expect(errors).toContain(`The data directory ${data} may not be written by this user`);
  },
);

test.each([
  [99, 'A newer version wrote it'],
  [0, 'An older version wrote it'],
])(
  'a data directory of format %i is answered with exit code 78, and not touched',
  async (format, text) => {
    mkdirSync(data);
    const content = JSON.stringify({ format, minReader: format, engine: 'other' });
    writeFileSync(join(data, 'FORMAT'), content);
    const { exitCode, errors } = await start(['--port', '0']).ended;
    expect(exitCode).toBe(78);
    expect(errors).toContain(`The data directory ${data} has format ${format}; this version`);
    expect(errors).toContain(text);
    expect(readdirSync(data)).toEqual(['FORMAT']);
    expect(readFileSync(join(data, 'FORMAT'), 'utf8')).toBe(content);
  },
);

test('a damaged state store is answered with exit code 70, file and byte, and not touched', async () => {
  const first = start(['--port', '0']);
  await first.output(READY);
  first.kill('SIGTERM');
  await first.ended;
  const state = join(data, 'state');
  const [manifest] = readdirSync(state).filter((name) => name.startsWith('MANIFEST'));
  const path = join(state, manifest!);
  const bytes = readFileSync(path);
  bytes[9] = bytes[9]! ^ 4;
  writeFileSync(path, bytes);
  const before = readdirSync(state);
  const { exitCode, errors } = await start(['--port', '0']).ended;
  expect(exitCode).toBe(70);
  expect(errors).toContain(`The state store in ${state} is damaged: ${path}, byte 0: a bad CRC`);
  expect(readdirSync(state)).toEqual(before);
});

describe('a running server', () => {
  test('says where it is, works, and stops with exit code 0 on a signal', async () => {
    const server = start(['--port', '0']);
    const [, url = '', path] = await server.output(READY);
    expect(path).toBe(data);
    const client = new MillraceClient(url);
    await client.execute(
      "CREATE STREAM s (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);" +
        "INSERT INTO s (k, n) VALUES ('a', 9007199254740993);",
    );
    const sql = 'SELECT k, n FROM s EMIT CHANGES LIMIT 1;';
    const properties = { 'auto.offset.reset': 'earliest' };
    expect((await client.collect(sql, { properties })).rows).toEqual([['a', 9007199254740993n]]);
    client.close();
    server.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ exitCode: 0 });
  });

  test('stops with exit code 0 although clients hold connections and queries', async () => {
    const server = start(['--port', '0']);
    const [, url = ''] = await server.output(READY);
    const client = new MillraceClient(url);
    await client.execute(
      "CREATE STREAM s (n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
    );
    const kinds: string[] = [];
    for await (const event of client.query('SELECT * FROM s EMIT CHANGES;')) {
      kinds.push(event.kind);
      server.kill('SIGINT');
    }
    expect(kinds).toEqual(['header']);
    expect(await server.ended).toMatchObject({ exitCode: 0 });
    client.close();
  });

  test('takes its settings from the environment', async () => {
    const environment = { MILLRACE_PORT: '0', MILLRACE_LOG_LEVEL: 'error' };
    const server = start([], { environment });
    await server.output(READY);
    server.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ exitCode: 0, errors: '' });
  });

  test('warns of a durability that is less than fsync', async () => {
    const server = start(['--port', '0', '--durability', 'interval=100']);
    await server.output(READY);
    await server.errors(/"durability":"interval=100".*inserts acknowledged in the last 100 ms are/);
    server.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ exitCode: 0 });
  });

  test('keeps its data directory to itself: a second one gets exit code 75', async () => {
    const first = start(['--port', '0']);
    const [, url = ''] = await first.output(READY);
    const { exitCode, errors } = await start(['--port', '0']).ended;
    expect(exitCode).toBe(75);
    expect(errors).toContain(
      `The data directory ${data} is in use by another Millrace: stop that one, ` +
        'or choose a directory with --data.\n',
    );
    const client = new MillraceClient(url);
    expect(await client.information()).toMatchObject({ serverStatus: 'RUNNING' });
    client.close();
  });

  test('lives on when nobody reads its output any more', async () => {
    const server = start(['--port', '0']);
    const [, url = ''] = await server.output(READY);
    server.closeOutput();
    const client = new MillraceClient(url);
    await client.execute('SHOW STREAMS;');
    client.close();
    server.kill('SIGTERM');
    expect(await server.ended).toMatchObject({ exitCode: 0 });
  });
});
