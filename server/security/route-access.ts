import type { Role } from './roles.ts';

/**
 * The role each endpoint needs, by method and path; `public` ones are answered without a log-in. What /ksql runs is
 * checked statement by statement as well. An endpoint that is not listed needs the role admin.
 */
export const ROUTE_ACCESS: Readonly<Record<string, Role | 'public'>> = {
  // Load balancers and supervisors have no log-in; they learn no more than whether it works.
  'GET /healthcheck': 'public',
  'GET /chc/live': 'public',
  'GET /chc/ready': 'public',

  'GET /': 'read',
  'GET /info': 'read',
  'GET /metrics': 'read',
  'GET /openapi.json': 'read',
  'GET /clusterStatus': 'read',
  'GET /status': 'read',
  'GET /status/:type/:entity/:action': 'read',
  'GET /is_valid_property/:name': 'read',
  'GET /v1/metadata': 'read',
  'GET /v1/metadata/id': 'read',
  'POST /heartbeat': 'admin',
  'POST /lag': 'admin',
  'POST /ksql/terminate': 'admin',

  'POST /ksql': 'read',
  'POST /query': 'read',
  'POST /query-stream': 'read',
  'GET /ws/query': 'read',
  'GET /ws': 'read',
  'GET /sse/query': 'read',
  'POST /inserts-stream': 'write',
  // Whoever knows the random id of a query was told it, or may list queries.
  'POST /close-query': 'read',

  'POST /v1/backup': 'admin',
  'GET /v1/topics': 'read',
  'POST /v1/topics': 'admin',
  'POST /v1/topics/describe': 'read',
  'POST /v1/topics/delete': 'admin',
  'POST /v1/topics/produce': 'write',
  'POST /v1/topics/consume': 'read',
  'POST /v1/topics/delete-records': 'admin',
  'POST /v1/topics/offsets': 'read',
  'GET /v1/groups': 'read',
  'POST /v1/groups/describe': 'read',
  'POST /v1/groups/commit': 'write',
  'POST /v1/groups/delete': 'admin',
};

/** The role an endpoint needs. @param path as in its definition. */
export function accessOf(method: string, path: string): Role | 'public' {
  return ROUTE_ACCESS[`${method} ${path}`] ?? 'admin';
}

/** Lookups and checks of the schema registry are posted, too. */
const REGISTRY_READS = /^\/(?:subjects\/:subject|compatibility\/.*)$/;

/** The role an endpoint of the schema registry needs: settings and deletions are for administrators. */
export function registryAccessOf(method: string, path: string): Role {
  if (method === 'GET' || (method === 'POST' && REGISTRY_READS.test(path))) return 'read';
  return method === 'POST' ? 'write' : 'admin';
}
