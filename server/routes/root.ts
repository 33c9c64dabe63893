import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { info } from './info.ts';
import type { RouteDefinition } from './route.ts';

export const root: RouteDefinition = {
  method: 'GET',
  path: '/',
  summary: 'Redirects to /info.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange }) {
    exchange.send(307, { location: info.path }, '');
  },
};
