import { DatabaseError } from '../base/errors.ts';
import type { Clock } from '../base/env.ts';
import type { Fetch } from '../base/http-client.ts';
import { BoundedCache } from './bounded-cache.ts';
import { checkSchema, checkSubject } from './registry-checks.ts';
import { RegistryError } from './registry-error.ts';
import {
  RegistryHttp,
  type RegistryResponse,
  type RemoteRegistrySettings,
} from './registry-http.ts';
import {
  SCHEMA_TYPES,
  type SchemaReference,
  type SchemaRegistry,
  type SchemaText,
  type SubjectVersion,
} from './schema-registry.ts';

const SCHEMAS_MAX = 10_000;
const UNKNOWN_IDS_MAX = 1_000;
/** An id that was unknown may be registered meanwhile, but is not asked for again at once. */
const UNKNOWN_MS = 10_000;

/** A schema registry of another process, in Confluent's dialect of HTTP. Schemas of ids never change: they are cached. */
export class RemoteRegistry implements SchemaRegistry {
  readonly isRemote = true;
  readonly #http: RegistryHttp;
  readonly #clock: Clock;
  readonly #schemas = new BoundedCache<number, SchemaText>(SCHEMAS_MAX);
  /** By id, until when it counts as unknown; monotonic time, ms. */
  readonly #unknown = new BoundedCache<number, number>(UNKNOWN_IDS_MAX);

  /** @throws DatabaseError BAD_REQUEST for settings that cannot be right. */
  constructor(settings: RemoteRegistrySettings, options: { clock: Clock; fetch?: Fetch }) {
    this.#http = new RegistryHttp(settings, options);
    this.#clock = options.clock;
  }

  async register(subject: string, given: SchemaText): Promise<SubjectVersion> {
    checkSubject(subject);
    const schema = checkSchema(given);
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const response = await this.#http.request('POST', path, bodyOf(schema));
    if (response.kind === 'refused') throw refusal(response);
    // The answer names the id only.
    const found = await this.find(subject, schema);
    if (found !== null) return found;
    throw unexpected(this.#http.place, 'it does not find what it has just registered');
  }

  async find(subject: string, schema: SchemaText): Promise<SubjectVersion | null> {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    return this.#versionFrom(await this.#http.request('POST', path, bodyOf(schema)));
  }

  async latest(subject: string): Promise<SubjectVersion | null> {
    return this.#version(subject, 'latest');
  }

  async version(subject: string, version: number): Promise<SubjectVersion | null> {
    return this.#version(subject, String(version));
  }

  async #version(subject: string, version: string): Promise<SubjectVersion | null> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    return this.#versionFrom(await this.#http.request('GET', path));
  }

  #versionFrom(response: RegistryResponse): SubjectVersion | null {
    if (response.kind === 'refused') {
      if (response.status === 404) return null;
      throw refusal(response);
    }
    const { subject, version, id, ...rest } = response.body as Record<string, unknown>;
    const schema = schemaFrom(rest);
    const isVersion =
      typeof subject === 'string' && Number.isInteger(version) && Number.isInteger(id);
    if (schema === null || !isVersion) {
      throw unexpected(this.#http.place, 'what it calls a version is none');
    }
    this.#schemas.set(id as number, schema);
    return { subject, version: version as number, id: id as number, schema };
  }

  async byId(id: number): Promise<SchemaText | null> {
    const known = this.peek(id);
    if (known !== undefined) return known;
    const response = await this.#http.request('GET', `/schemas/ids/${id}`);
    if (response.kind === 'refused') {
      if (response.status !== 404) throw refusal(response);
      this.#unknown.set(id, this.#clock.monotonic() + UNKNOWN_MS);
      return null;
    }
    const schema = schemaFrom(response.body as Record<string, unknown>);
    if (schema === null) throw unexpected(this.#http.place, 'what it calls a schema is none');
    this.#schemas.set(id, schema);
    return schema;
  }

  peek(id: number): SchemaText | null | undefined {
    const schema = this.#schemas.get(id);
    if (schema !== undefined) return schema;
    const until = this.#unknown.get(id);
    if (until === undefined) return undefined;
    if (this.#clock.monotonic() < until) return null;
    this.#unknown.delete(id);
    return undefined;
  }

  async deleteSubject(subject: string): Promise<void> {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    const response = await this.#http.request('DELETE', path);
    if (response.kind === 'refused' && response.status !== 404) throw refusal(response);
  }
}

function bodyOf({ type, text, references }: SchemaText): object {
  return {
    schema: text,
    ...(type === 'AVRO' ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
  };
}

function schemaFrom(body: Record<string, unknown>): SchemaText | null {
  const { schema, schemaType = 'AVRO', references = [] } = body;
  const type = SCHEMA_TYPES.find((known) => known === schemaType);
  if (typeof schema !== 'string' || type === undefined || !Array.isArray(references)) return null;
  return { type, text: schema, references: references as SchemaReference[] };
}

function refusal({ code, message }: Extract<RegistryResponse, { kind: 'refused' }>): DatabaseError {
  if (code === 409 || Math.floor(code / 100) === 409) {
    return new RegistryError('INCOMPATIBLE', message);
  }
  if (code === 42201) return new RegistryError('INVALID_SCHEMA', message);
  if (code === 42205) return new RegistryError('NOT_PERMITTED', message);
  return new DatabaseError('BAD_STATEMENT', `The schema registry refuses: ${message} (${code})`);
}

function unexpected(place: string, what: string): DatabaseError {
  return new DatabaseError(
    'WAIT_TIMEOUT',
    `The schema registry at ${place} answers what is not expected: ${what}.`,
  );
}
