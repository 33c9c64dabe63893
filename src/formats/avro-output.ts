// Hot path: once per field of each record.
import type { ByteWriter } from '../base/byte-writer.ts';
import { writeShortAscii } from './short-ascii.ts';

/** Magnitudes that `writeVarint` holds exactly. */
const VARINT_MAX = 2 ** 51;

/** An int or a long: zigzag, 7 bits a byte, lowest first. */
export function writeAvroLong(value: number | bigint, writer: ByteWriter): void {
  if (typeof value === 'number' && value < VARINT_MAX && value > -VARINT_MAX) {
    writer.writeVarint(value);
    return;
  }
  const exact = BigInt(value);
  let rest = BigInt.asUintN(64, (exact << 1n) ^ (exact >> 63n));
  for (; rest > 0x7fn; rest >>= 7n) writer.writeByte(Number(rest & 0x7fn) | 0x80);
  writer.writeByte(Number(rest));
}

/** The length in bytes, then the bytes. */
export function writeAvroBytes(bytes: Uint8Array, writer: ByteWriter): void {
  writer.writeVarint(bytes.length);
  writer.writeBytes(bytes);
}

/** The length in bytes, then the UTF-8 bytes. */
export function writeAvroText(text: string, writer: ByteWriter): void {
  if (writeShortAscii(text, text.length * 2, writer)) return;
  writer.writeVarint(Buffer.byteLength(text));
  writer.writeText(text);
}
