import { SCHEMA_TYPES } from '../../../src/schema-registry/schema-registry.ts';
import { schemaJson, versionJson } from './registry-body.ts';
import type { RegistryRoute } from './registry-route.ts';

export const listSchemas: RegistryRoute = {
  method: 'GET',
  path: '/schemas',
  summary: 'All versions of all subjects, or the latest of each.',
  handle({ registry, parameters }) {
    const versions = registry.everything({
      prefix: parameters.text('subjectPrefix') ?? '',
      deleted: parameters.isSet('deleted') ? 'with' : 'without',
      latestOnly: parameters.isSet('latestOnly'),
    });
    return { json: parameters.page(versions).map(versionJson) };
  },
};

export const listSchemaTypes: RegistryRoute = {
  method: 'GET',
  path: '/schemas/types',
  summary: 'The languages schemas can be written in.',
  handle: () => ({ json: SCHEMA_TYPES.toSorted().toReversed() }),
};

export const getSchema: RegistryRoute = {
  method: 'GET',
  path: '/schemas/ids/:id',
  summary: 'The schema of an id.',
  handle({ registry, parameters }) {
    return { json: schemaJson(registry.schemaOf(parameters.id)) };
  },
};

export const getSchemaText: RegistryRoute = {
  method: 'GET',
  path: '/schemas/ids/:id/schema',
  summary: 'The schema of an id, as it is.',
  handle({ registry, parameters }) {
    return { text: registry.schemaOf(parameters.id).text };
  },
};

export const listSchemaSubjects: RegistryRoute = {
  method: 'GET',
  path: '/schemas/ids/:id/subjects',
  summary: 'The subjects that have the schema of an id.',
  handle({ registry, parameters }) {
    const uses = registry.usesOf(parameters.id, parameters.deleted);
    return { json: parameters.page([...new Set(uses.map(({ subject }) => subject))]) };
  },
};

export const listSchemaVersions: RegistryRoute = {
  method: 'GET',
  path: '/schemas/ids/:id/versions',
  summary: 'The subjects and versions that have the schema of an id.',
  handle({ registry, parameters }) {
    const uses = registry.usesOf(parameters.id, parameters.deleted);
    return { json: parameters.page(uses.map(({ subject, version }) => ({ subject, version }))) };
  },
};
