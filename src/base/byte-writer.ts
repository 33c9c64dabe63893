// Hot path: once per field of each record.
import { DIGITS_MAX, writeDigits } from './digits.ts';

const CAPACITY_MIN = 256;

/** Longest string (UTF-16 units) written by the loop below; longer ones go through Node's UTF-8 encoder. */
const SHORT_STRING = 48;

/**
 * A growing buffer to write bytes into. `buffer` and `length` are public so that generated encoders can write
 * without a call; whoever does so calls `reserve` first.
 */
export class ByteWriter {
  buffer: Buffer;
  length = 0;

  constructor(capacity = CAPACITY_MIN) {
    this.buffer = Buffer.allocUnsafe(Math.max(capacity, CAPACITY_MIN));
  }

  /** Makes room for `count` more bytes; `buffer` may be another one afterwards. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  /** Forgets what was written and keeps the memory. */
  reset(): void {
    this.length = 0;
  }

  /** What was written, shared with this writer: valid until the next write. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** What was written, as bytes of its own. */
  copy(): Buffer {
    return Buffer.from(this.view());
  }

  writeByte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  writeInt16(value: number): void {
    this.reserve(2);
    this.length = this.buffer.writeInt16BE(value, this.length);
  }

  writeInt32(value: number): void {
    this.reserve(4);
    this.length = this.buffer.writeInt32BE(value, this.length);
  }

  writeInt64(value: number | bigint): void {
    this.reserve(8);
    if (typeof value === 'bigint') {
      this.length = this.buffer.writeBigInt64BE(value, this.length);
      return;
    }
    const high = Math.floor(value / 0x100000000);
    const at = this.buffer.writeInt32BE(high, this.length);
    this.length = this.buffer.writeUInt32BE(value - high * 0x100000000, at);
  }

  writeDouble(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleBE(value, this.length);
  }

  writeBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The UTF-8 bytes of the text. */
  writeText(text: string): void {
    const count = text.length;
    this.reserve(count * 3);
    if (count <= SHORT_STRING) {
      const buffer = this.buffer;
      let at = this.length;
      for (let i = 0; i < count; i++) {
        const code = text.charCodeAt(i);
        if (code > 0x7f) {
          this.length += buffer.write(text, this.length);
          return;
        }
        buffer[at++] = code;
      }
      this.length = at;
      return;
    }
    this.length += this.buffer.write(text, this.length);
  }

  /** The decimal digits of an integer, with a minus sign if it is negative. */
  writeIntegerText(value: number | bigint): void {
    if (typeof value === 'bigint' || !Number.isSafeInteger(value))
      return this.writeText(String(value));
    this.reserve(DIGITS_MAX);
    this.length = writeDigits(this.buffer, this.length, value);
  }

  /** Zigzag variable-length integer as Kafka's records use it; magnitude below 2^52. */
  writeVarint(value: number): void {
    this.reserve(10);
    // Zigzag: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
    let rest = value >= 0 ? value * 2 : value * -2 - 1;
    const buffer = this.buffer;
    while (rest > 0x7f) {
      // The lowest bits, also of what is beyond 32 of them, and much faster than the remainder of a division.
      buffer[this.length++] = (rest & 0x7f) | 0x80;
      rest = rest > 0x7fffffff ? Math.floor(rest / 0x80) : rest >>> 7;
    }
    buffer[this.length++] = rest;
  }
}
