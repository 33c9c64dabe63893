// Hot path: once per byte of each batch.

/** The Castagnoli polynomial 0x1edc6f41 with its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** How many bytes one turn of the main loop takes. */
const SLICE = 16;

const BYTE_VALUES = 256;

/**
 * `TABLES[k * 256 + b]` is the remainder of byte `b` followed by `k` zero bytes. With it the sixteen bytes of a slice
 * are looked up independently of each other instead of one after the other.
 */
const TABLES = buildTables();

/**
 * CRC-32C (Castagnoli), as record batches, iSCSI and ext4 use it; not the CRC-32 of zip, which `zlib.crc32` computes.
 *
 * @param start first byte counted, @param end one past the last.
 * @returns an unsigned 32-bit integer.
 */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const tables = TABLES;
  let crc = -1;
  let at = start;
  const lastSlice = end - SLICE;
  // Within one slice each load has an index below the length, so `!` only silences the index signature.
  while (at <= lastSlice) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      tables[3840 + (crc & 0xff)]! ^
      tables[3584 + ((crc >>> 8) & 0xff)]! ^
      tables[3328 + ((crc >>> 16) & 0xff)]! ^
      tables[3072 + (crc >>> 24)]! ^
      tables[2816 + bytes[at + 4]!]! ^
      tables[2560 + bytes[at + 5]!]! ^
      tables[2304 + bytes[at + 6]!]! ^
      tables[2048 + bytes[at + 7]!]! ^
      tables[1792 + bytes[at + 8]!]! ^
      tables[1536 + bytes[at + 9]!]! ^
      tables[1280 + bytes[at + 10]!]! ^
      tables[1024 + bytes[at + 11]!]! ^
      tables[768 + bytes[at + 12]!]! ^
      tables[512 + bytes[at + 13]!]! ^
      tables[256 + bytes[at + 14]!]! ^
      tables[bytes[at + 15]!]!;
    at += SLICE;
  }
  while (at < end) {
    crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
    at++;
  }
  return ~crc >>> 0;
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
