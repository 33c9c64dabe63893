// Hot path: once per comparison of two values that plain operators cannot compare.
import { assert } from '../base/assert.ts';
import { DAY_MS } from './calendar.ts';
import { compareDecimals, parseDecimalText, type Integer } from './decimal.ts';
import { formatDouble } from './double-text.ts';
import { parseDate, parseTime, parseTimestamp } from './time-text.ts';
import { formatType, typesEqual, type SqlType, type Value } from './types.ts';

/**
 * Compares two values, neither of them null: below, at or above zero as left is less than, equal to
 * or greater than right; NaN when a NaN is involved, which is neither.
 * @throws EvaluationError when a text compared with a time does not parse.
 */
export type Comparison = (left: Value, right: Value) => number;

/** Whether two values, either of which may be null, are the same; null is the same as null. */
export type Equality = (left: Value, right: Value) => boolean;

/**
 * The order of two types that {@link isComparable} allows with `<`; between equal types it is also the
 * order of MIN, MAX, GREATEST and LEAST.
 */
export function compileComparison(left: SqlType, right: SqlType): Comparison {
  if (left.kind === 'DECIMAL' || right.kind === 'DECIMAL') return decimalComparison(left, right);
  if (left.kind === 'BYTES') return (a, b) => compareBytes(a as Uint8Array, b as Uint8Array);
  const toLeft = timeConversion(left, right);
  const toRight = timeConversion(right, left);
  if (toLeft === null && toRight === null) return compareOrdered;
  const convertLeft = toLeft ?? unchanged;
  const convertRight = toRight ?? unchanged;
  return (a, b) => compareOrdered(convertLeft(a), convertRight(b));
}

function unchanged(value: Value): Value {
  return value;
}

/** By JavaScript's own operators, which compare a number with a bigint by value and text by UTF-16 unit. */
function compareOrdered(left: Value, right: Value): number {
  const a = left as number | bigint | string;
  const b = right as number | bigint | string;
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? NaN : 0;
}

/** How a value is brought to the time type it is compared with; null when it needs no change. */
function timeConversion(from: SqlType, other: SqlType): ((value: Value) => Value) | null {
  if (from.kind === 'DATE' && other.kind === 'TIMESTAMP') {
    return (days) => (days as number) * DAY_MS;
  }
  if (from.kind !== 'STRING') return null;
  switch (other.kind) {
    case 'TIMESTAMP':
      return (text) => parseTimestamp(text as string);
    case 'DATE':
      return (text) => parseDate(text as string);
    case 'TIME':
      return (text) => parseTime(text as string);
    default:
      return null;
  }
}

function decimalComparison(left: SqlType, right: SqlType): Comparison {
  if (left.kind === 'DOUBLE') return (a, b) => -compareWithDouble(b as Integer, scaleOf(right), a);
  if (right.kind === 'DOUBLE') return (a, b) => compareWithDouble(a as Integer, scaleOf(left), b);
  const leftScale = scaleOf(left);
  const rightScale = scaleOf(right);
  if (leftScale === rightScale) return compareOrdered;
  return (a, b) => compareDecimals(a as Integer, leftScale, b as Integer, rightScale);
}

function scaleOf(type: SqlType): number {
  return type.kind === 'DECIMAL' ? type.scale : 0;
}

/** As decimals, the DOUBLE standing for its shortest text: 0.1 equals DECIMAL 0.1. */
function compareWithDouble(unscaled: Integer, scale: number, value: Value): number {
  const double = value as number;
  if (!Number.isFinite(double)) return -double;
  const parsed = parseDecimalText(formatDouble(double));
  assert(parsed !== null, 'the text of a finite DOUBLE is a decimal number');
  return compareDecimals(unscaled, scale, parsed.unscaled, parsed.scale);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = signed(a[index]!) - signed(b[index]!);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/**
 * Equality of two types that {@link isComparable} allows with `=`, deep for collections. Collections of
 * different types are never equal.
 */
export function compileEquality(left: SqlType, right: SqlType): Equality {
  switch (left.kind) {
    case 'BOOLEAN':
      return (a, b) => a === b;
    case 'ARRAY':
      return typesEqual(left, right) ? arrayEquality(left.element) : neitherIsThere;
    case 'MAP':
      return typesEqual(left, right) ? mapEquality(left.value) : neitherIsThere;
    case 'STRUCT':
      return typesEqual(left, right)
        ? structEquality(left.fields.map((field) => field.type))
        : neitherIsThere;
    default: {
      const compare = compileComparison(left, right);
      return (a, b) => (a === null || b === null ? a === b : compare(a, b) === 0);
    }
  }
}

function neitherIsThere(a: Value, b: Value): boolean {
  return a === null && b === null;
}

function arrayEquality(element: SqlType): Equality {
  const equal = compileEquality(element, element);
  return (a, b) => {
    if (a === null || b === null) return a === b;
    const left = a as Value[];
    const right = b as Value[];
    return (
      left.length === right.length && left.every((value, index) => equal(value, right[index]!))
    );
  };
}

function structEquality(types: readonly SqlType[]): Equality {
  const equal = types.map((type) => compileEquality(type, type));
  return (a, b) => {
    if (a === null || b === null) return a === b;
    const right = b as Value[];
    return (a as Value[]).every((value, index) => equal[index]!(value, right[index]!));
  };
}

/** Keys are looked up as JavaScript does, which fits every key type but BYTES and collections. */
function mapEquality(valueType: SqlType): Equality {
  const equal = compileEquality(valueType, valueType);
  return (a, b) => {
    if (a === null || b === null) return a === b;
    const left = a as Map<Value, Value>;
    const right = b as Map<Value, Value>;
    if (left.size !== right.size) return false;
    for (const [key, value] of left) {
      const other = right.get(key);
      if (other === undefined || !equal(value, other)) return false;
    }
    return true;
  };
}

/** Like {@link compileComparison}, but NaN equals NaN and is above all other numbers. */
export function compileTotalOrder(left: SqlType, right: SqlType): Comparison {
  const compare = compileComparison(left, right);
  if (left.kind !== 'DOUBLE' && right.kind !== 'DOUBLE') return compare;
  return (a, b) => {
    const order = compare(a, b);
    return Number.isNaN(order) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : order;
  };
}

/** The total order of a type, for callers that pick values: MIN, GREATEST. */
export function orderOf(type: SqlType): Comparison {
  assert(
    !['BOOLEAN', 'ARRAY', 'MAP', 'STRUCT'].includes(type.kind),
    () => `${formatType(type)} has an order`,
  );
  return compileTotalOrder(type, type);
}
