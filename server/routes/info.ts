import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { SERVICE_ID } from '../service-id.ts';
import type { RouteDefinition } from './route.ts';

export const info: RouteDefinition = {
  method: 'GET',
  path: '/info',
  summary: 'Says which server this is, its version and its state.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, context }) {
    const body = {
      KsqlServerInfo: {
        version: context.version,
        kafkaClusterId: context.engine.clusterId,
        ksqlServiceId: SERVICE_ID,
        serverStatus: context.engine.status === 'ready' ? 'RUNNING' : 'ERROR',
      },
    };
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(body));
  },
};
