// Hot path: once per field that is read.
import type { Row, SqlType } from '../sql/types.ts';
import { integer } from '../sql/value.ts';
import { skipJson, skipNumber } from './json-skip.ts';
import { decodeText } from './payload-text.ts';
import { CACHED_LENGTH_MAX, readCachedText } from './string-cache.ts';
import { DATE_MAX, DATE_MIN, TIME_MAX, TIMESTAMP_MAX, TIMESTAMP_MIN } from './time-bounds.ts';

/** Values of `how`. */
const NEVER = 0;
export const TEXT = 1;
export const INTEGER = 2;
export const DOUBLE = 3;
export const DECIMAL = 4;
export const BOOLEAN = 5;

/** So many digits are exact in a number, whatever they are. */
export const EXACT_DIGITS = 15;

/** So many digits fit 32 bits, where arithmetic is fastest. */
export const INT32_DIGITS = 9;

/** Powers of ten that are exact. */
export const POWERS = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, n) => 10 ** n);

/** How {@link readScalar} reads values of a type. */
export interface ScalarReading {
  readonly how: number;
  /** Bounds of integers and of unscaled decimals, both included. */
  readonly low: number;
  readonly high: number;
  /** Of decimals. */
  readonly scale: number;
}

/** How values of a type are read; {@link readScalar} leaves collections and BYTES to the exact reader. */
export function scalarReadingOf(type: SqlType): ScalarReading {
  switch (type.kind) {
    case 'STRING':
      return { how: TEXT, low: 0, high: 0, scale: 0 };
    case 'BOOLEAN':
      return { how: BOOLEAN, low: 0, high: 0, scale: 0 };
    case 'DOUBLE':
      return { how: DOUBLE, low: 0, high: 0, scale: 0 };
    case 'INTEGER':
      return { how: INTEGER, low: -(2 ** 31), high: 2 ** 31 - 1, scale: 0 };
    case 'BIGINT':
      return { how: INTEGER, low: -Infinity, high: Infinity, scale: 0 };
    case 'TIMESTAMP':
      return { how: INTEGER, low: TIMESTAMP_MIN, high: TIMESTAMP_MAX, scale: 0 };
    case 'DATE':
      return { how: INTEGER, low: DATE_MIN, high: DATE_MAX, scale: 0 };
    case 'TIME':
      return { how: INTEGER, low: 0, high: TIME_MAX, scale: 0 };
    case 'DECIMAL': {
      const high = type.precision <= EXACT_DIGITS ? POWERS[type.precision]! - 1 : Infinity;
      return { how: DECIMAL, low: -high, high, scale: type.scale };
    }
    default:
      return { how: NEVER, low: 0, high: 0, scale: 0 };
  }
}

/**
 * Reads the plain forms of a JSON value, those nearly all records have, from bytes into `row[index]` and returns the
 * position behind it. Returns -1 for all others, valid or not: the exact reader must look.
 *
 * @param at position of the value's first byte; no blanks before it.
 * @throws DeserializationError for a text that is not UTF-8.
 */
export function readScalar(
  reading: ScalarReading,
  bytes: Buffer,
  at: number,
  end: number,
  row: Row,
  index: number,
): number {
  if (bytes[at] === 0x6e) {
    row[index] = null;
    return skipJson(bytes, at, end, 1);
  }
  switch (reading.how) {
    case TEXT:
      return bytes[at] === 0x22 ? readText(bytes, at + 1, end, row, index) : -1;
    case INTEGER:
    case DOUBLE:
    case DECIMAL:
      return readNumber(reading, bytes, at, row, index);
    case BOOLEAN: {
      const isTrue = bytes[at] === 0x74;
      row[index] = isTrue;
      return isTrue || bytes[at] === 0x66 ? skipJson(bytes, at, end, 1) : -1;
    }
    default:
      return -1;
  }
}

/** A text without escapes, from behind its opening quote. */
function readText(bytes: Buffer, start: number, end: number, row: Row, index: number): number {
  let hash = 0;
  let highest = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0x22) {
      if (highest > 0x7f) row[index] = decodeText(bytes, start, at);
      else if (at - start > CACHED_LENGTH_MAX) row[index] = bytes.toString('latin1', start, at);
      else row[index] = readCachedText(bytes, start, at, hash);
      return at + 1;
    }
    if (byte < 0x20 || byte === 0x5c) return -1;
    highest |= byte;
    hash = ((hash << 5) | (hash >>> 27)) ^ byte;
  }
  return -1;
}

/** A number of at most 15 digits without an exponent; integers also without a point. */
function readNumber(
  reading: ScalarReading,
  bytes: Buffer,
  at: number,
  row: Row,
  index: number,
): number {
  const first = at;
  const negative = bytes[at] === 0x2d;
  if (negative) at++;
  const start = at;
  let value = 0;
  let digit = bytes[at]! - 0x30;
  for (; digit >= 0 && digit <= 9 && at < start + INT32_DIGITS; digit = bytes[++at]! - 0x30) {
    value = (Math.imul(value, 10) + digit) | 0;
  }
  for (; digit >= 0 && digit <= 9; digit = bytes[++at]! - 0x30) value = value * 10 + digit;
  let digits = at - start;
  if (digits === 0 || (digits > 1 && bytes[start] === 0x30)) return -1;

  let fraction = 0;
  if (bytes[at] === 0x2e) {
    if (reading.how === INTEGER) return -1;
    const point = at++;
    digit = bytes[at]! - 0x30;
    for (; digit >= 0 && digit <= 9; digit = bytes[++at]! - 0x30) value = value * 10 + digit;
    fraction = at - point - 1;
    if (fraction === 0) return -1;
    digits += fraction;
  }
  if (digits > EXACT_DIGITS || bytes[at] === 0x65 || bytes[at] === 0x45) {
    return readLongNumber(reading, bytes, first, row, index);
  }

  if (reading.how === DOUBLE) {
    // Both operands are exact, so the quotient is the nearest DOUBLE; the sign keeps -0.
    if (fraction > 0) value /= POWERS[fraction]!;
    row[index] = negative ? -value : value;
    return at;
  }
  if (reading.how === DECIMAL) {
    const padding = reading.scale - fraction;
    if (padding < 0 || digits + padding > EXACT_DIGITS) return -1;
    value *= POWERS[padding]!;
  }
  if (negative) value = 0 - value;
  if (value < reading.low || value > reading.high) return -1;
  row[index] = value;
  return at;
}

/** Longer integers may be beyond 64 bits. */
const BIGINT_DIGITS = 18;

/**
 * Reads a number of many digits, or with an exponent, likewise: a DOUBLE of any form, and a BIGINT of digits only that
 * is certain to fit.
 */
export function readLongNumber(
  { how, high }: ScalarReading,
  bytes: Buffer,
  at: number,
  row: Row,
  index: number,
): number {
  const behind = skipNumber(bytes, at);
  if (behind === -1) return -1;
  if (how === DOUBLE) {
    row[index] = Number(bytes.toString('latin1', at, behind));
    return behind;
  }
  if (how !== INTEGER || high !== Infinity) return -1;
  const start = bytes[at] === 0x2d ? at + 1 : at;
  if (behind - start > BIGINT_DIGITS) return -1;
  for (let i = start; i < behind; i++) if (bytes[i]! > 0x39 || bytes[i]! < 0x30) return -1;
  row[index] = integer(BigInt(bytes.toString('latin1', at, behind)));
  return behind;
}
