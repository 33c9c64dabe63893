// Hot path: once per number that is cast.
import {
  divideHalfUp,
  fitsPrecision,
  formatDecimal,
  parseDecimalText,
  powerOfTen,
  rescale,
  type Integer,
} from './decimal.ts';
import type { DecimalType } from './coerce.ts';
import { EvaluationError } from './evaluation-error.ts';
import { shownText } from './shown-text.ts';
import { integer } from './value.ts';

const INTEGER_MIN = -(2 ** 31);
const INTEGER_MAX = 2 ** 31 - 1;
const BIGINT_MIN = -(2n ** 63n);
const BIGINT_MAX = 2n ** 63n - 1n;
const BIGINT_LIMIT = 2 ** 63;
const INTEGER_TEXT = /^[+-]?\d+$/;
const DOUBLE_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[dDfF]?$/;

/** The low 32 bits. */
export function bigintToInteger(value: Integer): number {
  return typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value));
}

/** Cut toward zero and held to the range of INTEGER; NaN is 0. */
export function doubleToInteger(value: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.trunc(Math.min(INTEGER_MAX, Math.max(INTEGER_MIN, value))) + 0;
}

/** Cut toward zero and held to the range of BIGINT; NaN is 0. */
export function doubleToBigint(value: number): Integer {
  if (Number.isNaN(value)) return 0;
  const whole = Math.trunc(value) + 0;
  if (Number.isSafeInteger(whole)) return whole;
  if (whole >= BIGINT_LIMIT) return BIGINT_MAX;
  if (whole <= -BIGINT_LIMIT) return BIGINT_MIN;
  return BigInt(whole);
}

/** The whole part of a DECIMAL, not yet wrapped to any width. */
export function decimalToWhole(unscaled: Integer, scale: number): Integer {
  if (scale === 0) return unscaled;
  return integer(BigInt(unscaled) / powerOfTen(scale));
}

/** The nearest DOUBLE. */
export function decimalToDouble(unscaled: Integer, scale: number): number {
  return scale === 0 ? Number(unscaled) : Number(formatDecimal(unscaled, scale));
}

/**
 * A decimal number as a DECIMAL of another type, surplus digits rounded half away from zero. The size is checked
 * before rounding, so 9.96 becomes 10.0 as DECIMAL(2, 1).
 * @throws EvaluationError when the whole part has too many digits.
 */
export function toDecimal(unscaled: Integer, scale: number, type: DecimalType): Integer {
  const whole = type.precision - type.scale;
  if (!fitsPrecision(unscaled, whole + scale)) {
    throw new EvaluationError(
      `Numeric field overflow: DECIMAL(${type.precision}, ${type.scale}) holds absolute values less ` +
        `than 10^${whole}. Got ${formatDecimal(unscaled, scale)}`,
    );
  }
  return rescale(unscaled, scale, type.scale, 'HALF_UP');
}

/**
 * A DOUBLE, first rounded to as many significant digits of its exact binary value as the DECIMAL has in all.
 * @throws EvaluationError for NaN, infinities and values too large for the type.
 */
export function doubleToDecimal(value: number, type: DecimalType): Integer {
  if (!Number.isFinite(value)) {
    throw new EvaluationError(`${value} cannot be cast to DECIMAL: it is not a finite number`);
  }
  const exact = exactDecimal(value);
  const magnitude = exact.unscaled < 0n ? -exact.unscaled : exact.unscaled;
  const surplus = String(magnitude).length - type.precision;
  if (surplus <= 0) return toDecimal(integer(exact.unscaled), exact.scale, type);
  const rounded = divideHalfUp(exact.unscaled, powerOfTen(surplus));
  const scale = exact.scale - surplus;
  return scale >= 0
    ? toDecimal(integer(rounded), scale, type)
    : toDecimal(integer(rounded * powerOfTen(-scale)), 0, type);
}

/** All digits of the binary value: every DOUBLE is a whole number divided by a power of two. */
function exactDecimal(value: number): { unscaled: bigint; scale: number } {
  let scaled = value;
  let halvings = 0;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    halvings++;
  }
  // n / 2^h is n * 5^h / 10^h.
  return { unscaled: BigInt(scaled) * 5n ** BigInt(halvings), scale: halvings };
}

/**
 * An optional sign and digits.
 * @throws EvaluationError for anything else and outside the range of INTEGER.
 */
export function textToInteger(text: string): number {
  const value = INTEGER_TEXT.test(text) ? Number(text) + 0 : NaN;
  if (value >= INTEGER_MIN && value <= INTEGER_MAX) return value;
  throw unreadable(text, 'INTEGER');
}

/**
 * An optional sign and digits.
 * @throws EvaluationError for anything else and outside the range of BIGINT.
 */
export function textToBigint(text: string): Integer {
  if (!INTEGER_TEXT.test(text)) throw unreadable(text, 'BIGINT');
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number + 0;
  // Far out of range; reading all digits of a long text would take long.
  if (Math.abs(number) > 2 * BIGINT_LIMIT) throw unreadable(text, 'BIGINT');
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  if (value < BIGINT_MIN || value > BIGINT_MAX) throw unreadable(text, 'BIGINT');
  return integer(value);
}

/**
 * A decimal number, exponent allowed.
 * @throws EvaluationError for anything else, and when it is too large for the type.
 */
export function textToDecimal(text: string, type: DecimalType): Integer {
  const parsed = parseDecimalText(text);
  if (parsed === null) throw unreadable(text, `DECIMAL(${type.precision}, ${type.scale})`);
  return toDecimal(integer(parsed.unscaled), parsed.scale, type);
}

/**
 * A number in Java's syntax for DOUBLE, which allows an exponent and a trailing d or f.
 * @throws EvaluationError for anything else, NaN and what is too large for a DOUBLE.
 */
export function textToDouble(text: string): number {
  const value = DOUBLE_TEXT.test(text) ? Number(text.replace(/[dDfF]$/, '')) : NaN;
  if (Number.isFinite(value)) return value;
  throw unreadable(text, 'DOUBLE');
}

function unreadable(text: string, type: string): EvaluationError {
  return new EvaluationError(`${shownText(text)} is not a number that ${type} can hold`);
}
