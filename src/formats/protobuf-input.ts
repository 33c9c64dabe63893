// Hot path: once per field of each record.
import { integer } from '../sql/value.ts';
import { DeserializationError } from './format.ts';
import { readShortText } from './string-cache.ts';

const VARINT_BYTES_MAX = 10;
/** Bits of a varint that two 32-bit halves hold. */
const EXACT_BITS = 49;
const GROUPS_MAX = 100;

/** How a field is written, the lower 3 bits of its tag. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
export const FIXED32 = 5;

/**
 * Reads the wire format of Protobuf up to `end`, which is moved inwards while a message inside is read. Every method
 * throws DeserializationError when the payload ends too early.
 */
export class ProtobufInput {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;

  reset(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** The lower 32 bits of a varint, unsigned. */
  readUint32(): number {
    const { bytes } = this;
    let at = this.at;
    let byte = bytes[at++]!;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[at++]!;
      value |= (byte & 0x7f) << shift;
    }
    if (byte < 0x80 && at <= this.end) {
      this.at = at;
      return value;
    }
    return Number(BigInt.asUintN(32, this.#readBigVarint()));
  }

  readInt32(): number {
    return this.readUint32() | 0;
  }

  readSint32(): number {
    const value = this.readUint32();
    return (value >>> 1) ^ -(value & 1);
  }

  /** All 64 bits of a varint, as a signed integer: of unsigned ones the upper half is negative, as in Java. */
  readInt64(): number | bigint {
    const { bytes, at } = this;
    const first = bytes[at]!;
    if (first < 0x80 && at < this.end) {
      this.at = at + 1;
      return first;
    }
    return this.#readInt64();
  }

  /** Exact in a number up to 49 bits, which is where times and ids are. */
  #readInt64(): number | bigint {
    const { bytes, end } = this;
    let { at } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < EXACT_BITS && at < end; shift += 7) {
      const byte = bytes[at++]!;
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else high |= (byte & 0x7f) << (shift - 28);
      if (byte >= 0x80) continue;
      this.at = at;
      return high * 2 ** 28 + low;
    }
    return integer(BigInt.asIntN(64, this.#readBigVarint()));
  }

  readSint64(): number | bigint {
    const value = BigInt.asUintN(64, this.#readBigVarint());
    return integer(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
  }

  #readBigVarint(): bigint {
    let value = 0n;
    for (let count = 0; count < VARINT_BYTES_MAX; count++) {
      if (this.at >= this.end) throw truncated();
      const byte = this.bytes[this.at++]!;
      value |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) return value;
    }
    throw new DeserializationError(`Found a number of more than ${VARINT_BYTES_MAX} bytes`);
  }

  readBool(): boolean {
    return this.readInt64() !== 0;
  }

  readFixed32(): number {
    return this.bytes.readUInt32LE(this.skip(4));
  }

  readSfixed32(): number {
    return this.bytes.readInt32LE(this.skip(4));
  }

  readFixed64(): number | bigint {
    return integer(this.bytes.readBigInt64LE(this.skip(8)));
  }

  readFloat(): number {
    return this.bytes.readFloatLE(this.skip(4));
  }

  readDouble(): number {
    return this.bytes.readDoubleLE(this.skip(8));
  }

  readText(): string {
    const length = this.readLength();
    const start = this.skip(length);
    return readShortText(this.bytes, start, start + length);
  }

  readBytes(): Uint8Array {
    const length = this.readLength();
    const start = this.skip(length);
    return new Uint8Array(this.bytes.subarray(start, start + length));
  }

  /** A length, which what follows must have. */
  readLength(): number {
    const length = this.readUint32();
    if (length <= this.end - this.at) return length;
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

  /** Goes over the rest of a field whose tag was read. */
  skipField(tag: number): void {
    this.#skipField(tag, 0);
  }

  #skipField(tag: number, depth: number): void {
    switch (tag & 7) {
      case VARINT:
        this.readInt64();
        return;
      case FIXED64:
        this.skip(8);
        return;
      case LENGTH_DELIMITED:
        this.skip(this.readLength());
        return;
      case FIXED32:
        this.skip(4);
        return;
      case GROUP_START:
        this.#skipGroup(tag, depth + 1);
        return;
      default:
        throw new DeserializationError(`Found a field of the unknown wire type ${tag & 7}`);
    }
  }

  #skipGroup(startTag: number, depth: number): void {
    if (depth > GROUPS_MAX) {
      throw new DeserializationError(`Found groups nested more than ${GROUPS_MAX} deep`);
    }
    for (;;) {
      const tag = this.readUint32();
      if ((tag & 7) === GROUP_END) {
        if (tag >>> 3 === startTag >>> 3) return;
        throw new DeserializationError('Found the end of another group');
      }
      this.#skipField(tag, depth);
    }
  }
}

function truncated(): DeserializationError {
  return new DeserializationError('The payload ends too early');
}
