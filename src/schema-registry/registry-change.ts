import type { SchemaText } from './schema-registry.ts';

/** How strictly a new version of a subject is checked against those before it. */
export type CompatibilityLevel =
  | 'NONE'
  | 'BACKWARD'
  | 'BACKWARD_TRANSITIVE'
  | 'FORWARD'
  | 'FORWARD_TRANSITIVE'
  | 'FULL'
  | 'FULL_TRANSITIVE';

export const COMPATIBILITY_LEVELS: readonly CompatibilityLevel[] = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
];

/** What may be done to a subject. IMPORT: schemas come with ids given elsewhere, and nothing is checked. */
export type RegistryMode = 'READWRITE' | 'READONLY' | 'READONLY_OVERRIDE' | 'IMPORT';

export const REGISTRY_MODES: readonly RegistryMode[] = [
  'READWRITE',
  'READONLY',
  'READONLY_OVERRIDE',
  'IMPORT',
];

/** One change of the registry: what its journal holds, and all that its state is made of. */
export type RegistryChange =
  | {
      readonly kind: 'schema';
      readonly subject: string;
      readonly version: number;
      readonly id: number;
      readonly schema: SchemaText;
      /** Removed softly: hidden, but its id can still be read. */
      readonly deleted: boolean;
    }
  /** Removes a version for good. */
  | { readonly kind: 'removeVersion'; readonly subject: string; readonly version: number }
  /** Removes all versions up to this one softly. */
  | { readonly kind: 'deleteSubject'; readonly subject: string; readonly version: number }
  /** Removes all versions for good. */
  | { readonly kind: 'removeSubject'; readonly subject: string }
  /** `subject` null: for all that have none of their own. `level` null: none of its own any more. */
  | {
      readonly kind: 'level';
      readonly subject: string | null;
      readonly level: CompatibilityLevel | null;
    }
  | { readonly kind: 'mode'; readonly subject: string | null; readonly mode: RegistryMode | null };

/** Keeps the changes of a registry. */
export interface RegistryJournal {
  /** Resolves when the change is on disk. */
  append(change: RegistryChange): Promise<void>;
}
