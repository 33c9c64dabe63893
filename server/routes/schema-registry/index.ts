import { checkVersion, checkVersions } from './compatibility.ts';
import {
  deleteConfig,
  deleteSubjectConfig,
  getConfig,
  getSubjectConfig,
  setConfig,
  setSubjectConfig,
} from './config.ts';
import { listContexts } from './contexts.ts';
import {
  deleteMode,
  deleteSubjectMode,
  getMode,
  getSubjectMode,
  setMode,
  setSubjectMode,
} from './mode.ts';
import type { RegistryRoute } from './registry-route.ts';
import {
  getSchema,
  getSchemaText,
  listSchemas,
  listSchemaSubjects,
  listSchemaTypes,
  listSchemaVersions,
} from './schemas.ts';
import {
  deleteVersion,
  getVersion,
  getVersionText,
  listReferences,
  listVersions,
  registerSchema,
} from './subject-versions.ts';
import { deleteSubject, listSubjects, lookUpSchema } from './subjects.ts';

/** Every endpoint of the schema registry. */
export const REGISTRY_ROUTES: readonly RegistryRoute[] = [
  listSubjects,
  lookUpSchema,
  deleteSubject,
  listVersions,
  registerSchema,
  getVersion,
  getVersionText,
  listReferences,
  deleteVersion,
  listSchemas,
  listSchemaTypes,
  getSchema,
  getSchemaText,
  listSchemaSubjects,
  listSchemaVersions,
  getConfig,
  setConfig,
  deleteConfig,
  getSubjectConfig,
  setSubjectConfig,
  deleteSubjectConfig,
  getMode,
  setMode,
  deleteMode,
  getSubjectMode,
  setSubjectMode,
  deleteSubjectMode,
  checkVersion,
  checkVersions,
  listContexts,
];
