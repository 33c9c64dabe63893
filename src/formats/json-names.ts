// Hot path: once per field, through the public arrays.
import type { Column } from '../sql/schema.ts';
import { JsonReader } from './json-reader.ts';
import { DeserializationError } from './format.ts';

/** What a name is found for. */
type Named = Pick<Column, 'name'>;

/** `column` of a name that no column is read from. */
export const NO_COLUMN = -1;
/** `column` of a name that several columns are read from, as `a` is by columns A and `a`. */
export const SEVERAL_COLUMNS = -2;

/** Id of the place before the first field. */
export const RECORD_START = 0;

/** More names than any record has: beyond it somebody puts data into names, and everything learned is dropped. */
const NAMES_MAX = 512;
const BYTES_MAX = 1 << 14;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The field names one decoder has met, as they were spelled, and which came after which: records of a topic look
 * alike, so the name that followed last time is compared first.
 *
 * A name has an id. Its spelling, quotes included, is `bytes` from `starts[id]` to `ends[id]`; the column read from
 * it is `columns[id]`; `followers[id]` is the name that last came after it. The arrays are for reading only.
 */
export class JsonNames {
  readonly bytes = new Uint8Array(BYTES_MAX);
  readonly starts = new Int32Array(NAMES_MAX);
  readonly ends = new Int32Array(NAMES_MAX);
  readonly columns = new Int32Array(NAMES_MAX);
  readonly followers = new Int32Array(NAMES_MAX);
  readonly #reader = new JsonReader();
  readonly #resolve: (name: string) => number;
  readonly #ids = new Map<string, number>();
  #count = 1;

  constructor(columns: readonly Named[], needed: readonly boolean[]) {
    this.#resolve = (name) => resolveName(name, columns, needed);
    // Nothing is spelled like the record's start, so an empty guess is never right.
    this.starts[RECORD_START] = 1;
  }

  /**
   * The id of the name that is spelled at `at`, learned if it is new; remembered as the follower of `previous`.
   * Returns -1 when there is no valid name or it cannot be learned.
   */
  find(bytes: Buffer, at: number, end: number, previous: number): number {
    const behind = endOfName(bytes, at, end);
    if (behind === -1 || behind - at > BYTES_MAX / 2) return -1;
    const spelling = bytes.toString('latin1', at, behind);
    const id = this.#ids.get(spelling) ?? this.#learn(spelling, bytes, at, behind);
    if (id !== -1 && previous < this.#count) this.followers[previous] = id;
    return id;
  }

  #learn(spelling: string, bytes: Buffer, start: number, end: number): number {
    const column = this.#columnOf(bytes, start, end);
    if (column === null) return -1;
    let length = this.ends[this.#count - 1]!;
    if (this.#count === NAMES_MAX || length + end - start > BYTES_MAX) {
      this.#ids.clear();
      this.followers.fill(RECORD_START);
      this.#count = 1;
      length = 0;
    }
    const id = this.#count++;
    this.bytes.set(bytes.subarray(start, end), length);
    this.starts[id] = length;
    this.ends[id] = length + end - start;
    this.columns[id] = column;
    this.#ids.set(spelling, id);
    return id;
  }

  /** Null when the name is not valid JSON. */
  #columnOf(bytes: Buffer, start: number, end: number): number | null {
    try {
      return this.#resolve(this.#reader.readAll(bytes, start, end) as string);
    } catch (error) {
      if (error instanceof DeserializationError) return null;
      throw error;
    }
  }
}

/** The position behind the closing quote of the text that begins at `at`; -1 when there is no text. */
function endOfName(bytes: Buffer, at: number, end: number): number {
  if (bytes[at] !== QUOTE) return -1;
  for (at++; at < end; at++) {
    if (bytes[at] === QUOTE) return at + 1;
    if (bytes[at] === BACKSLASH) at++;
  }
  return -1;
}

function resolveName(name: string, columns: readonly Named[], needed: readonly boolean[]): number {
  const upperCased = name.toUpperCase();
  let found = NO_COLUMN;
  for (const [i, column] of columns.entries()) {
    if (!needed[i] || (column.name !== name && column.name !== upperCased)) continue;
    if (found !== NO_COLUMN) return SEVERAL_COLUMNS;
    found = i;
  }
  return found;
}
