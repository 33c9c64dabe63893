import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { parseHostMessage } from '../statement-request.ts';
import type { RouteDefinition } from './route.ts';

/** One process needs no word from others; a server that takes it for one of its cluster is answered all the same. */
export const heartbeat: RouteDefinition = {
  method: 'POST',
  path: '/heartbeat',
  summary: 'Takes the sign of life of another server.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, body }) {
    parseHostMessage(body);
    exchange.send(200, { 'content-type': MEDIA_JSON }, '{"isOk":true}');
  },
};

export const lag: RouteDefinition = {
  ...heartbeat,
  path: '/lag',
  summary: 'Takes the report of another server about how far its stores are behind.',
};
