import { schemaOf, versionJson } from './registry-body.ts';
import type { RegistryRoute } from './registry-route.ts';

export const listSubjects: RegistryRoute = {
  method: 'GET',
  path: '/subjects',
  summary: 'The names of all subjects.',
  handle({ registry, parameters }) {
    const prefix = parameters.text('subjectPrefix') ?? '';
    return { json: parameters.page(registry.subjects({ prefix, deleted: parameters.deleted })) };
  },
};

export const lookUpSchema: RegistryRoute = {
  method: 'POST',
  path: '/subjects/:subject',
  summary: 'The version of a subject that has a schema.',
  handle({ registry, parameters, body }) {
    const found = registry.lookUp(parameters.subject, {
      schema: schemaOf(body),
      normalize: parameters.isSet('normalize'),
      deleted: parameters.deleted,
    });
    return { json: versionJson(found) };
  },
};

export const deleteSubject: RegistryRoute = {
  method: 'DELETE',
  path: '/subjects/:subject',
  summary: 'Removes all versions of a subject: softly first, then for good.',
  async handle({ registry, parameters }) {
    const permanent = parameters.isSet('permanent');
    return { json: await registry.removeSubject(parameters.subject, permanent) };
  },
};
