// Hot path: several times per record.

/** Integers up to here, positive or negative, have an exact zigzag form as a number. */
export const ZIGZAG_EXACT_MAX = 2 ** 52 - 1;

/**
 * Maps signed to unsigned so that small magnitudes stay small: 0, -1, 1, -2 become 0, 1, 2, 3.
 * @param value an integer within ±{@link ZIGZAG_EXACT_MAX}.
 */
export function zigzag(value: number): number {
  return value >= 0 ? value * 2 : value * -2 - 1;
}

/** How many bytes `writeVarint` writes for a value (not zigzagged here): 1 to 8. */
export function varintSize(unsigned: number): number {
  if (unsigned < 0x80) return 1;
  if (unsigned < 0x4000) return 2;
  if (unsigned < 0x20_0000) return 3;
  if (unsigned < 0x1000_0000) return 4;
  let size = 4;
  let rest = Math.floor(unsigned / 0x1000_0000);
  for (; rest > 0; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/**
 * Writes an unsigned integer below 2^53, seven bits a byte, lowest first, the top bit saying that more follow. The
 * caller has made room.
 * @returns the index after the last byte written.
 */
export function writeVarint(buffer: Uint8Array, at: number, unsigned: number): number {
  let rest = unsigned;
  let next = at;
  while (rest > 0x7fff_ffff) {
    buffer[next++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  while (rest > 0x7f) {
    buffer[next++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[next++] = rest;
  return next;
}

/** Longest encoding of a 64-bit integer. */
export const VARLONG_BYTES_MAX = 10;

/** The bytes of any signed 64-bit integer, zigzagged: the way for values a number cannot hold exactly. */
export function encodeVarlong(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/**
 * The zigzagged 64-bit integer at `at`.
 * @returns null when it is longer than {@link VARLONG_BYTES_MAX} bytes or the buffer ends in the middle of it.
 */
export function decodeVarlong(
  buffer: Uint8Array,
  at: number,
): { readonly value: bigint; readonly end: number } | null {
  let unsigned = 0n;
  for (let i = 0; i < VARLONG_BYTES_MAX; i++) {
    const byte = buffer[at + i];
    if (byte === undefined) return null;
    unsigned |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) {
      const folded = BigInt.asUintN(64, unsigned);
      return { value: (folded >> 1n) ^ -(folded & 1n), end: at + i + 1 };
    }
  }
  return null;
}
