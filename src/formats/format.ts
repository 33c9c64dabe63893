import type { Column } from '../sql/schema.ts';
import type { Row } from '../sql/types.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import type { SchemaType } from '../schema-registry/schema-registry.ts';
import type { ResolvedSchema, SchemaLookup, WriterSchema } from './registered-schema.ts';

/** A format and its settings as a source carries them; plain JSON. */
export interface FormatSpec {
  /** One of those in `formats/index.ts`. */
  readonly name: string;
  /** DELIMITED only; default ','. */
  readonly delimiter?: string;
  /** Whether a single column is written bare (`42`) instead of as an object (`{"F":42}`). */
  readonly unwrapped?: boolean;
  /** AVRO: name of the record, dots before its namespace; PROTOBUF: of the message. */
  readonly fullName?: string;
  /** PROTOBUF and PROTOBUF_NOSR: how scalars are written that may be null; default: nulls are not kept. */
  readonly nullable?: 'OPTIONAL' | 'WRAPPER';
  /** The id the statement names: rows are written with that schema and no other. */
  readonly schemaId?: number;
  /**
   * The registered schema that rows are written with, of a format that has schemas; absent: the one the columns make,
   * without an id of its own.
   */
  readonly writer?: WriterSchema;
}

/** One serialisation format: a definition in the list of `formats/index.ts`. */
export interface Format {
  readonly name: string;
  /**
   * Checks that the columns can be written in this format.
   * @throws DatabaseError BAD_STATEMENT saying which column does not fit and why.
   */
  check(columns: readonly Column[], spec: FormatSpec, side: 'key' | 'value'): void;
  /** Whether a single column is bare or wrapped when nobody says: keys always bare where possible. */
  unwrappedByDefault(side: 'key' | 'value'): boolean;
  createDecoder(options: DecoderOptions): Decoder;
  createEncoder(options: EncoderOptions): Encoder;
  /** Whether a single column can be wrapped and can be bare; the others always do the same. */
  readonly wrappingIsChoice: boolean;
  /** What formats with schemas in a registry have beside; null for the others. */
  readonly schemas: FormatSchemas | null;
}

/** The schemas of a format whose payloads name the schema they were written with. */
export interface FormatSchemas {
  readonly type: SchemaType;
  /** The text of the schema that the columns make. */
  derive(columns: readonly Column[], spec: FormatSpec): string;
  /**
   * The columns that a schema describes.
   * @throws DatabaseError BAD_STATEMENT when the schema does not parse or describes nothing that can be read.
   */
  infer(schema: ResolvedSchema, options: InferOptions): InferredColumns;
}

/** What {@link FormatSchemas.infer} makes of a schema. */
export interface InferOptions {
  readonly side: 'key' | 'value';
  /** Whether the whole schema is the type of one column: then that column's name; else its fields are the columns. */
  readonly whole: string | null;
  /** PROTOBUF: the message, where a file has several. */
  readonly fullName: string | undefined;
}

/** Columns with the names of the schema, in any case. */
export interface InferredColumns {
  readonly columns: readonly Column[];
  /** The schema's own name; null when it has none. */
  readonly fullName: string | null;
}

export interface DecoderOptions {
  readonly columns: readonly Column[];
  readonly spec: FormatSpec;
  /** By column index: false for columns nobody reads, which may be left null. */
  readonly needed: readonly boolean[];
  /** Where formats with schemas find those of the payloads; absent: none is known. */
  readonly schemas?: SchemaLookup | undefined;
}

/**
 * Decodes one payload into a row. Hot path.
 *
 * Fills `row[rowOffset + i]` for each needed column i (others become null) and returns true; returns false when the
 * payload stands for a null row (JSON `null`).
 * @throws DeserializationError when the bytes do not fit; `row` is then unspecified. SchemaNeeded when the schema of the
 *   payload has to be fetched first.
 */
export type Decoder = (
  bytes: Buffer,
  start: number,
  end: number,
  row: Row,
  rowOffset: number,
) => boolean;

export interface EncoderOptions {
  readonly columns: readonly Column[];
  readonly spec: FormatSpec;
}

/**
 * Writes `row[rowOffset + i]` for each column. Hot path. Returns false, writing nothing, when the row is written as a
 * null payload (a single unwrapped null; formats without columns).
 */
export type Encoder = (row: Row, rowOffset: number, writer: ByteWriter) => boolean;

/** A record's bytes are not what its source's schema and format say. */
export class DeserializationError extends Error {
  override readonly name = 'DeserializationError';
}
