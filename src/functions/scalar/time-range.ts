import { EvaluationError } from '../../sql/evaluation-error.ts';

const DAYS_MAX = 2 ** 31 - 1;
const DAYS_MIN = -(2 ** 31);

/**
 * Epoch days as a DATE, which holds 32 bits.
 * @throws EvaluationError when they do not fit.
 */
export function checkedDays(days: number): number {
  // Never -0, which would be another value than 0.
  if (days >= DAYS_MIN && days <= DAYS_MAX) return days + 0;
  throw new EvaluationError(`The date ${days} days from 1970-01-01 is out of range`);
}

/**
 * Epoch milliseconds as a TIMESTAMP, which is exact up to 2^53.
 * @throws EvaluationError when they are beyond that.
 */
export function checkedTimestamp(ms: number | bigint): number {
  if (typeof ms === 'number' && Number.isSafeInteger(ms)) return ms;
  throw new EvaluationError(`The timestamp ${ms} milliseconds from 1970-01-01 is out of range`);
}
