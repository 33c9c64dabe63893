import type { RegistryRoute } from './registry-route.ts';

export const listContexts: RegistryRoute = {
  method: 'GET',
  path: '/contexts',
  summary: 'The name spaces of subjects; there is one, the default one.',
  handle: () => ({ json: ['.'] }),
};
