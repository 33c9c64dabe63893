// Hot path: once per number of each record that is written.

const ZERO = 0x30;
const MINUS = 0x2d;
const INT32_MAX = 2 ** 31 - 1;
const BILLION = 1e9;
const BILLION_DIGITS = 9;

/** A minus sign and the digits of a safe integer are no more bytes. */
export const DIGITS_MAX = 17;

/** The two digits of each number below 100. */
const TENS = Uint8Array.from({ length: 100 }, (_, n) => ZERO + Math.floor(n / 10));
const ONES = Uint8Array.from({ length: 100 }, (_, n) => ZERO + (n % 10));

/**
 * Writes the decimal digits of a safe integer, with a minus sign if it is negative, and returns the position behind
 * them. There must be room for {@link DIGITS_MAX} bytes.
 */
export function writeDigits(buffer: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    buffer[at++] = MINUS;
    value = -value;
  }
  if (value <= INT32_MAX) {
    const end = at + digitCount(value | 0);
    fillDigits(buffer, at, end, value | 0);
    return end;
  }
  // 32-bit division is several times faster than that of doubles, so there is only one of the latter.
  const upper = Math.floor(value / BILLION);
  const middle = at + digitCount(upper);
  fillDigits(buffer, at, middle, upper);
  return writePaddedDigits(buffer, middle, (value - upper * BILLION) | 0, BILLION_DIGITS);
}

/** Writes so many digits of a number below 10^9, zeros in front, and returns the position behind them. */
export function writePaddedDigits(
  buffer: Uint8Array,
  at: number,
  value: number,
  count: number,
): number {
  fillDigits(buffer, at, at + count, value);
  return at + count;
}

/** Fills the range from its end with the digits of a number of 31 bits, zeros in front. */
function fillDigits(buffer: Uint8Array, start: number, end: number, value: number): void {
  while (end - start > 1) {
    const rest = (value / 100) | 0;
    const pair = value - rest * 100;
    buffer[--end] = ONES[pair]!;
    buffer[--end] = TENS[pair]!;
    value = rest;
  }
  if (end > start) buffer[start] = ZERO + (value % 10);
}

/** How many digits a non-negative integer below 2^31 has. */
function digitCount(value: number): number {
  if (value < 1e5) {
    if (value < 100) return value < 10 ? 1 : 2;
    if (value < 1e4) return value < 1000 ? 3 : 4;
    return 5;
  }
  if (value < 1e7) return value < 1e6 ? 6 : 7;
  if (value < 1e9) return value < 1e8 ? 8 : 9;
  return 10;
}
