import type { JsonNames } from './json-names.ts';
import { NO_COLUMN, RECORD_START } from './json-names.ts';
import { skipBlanks, skipJson } from './json-skip.ts';

/**
 * How one record was laid out: all bytes of it but those of the values. Records of a topic come from the same program,
 * so nearly all have the same names in the same order with the same blanks between them.
 */
export interface JsonLayout {
  /** In the order of the record; no two have the same column. */
  readonly fields: readonly JsonLayoutField[];
  /** Behind the value of the last field, to the end of the record; null when the record has more fields. */
  readonly tail: Uint8Array | null;
}

/** One field of a record. */
export interface JsonLayoutField {
  /** From the value before, or from the start of the record, to the first byte of the value. */
  readonly prefix: Uint8Array;
  /** Id of the name among the {@link JsonNames} of the decoder. */
  readonly name: number;
  /** That is read from it, or {@link NO_COLUMN}. */
  readonly column: number;
  /** The first byte that the value had: tells what the next one will be. */
  readonly first: number;
}

/** More would make a function too long for the runtime to optimise. */
const FIELDS_MAX = 64;
const PREFIX_BYTES_MAX = 2048;

/**
 * The layout of a record, or of its first fields when it has very many.
 *
 * @param start of a record that was read without anything unusual.
 * @returns null when there is nothing to learn from it.
 */
export function learnJsonLayout(
  bytes: Buffer,
  start: number,
  end: number,
  names: JsonNames,
): JsonLayout | null {
  const fields: JsonLayoutField[] = [];
  let room = PREFIX_BYTES_MAX;
  let name = RECORD_START;
  let behind = start;
  // Behind the opening brace, then behind each comma.
  let at = skipBlanks(bytes, start, end) + 1;
  for (;;) {
    at = skipBlanks(bytes, at, end);
    name = names.find(bytes, at, end, name);
    if (name === -1) return null;
    at = skipBlanks(bytes, at + names.ends[name]! - names.starts[name]!, end);
    at = skipBlanks(bytes, at + 1, end);
    room -= at - behind;
    if (fields.length === FIELDS_MAX || room < 0)
      return fields.length > 0 ? { fields, tail: null } : null;
    const column = names.columns[name]!;
    if (column < NO_COLUMN) return null;
    fields.push({ prefix: copy(bytes, behind, at), name, column, first: bytes[at]! });
    behind = skipJson(bytes, at, end, 1);
    if (behind === -1) return null;
    at = skipBlanks(bytes, behind, end);
    if (bytes[at++] !== 0x2c) return { fields, tail: copy(bytes, behind, end) };
  }
}

function copy(bytes: Buffer, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end);
}
