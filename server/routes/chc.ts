import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { RouteDefinition } from './route.ts';

/** Tells supervisors that the process answers. */
export const chcLive: RouteDefinition = {
  method: 'GET',
  path: '/chc/live',
  summary: 'Says that the process answers.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  always: true,
  handle({ exchange }) {
    exchange.send(200, { 'content-type': MEDIA_JSON }, '{}');
  },
};

/** Answered with 503 while the server starts, stops or has been terminated, as other endpoints are. */
export const chcReady: RouteDefinition = {
  method: chcLive.method,
  path: '/chc/ready',
  summary: 'Says that statements are taken; refused with 503 while they are not.',
  offers: chcLive.offers,
  labelsErrors: true,
  handle: chcLive.handle,
};
