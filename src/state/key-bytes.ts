import type { ByteWriter } from '../base/byte-writer.ts';

/**
 * Order-preserving bytes: comparing the encodings as unsigned bytes orders like comparing the values. Each encoding is
 * either of fixed length or ends itself, so encodings can be laid one after the other.
 *
 * | value | bytes |
 * |---|---|
 * | 32- and 64-bit integer | big-endian with the sign bit flipped |
 * | double | big-endian IEEE; negative: all bits flipped, else the sign bit |
 * | text, bytes | the bytes with 00 written as 00 FF, then 00 00 |
 */
const SIGN_32 = 0x80000000;
const SIGN_64 = 1n << 63n;

/** @param value an integer within 32 bits. */
export function writeKeyInt32(writer: ByteWriter, value: number): void {
  writer.reserve(4);
  writer.length = writer.buffer.writeUInt32BE((value ^ SIGN_32) >>> 0, writer.length);
}

/** @param value a safe integer or a bigint within 64 bits. */
export function writeKeyInt64(writer: ByteWriter, value: number | bigint): void {
  writer.reserve(8);
  const buffer = writer.buffer;
  if (typeof value === 'bigint') {
    writer.length = buffer.writeBigUInt64BE(BigInt.asUintN(64, value) ^ SIGN_64, writer.length);
    return;
  }
  const high = Math.floor(value / 0x100000000);
  const at = buffer.writeUInt32BE((high ^ SIGN_32) >>> 0, writer.length);
  writer.length = buffer.writeUInt32BE(value - high * 0x100000000, at);
}

/** Negative zero is written as zero; NaN orders last. */
export function writeKeyDouble(writer: ByteWriter, value: number): void {
  const start = writer.length;
  writer.writeDouble(value === 0 ? 0 : value);
  const buffer = writer.buffer;
  const first = buffer[start] as number;
  if (first & 0x80) {
    for (let i = start; i < start + 8; i++) buffer[i] = ~(buffer[i] as number) & 0xff;
  } else {
    buffer[start] = first | 0x80;
  }
}

/** The UTF-8 bytes of the text, which order by code point. */
export function writeKeyText(writer: ByteWriter, text: string): void {
  const start = writer.length;
  writer.writeText(text);
  if (text.includes('\0')) endKeyBytes(writer, start);
  else endMark(writer);
}

/** Bytes of any content and length. */
export function writeKeyBytes(writer: ByteWriter, bytes: Uint8Array): void {
  const start = writer.length;
  writer.writeBytes(bytes);
  endKeyBytes(writer, start);
}

/** Escapes the zero bytes from `start` on and writes the end mark. */
function endKeyBytes(writer: ByteWriter, start: number): void {
  if (writer.buffer.subarray(start, writer.length).includes(0)) {
    const raw = Buffer.from(writer.buffer.subarray(start, writer.length));
    writer.length = start;
    for (const byte of raw) {
      writer.writeByte(byte);
      if (byte === 0) writer.writeByte(0xff);
    }
  }
  endMark(writer);
}

function endMark(writer: ByteWriter): void {
  writer.reserve(2);
  writer.buffer[writer.length++] = 0;
  writer.buffer[writer.length++] = 0;
}

/** Reads back what the functions above wrote, from `position` on. */
export class KeyReader {
  readonly #buffer: Buffer;
  position: number;

  constructor(bytes: Uint8Array, position: number) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  readByte(): number {
    return this.#buffer.readUInt8(this.position++);
  }

  readInt32(): number {
    this.position += 4;
    return (this.#buffer.readUInt32BE(this.position - 4) ^ SIGN_32) | 0;
  }

  readInt64(): bigint {
    this.position += 8;
    return BigInt.asIntN(64, this.#buffer.readBigUInt64BE(this.position - 8) ^ SIGN_64);
  }

  readDouble(): number {
    const bytes = Buffer.from(this.#buffer.subarray(this.position, this.position + 8));
    this.position += 8;
    const first = bytes.readUInt8(0);
    if (first & 0x80) bytes[0] = first & 0x7f;
    else for (let i = 0; i < 8; i++) bytes[i] = ~(bytes[i] as number) & 0xff;
    return bytes.readDoubleBE(0);
  }

  readBytes(): Buffer {
    const buffer = this.#buffer;
    const parts: Buffer[] = [];
    for (let start = this.position; ;) {
      const zero = buffer.indexOf(0, start);
      if (zero < 0) throw new RangeError('a key text without its end mark');
      parts.push(buffer.subarray(start, zero));
      if (buffer[zero + 1] !== 0xff) {
        this.position = zero + 2;
        return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      }
      parts.push(buffer.subarray(zero, zero + 1));
      start = zero + 2;
    }
  }

  readText(): string {
    return this.readBytes().toString();
  }
}

/** The first key above every key that starts with `prefix`; `prefix` is not all FF. */
export function prefixEnd(prefix: Uint8Array): Buffer {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    if (end[i] !== 0xff) {
      end[i] = (end[i] as number) + 1;
      return end.subarray(0, i + 1);
    }
  }
  throw new RangeError('no key is above a prefix of only FF bytes');
}
