import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { hashPassword } from '../../server/security/password-hash.ts';
import { digestToken } from '../../server/security/users.ts';
import { ConnectServer } from '../connect/connect-server.ts';
import { CERTIFICATES } from '../server/certificates.ts';
import { READY, startMillrace } from '../cli/millrace-process.ts';

/** A word that must come out nowhere. */
const CANARY = 'canary-7f3a';

const basic = (password: string): string =>
  `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`;
const line = (token: string): string => `bot read token ${digestToken(token)}\n`;

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'millrace-secrets-'))));
afterEach(() => rmSync(directory, { recursive: true }));

test('no secret a client or a file holds comes out of the server, at the most talkative level', async () => {
  const users = join(directory, 'users');
  const lines = [
    `alice admin password ${await hashPassword(`${CANARY}-password`)}`,
    `bot read token ${digestToken(`mr_${CANARY}`)}`,
  ];
  writeFileSync(users, lines.join('\n'));
  const connect = await ConnectServer.start();
  const connectUrl = connect.url.replace('//', `//u:${CANARY}@`);
  const argv = ['server', '--data', join(directory, 'data'), '--port', '0', '--users', users];
  argv.push('--property', `ksql.connect.url=${connectUrl}`);
  const environment = {
    MILLRACE_SCHEMA_REGISTRY_URL: `http://u:${CANARY}@127.0.0.1:9`,
    KSQL_KSQL_SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO: `u:${CANARY}`,
  };
  const server = startMillrace([...argv, '--log-level', 'debug'], { environment });
  const [, url = ''] = await server.output(READY);
  const answers: string[] = [];
  const ask = async (path: string, authorization: string, sql?: string): Promise<number> => {
    const body = sql === undefined ? null : JSON.stringify({ ksql: sql });
    const method = body === null ? 'GET' : 'POST';
    const response = await fetch(url + path, { method, body, headers: { authorization } });
    const isEcho = sql !== undefined && !sql.includes('CONNECTOR');
    answers.push(JSON.stringify([...response.headers]), isEcho ? '' : await response.text());
    return response.status;
  };
  const right = basic(`${CANARY}-password`);
  expect(await ask('/info', right)).toBe(200);
  expect(await ask('/info', basic(`${CANARY}-wrong`))).toBe(401);
  expect(await ask('/info', `Bearer ${CANARY}`)).toBe(401);
  expect(await ask(`/info?access_token=mr_${CANARY}`, '')).toBe(200);
  const settings = `'db.password' = '${CANARY}', 'url' = 'http://u:${CANARY}@h'`;
  const connector = `CREATE SINK CONNECTOR c WITH ('connector.class' = 'org.example.FilesSink', ${settings});`;
  expect(await ask('/ksql', right, connector)).toBe(200);
  expect(connect.connectors.get('C')).toMatchObject({ 'db.password': CANARY });
  expect(await ask('/ksql', right, connector)).toBe(409);
  expect(await ask('/ksql', right, `CREATE SINK CONNECTOR c WITH (${settings} x);`)).toBe(400);
  expect(await ask('/query', right, connector)).toBe(400);
  expect(await ask('/ksql', right, 'SHOW CONNECTORS; DESCRIBE CONNECTOR c;')).toBe(200);
  connect.answer = (_request, response) => void response.writeHead(500).end(`p=${connectUrl}`);
  expect(await ask('/ksql', right, 'SHOW CONNECTORS;')).toBe(500);
  connect.close();
  expect(await ask('/ksql', right, connector)).toBe(500);
  expect(await ask('/ksql', right, 'SHOW PROPERTIES;')).toBe(200);
  const avro =
    "CREATE STREAM s (a INT KEY, b INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO', PARTITIONS=1);";
  expect(await ask('/ksql', right, avro)).toBeGreaterThanOrEqual(400);
  const setting = `SET 'ksql.schema.registry.url' = 'http://u:${CANARY}@h';`;
  expect(await ask('/ksql', right, setting)).toBe(400);
  expect(await ask('/metrics', right)).toBe(200);
  const webSocket = new WebSocket(`${url.replace('http', 'ws')}/ws?access_token=mr_${CANARY}`);
  await new Promise((resolve) => webSocket.once('message', resolve));
  webSocket.close();
  server.kill('SIGTERM');
  const { exitCode, output, errors } = await server.ended;
  expect(exitCode).toBe(0);
  expect(errors).toContain('"audit":true');
  expect(errors).toContain('[redacted]');
  const everything = [output, errors, ...answers].join('\n');
  expect(everything).not.toContain(CANARY);
  expect(everything).not.toContain(right.slice('Basic '.length));
});

test('SIGHUP gives a running server other users; a file with mistakes leaves them as they are', async () => {
  const users = join(directory, 'users');
  writeFileSync(users, line('mr_old'));
  const argv = ['server', '--data', join(directory, 'data'), '--port', '0', '--users', users];
  const server = startMillrace(argv);
  const [, url = ''] = await server.output(READY);
  const status = async (token: string): Promise<number> =>
    (await fetch(`${url}/info`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await status('mr_old')).toBe(200);
  writeFileSync(users, 'nonsense');
  server.kill('SIGHUP');
  await server.errors(/were not read again/);
  expect(await status('mr_old')).toBe(200);
  writeFileSync(users, line('mr_new'));
  server.kill('SIGHUP');
  await server.errors(/were read again/);
  expect(await status('mr_old')).toBe(401);
  expect(await status('mr_new')).toBe(200);
  server.kill('SIGTERM');
  expect((await server.ended).exitCode).toBe(0);
});

test('a key that does not fit its certificate keeps the server from starting, and stays unseen', async () => {
  const certificate = join(directory, 'tls.crt');
  const key = join(directory, 'tls.key');
  writeFileSync(certificate, CERTIFICATES.server.certificate);
  writeFileSync(key, CERTIFICATES.client.key);
  const argv = ['server', '--data', join(directory, 'data'), '--tls-cert', certificate];
  const { exitCode, output, errors } = await startMillrace([...argv, '--tls-key', key]).ended;
  expect(exitCode).toBe(78);
  expect(output).toBe('');
  expect(errors).toContain(`${key} is not the key of the certificate in ${certificate}.`);
  for (const secret of readFileSync(key, 'utf8').split('\n').slice(1, -2)) {
    expect(errors).not.toContain(secret);
  }
});
