import type { SchemaType } from '../schema-registry/schema-registry.ts';

/** A registered schema together with all that it refers to. Plain JSON. */
export interface ResolvedSchema {
  readonly type: SchemaType;
  readonly text: string;
  /** What it builds on, directly or through others; each before those that use it. */
  readonly dependencies: readonly SchemaDependency[];
}

/** A schema that another one refers to under this name: an Avro name, a JSON Schema `$ref`, a Protobuf import. */
export interface SchemaDependency {
  readonly name: string;
  readonly text: string;
}

/** The schema that payloads are written with, and its id, which stands in front of each of them. Plain JSON. */
export interface WriterSchema extends ResolvedSchema {
  readonly id: number;
}

/** Where a decoder, which cannot wait, looks for the schema that a payload was written with. */
export interface SchemaLookup {
  /** Null for an id that is not registered; undefined when the schema has to be fetched first. */
  find(id: number): ResolvedSchema | null | undefined;
}

/**
 * Thrown by a decoder: the schema of this id has to be fetched, then the payload can be decoded. It says nothing about
 * the payload.
 */
export class SchemaNeeded extends Error {
  override readonly name = 'SchemaNeeded';
  readonly id: number;

  constructor(id: number) {
    super(`The schema ${id} has to be fetched`);
    this.id = id;
  }
}
