import { RegistryError } from './registry-error.ts';
import type { RegistryState } from './registry-state.ts';
import type { SchemaText } from './schema-registry.ts';

/** What one registry may hold; all of it is in memory. */
const SUBJECTS_MAX = 20_000;
const VERSIONS_MAX = 100_000;
const VERSIONS_OF_SUBJECT_MAX = 5_000;
const TEXT_LENGTH_MAX = 64 * 1024 * 1024;
const ID_MAX = 2 ** 31 - 1;

/** @throws RegistryError TOO_LARGE when another version of the subject does not fit in. */
export function checkRoom(state: RegistryState, subject: string, { text }: SchemaText): void {
  const full = whatIsFull(state, subject, text.length);
  if (full === null) return;
  throw new RegistryError(
    'TOO_LARGE',
    `The registry is full: it holds at most ${full}. Remove what is not needed any more, for good.`,
  );
}

function whatIsFull(state: RegistryState, subject: string, length: number): string | null {
  const count = state.versions(subject).length;
  if (count === 0 && state.subjectCount >= SUBJECTS_MAX) return `${SUBJECTS_MAX} subjects`;
  if (state.versionCount >= VERSIONS_MAX) return `${VERSIONS_MAX} versions`;
  if (count >= VERSIONS_OF_SUBJECT_MAX) {
    return `${VERSIONS_OF_SUBJECT_MAX} versions of subject ${subject}`;
  }
  const isFull = state.textLength + length > TEXT_LENGTH_MAX;
  return isFull ? `${TEXT_LENGTH_MAX} characters of schemas` : null;
}

/** @throws RegistryError INVALID_REQUEST, ID_TAKEN when the schema of that form cannot have the id. */
export function checkId(state: RegistryState, id: number, form: string): void {
  if (!Number.isInteger(id) || id < 1 || id > ID_MAX) {
    throw new RegistryError('INVALID_REQUEST', `${id} is no id: they count from 1.`);
  }
  const other = state.form(id);
  if (other === undefined || other === form) return;
  throw new RegistryError('ID_TAKEN', `Another schema is registered under id ${id} already.`);
}
