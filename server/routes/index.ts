import { backup } from './backup.ts';
import { chcLive, chcReady } from './chc.ts';
import { closeQuery } from './close-query.ts';
import { clusterStatus } from './cluster-status.ts';
import { healthcheck } from './healthcheck.ts';
import { groupRoutes } from './groups.ts';
import { heartbeat, lag } from './heartbeat.ts';
import { info } from './info.ts';
import { insertsStream } from './inserts-stream.ts';
import { isValidProperty } from './is-valid-property.ts';
import { metrics } from './metrics.ts';
import { openApiRoute } from './open-api.ts';
import { ksql } from './ksql.ts';
import { metadata, metadataId } from './metadata.ts';
import { query } from './query.ts';
import { queryStream } from './query-stream.ts';
import { root } from './root.ts';
import type { RouteDefinition } from './route.ts';
import { topicRoutes } from './topics.ts';
import { sseQuery } from './sse-query.ts';
import { status, statuses } from './status.ts';
import { terminate } from './terminate.ts';
import { webSocketSession } from './web-socket-session.ts';
import { webSocketQuery } from './web-socket-query.ts';

/** Every endpoint of the server. */
export const ROUTES: readonly RouteDefinition[] = [
  ksql,
  query,
  queryStream,
  insertsStream,
  closeQuery,
  terminate,
  root,
  info,
  healthcheck,
  clusterStatus,
  statuses,
  status,
  isValidProperty,
  metadata,
  metadataId,
  heartbeat,
  lag,
  chcReady,
  chcLive,
  metrics,
  openApiRoute(() => ROUTES),
  webSocketQuery,
  webSocketSession,
  sseQuery,
  ...topicRoutes,
  ...groupRoutes,
  backup,
];
