// Hot path: once per record of a source with header columns.
import type { Decoder } from '../formats/format.ts';
import type { RecordCursor } from '../log/record-cursor.ts';
import type { RecordHeader } from '../log/record-batch.ts';
import { type Column, isPayload } from '../sql/schema.ts';
import type { Row, Value } from '../sql/types.ts';

/** Fills the value columns of sources that have header columns: some from the payload, some from the headers. */
export class HeaderColumns {
  readonly #decodePayload: Decoder;
  /** Positions among the value columns. */
  readonly #payload: readonly number[];
  readonly #headers: readonly { readonly position: number; readonly key: string | null }[];
  readonly #scratch: Row;

  /** @param decodePayload for the columns that do not come from headers. */
  constructor(values: readonly Column[], decodePayload: Decoder) {
    this.#decodePayload = decodePayload;
    this.#payload = values.flatMap((column, position) => (isPayload(column) ? [position] : []));
    this.#headers = values.flatMap(({ header }, position) =>
      header === undefined ? [] : [{ position, key: header.key }],
    );
    this.#scratch = this.#payload.map(() => null);
  }

  /** Like a decoder of formats/format.ts, for the value of the record the cursor stands at. */
  decode(cursor: RecordCursor, row: Row, rowOffset: number): boolean {
    const scratch = this.#scratch;
    const { buffer, valueStart, valueEnd } = cursor;
    if (!this.#decodePayload(buffer, valueStart, valueEnd, scratch, 0)) return false;
    const payload = this.#payload;
    for (let i = 0; i < payload.length; i++) {
      row[rowOffset + (payload[i] as number)] = scratch[i] as Value;
    }
    const headers = cursor.headers();
    for (const { position, key } of this.#headers) {
      row[rowOffset + position] = key === null ? listOf(headers) : lastOf(headers, key);
    }
    return true;
  }
}

function listOf(headers: readonly RecordHeader[]): Value {
  return headers.map(({ key, value }): Value => [key, value === null ? null : Buffer.from(value)]);
}

/** The value of the last header of that name; null when there is none. A copy: the batch does not live as long. */
function lastOf(headers: readonly RecordHeader[], key: string): Value {
  const value = headers.findLast((header) => header.key === key)?.value ?? null;
  return value === null ? null : Buffer.from(value);
}
