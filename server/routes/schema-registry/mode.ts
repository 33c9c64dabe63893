import { REGISTRY_MODES, type RegistryMode } from '../../../src/schema-registry/registry-change.ts';
import { RegistryError } from '../../../src/schema-registry/registry-error.ts';
import { membersOf } from './registry-body.ts';
import type { RegistryRoute } from './registry-route.ts';

export const getMode: RegistryRoute = {
  method: 'GET',
  path: '/mode',
  summary: 'What may be done to subjects that have no mode of their own.',
  handle: ({ registry }) => ({ json: { mode: registry.mode(null, { orDefault: true }) } }),
};

export const setMode: RegistryRoute = {
  method: 'PUT',
  path: '/mode',
  summary: 'Sets the mode of subjects that have none of their own.',
  async handle({ registry, parameters, body }) {
    const mode = modeOf(body);
    await registry.setMode(null, mode, { force: parameters.isSet('force') });
    return { json: { mode } };
  },
};

export const deleteMode: RegistryRoute = {
  method: 'DELETE',
  path: '/mode',
  summary: 'Takes back the mode of subjects that have none of their own.',
  handle: async ({ registry }) => ({ json: { mode: await registry.removeMode(null) } }),
};

export const getSubjectMode: RegistryRoute = {
  method: 'GET',
  path: '/mode/:subject',
  summary: 'What may be done to a subject.',
  handle({ registry, parameters }) {
    const orDefault = parameters.isSet('defaultToGlobal');
    return { json: { mode: registry.mode(parameters.subject, { orDefault }) } };
  },
};

export const setSubjectMode: RegistryRoute = {
  method: 'PUT',
  path: '/mode/:subject',
  summary: 'Sets the mode of a subject.',
  async handle({ registry, parameters, body }) {
    const mode = modeOf(body);
    await registry.setMode(parameters.subject, mode, { force: parameters.isSet('force') });
    return { json: { mode } };
  },
};

export const deleteSubjectMode: RegistryRoute = {
  method: 'DELETE',
  path: '/mode/:subject',
  summary: 'Takes back the mode of a subject.',
  handle: async ({ registry, parameters }) => ({
    json: { mode: await registry.removeMode(parameters.subject) },
  }),
};

function modeOf(body: unknown): RegistryMode {
  const { mode } = membersOf(body);
  const given = typeof mode === 'string' ? mode.toUpperCase() : '';
  const found = REGISTRY_MODES.find((known) => known === given);
  if (found !== undefined) return found;
  throw new RegistryError(
    'INVALID_MODE',
    `Invalid mode. Valid values are ${REGISTRY_MODES.join(', ')}`,
  );
}
