import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../server/limits.ts';
import { RawClient, request1 } from './clients.ts';
import { startTestServer } from './test-server.ts';
import { usedBytes } from './used-bytes.ts';

const COUNT = 100_000;
const GROWTH_BYTES_MAX = 64 << 20;

function request(id: number): string {
  return `GET /info HTTP/1.1\r\nhost: localhost\r\nx-request-id: r${id}\r\n\r\n`;
}

test('100,000 requests on one connection, sent without waiting, are answered in order up to the bound', async () => {
  const server = await startTestServer();
  const client = new RawClient(server.port);
  let answers = 0;
  let rest = '';
  const outOfOrder: string[] = [];
  client.socket.removeAllListeners('data');
  client.socket.on('data', (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\r\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const [, id] = /^x-request-id: r(\d+)$/.exec(line) ?? [];
      if (id === undefined) continue;
      if (id !== String(answers)) outOfOrder.push(id);
      answers++;
    }
  });
  const before = usedBytes();
  let most = 0;
  for (let from = 0; from < COUNT; from += 1_000) {
    if (client.socket.destroyed) break;
    const text = Array.from({ length: 1_000 }, (_, i) => request(from + i)).join('');
    const isFlowing = client.socket.write(text);
    if (!isFlowing)
      await Promise.race([new Promise((r) => client.socket.once('drain', r)), client.closed]);
    if (from % 10_000 === 0) most = Math.max(most, usedBytes() - before);
  }
  await client.closed;
  expect(outOfOrder).toEqual([]);
  // The end of a connection that is still written to takes along what was not read of it.
  expect(answers).toBeGreaterThan(1_000);
  expect(answers).toBeLessThanOrEqual(DEFAULT_LIMITS.requestsPerConnectionMax + 1);
  expect(most).toBeLessThan(GROWTH_BYTES_MAX);
  expect((await request1(server.port, { path: '/healthcheck' })).status).toBe(200);
});

test('a client that sends requests and reads no answer is not read from any more, and others are served', async () => {
  const server = await startTestServer();
  const client = new RawClient(server.port);
  client.socket.pause();
  const before = usedBytes();
  const thousand = Array.from({ length: 1_000 }, (_, i) => request(i)).join('');
  for (let i = 0; i < COUNT / 1_000; i++) client.send(thousand);
  for (let i = 0; i < 50; i++) {
    expect((await request1(server.port, { path: '/healthcheck' })).status).toBe(200);
  }
  // What the client could not send stays in its own process, which is this one.
  const unsent = client.socket.writableLength;
  expect(unsent).toBeGreaterThan(0);
  expect(usedBytes() - before - unsent).toBeLessThan(GROWTH_BYTES_MAX);
});
