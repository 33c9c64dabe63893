import { isTransitive, whyNotAfter } from './compatibility.ts';
import { checkSubject } from './registry-checks.ts';
import type {
  CompatibilityLevel,
  RegistryChange,
  RegistryJournal,
  RegistryMode,
} from './registry-change.ts';
import { RegistryError } from './registry-error.ts';
import { type KeptVersion, RegistryState } from './registry-state.ts';
import {
  hasMeant,
  isMeant,
  keptVersions,
  oneVersion,
  referencesTo,
  subjectNotFound,
} from './registry-reading.ts';
import { removalOfSubject, removalOfVersion } from './registry-removal.ts';
import { checkId, checkRoom } from './registry-room.ts';
import { checkWritable, effectiveMode, levelNotSet, modeNotSet } from './registry-mode.ts';
import { invalidSchema, SchemaReader, type Understood } from './schema-reader.ts';
import type { SchemaText, SubjectVersion } from './schema-registry.ts';
import type { Deleted, NewVersion, SubjectRegistry, VersionName } from './subject-registry.ts';

export interface EmbeddedRegistryOptions {
  /** Where changes are kept; null: nowhere, it lives as long as the process. */
  readonly journal: RegistryJournal | null;
  /** What applies where no level was set. */
  readonly defaultLevel: CompatibilityLevel;
  /** Lets other work go on between comparisons. Default: nothing waits. */
  readonly pause?: () => Promise<void>;
}

/** The registry in this process. Reads are from memory; changes run one at a time and are durable when they resolve. */
export class EmbeddedRegistry implements SubjectRegistry {
  readonly isRemote = false;
  readonly #journal: RegistryJournal | null;
  readonly #defaultLevel: CompatibilityLevel;
  readonly #pause: () => Promise<void>;
  readonly #state = new RegistryState();
  readonly #reader = new SchemaReader(this.#state);
  #changing: Promise<unknown> = Promise.resolve();

  constructor({ journal, defaultLevel, pause }: EmbeddedRegistryOptions) {
    this.#journal = journal;
    this.#defaultLevel = defaultLevel;
    this.#pause = pause ?? (() => Promise.resolve());
  }

  /** Takes over what an earlier life of the process kept; before anything else is asked. */
  async replay(changes: AsyncIterable<RegistryChange>): Promise<void> {
    for await (const change of changes) this.#state.apply(change);
  }

  register(subject: string, schema: SchemaText): Promise<SubjectVersion> {
    return this.registerVersion(subject, { schema });
  }

