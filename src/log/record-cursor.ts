// Hot path: once per record.
import { CorruptionError, DatabaseError } from '../base/errors.ts';
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  baseTimestamp,
  compressionOf,
  describeBatch,
  isLogAppendTime,
  lastOffsetDelta,
  maxTimestamp,
  recordCount,
} from './record-batch.ts';
import type { RecordHeader } from './record-batch.ts';
import { decodeVarlong } from './varint.ts';

const VARINT_BYTES_MAX = 5;
const EMPTY = Buffer.alloc(0);

/**
 * Walks over the records of one batch without allocating. After `next()` returned true the fields describe the
 * current record; key and value are ranges of `buffer`, with start and end -1 for null.
 *
 * The batch has passed `validateBatch`. Lengths inside are checked all the same: the checksum only says that the
 * bytes are what somebody wrote.
 */
export class RecordCursor {
  buffer: Buffer = EMPTY;
  offset = -1;
  /** Milliseconds since the epoch. */
  timestamp = 0;
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
  /** Where the whole record begins; it ends at `recordEnd`. */
  recordStart = 0;

  #at = 0;
  #left = 0;
  #offsetDelta = -1;
  #offsetDeltaMax = 0;
  #baseOffset = 0;
  #baseTimestamp = 0;
  #appendTime: number | null = null;
  #headersStart = 0;
  #recordEnd = 0;

  constructor(batch?: Buffer) {
    if (batch !== undefined) this.reset(batch);
  }

  /**
   * Stands before the first record of another batch.
   * @throws DatabaseError BAD_REQUEST when the batch is compressed.
   */
  reset(batch: Buffer): void {
    const compression = compressionOf(batch);
    if (compression !== 'none') {
      throw new DatabaseError(
        'BAD_REQUEST',
        `${describeBatch(batch)} is compressed (${compression}) and only uncompressed batches can be read. ` +
          'Set compression.type=none where it is produced.',
      );
    }
    this.buffer = batch;
    this.#at = BATCH_HEADER_BYTES;
    this.#left = recordCount(batch);
    this.#offsetDelta = -1;
    this.#offsetDeltaMax = lastOffsetDelta(batch);
    this.#baseOffset = baseOffset(batch);
    this.#baseTimestamp = baseTimestamp(batch);
    this.#appendTime = isLogAppendTime(batch) ? maxTimestamp(batch) : null;
  }

