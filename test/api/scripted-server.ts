import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came in. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The body as JSON; null when there was none. */
  readonly body: unknown;
}

/** Answers a request, now or little by little. */
export type Script = (request: ReceivedRequest, response: ServerResponse) => void;

export interface ScriptedServer {
  readonly url: string;
  /** All requests so far, oldest first. */
  readonly received: readonly ReceivedRequest[];
  close(): Promise<void>;
}

/** A real HTTP server on a free port of this machine that answers what the test says, byte for byte. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const received: ReceivedRequest[] = [];
  const server = createServer((incoming, response) => {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => (text += chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers } = incoming;
      const request = { method, path, headers, body: text === '' ? null : JSON.parse(text) };
      received.push(request);
      script(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
