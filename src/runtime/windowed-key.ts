// Hot path: once per record of a windowed source or sink.
import type { ByteWriter } from '../base/byte-writer.ts';
import { DeserializationError } from '../formats/format.ts';
import type { WindowInfo } from '../sql/schema.ts';

/**
 * How a windowed key lies in a record: the bytes of the key itself, then 64-bit big-endian times in milliseconds.
 *
 * | window | times |
 * |---|---|
 * | TUMBLING, HOPPING | start; the end is the start plus the size, which the source knows |
 * | SESSION | end, start |
 */
const TIME_BYTES = 8;

/** Writes the window behind the bytes of the key. */
export function writeWindow(
  key: ByteWriter,
  { kind }: WindowInfo,
  bounds: { readonly windowStart: number; readonly windowEnd: number },
): void {
  if (kind === 'SESSION') key.writeInt64(bounds.windowEnd);
  key.writeInt64(bounds.windowStart);
}

/**
 * Where the bytes of the key itself end.
 * @throws DeserializationError when the key is too short to have a window.
 */
export function innerKeyEnd(
  { kind }: WindowInfo,
  { keyStart, keyEnd }: { readonly keyStart: number; readonly keyEnd: number },
): number {
  const end = keyEnd - (kind === 'SESSION' ? 2 * TIME_BYTES : TIME_BYTES);
  if (end >= keyStart) return end;
  throw new DeserializationError(`the key does not end with the times of a ${kind} window`);
}

/** @param at where the bytes of the key itself end. */
export function windowStartAt(batch: Buffer, at: number, { kind }: WindowInfo): number {
  return Number(batch.readBigInt64BE(kind === 'SESSION' ? at + TIME_BYTES : at));
}

/** @param at where the bytes of the key itself end. */
export function windowEndAt(batch: Buffer, at: number, { kind, sizeMs }: WindowInfo): number {
  const first = Number(batch.readBigInt64BE(at));
  return kind === 'SESSION' ? first : first + (sizeMs ?? 0);
}