  /**
   * Goes to the next record; false when there is none.
   * @throws CorruptionError when the record does not fit its length or the batch.
   */
  next(): boolean {
    const buffer = this.buffer;
    if (this.#left === 0) {
      if (this.#at !== buffer.length) this.#fail('bytes follow its last record');
      return false;
    }
    this.#left--;

    this.recordStart = this.#at;
    const length = this.#varint();
    const recordEnd = this.#at + length;
    if (length < 1 || recordEnd > buffer.length) this.#fail(`a record is ${length} bytes long`);
    this.#recordEnd = recordEnd;
    this.#at++; // The attributes of a record are unused.

    const time = this.#timestamp();
    this.timestamp = this.#appendTime ?? time;
    const delta = this.#varint();
    if (delta <= this.#offsetDelta || delta > this.#offsetDeltaMax) {
      this.#fail(`the offset of a record is ${delta} beyond the first`);
    }
    this.#offsetDelta = delta;
    this.offset = this.#baseOffset + delta;

    const keyLength = this.#varint();
    if (keyLength < 0) {
      if (keyLength !== -1) this.#fail(`the key of a record is ${keyLength} bytes long`);
      this.keyStart = -1;
      this.keyEnd = -1;
    } else {
      this.keyStart = this.#at;
      this.#at += keyLength;
      this.keyEnd = this.#at;
    }
    // Reading beyond the record is harmless before this check, and reading beyond the batch yields no byte.
    const valueLength = this.#varint();
    if (valueLength < 0) {
      if (valueLength !== -1) this.#fail(`the value of a record is ${valueLength} bytes long`);
      this.valueStart = -1;
      this.valueEnd = -1;
    } else {
      this.valueStart = this.#at;
      this.#at += valueLength;
      this.valueEnd = this.#at;
    }
    // One byte at least is left for the number of headers.
    if (this.#at >= recordEnd) this.#fail('a key or value reaches beyond its record');
    this.#headersStart = this.#at;
    this.#at = recordEnd;
    return true;
  }

  /** One past the last byte of the current record. */
  get recordEnd(): number {
    return this.#recordEnd;
  }

  /** Skips records below `offset`: the following `next()` goes to the first one at or beyond it. */
  skipTo(offset: number): void {
    while (this.#left > 0) {
      const at = this.#at;
      const delta = this.#offsetDelta;
      if (this.#baseOffset + delta + 1 >= offset) return;
      this.next();
      if (this.offset >= offset) {
        this.#at = at;
        this.#left++;
        this.#offsetDelta = delta;
        return;
      }
    }
  }

  /**
   * The headers of the current record, decoded when asked for; values share the batch's memory.
   * @throws CorruptionError when they do not fit the record exactly.
   */
  headers(): RecordHeader[] {
    const nextRecord = this.#at;
    this.#at = this.#headersStart;
    const count = this.#varint();
    const headers: RecordHeader[] = [];
    // Two lengths of a byte each: more headers than that cannot be in there.
    if (count < 0 || count * 2 > this.#recordEnd - this.#at) this.#fail(`${count} record headers`);
    for (let i = 0; i < count; i++) {
      const key = this.#headerPart();
      if (key === null) this.#fail('a record header has no name');
      headers.push({ key: key.toString(), value: this.#headerPart() });
    }
    if (this.#at !== this.#recordEnd) this.#fail('bytes follow the headers of a record');
    this.#at = nextRecord;
    return headers;
  }

  /** A copy of the headers of the current record as they stand in it, their count first; null when it has none. */
  headerBytes(): Buffer | null {
    const start = this.#headersStart;
    if (this.buffer[start] === 0) return null;
    return Buffer.from(this.buffer.subarray(start, this.#recordEnd));
  }

  #headerPart(): Buffer | null {
    const length = this.#varint();
    if (length === -1) return null;
    const start = this.#at;
    const end = start + length;
    if (length < 0 || end > this.#recordEnd) this.#fail(`part of a header is ${length} bytes long`);
    this.#at = end;
    return this.buffer.subarray(start, end);
  }

  /** A zigzagged integer of up to 32 bits. */
  #varint(): number {
    const buffer = this.buffer;
    const at = this.#at;
    const first = this.#byte(at);
    if (first < 0x80) {
      this.#at = at + 1;
      return (first >>> 1) ^ -(first & 1);
    }
    const second = this.#byte(at + 1);
    if (second < 0x80) {
      this.#at = at + 2;
      const unsigned = (first & 0x7f) | (second << 7);
      return (unsigned >>> 1) ^ -(unsigned & 1);
    }
    let unsigned = (first & 0x7f) | ((second & 0x7f) << 7);
    for (let i = 2; i < VARINT_BYTES_MAX; i++) {
      const byte = at + i < buffer.length ? buffer[at + i]! : 0xff;
      unsigned |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) {
        this.#at = at + i + 1;
        return (unsigned >>> 1) ^ -(unsigned & 1);
      }
    }
    return this.#fail('a variable-length integer has no end');
  }

  #timestamp(): number {
    const at = this.#at;
    const byte = this.#byte(at);
    if (byte < 0x80) {
      this.#at = at + 1;
      return this.#baseTimestamp + ((byte >>> 1) ^ -(byte & 1));
    }
    let unsigned = byte & 0x7f;
    for (let i = 1; i < 4; i++) {
      const more = this.#byte(at + i);
      unsigned |= (more & 0x7f) << (7 * i);
      if (more < 0x80) {
        this.#at = at + i + 1;
        return this.#baseTimestamp + ((unsigned >>> 1) ^ -(unsigned & 1));
      }
    }
    return this.#farTimestamp();
  }

  /** More than a day and a half from the base timestamp. */
  #farTimestamp(): number {
    const delta = decodeVarlong(this.buffer, this.#at);
    if (delta === null) return this.#fail('a timestamp has no end');
    this.#at = delta.end;
    return Number(BigInt(this.#baseTimestamp) + delta.value);
  }

  /** Beyond the batch every byte says that more follow, so that the integer is refused. */
  #byte(at: number): number {
    const buffer = this.buffer;
    return at < buffer.length ? buffer[at]! : 0xff;
  }

  #fail(what: string): never {
    throw new CorruptionError(`${describeBatch(this.buffer)}, byte ${this.#at}: ${what}.`);
  }
}
