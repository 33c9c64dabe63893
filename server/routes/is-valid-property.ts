import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { RouteDefinition } from './route.ts';

export const isValidProperty: RouteDefinition = {
  method: 'GET',
  path: '/is_valid_property/:name',
  summary: 'Answers true for the name of a property that may be set, else why it may not.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, parameters, context }) {
    context.engine.checkProperty(parameters['name'] ?? '');
    exchange.send(200, { 'content-type': MEDIA_JSON }, 'true');
  },
};