  /**
   * Registers a schema under an id that was given to it elsewhere, whatever mode and level say.
   * @throws RegistryError ID_TAKEN when another schema has the id.
   */
  registerAs(subject: string, schema: SchemaText, id: number): Promise<SubjectVersion> {
    return this.#exclusively(() => {
      const next = this.#understand(subject, schema);
      return this.#add(subject, next, { id });
    });
  }

  registerVersion(subject: string, given: NewVersion): Promise<SubjectVersion> {
    return this.#exclusively(async () => {
      const next = this.#understand(subject, given.schema);
      const found = this.#find(subject, next, given.normalize ?? false);
      if (found !== null && (given.id === undefined || found.id === given.id)) return found;
      const isImport = effectiveMode(this.#state, subject) === 'IMPORT';
      checkWritable(this.#state, subject);
      if (isImport !== (given.id !== undefined)) {
        throw new RegistryError(
          'NOT_PERMITTED',
          isImport
            ? `Subject ${subject} is in import mode: schemas come with their ids.`
            : `Subject ${subject} is not in import mode: ids are given by this registry.`,
        );
      }
      if (!isImport) await this.#checkLevel(subject, next);
      return this.#add(subject, next, given);
    });
  }

  #understand(subject: string, schema: SchemaText): Understood {
    checkSubject(subject);
    return this.#reader.understand(schema);
  }

  #find(
    subject: string,
    { schema, form, parsed }: Understood,
    normalize: boolean,
    deleted: Deleted = 'without',
  ): KeptVersion | null {
    const versions = keptVersions(this.#state, subject, deleted);
    const equal = versions.find(({ id }) => this.#state.form(id) === form);
    if (equal !== undefined || !normalize) return equal ?? null;
    const { normalForm } = parsed;
    return (
      versions.find(
        (kept) =>
          kept.schema.type === schema.type &&
          this.#reader.parse(kept.schema).normalForm === normalForm,
      ) ?? null
    );
  }

  async #checkLevel(subject: string, next: Understood): Promise<void> {
    const reasons = await this.#reasonsAgainst(subject, next, 'all');
    if (reasons.length === 0) return;
    throw new RegistryError(
      'INCOMPATIBLE',
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${reasons.join(', ')}]`,
    );
  }

  async #reasonsAgainst(
    subject: string,
    next: Understood,
    against: VersionName | 'all',
  ): Promise<string[]> {
    const level = this.level(subject, { orDefault: true });
    if (level === 'NONE') return [];
    const live = keptVersions(this.#state, subject, 'without');
    const before =
      against === 'all' && isTransitive(level)
        ? live.toReversed()
        : typeof against === 'number'
          ? [oneVersion(this.#state, subject, against, 'without')]
          : live.slice(-1);
    for (const { version, schema } of before) {
      const { type, text } = schema;
      const parsed = this.#reader.parse(schema);
      let reasons: string[];
      try {
        const candidate = { type: next.schema.type, parsed: next.parsed };
        reasons = whyNotAfter(candidate, { version, type, text, parsed }, level);
      } catch (cause) {
        throw invalidSchema(next.schema, cause);
      }
      if (reasons.length > 0) return reasons;
      await this.#pause();
    }
    return [];
  }

  async #add(
    subject: string,
    { schema, form }: Understood,
    { id, version }: { id?: number | undefined; version?: number | undefined },
  ): Promise<SubjectVersion> {
    const versions = this.#state.versions(subject);
    checkRoom(this.#state, subject, schema);
    if (id !== undefined) checkId(this.#state, id, form);
    const next = (versions.at(-1)?.version ?? 0) + 1;
    const taken = versions.find((kept) => kept.version === version);
    if (version !== undefined && version > 0 && version !== next) {
      if (id === undefined || (taken !== undefined && taken.id !== id)) {
        throw new RegistryError(
          'INVALID_REQUEST',
          `The next version of subject ${subject} is ${next}; version ${version} was given.`,
        );
      }
    }
    const change: RegistryChange = {
      kind: 'schema',
      subject,
      version: version !== undefined && version > 0 ? version : next,
      id: id ?? this.#state.idOfForm(form) ?? this.#state.nextId,
      schema,
      deleted: false,
    };
    await this.#change(change);
    return change;
  }

  async find(subject: string, schema: SchemaText): Promise<SubjectVersion | null> {
    return this.#find(subject, this.#understand(subject, schema), false);
  }

  lookUp(
    subject: string,
    { schema, normalize, deleted }: { schema: SchemaText; normalize: boolean; deleted: Deleted },
  ): SubjectVersion {
    const wanted = this.#understand(subject, schema);
    if (keptVersions(this.#state, subject, deleted).length === 0) throw subjectNotFound(subject);
    const found = this.#find(subject, wanted, normalize, deleted);
    if (found !== null) return found;
    throw new RegistryError('SCHEMA_NOT_FOUND', 'Schema not found');
  }

  async latest(subject: string): Promise<SubjectVersion | null> {
    return keptVersions(this.#state, subject, 'without').at(-1) ?? null;
  }

  async version(subject: string, version: number): Promise<SubjectVersion | null> {
    return (
      keptVersions(this.#state, subject, 'without').find((kept) => kept.version === version) ?? null
    );
  }

  async byId(id: number): Promise<SchemaText | null> {
    return this.#state.schema(id);
  }

  peek(id: number): SchemaText | null {
    return this.#state.schema(id);
  }

  schemaOf(id: number): SchemaText {
    const schema = this.#state.schema(id);
    if (schema !== null) return schema;
    throw new RegistryError('SCHEMA_NOT_FOUND', `Schema ${id} not found`);
  }

  usesOf(id: number, deleted: Deleted): SubjectVersion[] {
    this.schemaOf(id);
    return this.#state.uses(id).filter((version) => isMeant(version, deleted));
  }

  subjects({ prefix, deleted }: { prefix: string; deleted: Deleted }): string[] {
    return this.#state.subjects.filter(
      (subject) => subject.startsWith(prefix) && hasMeant(this.#state, subject, deleted),
    );
  }

  versions(subject: string, deleted: Deleted): number[] {
    const versions = keptVersions(this.#state, subject, deleted);
    if (versions.length === 0) throw subjectNotFound(subject);
    return versions.map(({ version }) => version);
  }

  subjectVersion(subject: string, version: VersionName, deleted: Deleted): SubjectVersion {
    return oneVersion(this.#state, subject, version, deleted);
  }

  everything({
    prefix,
    deleted,
    latestOnly,
  }: {
    prefix: string;
    deleted: Deleted;
    latestOnly: boolean;
  }): SubjectVersion[] {
    return this.#state.subjects
      .filter((subject) => subject.startsWith(prefix))
      .flatMap((subject) => keptVersions(this.#state, subject, deleted).slice(latestOnly ? -1 : 0));
  }

  referencesTo(subject: string, version: VersionName): number[] {
    return referencesTo(this.#state, oneVersion(this.#state, subject, version, 'with'));
  }

  async deleteSubject(subject: string): Promise<void> {
    await this.#exclusively(async () => {
      const last = keptVersions(this.#state, subject, 'without').at(-1);
      if (last === undefined) return;
      await this.#change({ kind: 'deleteSubject', subject, version: last.version });
    });
  }

  removeVersion(subject: string, name: VersionName, permanent: boolean): Promise<number> {
    return this.#exclusively(async () => {
      const { change, version } = removalOfVersion(this.#state, { subject, name, permanent });
      await this.#change(change);
      return version;
    });
  }

  removeSubject(subject: string, permanent: boolean): Promise<number[]> {
    return this.#exclusively(async () => {
      const { change, versions } = removalOfSubject(this.#state, { subject, permanent });
      await this.#change(change);
      return versions;
    });
  }

  async check(
    subject: string,
    {
      schema,
      against,
      normalize,
    }: { schema: SchemaText; against: VersionName | 'all'; normalize: boolean },
  ): Promise<string[]> {
    const next = this.#understand(subject, schema);
    if (typeof against === 'number') oneVersion(this.#state, subject, against, 'without');
    if (normalize && this.#find(subject, next, true) !== null) return [];
    return this.#reasonsAgainst(subject, next, against);
  }

  level(subject: string | null, { orDefault }: { orDefault: boolean }): CompatibilityLevel {
    const level = this.#state.level(subject);
    if (level !== undefined) return level;
    if (subject === null || orDefault) return this.#state.level(null) ?? this.#defaultLevel;
    throw levelNotSet(subject);
  }

  setLevel(subject: string | null, level: CompatibilityLevel): Promise<void> {
    if (subject !== null) checkSubject(subject);
    return this.#exclusively(() => this.#change({ kind: 'level', subject, level }));
  }

  removeLevel(subject: string | null): Promise<CompatibilityLevel> {
    return this.#exclusively(async () => {
      const level = this.#state.level(subject);
      if (level === undefined && subject !== null) throw levelNotSet(subject);
      await this.#change({ kind: 'level', subject, level: null });
      return level ?? this.#defaultLevel;
    });
  }

  mode(subject: string | null, { orDefault }: { orDefault: boolean }): RegistryMode {
    const mode = this.#state.mode(subject);
    if (mode !== undefined) return mode;
    if (subject === null || orDefault) return this.#state.mode(null) ?? 'READWRITE';
    throw modeNotSet(subject);
  }

  setMode(
    subject: string | null,
    mode: RegistryMode,
    { force }: { force: boolean },
  ): Promise<void> {
    if (subject !== null) checkSubject(subject);
    return this.#exclusively(async () => {
      const isUsed =
        subject === null
          ? this.subjects({ prefix: '', deleted: 'without' }).length > 0
          : keptVersions(this.#state, subject, 'without').length > 0;
      if (mode === 'IMPORT' && isUsed && !force) {
        throw new RegistryError(
          'NOT_PERMITTED',
          'Cannot import since found existing subjects. Remove them, or set force=true.',
        );
      }
      await this.#change({ kind: 'mode', subject, mode });
    });
  }

  removeMode(subject: string | null): Promise<RegistryMode> {
    return this.#exclusively(async () => {
      const mode = this.#state.mode(subject);
      if (mode === undefined && subject !== null) throw modeNotSet(subject);
      await this.#change({ kind: 'mode', subject, mode: null });
      return mode ?? 'READWRITE';
    });
  }

  /** A change is kept first, then applied, so that nobody sees what could still be lost. */
  async #change(change: RegistryChange): Promise<void> {
    await this.#journal?.append(change);
    this.#state.apply(change);
  }

  #exclusively<T>(action: () => Promise<T>): Promise<T> {
    const running = this.#changing.then(action);
    this.#changing = running.catch(() => {});
    return running;
  }
}
