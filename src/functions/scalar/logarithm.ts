const BITS = new DataView(new ArrayBuffer(8));
const EXPONENT_BIAS = 1023;
const EXPONENT_MASK = 0x7ff;
const ONE_HIGH_WORD = 0x3ff00000;
const FRACTION_MASK = 0xfffff;
const SMALLEST_NORMAL = 2 ** -1022;
/** The natural logarithm of 2 in two parts; a whole number below 2^20 times the first is exact. */
const LN2_HIGH = 0x162e42fee * 2 ** -33;
const LN2_LOW = 1.9082149292705877e-10;
/** Splits a number into two halves of 26 bits (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;
/** The last divisor of the series; the next term is below the precision of a DOUBLE. */
const DIVISOR_MAX = 25;

/**
 * The natural logarithm, off by little more than half a unit in the last place: the same on every machine, where
 * `Math.log` may differ from one to the next and is one unit off for 3. NaN below zero, -Infinity for zero.
 *
 * With x = m 2^k, m near 1, and f = (m - 1) / (m + 1), it is k ln 2 + 2 (f + f^3/3 + f^5/5 + ...). What is not small
 * in this sum is held in two numbers, so that only the last addition rounds.
 */
export function naturalLogarithm(value: number): number {
  if (!(value > 0) || value === Infinity) return Math.log(value);
  if (value < SMALLEST_NORMAL) return logarithmOf(value * 2 ** 54, -54);
  return logarithmOf(value, 0);
}

/** @param powerOfTwo added to the exponent of the value, which must not be subnormal. */
function logarithmOf(value: number, powerOfTwo: number): number {
  BITS.setFloat64(0, value);
  const highWord = BITS.getInt32(0);
  let exponent = ((highWord >>> 20) & EXPONENT_MASK) - EXPONENT_BIAS + powerOfTwo;
  BITS.setInt32(0, ONE_HIGH_WORD | (highWord & FRACTION_MASK));
  let mantissa = BITS.getFloat64(0);
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  const above = mantissa - 1;
  const sum = mantissa + 1;
  const sumError = mantissa - (sum - 1);
  const ratio = above / sum;
  const ratioError = (remainder(above, ratio, sum) - ratio * sumError) / sum;
  const high = exponent * LN2_HIGH;
  const total = high + 2 * ratio;
  const totalError =
    Math.abs(high) > Math.abs(2 * ratio) ? high - total + 2 * ratio : 2 * ratio - total + high;
  return total + (totalError + (exponent * LN2_LOW + 2 * ratioError + tail(ratio)));
}

/** 2 (f^3/3 + f^5/5 + ...). */
function tail(ratio: number): number {
  const square = ratio * ratio;
  let series = 0;
  for (let divisor = DIVISOR_MAX; divisor >= 3; divisor -= 2)
    series = series * square + 1 / divisor;
  return 2 * ratio * square * series;
}

/** total - a b without rounding the product (Dekker). */
function remainder(total: number, a: number, b: number): number {
  const aHigh = highHalf(a);
  const bHigh = highHalf(b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  return total - aHigh * bHigh - aHigh * bLow - aLow * bHigh - aLow * bLow;
}

function highHalf(value: number): number {
  const scaled = SPLITTER * value;
  return scaled - (scaled - value);
}
