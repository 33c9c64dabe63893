import type { RegistryMode } from './registry-change.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistryState } from './registry-state.ts';

/** The mode in force for a subject. READONLY_OVERRIDE for all counts more than what a subject has. */
export function effectiveMode(state: RegistryState, subject: string): RegistryMode {
  const global = state.mode(null) ?? 'READWRITE';
  if (global === 'READONLY_OVERRIDE') return global;
  return state.mode(subject) ?? global;
}

/** @throws RegistryError NOT_PERMITTED for a subject that may only be read. */
export function checkWritable(state: RegistryState, subject: string): void {
  const mode = effectiveMode(state, subject);
  if (mode === 'READWRITE' || mode === 'IMPORT') return;
  throw new RegistryError('NOT_PERMITTED', `Subject ${subject} is in read-only mode`);
}

/** What is said when only the level for all is there. */
export function levelNotSet(subject: string): RegistryError {
  return new RegistryError(
    'LEVEL_NOT_SET',
    `Subject '${subject}' does not have subject-level compatibility configured`,
  );
}

/** What is said when only the mode for all is there. */
export function modeNotSet(subject: string): RegistryError {
  return new RegistryError(
    'MODE_NOT_SET',
    `Subject '${subject}' does not have subject-level mode configured`,
  );
}
