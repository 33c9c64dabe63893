import { describe, expect, test } from 'vitest';
import { Admission } from '../../server/admission.ts';
import { request1 } from './clients.ts';
import { startTestServer } from './test-server.ts';

const admission = new Admission(['db.example', '[fd00::1]']);

describe('Host', () => {
  test.each([
    'localhost',
    'LOCALHOST:8088',
    'localhost.',
    'app.localhost',
    '127.0.0.1:8088',
    '127.9.9.9',
    '[::1]:8088',
    'db.example',
    'DB.example:1',
    '[FD00::1]:8088',
  ])('%s is let in', (host) => {
    expect(() => admission.check({ host, origin: undefined })).not.toThrow();
  });

  test.each([
    'evil.example',
    'db.example.evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '128.0.0.1',
    'user@localhost',
    'localhost/x',
    'localhost:99999999',
    'localhost:8088:1',
    ' ',
  ])('%s is misdirected', (host) => {
    expect(() => admission.check({ host, origin: undefined })).toThrow(
      `Host: this server does not answer for ${JSON.stringify(host)}.`,
    );
  });

  test.each([undefined, ''])('%s is a bad request', (host) => {
    expect(() => admission.check({ host, origin: undefined })).toThrow(
      'The request has no Host header.',
    );
  });
});

describe('Origin', () => {
  const host = 'db.example:8088';

  test.each([
    'http://db.example:8088',
    'https://DB.example:8088',
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://[::1]:5173',
  ])('%s may use the server', (origin) => {
    expect(() => admission.check({ host, origin })).not.toThrow();
  });

  test.each([
    'https://evil.example',
    'http://db.example',
    'http://db.example:9999',
    'http://localhost.evil.example',
    'http://localhost@evil.example',
    'file://localhost',
    'null',
    '',
  ])('%s may not', (origin) => {
    expect(() => admission.check({ host, origin })).toThrow(
      `Origin: pages of ${JSON.stringify(origin)} may not use this server`,
    );
  });
});

test('a named origin is let in and may read answers; its questions are answered', async () => {
  const { port } = await startTestServer(undefined, { allowedOrigins: ['https://app.example'] });
  const origin = 'https://app.example';
  const answer = await request1(port, { path: '/info', headers: { origin } });
  expect(answer.status).toBe(200);
  expect(answer.headers['access-control-allow-origin']).toBe(origin);
  const question = { 'access-control-request-method': 'POST' };
  const preflight = (from: string) =>
    request1(port, { method: 'OPTIONS', path: '/ksql', headers: { origin: from, ...question } });
  const asked = await preflight(origin);
  expect(asked.status).toBe(204);
  expect(asked.headers['access-control-allow-methods']).toBe('POST');
  expect((await preflight('https://app.example.evil')).status).toBe(403);
  const own = await preflight(`http://127.0.0.1:${port}`);
  expect(own.status).toBe(405);
  expect(own.headers['access-control-allow-origin']).toBeUndefined();
});
