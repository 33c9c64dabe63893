import { expect, test } from 'vitest';
import { ROUTES } from '../../../server/routes/index.ts';
import { accessOf, registryAccessOf, ROUTE_ACCESS } from '../../../server/security/route-access.ts';

test('every endpoint has its role, and every role its endpoint', () => {
  const endpoints = ROUTES.map(({ method, path }) => `${method} ${path}`);
  expect(endpoints.filter((endpoint) => ROUTE_ACCESS[endpoint] === undefined)).toEqual([]);
  expect(Object.keys(ROUTE_ACCESS).filter((endpoint) => !endpoints.includes(endpoint))).toEqual([]);
});

test('what is not listed is for administrators', () => {
  expect(accessOf('POST', '/new')).toBe('admin');
  expect(accessOf('GET', 'constructor')).toBe('admin');
});

test('the registry is read by readers, filled by writers and set up by administrators', () => {
  expect(registryAccessOf('GET', '/subjects')).toBe('read');
  expect(registryAccessOf('POST', '/subjects/:subject')).toBe('read');
  expect(registryAccessOf('POST', '/compatibility/subjects/:subject/versions')).toBe('read');
  expect(registryAccessOf('POST', '/subjects/:subject/versions')).toBe('write');
  expect(registryAccessOf('PUT', '/config')).toBe('admin');
  expect(registryAccessOf('DELETE', '/subjects/:subject')).toBe('admin');
});
