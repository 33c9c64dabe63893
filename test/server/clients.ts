import { once } from 'node:events';
import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import { onTestFinished } from 'vitest';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface RequestSpec {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One request over its own HTTP/1.1 connection. No content type is added. */
export function request1(port: number, spec: RequestSpec): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        port,
        host: '127.0.0.1',
        agent: false,
        method: spec.method ?? (spec.body === undefined ? 'GET' : 'POST'),
        path: spec.path,
        headers: spec.headers,
      },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      },
    );
    request.on('error', reject);
    request.end(spec.body);
  });
}

/** A JSON body over HTTP/1.1. */
export function post(
  port: number,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return request1(port, {
    path,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** An HTTP/2 connection with prior knowledge, closed when the test is over. */
export function connect2(port: number): http2.ClientHttp2Session {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** One request over an HTTP/2 connection, and the data frames of its response. */
export async function request2(
  session: http2.ClientHttp2Session,
  spec: RequestSpec,
): Promise<Answer & { readonly frames: readonly string[] }> {
  const stream = session.request({
    ':method': spec.method ?? (spec.body === undefined ? 'GET' : 'POST'),
    ':path': spec.path,
    ...spec.headers,
  });
  stream.end(spec.body);
  const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
  const frames: string[] = [];
  stream.on('data', (chunk: Buffer) => frames.push(chunk.toString()));
  await once(stream, 'end');
  return { status: Number(headers[':status']), headers, body: frames.join(''), frames };
}

/** A bare connection for what no client library would send; it collects what the server says. */
export class RawClient {
  readonly socket: net.Socket;
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  received = '';

  constructor(port: number) {
    this.socket = net.connect(port, '127.0.0.1');
    this.closed = new Promise((resolve) => {
      this.socket.on('close', () => resolve());
    });
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => {
      this.received += chunk.toString('latin1');
    });
    onTestFinished(() => {
      this.socket.destroy();
    });
  }

  send(bytes: string | Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }

  /** Waits until the server has said this. */
  async until(text: string): Promise<void> {
    while (!this.received.includes(text)) await once(this.socket, 'data');
  }
}

/** The handshake of a WebSocket, for raw clients. */
export function handshake(path: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    host: '127.0.0.1',
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The address of a query over a WebSocket. */
export function webSocketPath(sql: string): string {
  return `/ws/query?request=${encodeURIComponent(JSON.stringify({ ksql: sql }))}`;
}
