import { RegistryError } from '../../../src/schema-registry/registry-error.ts';
import type { Deleted, VersionName } from '../../../src/schema-registry/subject-registry.ts';

const VERSION_MAX = 2 ** 31 - 1;

/** What the path and the query string of a request say. */
export class RegistryParameters {
  readonly #path: Readonly<Record<string, string>>;
  readonly #query: URLSearchParams;

  /** @param path values of the route's `:names`, decoded. */
  constructor(path: Readonly<Record<string, string>>, query: URLSearchParams) {
    this.#path = path;
    this.#query = query;
  }

  get subject(): string {
    return this.#path['subject'] ?? '';
  }

  /** @throws RegistryError SCHEMA_NOT_FOUND for what is no number. */
  get id(): number {
    const text = this.#path['id'] ?? '';
    if (/^\d{1,10}$/.test(text)) return Number(text);
    throw new RegistryError('SCHEMA_NOT_FOUND', `Schema ${JSON.stringify(text)} not found`);
  }

  /** @throws RegistryError INVALID_VERSION. */
  get version(): VersionName {
    const text = this.#path['version'] ?? '';
    if (text === 'latest' || text === '-1') return 'latest';
    const version = /^\d{1,10}$/.test(text) ? Number(text) : 0;
    if (version >= 1 && version <= VERSION_MAX) return version;
    throw new RegistryError(
      'INVALID_VERSION',
      `The specified version '${text.slice(0, 100)}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
    );
  }

  /** `deleted`, `deletedOnly`. */
  get deleted(): Deleted {
    if (this.isSet('deletedOnly')) return 'only';
    return this.isSet('deleted') ? 'with' : 'without';
  }

  isSet(name: string): boolean {
    return this.#query.get(name)?.toLowerCase() === 'true';
  }

  text(name: string): string | null {
    return this.#query.get(name);
  }

  /** The part of a list that `offset` and `limit` ask for. */
  page<T>(items: readonly T[]): T[] {
    const offset = Number(this.#query.get('offset') ?? 0);
    const limit = Number(this.#query.get('limit') ?? -1);
    const from = offset > 0 ? offset : 0;
    return items.slice(from, limit >= 0 ? from + limit : undefined);
  }
}
