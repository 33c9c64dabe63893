import { REQUEST_SCHEMAS, SCHEMAS } from './open-api-schemas.ts';
import type { RegistryRoute } from './routes/schema-registry/registry-route.ts';
import { REGISTRY_ROUTES } from './routes/schema-registry/index.ts';
import type { RouteDefinition } from './routes/route.ts';
import { accessOf, registryAccessOf } from './security/route-access.ts';

type Json = { readonly [name: string]: unknown };

/**
 * Describes every endpoint, those of the schema registry included, as an OpenAPI 3.1 document.
 * @param routes the endpoints besides those of the registry.
 */
export function openApiDocument(routes: readonly RouteDefinition[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  const add = (method: string, path: string, operation: Json): void => {
    const written = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[written] = { ...paths[written], [method.toLowerCase()]: operation };
  };
  for (const route of routes) add(route.method, route.path, operationOf(route));
  for (const route of REGISTRY_ROUTES) add(route.method, route.path, registryOperationOf(route));
  return {
    openapi: '3.1.0',
    info: { title: 'Millrace', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        bearer: { type: 'http', scheme: 'bearer' },
        accessToken: { type: 'apiKey', in: 'query', name: 'access_token' },
      },
    },
    security: [{ basic: [] }, { bearer: [] }, { accessToken: [] }, {}],
  };
}

function operationOf({ method, path, summary, offers, body, query }: RouteDefinition): Json {
  const access = accessOf(method, path);
  const request = REQUEST_SCHEMAS[`${method} ${path}`];
  const bodyType = body === 'stream' ? 'application/vnd.ksqlapi.delimited.v1' : 'application/json';
  return {
    summary,
    'x-role': access,
    ...(access === 'public' ? { security: [] } : {}),
    ...parametersOf(path, query),
    ...(method !== 'POST' || request === undefined
      ? {}
      : { requestBody: { required: true, content: { [bodyType]: { schema: request } } } }),
    responses: {
      '200': {
        description: 'Done.',
        content: Object.fromEntries(offers.map((type) => [type, {}])),
      },
      default: errorResponse('Error'),
    },
  };
}

function registryOperationOf({ method, path, summary }: RegistryRoute): Json {
  const hasBody = method === 'POST' || method === 'PUT';
  const content = { 'application/vnd.schemaregistry.v1+json': { schema: { type: 'object' } } };
  return {
    summary,
    tags: ['schema registry'],
    'x-role': registryAccessOf(method, path),
    ...parametersOf(path),
    ...(hasBody ? { requestBody: { required: true, content } } : {}),
    responses: {
      '200': { description: 'Done.', content: { 'application/vnd.schemaregistry.v1+json': {} } },
      default: errorResponse('RegistryError'),
    },
  };
}

function parametersOf(path: string, query: RouteDefinition['query'] = {}): Json {
  const schema = { type: 'string' };
  const parameters = [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => {
      return { name, in: 'path', required: true, schema };
    }),
    ...Object.entries(query).map(([name, description]) => {
      return { name, in: 'query', description, schema };
    }),
  ];
  return parameters.length === 0 ? {} : { parameters };
}

function errorResponse(schema: keyof typeof SCHEMAS): Json {
  const reference = { $ref: `#/components/schemas/${schema}` };
  return {
    description: 'Refused or failed; the status is the first three digits of the code.',
    content: { 'application/json': { schema: reference } },
  };
}
