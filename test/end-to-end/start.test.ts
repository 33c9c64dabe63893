import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { MILLRACE, READY } from '../cli/millrace-process.ts';
import {
  cleanUp,
  rowsOf,
  SOON,
  startProcess,
  startServer,
  temporaryDirectory,
} from './running-server.ts';

afterEach(cleanUp);

const SETUP =
  "CREATE STREAM s (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=2);" +
  'CREATE TABLE totals AS SELECT k, SUM(n) AS total FROM s GROUP BY k EMIT CHANGES;' +
  "INSERT INTO s (k, n) VALUES ('a', 1); INSERT INTO s (k, n) VALUES ('a', 9007199254740992);";
const TOTAL = "SELECT total FROM totals WHERE k = 'a';";

test('a second server on a directory ends with 75 and the first goes on working', async () => {
  const directory = temporaryDirectory();
  const first = await startServer(directory);
  await first.client.execute(SETUP);
  const second = await startProcess(['server', '--data', directory, '--port', '0']).ended;
  expect(second).toMatchObject({ exitCode: 75, output: '' });
  expect(second.errors).toContain(
    `The data directory ${directory} is in use by another Millrace: stop that one, or choose a directory with --data.\n`,
  );
  await first.client.execute("INSERT INTO s (k, n) VALUES ('a', 7);");
  await expect.poll(() => rowsOf(first.client, TOTAL), SOON).toEqual([[9007199254741000n]]);
});

test('once the first server is killed, the second may have its directory', async () => {
  const directory = temporaryDirectory();
  const first = await startServer(directory);
  await first.client.execute(SETUP);
  await first.end('SIGKILL');
  const second = await startServer(directory);
  await expect.poll(() => rowsOf(second.client, TOTAL), SOON).toEqual([[9007199254740993n]]);
});

test('a port in use ends with 69 and leaves the data directory as it was', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const directory = temporaryDirectory();
  const refused = await startProcess(['server', '--data', directory, '--port', String(port)]).ended;
  expect(refused).toMatchObject({ exitCode: 69, output: '' });
  expect(refused.errors).toContain(`The port ${port} on 127.0.0.1 is in use by another process`);
  expect(readdirSync(directory)).toEqual([]);
  other.close();
});

/** Runs the shell's commands, then a server in its place. */
function startAfter(commands: string, argv: readonly string[]) {
  const behind = [`${commands}; exec "$0" "$@"`, process.execPath, MILLRACE, ...argv];
  return startProcess(behind, { node: '/bin/sh', script: '-c' });
}

test('with too few open files it ends with 78, says how many it needs and touches nothing', async () => {
  const directory = temporaryDirectory();
  const argv = ['server', '--data', directory, '--port', '0'];
  const refused = await startAfter('ulimit -n 64', argv).ended;
  expect(refused).toMatchObject({ exitCode: 78, output: '' });
  expect(refused.errors).toContain(
    'This process may have 64 files open; a server needs at least 512',
  );
  expect(readdirSync(directory)).toEqual([]);
});

test('with few open files it takes few connections, and lives on when more come', async () => {
  const argv = ['server', '--data', temporaryDirectory(), '--port', '0'];
  const server = startAfter('ulimit -n 512', argv);
  const [, url = ''] = await server.output(READY);
  const port = Number(new URL(url).port);
  const sockets = Array.from({ length: 300 }, () =>
    connect(port, '127.0.0.1').on('error', () => {}),
  );
  await expect
    .poll(() => sockets.filter(({ closed }) => closed).length, SOON)
    .toBeGreaterThanOrEqual(300 - 128);
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => fetch(`${url}/healthcheck`).then(({ status }) => status), SOON).toBe(200);
});

test('with a heap of 256 MB it runs, with smaller caches', async () => {
  const server = startProcess(['server', '--data', temporaryDirectory(), '--port', '0'], {
    environment: { NODE_OPTIONS: '--max-old-space-size=256' },
  });
  const [, url = ''] = await server.output(READY);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const [, bytes = ''] = /^millrace_state_bytes_max (\S+)$/m.exec(metrics) ?? [];
  expect(Number(bytes)).toBeLessThan(100 << 20);
});

describe('a wrong command line ends with 78 before anything is touched', () => {
  test.each([
    [
      'an unknown flag',
      ['--prot', '1'],
      'There is no option --prot; --help lists those there are.',
    ],
    ['a port out of range', ['--port', '99999'], '--port must be a whole number from 0 to 65535'],
    ['a flag without its value', ['--port'], '--port'],
    ['an open address', ['--host', '0.0.0.0'], 'accept it with --insecure-no-auth'],
    ['a word that is no flag', ['here'], 'The server takes options only; found "here".'],
  ])('%s', async (_name, argv, message) => {
    const directory = join(temporaryDirectory(), 'data');
    const refused = await startProcess(['server', '--data', directory, ...argv]).ended;
    expect(refused).toMatchObject({ exitCode: 78, output: '' });
    expect(refused.errors).toContain(message);
    expect(readdirSync(join(directory, '..'))).toEqual([]);
  });
});

test('a server that was stopped and started again has the same sources, rows, views and identity', async () => {
  const directory = temporaryDirectory();
  const first = await startServer(directory);
  await first.client.execute(SETUP);
  await expect.poll(() => rowsOf(first.client, TOTAL), SOON).toEqual([[9007199254740993n]]);
  const listed = 'SHOW STREAMS; SHOW TABLES; SHOW TOPICS; SHOW QUERIES; DESCRIBE totals;';
  const before = await first.client.execute(listed);
  const identity = await first.client.information();
  expect(await first.end('SIGTERM')).toMatchObject({ exitCode: 0 });

  const second = await startServer(directory);
  expect(await second.client.execute(listed)).toEqual(before);
  expect(await second.client.information()).toEqual(identity);
  expect(await rowsOf(second.client, TOTAL)).toEqual([[9007199254740993n]]);
  expect((await rowsOf(second.client, 'SELECT k, n FROM s;')).length).toBe(2);
  await second.client.execute("INSERT INTO s (k, n) VALUES ('a', 7);");
  await expect.poll(() => rowsOf(second.client, TOTAL), SOON).toEqual([[9007199254741000n]]);
});

test('statements from standard input run against the server in order', async () => {
  const { url } = await startServer(temporaryDirectory());
  const shell = startProcess([url], { stdin: `${SETUP}\nSELECT k, n FROM s;\nDROP TABLE nope;` });
  const { exitCode, output, errors } = await shell.ended;
  expect(exitCode).toBe(1);
  expect(output).toContain('|a|9007199254740992|\n');
  expect(errors).toBe('line 1:12: Table NOPE does not exist.\nDROP TABLE nope;\n           ^\n');
});
