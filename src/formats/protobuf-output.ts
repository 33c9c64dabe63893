// Hot path: once per field of each record.
import type { ByteWriter } from '../base/byte-writer.ts';

/** A whole number that is not negative and below 2^53, 7 bits a byte, lowest first. */
export function writeUnsigned(value: number, writer: ByteWriter): void {
  writer.reserve(8);
  const { buffer } = writer;
  let rest = value;
  while (rest > 0x7f) {
    buffer[writer.length++] = (rest % 0x80) | 0x80;
    rest = rest > 0x7fffffff ? Math.floor(rest / 0x80) : rest >>> 7;
  }
  buffer[writer.length++] = rest;
}

/** A signed integer as 64 bits: a negative one takes ten bytes. */
export function writeInt64(value: number | bigint, writer: ByteWriter): void {
  if (typeof value === 'number' && value >= 0) {
    writeUnsigned(value, writer);
    return;
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) writer.writeByte(Number(rest & 0x7fn) | 0x80);
  writer.writeByte(Number(rest));
}

/** The length of what `write` writes, in front of it. */
export function writeDelimited(writer: ByteWriter, write: () => void): void {
  const start = writer.length;
  writer.writeByte(0);
  write();
  const length = writer.length - start - 1;
  if (length < 0x80) {
    writer.buffer[start] = length;
    return;
  }
  // Rarely more than one byte: make room for the others.
  let lengthBytes = 1;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 0x80)) lengthBytes++;
  writer.reserve(lengthBytes - 1);
  writer.buffer.copyWithin(start + lengthBytes, start + 1, writer.length);
  const end = writer.length + lengthBytes - 1;
  writer.length = start;
  writeUnsigned(length, writer);
  writer.length = end;
}
