import type { Column } from '../sql/schema.ts';
import type { Row } from '../sql/types.ts';
import type { ByteWriter } from '../base/byte-writer.ts';

/** A format and its settings as a source carries them; plain JSON. */
export interface FormatSpec {
  /** KAFKA, JSON, DELIMITED, NONE. */
  readonly name: string;
  /** DELIMITED only; default ','. */
  readonly delimiter?: string;
  /** Whether a single column is written bare (`42`) instead of as an object (`{"F":42}`). */
  readonly unwrapped?: boolean;
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
}

export interface DecoderOptions {
  readonly columns: readonly Column[];
  readonly spec: FormatSpec;
  /** By column index: false for columns nobody reads, which may be left null. */
  readonly needed: readonly boolean[];
}

/**
 * Decodes one payload into a row. Hot path.
 *
 * Fills `row[rowOffset + i]` for each needed column i (others become null) and returns true; returns false when the
 * payload stands for a null row (JSON `null`).
 * @throws DeserializationError when the bytes do not fit; `row` is then unspecified.
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
