import { DatabaseError } from '../../src/base/errors.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { RouteDefinition } from './route.ts';

/**
 * Reached only by requests that are no WebSocket handshake; those are taken before the routes (see websocket/).
 */
export const webSocketSession: RouteDefinition = {
  method: 'GET',
  path: '/ws',
  summary: 'Many queries, statements and inserts over one WebSocket, as JSON messages.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle() {
    throw new DatabaseError(
      'BAD_REQUEST',
      '/ws is for WebSocket handshakes over HTTP/1.1. Without a WebSocket, send queries to /sse/query or /query-stream.',
    );
  },
};
