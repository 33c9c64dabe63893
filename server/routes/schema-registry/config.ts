import {
  COMPATIBILITY_LEVELS,
  type CompatibilityLevel,
} from '../../../src/schema-registry/registry-change.ts';
import { RegistryError } from '../../../src/schema-registry/registry-error.ts';
import { membersOf } from './registry-body.ts';
import type { RegistryRoute } from './registry-route.ts';

export const getConfig: RegistryRoute = {
  method: 'GET',
  path: '/config',
  summary: 'The compatibility level of subjects that have none of their own.',
  handle: ({ registry }) => ({
    json: { compatibilityLevel: registry.level(null, { orDefault: true }) },
  }),
};

export const setConfig: RegistryRoute = {
  method: 'PUT',
  path: '/config',
  summary: 'Sets the compatibility level of subjects that have none of their own.',
  async handle({ registry, body }) {
    const level = levelOf(body);
    await registry.setLevel(null, level);
    return { json: { compatibility: level } };
  },
};

export const deleteConfig: RegistryRoute = {
  method: 'DELETE',
  path: '/config',
  summary: 'Takes back the compatibility level of subjects that have none of their own.',
  handle: async ({ registry }) => ({
    json: { compatibilityLevel: await registry.removeLevel(null) },
  }),
};

export const getSubjectConfig: RegistryRoute = {
  method: 'GET',
  path: '/config/:subject',
  summary: 'The compatibility level of a subject.',
  handle({ registry, parameters }) {
    const orDefault = parameters.isSet('defaultToGlobal');
    return { json: { compatibilityLevel: registry.level(parameters.subject, { orDefault }) } };
  },
};

export const setSubjectConfig: RegistryRoute = {
  method: 'PUT',
  path: '/config/:subject',
  summary: 'Sets the compatibility level of a subject.',
  async handle({ registry, parameters, body }) {
    const level = levelOf(body);
    await registry.setLevel(parameters.subject, level);
    return { json: { compatibility: level } };
  },
};

export const deleteSubjectConfig: RegistryRoute = {
  method: 'DELETE',
  path: '/config/:subject',
  summary: 'Takes back the compatibility level of a subject.',
  handle: async ({ registry, parameters }) => ({
    json: { compatibilityLevel: await registry.removeLevel(parameters.subject) },
  }),
};

function levelOf(body: unknown): CompatibilityLevel {
  const { compatibility } = membersOf(body);
  const given = typeof compatibility === 'string' ? compatibility.toUpperCase() : '';
  const level = COMPATIBILITY_LEVELS.find((known) => known === given);
  if (level !== undefined) return level;
  throw new RegistryError(
    'INVALID_LEVEL',
    'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
  );
}
