import { assert, unreachable } from '../base/assert.ts';
import type { CompatibilityLevel, RegistryChange, RegistryMode } from './registry-change.ts';
import { schemaForm } from './schema-form.ts';
import type { SchemaText, SubjectVersion } from './schema-registry.ts';

/** A version as it is kept; `deleted` ones are hidden. */
export interface KeptVersion extends SubjectVersion {
  readonly deleted: boolean;
}

interface KeptSchema {
  readonly schema: SchemaText;
  readonly form: string;
  /** The versions that have it, by `subject`, then version. */
  readonly uses: Map<string, Set<number>>;
}

/**
 * All a registry knows, in memory. Changes only by {@link apply}, so that replaying the journal gives the same state;
 * it judges nothing: whoever makes a change has checked it.
 */
export class RegistryState {
  /** By subject, in order of version. */
  readonly #subjects = new Map<string, KeptVersion[]>();
  readonly #schemas = new Map<number, KeptSchema>();
  /** By normal form: the id that equal schemas share. */
  readonly #idsByForm = new Map<string, number>();
  readonly #levels = new Map<string | null, CompatibilityLevel>();
  readonly #modes = new Map<string | null, RegistryMode>();
  #idMax = 0;
  #versionCount = 0;
  #textLength = 0;

  apply(change: RegistryChange): void {
    switch (change.kind) {
      case 'schema':
        this.#put(change);
        return;
      case 'removeVersion':
        this.#remove(change.subject, (version) => version.version === change.version);
        return;
      case 'deleteSubject':
        for (const version of this.versions(change.subject)) {
          if (version.version <= change.version) this.#put({ ...version, deleted: true });
        }
        return;
      case 'removeSubject':
        this.#remove(change.subject, () => true);
        return;
      case 'level':
        setOrDelete(this.#levels, change.subject, change.level);
        return;
      case 'mode':
        setOrDelete(this.#modes, change.subject, change.mode);
        return;
      default:
        unreachable(change);
    }
  }

  #put({ subject, version, id, schema, deleted }: KeptVersion): void {
    const kept = this.#schemas.get(id) ?? this.#addSchema(id, schema);
    const { uses } = kept;
    uses.set(subject, (uses.get(subject) ?? new Set()).add(version));
    const versions = this.#subjects.get(subject) ?? [];
    this.#subjects.set(subject, versions);
    const entry: KeptVersion = { subject, version, id, schema: kept.schema, deleted };
    const at = versions.findIndex((other) => other.version >= version);
    const replaces = versions[at]?.version === version;
    if (!replaces) this.#versionCount++;
    versions.splice(at < 0 ? versions.length : at, replaces ? 1 : 0, entry);
  }

  #addSchema(id: number, schema: SchemaText): KeptSchema {
    const kept: KeptSchema = { schema, form: schemaForm(schema), uses: new Map() };
    this.#schemas.set(id, kept);
    if (!this.#idsByForm.has(kept.form)) this.#idsByForm.set(kept.form, id);
    this.#idMax = Math.max(this.#idMax, id);
    this.#textLength += schema.text.length;
    return kept;
  }

  #remove(subject: string, isGone: (version: KeptVersion) => boolean): void {
    const versions = this.#subjects.get(subject) ?? [];
    const left = versions.filter((version) => !isGone(version));
    this.#versionCount -= versions.length - left.length;
    if (left.length === 0) this.#subjects.delete(subject);
    else this.#subjects.set(subject, left);
    for (const version of versions) if (isGone(version)) this.#removeUse(version);
  }

  #removeUse({ subject, version, id }: KeptVersion): void {
    const kept = this.#schemas.get(id);
    assert(kept !== undefined, 'a version has a schema');
    kept.uses.get(subject)?.delete(version);
    if (kept.uses.get(subject)?.size === 0) kept.uses.delete(subject);
    if (kept.uses.size > 0) return;
    this.#schemas.delete(id);
    this.#textLength -= kept.schema.text.length;
    if (this.#idsByForm.get(kept.form) === id) this.#idsByForm.delete(kept.form);
  }

  /** All subjects with any version, deleted ones too, sorted. */
  get subjects(): readonly string[] {
    return [...this.#subjects.keys()].sort();
  }

  get subjectCount(): number {
    return this.#subjects.size;
  }

  get versionCount(): number {
    return this.#versionCount;
  }

  /** UTF-16 units of all schemas together. */
  get textLength(): number {
    return this.#textLength;
  }

  /** All versions of a subject in order, deleted ones too. */
  versions(subject: string): readonly KeptVersion[] {
    return [...(this.#subjects.get(subject) ?? [])];
  }

  schema(id: number): SchemaText | null {
    return this.#schemas.get(id)?.schema ?? null;
  }

  /** The normal form of an id's schema, by which schemas are equal. */
  form(id: number): string | undefined {
    return this.#schemas.get(id)?.form;
  }

  idOfForm(form: string): number | undefined {
    return this.#idsByForm.get(form);
  }

  /** The versions that have the id, deleted ones too. */
  uses(id: number): readonly KeptVersion[] {
    return [...(this.#schemas.get(id)?.uses.keys() ?? [])]
      .sort()
      .flatMap((subject) => this.versions(subject).filter((version) => version.id === id));
  }

  /** Never given out before. */
  get nextId(): number {
    return this.#idMax + 1;
  }

  /** What was set for the subject (null: for all); undefined when nothing was. */
  level(subject: string | null): CompatibilityLevel | undefined {
    return this.#levels.get(subject);
  }

  mode(subject: string | null): RegistryMode | undefined {
    return this.#modes.get(subject);
  }
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}
