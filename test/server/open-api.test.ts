import { expect, test } from 'vitest';
import { ROUTES } from '../../server/routes/index.ts';
import { REGISTRY_ROUTES } from '../../server/routes/schema-registry/index.ts';
import { REQUEST_SCHEMAS } from '../../server/open-api-schemas.ts';
import { request1 } from './clients.ts';
import { startTestServer } from './test-server.ts';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, { requestBody?: unknown }>>>>;
  readonly components: { readonly schemas: object };
}

async function served(): Promise<{ document: Document; port: number }> {
  const { port } = await startTestServer();
  const answer = await request1(port, { path: '/openapi.json', headers: { accept: 'text/html' } });
  return { document: JSON.parse(answer.body) as Document, port };
}

test('the description served names every endpoint, and nothing else', async () => {
  const { document } = await served();
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = [...ROUTES, ...REGISTRY_ROUTES].map(
    ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
  );
  expect(described.toSorted()).toEqual(routes.toSorted());
});

test('every POST says what its body is, and every reference leads somewhere', async () => {
  const { document } = await served();
  const posts = ROUTES.filter(({ method }) => method === 'POST');
  expect(posts.filter(({ path }) => REQUEST_SCHEMAS[`POST ${path}`] === undefined)).toEqual([]);
  expect(Object.keys(REQUEST_SCHEMAS)).toHaveLength(posts.length);
  const names = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  for (const [, name] of names) expect(document.components.schemas).toHaveProperty(name!);
});

test('what stands in bodies and addresses is described, positions to wait for included', async () => {
  const { document } = await served();
  const text = (path: string): string => JSON.stringify(document.paths[path]);
  for (const path of ['/ksql', '/query', '/query-stream', '/sse/query']) {
    expect(text(path), path).toContain('"after');
    expect(text(path), path).toContain('"afterTimeoutMs"');
  }
  expect(text('/inserts-stream')).toContain('positions');
  for (const name of ['sql', 'parameters', 'properties', 'variables', 'resume']) {
    expect(text('/sse/query')).toContain(`{"name":"${name}","in":"query"`);
  }
});

test('each method that is described is one the server takes there', async () => {
  const { document, port } = await served();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const method of Object.keys(operations)) {
      const filled = path.replaceAll(/\{\w+\}/g, '1');
      const { status } = await request1(port, { method: method.toUpperCase(), path: filled });
      expect(status, `${method} ${filled}`).not.toBe(405);
    }
  }
});
