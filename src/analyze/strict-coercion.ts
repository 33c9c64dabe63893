import { asDecimal, isNumber, isTime } from '../sql/coerce.ts';
import { compileCast } from '../sql/cast.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { compileEquality } from '../sql/compare.ts';
import { formatType, typesEqual, type SqlType, type Value } from '../sql/types.ts';

const NUMBERS_NARROW_TO_WIDE = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE'];

/**
 * A constant as a value of a column, changed only where nothing can get lost: numbers widen, text becomes a time or
 * (base64) BYTES, a DECIMAL must hold the number exactly; arrays and maps change member by member, structs field by
 * field of the same name (a missing one is null, a surplus one is left out). So INSERT VALUES and the keys of pull queries convert.
 * @throws EvaluationError when the types do not go together or this value does not fit.
 */
export function coerceStrictly(value: Value, from: SqlType, to: SqlType): Value {
  if (value === null || typesEqual(from, to)) return value;
  const members = coerceMembers(value, from, to);
  if (members !== null) return members;
  if (!isWidening(from, to)) {
    throw new EvaluationError(`expected ${formatType(to)}, but found ${formatType(from)}`);
  }
  const coerced = compileCast(from, to)(value);
  if (to.kind === 'DECIMAL' && !compileEquality(from, to)(value, coerced)) {
    throw new EvaluationError(`${formatType(to)} cannot hold the number exactly`);
  }
  return coerced;
}

/** Null when the types are not two collections of one kind. */
function coerceMembers(value: Value, from: SqlType, to: SqlType): Value {
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    return (value as Value[]).map((element) => coerceStrictly(element, from.element, to.element));
  }
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    return new Map(
      Array.from(value as Map<Value, Value>, ([key, member]) => [
        coerceStrictly(key, from.key, to.key),
        coerceStrictly(member, from.value, to.value),
      ]),
    );
  }
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    const values = value as Value[];
    return to.fields.map(({ name, type }) => {
      const index = from.fields.findIndex((field) => field.name === name);
      if (index < 0) return null;
      return ofField(name, () => coerceStrictly(values[index]!, from.fields[index]!.type, type));
    });
  }
  return null;
}

/** Names the field in an error of its value. */
function ofField(name: string, coerce: () => Value): Value {
  try {
    return coerce();
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new EvaluationError(`in field ${name}: ${error.message}`, { cause: error });
  }
}

function isWidening(from: SqlType, to: SqlType): boolean {
  if (from.kind === 'STRING') return isTime(to) || to.kind === 'BYTES';
  if (!isNumber(from) || !isNumber(to)) return false;
  if (to.kind === 'DECIMAL') return asDecimal(from) !== null;
  return NUMBERS_NARROW_TO_WIDE.indexOf(from.kind) < NUMBERS_NARROW_TO_WIDE.indexOf(to.kind);
}
