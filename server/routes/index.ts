import { backup } from './backup.ts';
import { closeQuery } from './close-query.ts';
import { healthcheck } from './healthcheck.ts';
import { groupRoutes } from './groups.ts';
import { info } from './info.ts';
import { ksql } from './ksql.ts';
import { query } from './query.ts';
import { queryStream } from './query-stream.ts';
import { root } from './root.ts';
import type { RouteDefinition } from './route.ts';
import { topicRoutes } from './topics.ts';
import { webSocketQuery } from './web-socket-query.ts';

/** Every endpoint of the server. */
export const ROUTES: readonly RouteDefinition[] = [
  ksql,
  query,
  queryStream,
  closeQuery,
  root,
  info,
  healthcheck,
  webSocketQuery,
  ...topicRoutes,
  ...groupRoutes,
  backup,
];
