import type { CompatibilityLevel, RegistryMode } from './registry-change.ts';
import type { SchemaRegistry, SchemaText, SubjectVersion } from './schema-registry.ts';

/** Which versions are meant: those that are there, softly deleted ones as well, or only these. */
export type Deleted = 'without' | 'with' | 'only';

export type VersionName = number | 'latest';

/** A new version as an administrator gives it. */
export interface NewVersion {
  readonly schema: SchemaText;
  /** An id that was given elsewhere; mode IMPORT only. */
  readonly id?: number | undefined;
  readonly version?: number | undefined;
  /** Whether schemas count as equal that differ in order only. */
  readonly normalize?: boolean;
}

/**
 * All that can be asked of a registry that is kept here: what its REST interface offers. Every refusal is a
 * RegistryError.
 */
export interface SubjectRegistry extends SchemaRegistry {
  /** Names in order. */
  subjects(filter: { readonly prefix: string; readonly deleted: Deleted }): string[];
  /** @throws RegistryError SUBJECT_NOT_FOUND. */
  versions(subject: string, deleted: Deleted): number[];
  /** @throws RegistryError SUBJECT_NOT_FOUND, VERSION_NOT_FOUND. */
  subjectVersion(subject: string, version: VersionName, deleted: Deleted): SubjectVersion;
  /** @throws RegistryError SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND, INVALID_SCHEMA. */
  lookUp(
    subject: string,
    given: { readonly schema: SchemaText; readonly normalize: boolean; readonly deleted: Deleted },
  ): SubjectVersion;
  /** @throws RegistryError as `register`; NOT_PERMITTED by the mode; ID_TAKEN. */
  registerVersion(subject: string, version: NewVersion): Promise<SubjectVersion>;
  /**
   * Removes a version; for good only when it was removed softly before.
   * @returns its number.
   */
  removeVersion(subject: string, version: VersionName, permanent: boolean): Promise<number>;
  /** Removes all versions of a subject, likewise. @returns their numbers. */
  removeSubject(subject: string, permanent: boolean): Promise<number[]>;
  /** @throws RegistryError SCHEMA_NOT_FOUND. */
  schemaOf(id: number): SchemaText;
  /** The versions that have the id. @throws RegistryError SCHEMA_NOT_FOUND. */
  usesOf(id: number, deleted: Deleted): SubjectVersion[];
  /** Every version of every subject, in order. */
  everything(filter: {
    readonly prefix: string;
    readonly deleted: Deleted;
    readonly latestOnly: boolean;
  }): SubjectVersion[];
  /** Ids of the schemas that refer to a version. */
  referencesTo(subject: string, version: VersionName): number[];
  /**
   * Whether a schema could follow.
   * @param against a version to compare with, or 'all' that the level asks for.
   * @returns why not; empty when it could.
   */
  check(
    subject: string,
    given: {
      readonly schema: SchemaText;
      readonly against: VersionName | 'all';
      readonly normalize: boolean;
    },
  ): Promise<string[]>;
  /** @param subject null: of all that have none of their own. @throws RegistryError LEVEL_NOT_SET. */
  level(subject: string | null, options: { readonly orDefault: boolean }): CompatibilityLevel;
  setLevel(subject: string | null, level: CompatibilityLevel): Promise<void>;
  /** @returns what was set. @throws RegistryError LEVEL_NOT_SET. */
  removeLevel(subject: string | null): Promise<CompatibilityLevel>;
  /** @throws RegistryError MODE_NOT_SET. */
  mode(subject: string | null, options: { readonly orDefault: boolean }): RegistryMode;
  /** @throws RegistryError NOT_PERMITTED: import needs an empty subject, or `force`. */
  setMode(
    subject: string | null,
    mode: RegistryMode,
    options: { readonly force: boolean },
  ): Promise<void>;
  removeMode(subject: string | null): Promise<RegistryMode>;
}
