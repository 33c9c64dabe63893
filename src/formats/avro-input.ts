// Hot path: once per field of each record.
import { integer } from '../sql/value.ts';
import { DeserializationError } from './format.ts';
import { readShortText } from './string-cache.ts';

const VARINT_BYTES_MAX = 10;
/** Bits of a varint that two 32-bit halves hold. */
const EXACT_BITS = 49;
const NESTING_MAX = 100;
/** Items of no bytes at all that a payload may have besides one for each of its bytes. */
const EMPTY_ITEMS_MAX = 10_000;

/** Reads Avro's binary encoding. Every method throws DeserializationError when the payload ends too early. */
export class AvroInput {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;
  #itemsLeft = 0;
  #depth = 0;

  reset(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    this.#itemsLeft = end - start + EMPTY_ITEMS_MAX;
    this.#depth = 0;
  }

  /** An int, which may not be beyond 32 bits. */
  readInt(): number {
    const value = this.readLong();
    if (typeof value === 'number' && value >= -(2 ** 31) && value < 2 ** 31) return value;
    throw new DeserializationError(`Found the int ${value}, which is beyond 32 bits`);
  }

  /** A long: zigzag, 7 bits a byte, lowest first. */
  readLong(): number | bigint {
    const { bytes } = this;
    let at = this.at;
    let byte = bytes[at++]!;
    let low = byte & 0x7f;
    let shift = 7;
    while (byte >= 0x80 && shift < 28) {
      byte = bytes[at++]!;
      low |= (byte & 0x7f) << shift;
      shift += 7;
    }
    if (!(byte < 0x80)) return this.#readLongLong();
    if (at > this.end) throw truncated();
    this.at = at;
    return (low >>> 1) ^ -(low & 1);
  }

  /** Numbers of more than 28 bits: exact in a number up to 49 of them. */
  #readLongLong(): number | bigint {
    const { bytes, at: start, end } = this;
    let at = start;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < EXACT_BITS && at < end; shift += 7) {
      const byte = bytes[at++]!;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else high |= (byte & 0x7f) << (shift - 28);
      if (byte >= 0x80) continue;
      this.at = at;
      const half = high * 2 ** 27 + (low >>> 1);
      return (low & 1) === 0 ? half : -half - 1;
    }
    return this.#readBigLong();
  }

  #readBigLong(): number | bigint {
    let value = 0n;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      const byte = this.readByte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte >= 0x80) continue;
      const unsigned = BigInt.asUintN(64, value);
      return integer(BigInt.asIntN(64, (unsigned >> 1n) ^ -(unsigned & 1n)));
    }
    throw new DeserializationError(`Found a number of more than ${VARINT_BYTES_MAX} bytes`);
  }

  readByte(): number {
    if (this.at >= this.end) throw truncated();
    return this.bytes[this.at++]!;
  }

  readBoolean(): boolean {
    const byte = this.readByte();
    if (byte > 1) throw new DeserializationError(`Found the boolean ${byte}, expected 0 or 1`);
    return byte === 1;
  }

  readFloat(): number {
    return this.bytes.readFloatLE(this.skip(4));
  }

  readDouble(): number {
    return this.bytes.readDoubleLE(this.skip(8));
  }

  /** Bytes of their own. */
  readBytes(): Uint8Array {
    const length = this.readLength();
    return this.readFixed(length);
  }

  readFixed(length: number): Uint8Array {
    const start = this.skip(length);
    return new Uint8Array(this.bytes.subarray(start, start + length));
  }

  readText(): string {
    const length = this.readLength();
    const start = this.skip(length);
    return readShortText(this.bytes, start, start + length);
  }

  /** A length, which what follows must have. */
  readLength(): number {
    const length = this.readLong();
    if (typeof length === 'number' && length >= 0 && length <= this.end - this.at) return length;
    throw new DeserializationError(
      `Found a length of ${length} where ${this.end - this.at} bytes are left`,
    );
  }

  /** Goes on by so many bytes and returns where they begin. */
  skip(count: number): number {
    const start = this.at;
    if (count > this.end - start) throw truncated();
    this.at = start + count;
    return start;
  }

  /**
   * How many items the next block of an array or map has; 0 at its end. What does not fit into the payload is refused
   * before anything is made for it.
   */
  readBlock(): number {
    let count = this.readLong();
    if (count < 0) {
      // A block that says how long it is, for those who skip it.
      this.readLength();
      count = -count;
    }
    this.take(count);
    return Number(count);
  }

  /** Counts items against what the payload can have. */
  take(count: number | bigint): void {
    if (count > this.#itemsLeft) {
      throw new DeserializationError(`Found more items than the payload has bytes for`);
    }
    this.#itemsLeft -= Number(count);
  }

  /** Goes into a record that may contain itself. */
  enter(): void {
    this.take(1);
    if (++this.#depth > NESTING_MAX) {
      throw new DeserializationError(`Found records nested more than ${NESTING_MAX} deep`);
    }
  }

  leave(): void {
    this.#depth--;
  }
}

function truncated(): DeserializationError {
  return new DeserializationError('The payload ends too early');
}
