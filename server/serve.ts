import { DatabaseError } from '../src/base/errors.ts';
import { answerPreflight } from './preflight.ts';
import { checkReady, stopping, terminated } from './admission.ts';
import { errorBody, errorHeaders, toDatabaseError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { MEDIA_JSON, negotiate } from './media-types.ts';
import { requestLogger } from './request-logger.ts';
import { readJsonBody } from './request-body.ts';
import type { RouteDefinition } from './routes/route.ts';
import { logIn } from './security/log-in.ts';
import { accessOf } from './security/route-access.ts';
import type { ServerContext } from './server-context.ts';

/**
 * Answers one request by its route: who is asking and whether we are ready come first, then what
 * the client can read, then the body, then the endpoint. Never throws; every failure is told to the
 * client.
 */
export async function serve(
  route: RouteDefinition,
  exchange: Exchange,
  { context, parameters }: { context: ServerContext; parameters: Readonly<Record<string, string>> },
): Promise<void> {
  const start = performance.now();
  exchange.onGone(() => {
    const { method, path } = route;
    const milliseconds = performance.now() - start;
    const { status, requestId, principal } = exchange;
    context.metrics.answered({ route: path, method, status, milliseconds });
    if (context.logger.isLevelEnabled?.('debug') === false) return;
    const fields = {
      requestId,
      method,
      route: path,
      status,
      milliseconds: Math.round(milliseconds),
    };
    context.logger.debug({ ...fields, principal: principal.name }, 'request');
  });
  try {
    admit(exchange, context, route.always);
    const access = accessOf(route.method, route.path);
    const login = logIn(exchange.request, access, context.authentication);
    exchange.principal = login instanceof Promise ? await login : login;
    const accept = route.answersAnyAccept ? undefined : exchange.header('accept');
    const mediaType = negotiate(accept, route.offers);
    const readsBody = route.method === 'POST' && route.body === undefined;
    const body = readsBody ? await readJsonBody(exchange, context.limits) : null;
    await route.handle({ exchange, mediaType, body, parameters, context });
  } catch (error) {
    const logger = requestLogger(context.logger, exchange.requestId);
    sendError(exchange, toDatabaseError(error, logger), {
      labelled: route.labelsErrors,
    });
  }
}

/** Answers a request that is for none of the routes, with what is wrong with its path or method. */
export function refuse(
  exchange: Exchange,
  context: ServerContext,
  routes: readonly RouteDefinition[],
): void {
  try {
    admit(exchange, context);
    if (answerPreflight(exchange, allowedMethods(exchange.path, routes))) return;
    throw noSuchRoute(exchange, routes);
  } catch (error) {
    const allow = allowedMethods(exchange.path, routes) ?? undefined;
    sendError(exchange, toDatabaseError(error, context.logger), { labelled: true, allow });
  }
}

/**
 * Checks who is asking and, unless the endpoint answers `always`, whether we are ready.
 * @throws DatabaseError BAD_REQUEST, MISDIRECTED, FORBIDDEN, STARTING, STOPPING, TERMINATED.
 */
export function admit(exchange: Exchange, context: ServerContext, always = false): void {
  const origin = exchange.header('origin');
  context.admission.check({ host: exchange.host, origin });
  exchange.corsHeaders = context.admission.corsHeaders(origin);
  if (always) return;
  if (context.isClosing()) throw stopping();
  if (context.termination.isDone) throw terminated();
  checkReady(context.engine);
}

/**
 * The methods of the path's routes, for an answer to a wrong one; null when there is no such path.
 */
function allowedMethods(path: string, routes: readonly RouteDefinition[]): string | null {
  const plain = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const methods = routes
    .filter((route) => matchesPath(route.path, plain))
    .map((route) => route.method);
  if (methods.length === 0) return null;
  return (methods.includes('GET') ? [...methods, 'HEAD'] : methods).join(', ');
}

/** Whether a path is the one of a route, whose parts that begin with `:` stand for anything. */
function matchesPath(routePath: string, path: string): boolean {
  const parts = path.split('/');
  const expected = routePath.split('/');
  return (
    parts.length === expected.length &&
    expected.every((part, i) => part === parts[i] || (part.startsWith(':') && parts[i] !== ''))
  );
}

function noSuchRoute(exchange: Exchange, routes: readonly RouteDefinition[]): DatabaseError {
  const { path } = exchange;
  if (!isReadablePath(path)) {
    return new DatabaseError('BAD_REQUEST', 'The path of the request is not well-formed.');
  }
  const allow = allowedMethods(path, routes);
  if (allow !== null) {
    const { method } = exchange.request;
    return new DatabaseError(
      'METHOD_NOT_ALLOWED',
      `${path} does not take ${method}, but ${allow}.`,
    );
  }
  return new DatabaseError(
    'NOT_FOUND',
    'There is nothing at this path. Statements go to /ksql, queries to /query-stream.',
  );
}

/** Whether the path is percent-encoded UTF-8 without control characters. */
function isReadablePath(path: string): boolean {
  try {
    return !/\p{Cc}/u.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}

function sendError(
  exchange: Exchange,
  error: DatabaseError,
  options: { readonly labelled: boolean; readonly allow?: string | undefined },
): void {
  if (exchange.headersSent) {
    exchange.abort();
    return;
  }
  const headers = {
    ...errorHeaders(error),
    'content-type': options.labelled ? MEDIA_JSON : undefined,
    allow: error.code === 'METHOD_NOT_ALLOWED' ? options.allow : undefined,
  };
  const body = JSON.stringify(errorBody(error));
  const uploading = error.code === 'TOO_LARGE' || error.code === 'REQUEST_TIMEOUT';
  if (uploading) exchange.sendAndClose(error.httpStatus, headers, body);
  else exchange.send(error.httpStatus, headers, body);
}
