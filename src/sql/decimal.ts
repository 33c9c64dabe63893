// Hot path: once per DECIMAL that is computed, read or written.
//
// A DECIMAL is its unscaled integer: 12.30 as DECIMAL(4, 2) is 1230. It is a number while it is a
// safe integer and a bigint beyond (see `integer` in value.ts); every result here has that form.
// Each operation first tries plain numbers and falls back to bigint when a product or sum may
// not be exact.
import { EvaluationError } from './evaluation-error.ts';
import { integer } from './value.ts';

/** An unscaled integer, or any exact integer, in its canonical form. */
export type Integer = number | bigint;

const SAFE_DIGITS = 15;
const EXPONENT_MAX = 9999;
/** Reading a number takes time that grows faster than its length. */
const TEXT_LENGTH_MAX = 10_000;

const POWERS: readonly number[] = Array.from({ length: SAFE_DIGITS + 1 }, (_, n) => 10 ** n);
const BIG_POWERS: readonly bigint[] = Array.from({ length: 100 }, (_, n) => 10n ** BigInt(n));

/** 10 to the power of `exponent`, which must not be negative. */
export function powerOfTen(exponent: number): bigint {
  return BIG_POWERS[exponent] ?? 10n ** BigInt(exponent);
}

/** Plain digits with exactly `scale` of them after the point and never an exponent: `-0.05`, `10.00`, `7`. */
export function formatDecimal(unscaled: Integer, scale: number): string {
  const text = String(unscaled);
  if (scale === 0) return text;
  const negative = text.startsWith('-');
  const digits = (negative ? text.slice(1) : text).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
}

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/**
 * Reads a decimal number, exponent allowed, with all its digits; the scale is never negative (`2e1` is
 * 20 with scale 0). Null when the text is not a number, blanks around it included, has an exponent
 * beyond 9999 either way, or is longer than 10,000 characters.
 */
export function parseDecimalText(text: string): { unscaled: bigint; scale: number } | null {
  const match = text.length <= TEXT_LENGTH_MAX ? DECIMAL_TEXT.exec(text) : null;
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > EXPONENT_MAX) return null;
  const magnitude = BigInt(whole + fraction);
  const unscaled = sign === '-' ? -magnitude : magnitude;
  const scale = fraction.length - exponent;
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * powerOfTen(-scale), scale: 0 };
}

/** Whether the unscaled integer has at most `precision` digits. */
export function fitsPrecision(unscaled: Integer, precision: number): boolean {
  if (typeof unscaled === 'number') {
    return precision > SAFE_DIGITS || Math.abs(unscaled) < POWERS[precision]!;
  }
  return (unscaled < 0n ? -unscaled : unscaled) < powerOfTen(precision);
}

/**
 * The same value with another scale. Fewer digits are rounded half away from zero with `HALF_UP`;
 * with `EXACT` the dropped digits must be zeros.
 * @throws EvaluationError when `EXACT` would lose digits.
 */
export function rescale(
  unscaled: Integer,
  fromScale: number,
  toScale: number,
  rounding: 'HALF_UP' | 'EXACT',
): Integer {
  if (fromScale === toScale) return unscaled;
  if (toScale > fromScale) return scaleUp(unscaled, toScale - fromScale);
  const dropped = fromScale - toScale;
  if (typeof unscaled === 'number' && dropped <= SAFE_DIGITS) {
    const divisor = POWERS[dropped]!;
    const remainder = unscaled % divisor;
    const quotient = (unscaled - remainder) / divisor;
    if (remainder === 0) return quotient + 0;
    if (rounding === 'EXACT') throw inexact(unscaled, fromScale, toScale);
    return Math.abs(remainder) * 2 >= divisor ? quotient + Math.sign(unscaled) : quotient + 0;
  }
  const value = BigInt(unscaled);
  const divisor = powerOfTen(dropped);
  const remainder = value % divisor;
  if (remainder !== 0n && rounding === 'EXACT') throw inexact(unscaled, fromScale, toScale);
  return integer(divideHalfUp(value, divisor));
}

