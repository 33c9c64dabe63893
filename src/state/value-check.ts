// Hot path: once per stored value.
import type { ByteWriter } from '../base/byte-writer.ts';
import { crc32c } from '../base/crc32c.ts';
import { CorruptionError } from '../base/errors.ts';
import type { StoreChange, StoreEntry } from './store.ts';

/**
 * LevelDB hands out what it finds, also where a bit has flipped. So each value is stored with a checksum over its key
 * and itself:
 *
 * | bytes | what                                            |
 * | ----- | ----------------------------------------------- |
 * | n     | value                                           |
 * | 4     | CRC-32C of the value xor that of the key, big-endian |
 */
export const CHECK_BYTES = 4;
const SLAB_BYTES = 256 * 1024;

/** The changes with checked values. Values are laid end to end in slabs: one each would be most of the garbage. */
export function* withChecks(changes: Iterable<StoreChange>): Generator<StoreChange> {
  let slab = Buffer.alloc(0);
  let at = 0;
  for (const [key, value] of changes) {
    if (value === null) {
      yield [key, null];
      continue;
    }
    const length = value.length + CHECK_BYTES;
    if (at + length > slab.length) {
      slab = Buffer.allocUnsafe(Math.max(SLAB_BYTES, length));
      at = 0;
    }
    slab.set(value, at);
    slab.writeUInt32BE(checkOf(key, value), at + value.length);
    yield [key, slab.subarray(at, at + length)];
    at += length;
  }
}

/** Writes the check of a value that was just written behind its key. */
export function writeCheck(
  writer: ByteWriter,
  { keyStart, keyEnd }: { readonly keyStart: number; readonly keyEnd: number },
): void {
  const { buffer, length } = writer;
  writer.writeInt32(crc32c(buffer, keyStart, keyEnd) ^ crc32c(buffer, keyEnd, length));
}

/** One value with its check, as bytes of its own. */
export function withCheck(key: Uint8Array, value: Uint8Array): Buffer {
  const stored = Buffer.allocUnsafe(value.length + CHECK_BYTES);
  stored.set(value);
  stored.writeUInt32BE(checkOf(key, value), value.length);
  return stored;
}

/**
 * The value without its check.
 * @throws CorruptionError when key and value are not what was stored together.
 */
export function checked(key: Uint8Array, stored: Uint8Array): Uint8Array {
  const end = stored.length - CHECK_BYTES;
  if (end >= 0) {
    const value = stored.subarray(0, end);
    const check =
      (((stored[end] as number) << 24) |
        ((stored[end + 1] as number) << 16) |
        ((stored[end + 2] as number) << 8) |
        (stored[end + 3] as number)) >>>
      0;
    if (check === checkOf(key, value)) return value;
  }
  throw new CorruptionError(
    `the value stored under the key ${Buffer.from(key).toString('hex')} is damaged: its checksum does not fit`,
  );
}

/** The entries with checked values. */
export function checkedEntries(entries: readonly StoreEntry[]): StoreEntry[] {
  return entries.map(([key, stored]) => [key, checked(key, stored)]);
}

function checkOf(key: Uint8Array, value: Uint8Array): number {
  return (crc32c(key) ^ crc32c(value)) >>> 0;
}
