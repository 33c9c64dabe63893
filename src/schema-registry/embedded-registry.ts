import { checkSchema, checkSubject } from './registry-checks.ts';
import type { CompatibilityLevel, RegistryChange, RegistryJournal } from './registry-change.ts';
import { RegistryError } from './registry-error.ts';
import { type KeptVersion, RegistryState } from './registry-state.ts';
import { schemaForm } from './schema-form.ts';
import type { SchemaRegistry, SchemaText, SubjectVersion } from './schema-registry.ts';

export interface EmbeddedRegistryOptions {
  /** Where changes are kept; null: nowhere, it lives as long as the process. */
  readonly journal: RegistryJournal | null;
  /** What applies where no level was set. */
  readonly defaultLevel: CompatibilityLevel;
}

/** The registry in this process. Reads are from memory; changes run one at a time and are durable when they resolve. */
export class EmbeddedRegistry implements SchemaRegistry {
  readonly #journal: RegistryJournal | null;
  readonly #state = new RegistryState();
  #changing: Promise<unknown> = Promise.resolve();

  constructor({ journal }: EmbeddedRegistryOptions) {
    this.#journal = journal;
  }

  /** Takes over what an earlier life of the process kept; before anything else is asked. */
  async replay(changes: AsyncIterable<RegistryChange>): Promise<void> {
    for await (const change of changes) this.#state.apply(change);
  }

  register(subject: string, schema: SchemaText): Promise<SubjectVersion> {
    return this.#exclusively(() => this.#register(subject, schema, null));
  }

  /**
   * Registers a schema under an id that was given to it elsewhere.
   * @throws RegistryError ID_TAKEN when another schema has the id.
   */
  registerAs(subject: string, schema: SchemaText, id: number): Promise<SubjectVersion> {
    return this.#exclusively(() => this.#register(subject, schema, id));
  }

  async #register(subject: string, given: SchemaText, id: number | null): Promise<SubjectVersion> {
    checkSubject(subject);
    const schema = checkSchema(given);
    const form = schemaForm(schema);
    const versions = this.#state.versions(subject);
    const found = versions.find((kept) => !kept.deleted && this.#state.form(kept.id) === form);
    if (found !== undefined && (id === null || found.id === id)) return found;
    const idForm = id === null ? undefined : this.#state.form(id);
    if (idForm !== undefined && idForm !== form) {
      throw new RegistryError('ID_TAKEN', `Another schema is registered under id ${id} already.`);
    }
    const change: RegistryChange = {
      kind: 'schema',
      subject,
      version: (versions.at(-1)?.version ?? 0) + 1,
      id: id ?? this.#state.idOfForm(form) ?? this.#state.nextId,
      schema,
      deleted: false,
    };
    await this.#change(change);
    return change;
  }

  async find(subject: string, schema: SchemaText): Promise<SubjectVersion | null> {
    const form = schemaForm(checkSchema(schema));
    return this.#live(subject).find(({ id }) => this.#state.form(id) === form) ?? null;
  }

  async latest(subject: string): Promise<SubjectVersion | null> {
    return this.#live(subject).at(-1) ?? null;
  }

  async version(subject: string, version: number): Promise<SubjectVersion | null> {
    return this.#live(subject).find((kept) => kept.version === version) ?? null;
  }

  async byId(id: number): Promise<SchemaText | null> {
    return this.#state.schema(id);
  }

  peek(id: number): SchemaText | null {
    return this.#state.schema(id);
  }

  async deleteSubject(subject: string): Promise<void> {
    await this.#exclusively(async () => {
      const last = this.#live(subject).at(-1);
      if (last === undefined) return;
      await this.#change({ kind: 'deleteSubject', subject, version: last.version });
    });
  }

  #live(subject: string): readonly KeptVersion[] {
    return this.#state.versions(subject).filter(({ deleted }) => !deleted);
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
