// Hot path: once per record.
import type { Column } from '../sql/schema.ts';
import type { Row, Value } from '../sql/types.ts';
import { DeserializationError, type Decoder, type DecoderOptions } from './format.ts';
import { coerceJson } from './json-coerce.ts';
import {
  generateJsonReader,
  type JsonFallbacks,
  type ReadJsonRecord,
} from './json-decoder-code.ts';
import { learnJsonLayout, type JsonLayout } from './json-layout.ts';
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
 * Objects take a fast path that reads bytes straight into the row: first guided by tables made from the columns and by
 * the names met so far, then, once it is known how the records are laid out, by a function generated for that layout and
 * the needed columns. A record that is laid out differently leaves that function where the difference begins and is read
 * on by the tables. Values the fast path does not know (escapes, exponents, nesting, texts as numbers) go one by one to
 * the exact reader; what makes the record as a whole unusual (duplicate names, any error) sends the record there, so that
 * only the exact reader ever decides that a record is bad.
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

/**
 * So many records of another layout than the known one, and more than there were of that, make the decoder learn anew;
 * the first time, so many records at all. Doubled each time, so that generating code costs next to nothing however often
 * the layout changes.
 */
export const LEARN_AFTER = 64;
const LEARN_AFTER_MAX = 1 << 20;

class ObjectDecoder {
  readonly #columns: readonly JsonColumnReading[];
  readonly #needed: readonly boolean[];
  readonly #readings: readonly ScalarReading[];
  readonly #names: JsonNames;
  readonly #reader = new JsonReader();
  /** By column: the serial of the record that last had it; a second time in one record is a duplicate. */
  readonly #seen: Int32Array;
  #serial = 0;

  /** What records have looked like; until something is known no record looks like it. */
  #layout: JsonLayout = { fields: [], tail: null };
  #read: ReadJsonRecord;
  /** Records, and those of another layout, since it was last thought about. */
  #recordCount = 0;
  #otherCount = 0;
  #learnAfter = LEARN_AFTER;

  constructor(columns: readonly JsonColumnReading[], needed: readonly boolean[]) {
    this.#columns = columns;
    this.#needed = needed;
    this.#readings = columns.map((column) => column.scalar);
    this.#names = new JsonNames(columns, needed);
    this.#seen = new Int32Array(columns.length);
    this.#read = (bytes, at, end, row, base) => this.#fallbacks.rest(bytes, at, end, row, base, 0);
  }

  readonly decode: Decoder = (bytes, start, end, row, rowOffset) => {
    this.#recordCount++;
    try {
      if (this.#read(bytes, start, end, row, rowOffset)) {
        if (this.#otherCount >= this.#learnAfter) this.#learn(bytes, start, end);
        return true;
      }
    } catch (error) {
      if (!(error instanceof DeserializationError)) throw error;
    }
    return this.#decodeExactly(bytes, start, end, row, rowOffset);
  };

  /** Goes over to the layout of this record, if that is more usual than the known one. */
  #learn(bytes: Buffer, start: number, end: number): void {
    const isUsual = this.#otherCount * 2 > this.#recordCount;
    this.#recordCount = 0;
    this.#otherCount = 0;
    this.#learnAfter = Math.min(this.#learnAfter * 2, LEARN_AFTER_MAX);
    const layout = isUsual ? learnJsonLayout(bytes, start, end, this.#names) : null;
    if (layout === null) return;
    this.#layout = layout;
    this.#read = generateJsonReader(layout, this.#readings, this.#fallbacks);
  }

  readonly #fallbacks: JsonFallbacks = {
    value: (column, bytes, at, end, row, base) => {
      const behind = readScalar(this.#readings[column]!, bytes, at, end, row, base + column);
      if (behind !== -1) return behind;
      row[base + column] = this.#readExactly(column, bytes, at, end);
      return this.#reader.position;
    },
    rest: (bytes, at, end, row, base, done) => {
      this.#otherCount++;
      return this.#readRest(bytes, at, end, row, base, done);
    },
    more: (bytes, at, end, row, base, done) => this.#readRest(bytes, at, end, row, base, done),
  };

  /**
   * Reads fields of any names in any order, guided by tables.
   *
   * @param done so many fields of the layout are read already; `at` is behind the value of the last of them.
   * @returns false, with the row half filled, for a record that the exact reader must look at.
   */
  #readRest(
    bytes: Buffer,
    at: number,
    end: number,
    row: Row,
    rowOffset: number,
    done: number,
  ): boolean {
    const readings = this.#readings;
    const seen = this.#seen;
    const names = this.#names;
    const { bytes: spellings, starts, ends, columns, followers } = names;
    const serial = (this.#serial = (this.#serial + 1) | 0);
    const { fields } = this.#layout;
    for (let i = 0; i < done; i++) {
      const column = fields[i]!.column;
      if (column >= 0) seen[column] = serial;
    }
    for (let i = 0; i < readings.length; i++) if (seen[i] !== serial) row[rowOffset + i] = null;

    // `at` may run past `end` by a token, for what lies there is still memory of ours; the last line catches it.
    let name = RECORD_START;
    if (bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);
    let more: boolean;
    if (done === 0) {
      if (bytes[at++] !== 0x7b) return false;
      if (bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);
      more = bytes[at] !== 0x7d;
      if (!more) at++;
    } else {
      name = fields[done - 1]!.name;
      const byte = bytes[at++];
      more = byte === 0x2c;
      if (!more && byte !== 0x7d) return false;
      if (more && bytes[at]! <= 0x20) at = skipBlanks(bytes, at, end);
    }

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

  /** Reads one value of any form; the reader is then behind it. */
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
