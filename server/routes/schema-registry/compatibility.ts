import type { VersionName } from '../../../src/schema-registry/subject-registry.ts';
import { schemaOf } from './registry-body.ts';
import type { RegistryAnswer, RegistryCall, RegistryRoute } from './registry-route.ts';

export const checkVersion: RegistryRoute = {
  method: 'POST',
  path: '/compatibility/subjects/:subject/versions/:version',
  summary: 'Whether a schema could follow a version of a subject.',
  handle: (call) => check(call, call.parameters.version),
};

export const checkVersions: RegistryRoute = {
  method: 'POST',
  path: '/compatibility/subjects/:subject/versions',
  summary: 'Whether a schema could be registered under a subject.',
  handle: (call) => check(call, 'all'),
};

async function check(
  { registry, parameters, body }: RegistryCall,
  against: VersionName | 'all',
): Promise<RegistryAnswer> {
  const messages = await registry.check(parameters.subject, {
    schema: schemaOf(body),
    against,
    normalize: parameters.isSet('normalize'),
  });
  const verdict = { is_compatible: messages.length === 0 };
  return { json: parameters.isSet('verbose') ? { ...verdict, messages } : verdict };
}
