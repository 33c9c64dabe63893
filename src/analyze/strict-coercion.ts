import { asDecimal, isNumber, isTime } from '../sql/coerce.ts';
import { compileCast } from '../sql/cast.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { compileEquality } from '../sql/compare.ts';
import { formatType, typesEqual, type SqlType, type Value } from '../sql/types.ts';

const NUMBERS_NARROW_TO_WIDE = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE'];

/**
 * A constant as a value of a column, changed only where nothing can get lost: numbers widen, text becomes a time or
 * (base64) BYTES, a DECIMAL must hold the number exactly. So INSERT VALUES and the keys of pull queries convert.
 * @throws EvaluationError when the types do not go together or this value does not fit.
 */
export function coerceStrictly(value: Value, from: SqlType, to: SqlType): Value {
  if (value === null || typesEqual(from, to)) return value;
  if (!isWidening(from, to)) {
    throw new EvaluationError(`expected ${formatType(to)}, but found ${formatType(from)}`);
  }
  const coerced = compileCast(from, to)(value);
  if (to.kind === 'DECIMAL' && !compileEquality(from, to)(value, coerced)) {
    throw new EvaluationError(`${formatType(to)} cannot hold the number exactly`);
  }
  return coerced;
}

function isWidening(from: SqlType, to: SqlType): boolean {
  if (from.kind === 'STRING') return isTime(to) || to.kind === 'BYTES';
  if (!isNumber(from) || !isNumber(to)) return false;
  if (to.kind === 'DECIMAL') return asDecimal(from) !== null;
  return NUMBERS_NARROW_TO_WIDE.indexOf(from.kind) < NUMBERS_NARROW_TO_WIDE.indexOf(to.kind);
}
