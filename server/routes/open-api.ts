import { MEDIA_JSON } from '../media-types.ts';
import { openApiDocument } from '../open-api.ts';
import type { RouteDefinition } from './route.ts';

/** @param routes every endpoint, this one included; read when it is asked for. */
export function openApiRoute(routes: () => readonly RouteDefinition[]): RouteDefinition {
  return {
    method: 'GET',
    path: '/openapi.json',
    summary: 'Describes this API as an OpenAPI document.',
    offers: [MEDIA_JSON],
    answersAnyAccept: true,
    labelsErrors: true,
    handle({ exchange, context }) {
      const document = openApiDocument(routes(), context.version);
      exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(document));
    },
  };
}
