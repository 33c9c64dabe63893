import { DatabaseError } from '../../src/base/errors.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { RouteDefinition } from './route.ts';

/**
 * Reached only by requests that are no WebSocket handshake; those are taken before the routes (see
 * websocket/).
 */
export const webSocketQuery: RouteDefinition = {
  method: 'GET',
  path: '/ws/query',
  summary: 'Runs one SELECT or PRINT over a WebSocket, a row a frame.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  query: {
    request: 'JSON: the body of a request to /query.',
    version: '1, the version of the protocol.',
  },
  handle() {
    throw new DatabaseError(
      'BAD_REQUEST',
      '/ws/query is for WebSocket handshakes over HTTP/1.1. Without a WebSocket, send the query to /query-stream.',
    );
  },
};
