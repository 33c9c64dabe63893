import type { RegistryChange } from './registry-change.ts';
import { RegistryError } from './registry-error.ts';
import { checkWritable } from './registry-mode.ts';
import { keptVersions, oneVersion, referencesTo, subjectNotFound } from './registry-reading.ts';
import type { KeptVersion, RegistryState } from './registry-state.ts';
import type { VersionName } from './subject-registry.ts';

/**
 * How a version is removed: softly first, for good only then.
 * @throws RegistryError when there is no such version, the mode forbids it, schemas refer to it, or it is not its turn.
 */
export function removalOfVersion(
  state: RegistryState,
  { subject, name, permanent }: { subject: string; name: VersionName; permanent: boolean },
): { change: RegistryChange; version: number } {
  const kept = oneVersion(state, subject, name, 'with');
  const { version, deleted } = kept;
  checkWritable(state, subject);
  if (deleted && !permanent) {
    throw new RegistryError(
      'VERSION_DELETED',
      `Subject '${subject}' Version ${version} was soft deleted. Set permanent=true to delete permanently`,
    );
  }
  if (!deleted && permanent) {
    throw new RegistryError(
      'VERSION_NOT_DELETED',
      `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
    );
  }
  checkUnreferenced(state, [kept]);
  const change: RegistryChange = permanent
    ? { kind: 'removeVersion', subject, version }
    : { ...kept, kind: 'schema', deleted: true };
  return { change, version };
}

/** How a subject is removed, likewise. */
export function removalOfSubject(
  state: RegistryState,
  { subject, permanent }: { subject: string; permanent: boolean },
): { change: RegistryChange; versions: number[] } {
  const all = keptVersions(state, subject, 'with');
  const live = keptVersions(state, subject, 'without');
  if (all.length === 0) throw subjectNotFound(subject);
  checkWritable(state, subject);
  const last = live.at(-1);
  if (permanent && last !== undefined) {
    throw new RegistryError(
      'SUBJECT_NOT_DELETED',
      `Subject '${subject}' was not deleted first before being permanently deleted`,
    );
  }
  checkUnreferenced(state, permanent ? all : live);
  if (permanent) {
    const versions = all.map(({ version }) => version);
    return { change: { kind: 'removeSubject', subject }, versions };
  }
  if (last === undefined) {
    throw new RegistryError(
      'SUBJECT_DELETED',
      `Subject '${subject}' was soft deleted. Set permanent=true to delete permanently`,
    );
  }
  const versions = live.map(({ version }) => version);
  return { change: { kind: 'deleteSubject', subject, version: last.version }, versions };
}

function checkUnreferenced(state: RegistryState, versions: readonly KeptVersion[]): void {
  for (const kept of versions) {
    const ids = referencesTo(state, kept);
    if (ids.length === 0) continue;
    throw new RegistryError(
      'REFERENCED',
      `One or more references exist to the schema {subject=${kept.subject},version=${kept.version}}: ids ${ids.join(', ')}.`,
    );
  }
}
