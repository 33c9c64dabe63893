import { integer } from '../sql/value.ts';

/**
 * A number as text, taken apart without rounding: its value is `digits` × 10^-scale, negated if `negative`. Held as
 * text because `1e999999999` is ten characters long and must not become a billion digits.
 */
export interface NumberText {
  readonly negative: boolean;
  /** No zeros in front and none at the end; empty for zero. */
  readonly digits: string;
  /** Negative for large round numbers. */
  readonly scale: number;
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const INTEGER = /^[+-]?\d+$/;

/** Takes a decimal number apart: sign and exponent allowed, a digit on one side of the point is enough. */
export function parseNumberText(text: string): NumberText | null {
  const match = NUMBER.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const all = whole + fraction;
  let start = 0;
  while (start < all.length && all[start] === '0') start++;
  let end = all.length;
  while (end > start && all[end - 1] === '0') end--;
  const scale = fraction.length - Number(exponent) - (all.length - end);
  return {
    negative: sign === '-',
    digits: all.slice(start, end),
    scale: start === end ? 0 : scale,
  };
}

/** Like {@link parseNumberText} for texts of an optional sign and digits only. */
export function parseIntegerText(text: string): NumberText | null {
  return INTEGER.test(text) ? parseNumberText(text) : null;
}

/** 2^64 divides 10^64, so digits further left never reach the lower 64 bits. */
const WRAP_DIGITS = 64;

/** The number without its fraction, wrapped to a signed integer of so many bits; canonical (see `integer`). */
export function wrapNumber(number: NumberText, bits: 32 | 64): number | bigint {
  const { negative, digits, scale } = number;
  if (scale <= -WRAP_DIGITS || scale >= digits.length) return 0;
  const whole = scale > 0 ? digits.slice(0, -scale) : digits + '0'.repeat(-scale);
  const magnitude = BigInt(whole.slice(-WRAP_DIGITS));
  return integer(BigInt.asIntN(bits, negative ? -magnitude : magnitude));
}

/** The number without its fraction; null when it is outside the bounds, which are safe integers. */
export function boundedInteger(number: NumberText, min: number, max: number): number | null {
  const { negative, digits, scale } = number;
  if (scale >= digits.length) return min <= 0 && max >= 0 ? 0 : null;
  if (digits.length - scale > 16) return null;
  const whole = scale > 0 ? digits.slice(0, -scale) : digits + '0'.repeat(-scale);
  const value = negative ? -Number(whole) : Number(whole);
  return value >= min && value <= max ? value : null;
}

/**
 * The number as the unscaled integer of DECIMAL(precision, scale), canonical. Null when it has more digits before the
 * point than fit or other digits than zeros beyond the scale: nothing is rounded.
 */
export function unscaledDecimal(
  number: NumberText,
  precision: number,
  scale: number,
): number | bigint | null {
  const { negative, digits } = number;
  if (digits === '') return 0;
  const padding = scale - number.scale;
  if (padding < 0 || digits.length + padding > precision) return null;
  const magnitude = BigInt(digits + '0'.repeat(padding));
  return integer(negative ? -magnitude : magnitude);
}

const DOUBLE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The nearest DOUBLE of a numeric text, blanks around it allowed; also of `NaN` and `[+-]Infinity`. Null for any
 * other text.
 */
export function parseDoubleText(text: string): number | null {
  const trimmed = text.trim();
  if (DOUBLE.test(trimmed)) return Number(trimmed);
  switch (trimmed) {
    case 'NaN':
      return Number.NaN;
    case 'Infinity':
    case '+Infinity':
      return Number.POSITIVE_INFINITY;
    case '-Infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return null;
  }
}
