import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import type { RouteDefinition } from './route.ts';

export const healthcheck: RouteDefinition = {
  method: 'GET',
  path: '/healthcheck',
  summary: 'Says whether the database works; status 503 until it has started.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, context }) {
    // One process: its catalog, its log and its command log stand and fall together, but for partitions whose files are
    // damaged. A start would not mend those, so that whoever restarts the sick is not asked to.
    const isHealthy = context.engine.status === 'ready';
    const isWhole = isHealthy && !context.engine.figures.partitions.some((one) => one.isOffline);
    const body = {
      isHealthy,
      details: {
        metastore: { isHealthy },
        kafka: { isHealthy: isWhole },
        commandRunner: { isHealthy },
      },
      serverState: isWhole ? 'READY' : isHealthy ? 'DEGRADED' : 'ERROR',
    };
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(body));
  },
};
