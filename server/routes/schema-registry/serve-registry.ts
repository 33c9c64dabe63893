import { DatabaseError } from '../../../src/base/errors.ts';
import { RegistryError } from '../../../src/schema-registry/registry-error.ts';
import { errorHeaders, toDatabaseError } from '../../errors.ts';
import type { Exchange } from '../../exchange.ts';
import { MEDIA_JSON, MEDIA_REGISTRY, MEDIA_REGISTRY_V1, negotiate } from '../../media-types.ts';
import { readJsonBody } from '../../request-body.ts';
import { admit } from '../../serve.ts';
import { logIn } from '../../security/log-in.ts';
import { checkSubject, restrictedRegistry } from '../../security/restricted-registry.ts';
import { registryAccessOf } from '../../security/route-access.ts';
import { accessOf } from '../../security/topic-rules.ts';
import type { ServerContext } from '../../server-context.ts';
import { RegistryParameters } from './registry-parameters.ts';
import type { RegistryRoute } from './registry-route.ts';

const OFFERS = [MEDIA_REGISTRY_V1, MEDIA_REGISTRY, MEDIA_JSON] as const;

/**
 * Answers a request to the schema registry in the manner of Confluent's: its media types, its numbers of errors. Never
 * throws; every failure is told to the client.
 */
export async function serveRegistry(
  route: RegistryRoute,
  exchange: Exchange,
  { context, parameters }: { context: ServerContext; parameters: Readonly<Record<string, string>> },
): Promise<void> {
  let contentType: string = MEDIA_REGISTRY_V1;
  try {
    admit(exchange, context);
    const role = registryAccessOf(route.method, route.path);
    exchange.principal = await logIn(exchange.request, role, context.authentication);
    const access = accessOf(exchange.principal);
    if (access !== undefined) {
      const isRead = role === 'read';
      const subject = parameters['subject'] ?? null;
      checkSubject(access, { method: route.method, isRead, subject });
    }
    contentType = negotiate(exchange.header('accept'), OFFERS);
    const { registry } = context.engine;
    if (registry === undefined) throw keptElsewhere();
    const hasBody = route.method === 'POST' || route.method === 'PUT';
    const body = hasBody ? await readJsonBody(exchange, context.limits) : null;
    const answer = await route.handle({
      registry: access === undefined ? registry : restrictedRegistry(registry, access),
      parameters: new RegistryParameters(parameters, queryOf(exchange)),
      body,
    });
    const text = 'text' in answer ? answer.text : JSON.stringify(answer.json);
    exchange.send(200, { 'content-type': contentType }, text);
  } catch (error) {
    sendError(exchange, toDatabaseError(error, context.logger), contentType);
  }
}

function queryOf(exchange: Exchange): URLSearchParams {
  const url = exchange.request.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1));
}

function keptElsewhere(): DatabaseError {
  return new DatabaseError(
    'NOT_FOUND',
    'Schemas are kept in another registry, the one of ksql.schema.registry.url (--schema-registry-url): ask there.',
  );
}

function sendError(exchange: Exchange, error: DatabaseError, contentType: string): void {
  if (exchange.headersSent) {
    exchange.abort();
    return;
  }
  const errorCode = error instanceof RegistryError ? error.registryCode : error.httpStatus;
  const status = errorCode < 1_000 ? errorCode : Math.floor(errorCode / 100);
  const headers = { ...errorHeaders(error), 'content-type': contentType };
  const body = JSON.stringify({ error_code: errorCode, message: error.message });
  const isUploading =
    !(error instanceof RegistryError) &&
    (error.code === 'TOO_LARGE' || error.code === 'REQUEST_TIMEOUT');
  if (isUploading) exchange.sendAndClose(status, headers, body);
  else exchange.send(status, headers, body);
}
