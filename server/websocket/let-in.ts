import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorBody, errorHeaders, toDatabaseError } from '../errors.ts';
import { requestIdOf } from '../request-id.ts';
import { logIn, type Client } from '../security/log-in.ts';
import type { ServerContext } from '../server-context.ts';

/**
 * Finds out who sent a WebSocket handshake. One that may not is told so over HTTP, and its connection is closed.
 * @returns null when it was refused, or is gone.
 */
export async function letIn(
  request: IncomingMessage,
  socket: Duplex,
  context: ServerContext,
): Promise<Client | null> {
  const requestId = requestIdOf(request.headers['x-request-id']);
  try {
    const principal = await logIn(request, 'read', context.authentication);
    return socket.destroyed ? null : { principal, requestId };
  } catch (caught) {
    const error = toDatabaseError(caught, context.logger);
    const body = JSON.stringify(errorBody(error));
    const headers = {
      ...errorHeaders(error),
      'x-request-id': requestId,
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const status = `HTTP/1.1 ${error.httpStatus} ${STATUS_CODES[error.httpStatus]}\r\n`;
    socket.end(`${status}${lines.join('')}\r\n${body}`, () => socket.destroy());
    return null;
  }
}
