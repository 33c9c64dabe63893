import { SERVICE_ID } from '../service-id.ts';
import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { ServerContext } from '../server-context.ts';
import type { RouteDefinition } from './route.ts';

export const metadata: RouteDefinition = {
  method: 'GET',
  path: '/v1/metadata',
  summary: 'Names the version and the scope of this server.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, context }) {
    const body = { version: context.version, clusterId: clusterId(context) };
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(body));
  },
};

export const metadataId: RouteDefinition = {
  method: 'GET',
  path: '/v1/metadata/id',
  summary: 'Names the scope of this server.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, context }) {
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(clusterId(context)));
  },
};

function clusterId({ engine }: ServerContext): object {
  const clusters = { 'kafka-cluster': engine.clusterId, 'ksql-cluster': SERVICE_ID };
  return { id: '', scope: { path: [], clusters } };
}
