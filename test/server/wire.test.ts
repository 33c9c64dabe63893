import { once } from 'node:events';
import * as http from 'node:http';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { chunkedWire, frameAll, webSocketWire } from '../../server/wire.ts';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

const TEXTS = [
  '',
  'a',
  'ü€😀',
  'x'.repeat(125),
  'y'.repeat(126),
  'z'.repeat(65_536),
  '{"row":[1]}',
];

test('pieces of a WebSocket are text frames, of every length', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (webSocket, request) => {
    const socket: Duplex = request.socket;
    webSocket.send('before');
    for (const { bytes } of frameAll(webSocketWire, TEXTS)) socket.write(bytes);
    webSocket.send('behind');
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const received: string[] = [];
  client.on('message', (data: Buffer, isBinary) => {
    expect(isBinary).toBe(false);
    received.push(data.toString());
    if (received.length === TEXTS.length + 2) client.close();
  });
  await once(client, 'close');
  server.close();
  expect(received).toEqual(['before', ...TEXTS, 'behind']);
});

test('pieces of HTTP/1.1 are chunks of a body', async () => {
  const texts = TEXTS.filter((text) => text !== '');
  const server = http.createServer(async (_request, response) => {
    response.writeHead(200);
    response.flushHeaders();
    response.write('before');
    await new Promise(setImmediate);
    for (const { bytes } of frameAll(chunkedWire, texts)) response.socket!.write(bytes);
    response.end('behind');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}`);
  expect(await response.text()).toBe(`before${texts.join('')}behind`);
  server.closeAllConnections();
  server.close();
});

test('buffers stay near 64 KiB and hold whole pieces', () => {
  const texts = Array.from({ length: 300 }, (_, i) => String(i).repeat(400));
  const framed = frameAll(webSocketWire, texts);
  expect(framed.length).toBeGreaterThan(3);
  expect(framed.at(-1)!.end).toBe(texts.length);
  for (const [index, { bytes, end }] of framed.entries()) {
    const pieces = texts.slice(framed[index - 1]?.end ?? 0, end);
    expect(bytes.toString()).toContain(pieces[0]);
    expect(bytes.toString()).toContain(pieces.at(-1));
    expect(bytes.length).toBeLessThanOrEqual(64 * 1024 + 300 * webSocketWire.overheadBytes);
    expect(bytes[0]).toBe(0x81);
  }
});
