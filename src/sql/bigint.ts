// Hot path: once per BIGINT that is computed.
//
// 64-bit integers that wrap around, in the form of value.ts: a number while it is a safe integer, else a bigint.
// Two numbers are tried first; a safe result of an exact operation is the result.
import type { Integer } from './decimal.ts';
import { EvaluationError } from './evaluation-error.ts';
import { wrapBigint } from './value.ts';

/** The sum, wrapped to 64 bits. */
export function addBigint(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return wrapBigint(BigInt(left) + BigInt(right));
}

/** The difference, wrapped to 64 bits. */
export function subtractBigint(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return wrapBigint(BigInt(left) - BigInt(right));
}

/** The product, wrapped to 64 bits. */
export function multiplyBigint(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    // Adding 0 turns -0 into 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return wrapBigint(BigInt(left) * BigInt(right));
}

/**
 * Cut toward zero.
 * @throws EvaluationError for a zero divisor.
 */
export function divideBigint(left: Integer, right: Integer): Integer {
  if (right === 0) throw new EvaluationError('Division by zero');
  if (typeof left === 'number' && typeof right === 'number') {
    // The plain quotient may be rounded up to the next integer; this one is exact.
    return (left - (left % right)) / right + 0;
  }
  return wrapBigint(BigInt(left) / BigInt(right));
}

/**
 * With the sign of the dividend.
 * @throws EvaluationError for a zero divisor.
 */
export function remainderBigint(left: Integer, right: Integer): Integer {
  if (right === 0) throw new EvaluationError('Division by zero');
  if (typeof left === 'number' && typeof right === 'number') return (left % right) + 0;
  return wrapBigint(BigInt(left) % BigInt(right));
}

/** With the opposite sign; the smallest BIGINT stays as it is. */
export function negateBigint(value: Integer): Integer {
  return typeof value === 'number' ? 0 - value : wrapBigint(-value);
}
