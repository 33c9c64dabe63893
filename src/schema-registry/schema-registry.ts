/** The languages a schema can be written in, as Confluent's registry names them. */
export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF';

export const SCHEMA_TYPES: readonly SchemaType[] = ['AVRO', 'JSON', 'PROTOBUF'];

/** Another registered schema that a schema builds on: an Avro name, a JSON Schema `$ref`, a Protobuf import. */
export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema as it is registered. */
export interface SchemaText {
  readonly type: SchemaType;
  readonly text: string;
  readonly references: readonly SchemaReference[];
}

/** One version of a subject. Versions count from 1; ids are unique in the registry, equal schemas share one. */
export interface SubjectVersion {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly schema: SchemaText;
}

/**
 * Where the schemas of AVRO, PROTOBUF and JSON_SR payloads are kept: the embedded registry or another one over HTTP.
 * What it answers is durable when it answers.
 */
export interface SchemaRegistry {
  /** Whether `byId` asks another process, which may be slow or down. */
  readonly isRemote: boolean;
  /**
   * Registers the schema under the subject as its newest version, or finds the version that has it already.
   * @throws DatabaseError BAD_STATEMENT when it does not parse; ALREADY_EXISTS when the subject's compatibility level
   * forbids it.
   */
  register(subject: string, schema: SchemaText): Promise<SubjectVersion>;
  /** The version of the subject that has this schema; null when there is none. */
  find(subject: string, schema: SchemaText): Promise<SubjectVersion | null>;
  /** The newest version of a subject; null when there is none. */
  latest(subject: string): Promise<SubjectVersion | null>;
  version(subject: string, version: number): Promise<SubjectVersion | null>;
  /** The schema of an id; null when it is unknown. */
  byId(id: number): Promise<SchemaText | null>;
  /**
   * The schema of an id if it is in memory: what a decoder, which cannot wait, may ask. `undefined` when only `byId`
   * can tell.
   */
  peek(id: number): SchemaText | null | undefined;
  /** Removes a subject with all its versions; payloads written with them stay readable. */
  deleteSubject(subject: string): Promise<void>;
}
