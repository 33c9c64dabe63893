// Hot path: once per record.
import type { Column } from '../sql/schema.ts';
import type { Row, Value } from '../sql/types.ts';
import { DeserializationError, type Decoder, type DecoderOptions } from './format.ts';
import { coerceJson } from './json-coerce.ts';
import { JsonNames, RECORD_START, SEVERAL_COLUMNS } from './json-names.ts';
import { formatJsonNode, JsonObject, type JsonNode } from './json-node.ts';
import { JsonReader } from './json-reader.ts';
import { readScalar, scalarReadingOf, type ScalarReading } from './json-scalar.ts';
import { skipBlanks, skipJson } from './json-skip.ts';
import { shorten } from './payload-text.ts';

/**
 * Decodes JSON payloads by the rules of section 7.3 of the dialect. A single column is bare when the spec says
 * `unwrapped`, else the payload is an object.
 *
 * Objects take a fast path that reads bytes straight into the row, guided by tables made from the columns and by the
 * names met so far. Values it does not know (escapes, exponents, nesting, texts as numbers) go one by one to the exact
 * reader; what makes the record as a whole unusual (duplicate names, any error) sends the record there, so that only
 * the exact reader ever decides that a record is bad.
 */
export function createJsonDecoder({ columns, spec, needed }: DecoderOptions): Decoder {
  const [single] = columns;
  if (spec.unwrapped === true && columns.length === 1 && single !== undefined) {
    return createBareDecoder(single, needed[0] === true);
  }
  return createJsonObjectDecoder(
    columns.map(({ name, type }) => ({
      name,
      scalar: scalarReadingOf(type),
      read: (node) => coerceJson(node, type, `$.${name}`),
    })),
    needed,
  );
}

/** How one column is read. */
export interface JsonColumnReading {
  /** Of the field. */
  readonly name: string;
  /** Its plain forms. */
  readonly scalar: ScalarReading;
  /** Any other form; undefined for a field that is not there. @throws DeserializationError */
  readonly read: (node: JsonNode | undefined) => Value;
}

/** A decoder of objects with a field for each column. Hot path. */
export function createJsonObjectDecoder(
  columns: readonly JsonColumnReading[],
  needed: readonly boolean[],
): Decoder {
  return new ObjectDecoder(columns, needed).decode;
}

function createBareDecoder(column: Column, needed: boolean): Decoder {
  const reader = new JsonReader();
  return (bytes, start, end, row, rowOffset) => {
    const node = reader.readAll(bytes, start, end);
    row[rowOffset] = needed ? coerceJson(node, column.type, '$') : null;
    return node !== null;
  };
}

class ObjectDecoder {
  readonly #columns: readonly JsonColumnReading[];
  readonly #needed: readonly boolean[];
  readonly #readings: readonly ScalarReading[];
  readonly #names: JsonNames;
  readonly #reader = new JsonReader();
  /** By column: the serial of the record that last had it; a second time in one record is a duplicate. */
  readonly #seen: Int32Array;
  #serial = 0;

  constructor(columns: readonly JsonColumnReading[], needed: readonly boolean[]) {
    this.#columns = columns;
    this.#needed = needed;
    this.#readings = columns.map((column) => column.scalar);
    this.#names = new JsonNames(columns, needed);
    this.#seen = new Int32Array(columns.length);
  }

  readonly decode: Decoder = (bytes, start, end, row, rowOffset) => {
    try {
      if (this.#decodeUsual(bytes, start, end, row, rowOffset)) return true;
    } catch (error) {
      if (!(error instanceof DeserializationError)) throw error;
    }
    return this.#decodeExactly(bytes, start, end, row, rowOffset);
  };

  /** Returns false, with the row half filled, for a record that the exact reader must look at. */
  #decodeUsual(bytes: Buffer, start: number, end: number, row: Row, rowOffset: number): boolean {
    const readings = this.#readings;
    const seen = this.#seen;
    const names = this.#names;
    const { bytes: spellings, starts, ends, columns, followers } = names;
    const serial = (this.#serial = (this.#serial + 1) | 0);
    for (let i = 0; i < readings.length; i++) row[rowOffset + i] = null;

    // `at` may run past `end` by a token, for what lies there is still memory of ours; the last line catches it.
    let at = start;
    if (bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);
    if (bytes[at++] !== 0x7b) return false;
    if (bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);
    let more = bytes[at] !== 0x7d;
    if (!more) at++;

    let name = RECORD_START;
    while (more) {
      if (at >= end) return false;
      const previous = name;
      name = followers[previous]!;
      let spelled = starts[name]!;
      const spelledEnd = ends[name]!;
      let behind = at;
      while (spelled < spelledEnd && spellings[spelled] === bytes[behind]) {
        spelled++;
        behind++;
      }
      if (spelled !== spelledEnd) {
        name = names.find(bytes, at, end, previous);
        if (name === -1) return false;
        behind = at + ends[name]! - starts[name]!;
      }
      at = behind;

      if (bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);
      if (bytes[at++] !== 0x3a) return false;
      if (bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);

      const column = columns[name]!;
      if (column < 0) {
        if (column === SEVERAL_COLUMNS) return false;
        at = skipJson(bytes, at, end, 1);
        if (at === -1) return false;
      } else {
        if (seen[column] === serial) return false;
        seen[column] = serial;
        const behind = readScalar(readings[column]!, bytes, at, end, row, rowOffset + column);
        if (behind === -1) {
          row[rowOffset + column] = this.#readExactly(column, bytes, at, end);
          at = this.#reader.position;
        } else at = behind;
      }

      if (bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);
      const byte = bytes[at++];
      if (byte === 0x2c) {
        if (bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);
      } else if (byte === 0x7d) more = false;
      else return false;
    }
    return skipBlanks(bytes, at, end) === end;
  }

  /** Reads one value of any form into the row and returns the position behind it. */
  #readExactly(column: number, bytes: Buffer, at: number, end: number): Value {
    return this.#columns[column]!.read(this.#reader.readAt(bytes, at, end, 1));
  }

  /** @throws DeserializationError when the payload is not JSON or does not fit the columns. */
  #decodeExactly(bytes: Buffer, start: number, end: number, row: Row, rowOffset: number): boolean {
    const node = this.#reader.readAll(bytes, start, end);
    if (node !== null && !(node instanceof JsonObject)) {
      throw new DeserializationError(
        `Cannot read the columns ${this.#columns.map((column) => column.name).join(', ')}: ` +
          `found ${shorten(formatJsonNode(node))}, expected a JSON object`,
      );
    }
    for (const [i, { name, read }] of this.#columns.entries()) {
      const field = this.#needed[i] ? node?.find(name) : null;
      row[rowOffset + i] = read(field);
    }
    return node !== null;
  }
}
