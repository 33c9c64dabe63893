import { RegistryError } from './registry-error.ts';
import type { KeptVersion, RegistryState } from './registry-state.ts';
import type { Deleted, VersionName } from './subject-registry.ts';

/** Whether a version is among those that are asked for. */
export function isMeant(version: KeptVersion, deleted: Deleted): boolean {
  return deleted === 'with' || version.deleted === (deleted === 'only');
}

/** The versions of a subject that are asked for, in order. */
export function keptVersions(
  state: RegistryState,
  subject: string,
  deleted: Deleted,
): readonly KeptVersion[] {
  return state.versions(subject).filter((version) => isMeant(version, deleted));
}

/** Whether a subject is among those that are asked for: only those count as deleted that have nothing else. */
export function hasMeant(state: RegistryState, subject: string, deleted: Deleted): boolean {
  const versions = state.versions(subject);
  if (deleted === 'only') return versions.every((version) => version.deleted);
  return versions.some((version) => isMeant(version, deleted));
}

/** @throws RegistryError SUBJECT_NOT_FOUND, VERSION_NOT_FOUND. */
export function oneVersion(
  state: RegistryState,
  subject: string,
  version: VersionName,
  deleted: Deleted,
): KeptVersion {
  const versions = keptVersions(state, subject, deleted);
  if (versions.length === 0) throw subjectNotFound(subject);
  const found =
    version === 'latest' ? versions.at(-1) : versions.find((kept) => kept.version === version);
  if (found !== undefined) return found;
  throw new RegistryError('VERSION_NOT_FOUND', `Version ${version} not found.`);
}

/** Ids of the schemas, of versions that are there, which refer to a version; in order. */
export function referencesTo(
  state: RegistryState,
  { subject, version }: { readonly subject: string; readonly version: number },
): number[] {
  const ids = state.subjects
    .flatMap((other) => keptVersions(state, other, 'without'))
    .filter(({ schema }) =>
      schema.references.some((to) => to.subject === subject && to.version === version),
    )
    .map(({ id }) => id);
  return [...new Set(ids)].sort((a, b) => a - b);
}

/** What is said of a name that stands for nothing. */
export function subjectNotFound(subject: string): RegistryError {
  return new RegistryError('SUBJECT_NOT_FOUND', `Subject '${subject}' not found.`);
}
