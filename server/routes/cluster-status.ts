import { MEDIA_JSON, MEDIA_KSQL_V1 } from '../media-types.ts';
import { requireAllTopics } from '../security/topic-rules.ts';
import type { RouteDefinition } from './route.ts';

export const clusterStatus: RouteDefinition = {
  method: 'GET',
  path: '/clusterStatus',
  summary:
    'Shows the servers of the cluster, which is this one, and what its queries read and keep.',
  offers: [MEDIA_KSQL_V1, MEDIA_JSON],
  labelsErrors: true,
  handle({ exchange, context }) {
    requireAllTopics(exchange.principal);
    const { engine } = context;
    const now = Date.now();
    const queries = engine.queryPartitions.map(({ queryId, stores, partitions }) => [
      queryId,
      {
        activeStores: stores,
        activePartitions: partitions,
        standByStores: [],
        standByPartitions: [],
      },
    ]);
    const status = {
      hostAlive: true,
      lastStatusUpdateMs: now,
      activeStandbyPerQuery: Object.fromEntries(queries) as unknown,
      hostStoreLags: { stateStoreLags: {}, updateTimeMs: now },
    };
    const body = { clusterStatus: { [exchange.host ?? '']: status } };
    exchange.send(200, { 'content-type': MEDIA_JSON }, JSON.stringify(body));
  },
};
