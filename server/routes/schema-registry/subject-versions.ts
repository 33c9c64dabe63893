import { numberOf, schemaOf, versionJson } from './registry-body.ts';
import type { RegistryRoute } from './registry-route.ts';

export const listVersions: RegistryRoute = {
  method: 'GET',
  path: '/subjects/:subject/versions',
  summary: 'The versions of a subject.',
  handle({ registry, parameters }) {
    const versions = registry.versions(parameters.subject, parameters.deleted);
    return { json: parameters.page(versions) };
  },
};

export const registerSchema: RegistryRoute = {
  method: 'POST',
  path: '/subjects/:subject/versions',
  summary: 'Registers a schema as the newest version of a subject.',
  async handle({ registry, parameters, body }) {
    const given = numberOf(body, 'id');
    const { id } = await registry.registerVersion(parameters.subject, {
      schema: schemaOf(body),
      id: given === undefined || given < 0 ? undefined : given,
      version: numberOf(body, 'version'),
      normalize: parameters.isSet('normalize'),
    });
    return { json: { id } };
  },
};

export const getVersion: RegistryRoute = {
  method: 'GET',
  path: '/subjects/:subject/versions/:version',
  summary: 'A version of a subject.',
  handle({ registry, parameters }) {
    const { subject, version, deleted } = parameters;
    return { json: versionJson(registry.subjectVersion(subject, version, deleted)) };
  },
};

export const getVersionText: RegistryRoute = {
  method: 'GET',
  path: '/subjects/:subject/versions/:version/schema',
  summary: 'The schema of a version, as it is.',
  handle({ registry, parameters }) {
    const { subject, version, deleted } = parameters;
    return { text: registry.subjectVersion(subject, version, deleted).schema.text };
  },
};

export const listReferences: RegistryRoute = {
  method: 'GET',
  path: '/subjects/:subject/versions/:version/referencedby',
  summary: 'The ids of the schemas that refer to a version.',
  handle({ registry, parameters }) {
    const ids = registry.referencesTo(parameters.subject, parameters.version);
    return { json: parameters.page(ids) };
  },
};

export const deleteVersion: RegistryRoute = {
  method: 'DELETE',
  path: '/subjects/:subject/versions/:version',
  summary: 'Removes a version: softly first, then for good.',
  async handle({ registry, parameters }) {
    const { subject, version } = parameters;
    return {
      json: await registry.removeVersion(subject, version, parameters.isSet('permanent')),
    };
  },
};
