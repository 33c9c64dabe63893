// Hot path: once per text that is written.
import type { ByteWriter } from '../base/byte-writer.ts';

const LENGTH_MAX = 48;

/**
 * Writes a short ASCII text behind a byte that tells its length, in one go. Returns false, having written nothing, for
 * any other text.
 */
export function writeShortAscii(text: string, lengthByte: number, writer: ByteWriter): boolean {
  const { length } = text;
  if (length > LENGTH_MAX) return false;
  writer.reserve(length + 1);
  const { buffer } = writer;
  const start = writer.length + 1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    buffer[start + i] = code;
  }
  buffer[start - 1] = lengthByte;
  writer.length = start + length;
  return true;
}
