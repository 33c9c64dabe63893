// Hot path: once per byte of each batch.
import { createRequire } from 'node:module';

/** The Castagnoli polynomial 0x1edc6f41 with its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** How many bytes one turn of the main loop takes: four words. */
const SLICE = 16;

/** Below this a view of words costs more than it saves. */
const WORDS_MIN_BYTES = 64;

/** Words are read as the machine has them, so the main loop is for those that put the lowest byte first. */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

const BYTE_VALUES = 256;

/** From here on the call into native code pays: at 4 KiB it takes a fifth of the time, at 100 bytes twice as long. */
const NATIVE_MIN_BYTES = 256;

const native = loadNative();

/**
 * `TABLES[k * 256 + b]` is the remainder of byte `b` followed by `k` zero bytes. With it the sixteen bytes of a slice
 * are looked up independently of each other instead of one after the other.
 */
const TABLES = buildTables();

/** Whether long runs of bytes are counted by the processor's own instructions; else all is JavaScript, and the same. */
export const isNative = native !== null;

/**
 * CRC-32C (Castagnoli), as record batches, iSCSI and ext4 use it; not the CRC-32 of zip, which `zlib.crc32` computes.
 *
 * @param start first byte counted, @param end one past the last.
 * @returns an unsigned 32-bit integer.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  if (native === null || end - start < NATIVE_MIN_BYTES) return portableCrc32c(bytes, start, end);
  const isWhole = start === 0 && end === bytes.length;
  return native(isWhole ? bytes : bytes.subarray(start, end));
}

/** The same without native code, for short runs of bytes and for platforms of which there is no binary. */
export function portableCrc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const tables = TABLES;
  let crc = -1;
  let at = start;
  if (IS_LITTLE_ENDIAN && end - start >= WORDS_MIN_BYTES) {
    // Views of words begin at multiples of four.
    for (; ((bytes.byteOffset + at) & 3) !== 0; at++) {
      crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
    }
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >>> 2);
    const count = words.length & ~3;
    // All indexes are below the lengths, so `!` only silences the index signature.
    for (let i = 0; i < count; i += 4) {
      const a = crc ^ words[i]!;
      const b = words[i + 1]!;
      const c = words[i + 2]!;
      const d = words[i + 3]!;
      crc =
        tables[3840 + (a & 0xff)]! ^
        tables[3584 + ((a >>> 8) & 0xff)]! ^
        tables[3328 + ((a >>> 16) & 0xff)]! ^
        tables[3072 + (a >>> 24)]! ^
        tables[2816 + (b & 0xff)]! ^
        tables[2560 + ((b >>> 8) & 0xff)]! ^
        tables[2304 + ((b >>> 16) & 0xff)]! ^
        tables[2048 + (b >>> 24)]! ^
        tables[1792 + (c & 0xff)]! ^
        tables[1536 + ((c >>> 8) & 0xff)]! ^
        tables[1280 + ((c >>> 16) & 0xff)]! ^
        tables[1024 + (c >>> 24)]! ^
        tables[768 + (d & 0xff)]! ^
        tables[512 + ((d >>> 8) & 0xff)]! ^
        tables[256 + ((d >>> 16) & 0xff)]! ^
        tables[d >>> 24]!;
    }
    at += count * 4;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Null where the package has no binary: it is optional, and what it computes is not its own. */
function loadNative(): ((bytes: Uint8Array) => number) | null {
  try {
    const load = createRequire(import.meta.url);
    return (load('@node-rs/crc32') as { crc32c(bytes: Uint8Array): number }).crc32c;
  } catch {
    return null;
  }
}

function buildTables(): Int32Array {
  const tables = new Int32Array(SLICE * BYTE_VALUES);
  for (let byte = 0; byte < BYTE_VALUES; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
    }
    tables[byte] = remainder;
  }
  for (let i = BYTE_VALUES; i < tables.length; i++) {
    const shorter = tables[i - BYTE_VALUES]!;
    tables[i] = (shorter >>> 8) ^ tables[shorter & 0xff]!;
  }
  return tables;
}
