import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Users } from '../../server/security/users.ts';
import { readTlsFiles } from '../../server/tls-files.ts';
import { CERTIFICATES } from './certificates.ts';
import { request2 } from './clients.ts';
import { startTestServer } from './test-server.ts';

const NOW = Date.UTC(2027, 0, 1);
const { authority, server, client, stranger } = CERTIFICATES;
const ca = authority.certificate;

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'millrace-tls-'))));
afterEach(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function options(clients: string | null = null): tls.TlsOptions {
  const read = readTlsFiles(
    {
      certificate: file('server.crt', server.certificate),
      key: file('server.key', server.key),
      clientAuthority: clients === null ? null : file('ca.crt', clients),
    },
    NOW,
  );
  expect(read.problems).toEqual([]);
  return read.options!;
}

function status(port: number, more: https.RequestOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = https.get({ port, path: '/info', ca, agent: false, ...more }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    request.on('error', reject);
  });
}

test('all that is wrong with the files is told, and nothing of a key', () => {
  const certificate = file('server.crt', server.certificate);
  const read = (key: string, clientAuthority: string | null = null, now = NOW) =>
    readTlsFiles({ certificate, key, clientAuthority }, now).problems;
  const missing = join(directory, 'missing');
  const mine = file('server.key', server.key);
  expect(read(missing, file('empty', 'nothing'))).toEqual([
    `${missing} cannot be read (ENOENT).`,
    `${join(directory, 'empty')} holds no certificate in PEM.`,
  ]);
  expect(read(file('other.key', client.key))).toEqual([
    `${join(directory, 'other.key')} is not the key of the certificate in ${certificate}.`,
  ]);
  expect(read(file('cut.key', server.key.slice(0, 80)))).toEqual([
    `${join(directory, 'cut.key')} holds no private key in PEM that can be read without a passphrase.`,
  ]);
  expect(read(mine, null, Date.UTC(2200, 0, 1))[0]).toContain('has expired on 21');
  expect(read(mine, null, 0)[0]).toContain('is not valid before 2026');
});

test('one port speaks HTTP/1.1 and HTTP/2 over TLS, from version 1.2 on', async () => {
  const { port, url } = await startTestServer(undefined, { tls: options() });
  expect(url).toBe(`https://127.0.0.1:${port}`);
  expect(await status(port)).toBe(200);
  expect(await status(port, { maxVersion: 'TLSv1.2' })).toBe(200);
  const session = http2.connect(`https://localhost:${port}`, { ca });
  onTestFinished(() => session.destroy());
  expect((await request2(session, { path: '/info' })).status).toBe(200);
  await expect(
    status(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  ).rejects.toThrow();
  expect(await status(port)).toBe(200);
});

test('takes a new certificate without a restart', async () => {
  const running = await startTestServer(undefined, { tls: options() });
  const commonName = async (): Promise<unknown> => {
    const socket = tls.connect({ port: running.port, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return subject.CN;
  };
  expect(await commonName()).toBe('localhost');
  running.renew({ tls: { cert: client.certificate, key: client.key } });
  expect(await commonName()).toBe('edge');
});

test('with an authority for clients, only those it has certified are let in, as their users', async () => {
  const users = new Users([{ name: 'device', role: 'read', kind: 'certificate', secret: 'edge' }]);
  const { port } = await startTestServer(undefined, { tls: options(ca), users });
  const cert = { cert: client.certificate, key: client.key };
  expect(await status(port, cert)).toBe(200);
  await expect(status(port)).rejects.toThrow();
  await expect(status(port, { cert: stranger.certificate, key: stranger.key })).rejects.toThrow();
  const session = http2.connect(`https://localhost:${port}`, { ca, ...cert });
  onTestFinished(() => session.destroy());
  expect((await request2(session, { path: '/info' })).status).toBe(200);
});
