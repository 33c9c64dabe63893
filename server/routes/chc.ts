import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { RouteDefinition } from './route.ts';

/** Tells a cluster's own checks that the process answers. */
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

/** The same, as ksqlDB has it: readiness is what /healthcheck tells. */
export const chcReady: RouteDefinition = {
  ...chcLive,
  path: '/chc/ready',
};
