import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { RouteDefinition } from './route.ts';

export const healthcheck: RouteDefinition = {
  method: 'GET',
  path: '/healthcheck',
  summary: 'Says whether the database works; status 503 until it has started.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, context }) {
    // One process: its catalog, its log and its command log stand and fall together.
    const isHealthy = context.engine.status === 'ready';
    const body = {
      isHealthy,
      details: {
        metastore: { isHealthy },
        kafka: { isHealthy },
        commandRunner: { isHealthy },
      },
      serverState: isHealthy ? 'READY' : 'ERROR',
    };
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(body));
  },
};