function inexact(unscaled: Integer, fromScale: number, toScale: number): EvaluationError {
  return new EvaluationError(
    `${formatDecimal(unscaled, fromScale)} cannot be held exactly with ${toScale} digits after the point`,
  );
}

/** The quotient rounded half away from zero; the divisor must be positive. */
export function divideHalfUp(value: bigint, divisor: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  const quotient = (2n * magnitude + divisor) / (2n * divisor);
  return value < 0n ? -quotient : quotient;
}

function scaleUp(unscaled: Integer, digits: number): Integer {
  if (digits === 0) return unscaled;
  if (typeof unscaled === 'number' && digits <= SAFE_DIGITS) {
    const scaled = unscaled * POWERS[digits]!;
    if (Number.isSafeInteger(scaled)) return scaled;
  }
  return integer(BigInt(unscaled) * powerOfTen(digits));
}

/** The sum, with the larger of the two scales. */
export function addDecimals(
  left: Integer,
  leftScale: number,
  right: Integer,
  rightScale: number,
): Integer {
  const scale = Math.max(leftScale, rightScale);
  const a = scaleUp(left, scale - leftScale);
  const b = scaleUp(right, scale - rightScale);
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return integer(BigInt(a) + BigInt(b));
}

/** The difference, with the larger of the two scales. */
export function subtractDecimals(
  left: Integer,
  leftScale: number,
  right: Integer,
  rightScale: number,
): Integer {
  return addDecimals(left, leftScale, negateInteger(right), rightScale);
}

/** The value with the opposite sign; never -0. */
export function negateInteger(value: Integer): Integer {
  return typeof value === 'number' ? 0 - value : integer(-value);
}

/** The product, with the sum of the two scales. */
export function multiplyDecimals(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return integer(BigInt(left) * BigInt(right));
}

/**
 * The quotient with exactly `scale` digits after the point.
 * @throws EvaluationError for a zero divisor, and when the quotient has more digits than that (1/3).
 */
export function divideDecimals(
  left: Integer,
  leftScale: number,
  right: Integer,
  rightScale: number,
  scale: number,
): Integer {
  const divisor = BigInt(right);
  if (divisor === 0n) throw new EvaluationError('Division by zero');
  const shift = scale - leftScale + rightScale;
  const numerator = shift >= 0 ? BigInt(left) * powerOfTen(shift) : BigInt(left);
  const denominator = shift >= 0 ? divisor : divisor * powerOfTen(-shift);
  if (numerator % denominator !== 0n) {
    throw new EvaluationError(
      `${formatDecimal(left, leftScale)} / ${formatDecimal(right, rightScale)} has no exact result ` +
        `with ${scale} digits after the point`,
    );
  }
  return integer(numerator / denominator);
}

/**
 * The remainder with the sign of the dividend and the larger of the two scales.
 * @throws EvaluationError for a zero divisor.
 */
export function remainderDecimals(
  left: Integer,
  leftScale: number,
  right: Integer,
  rightScale: number,
): Integer {
  const scale = Math.max(leftScale, rightScale);
  const a = scaleUp(left, scale - leftScale);
  const b = scaleUp(right, scale - rightScale);
  if (typeof b === 'number' ? b === 0 : b === 0n) throw new EvaluationError('Division by zero');
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return integer(BigInt(a) % BigInt(b));
}

/** Below, at or above zero as left is less than, equal to or greater than right. */
export function compareDecimals(
  left: Integer,
  leftScale: number,
  right: Integer,
  rightScale: number,
): number {
  const scale = Math.max(leftScale, rightScale);
  const a = scaleUp(left, scale - leftScale);
  const b = scaleUp(right, scale - rightScale);
  return a < b ? -1 : a > b ? 1 : 0;
}
