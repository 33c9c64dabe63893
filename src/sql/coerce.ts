import type { SqlType, StructField } from './types.ts';
import { BIGINT, DOUBLE, INTEGER, STRING, typesEqual } from './types.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type DecimalType = Extract<SqlType, { kind: 'DECIMAL' }>;

const INTEGER_DIGITS = 10;
const BIGINT_DIGITS = 19;
const DIVISION_SCALE_MIN = 6;

/** Narrow to wide. */
const NUMBER_KINDS: readonly SqlType['kind'][] = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE'];
const TIME_KINDS: readonly SqlType['kind'][] = ['TIME', 'DATE', 'TIMESTAMP'];
const TEXT_TARGETS: readonly SqlType['kind'][] = [...TIME_KINDS, 'BYTES'];

/** Whether the type is INTEGER, BIGINT, DECIMAL or DOUBLE. */
export function isNumber(type: SqlType): boolean {
  return NUMBER_KINDS.includes(type.kind);
}

/** Whether the type is TIME, DATE or TIMESTAMP. */
export function isTime(type: SqlType): boolean {
  return TIME_KINDS.includes(type.kind);
}

/** Targets of CAST other than the type itself and, for collections, the same kind member by member. */
const CAST_TARGETS: { readonly [K in SqlType['kind']]: readonly SqlType['kind'][] } = {
  BOOLEAN: ['STRING'],
  INTEGER: ['BIGINT', 'DECIMAL', 'DOUBLE', 'STRING'],
  BIGINT: ['INTEGER', 'DECIMAL', 'DOUBLE', 'STRING'],
  DECIMAL: ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE', 'STRING'],
  DOUBLE: ['INTEGER', 'BIGINT', 'DECIMAL', 'STRING'],
  STRING: ['BOOLEAN', ...NUMBER_KINDS, ...TEXT_TARGETS],
  BYTES: [],
  TIME: ['STRING'],
  DATE: ['STRING', 'TIMESTAMP'],
  TIMESTAMP: ['STRING', 'TIME', 'DATE'],
  ARRAY: ['STRING'],
  MAP: ['STRING'],
  STRUCT: ['STRING'],
};

/** Whether CAST may turn one type into the other; fields only one of two structs has do not matter. */
export function canCast(from: SqlType, to: SqlType): boolean {
  if (CAST_TARGETS[from.kind].includes(to.kind) || typesEqual(from, to)) return true;
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') return canCast(from.element, to.element);
  if (from.kind === 'MAP' && to.kind === 'MAP') {
    return canCast(from.key, to.key) && canCast(from.value, to.value);
  }
  if (from.kind === 'STRUCT' && to.kind === 'STRUCT') {
    return sharedFields(from.fields, to.fields).every(([a, b]) => canCast(a, b));
  }
  return false;
}

function sharedFields(
  from: readonly StructField[],
  to: readonly StructField[],
): readonly (readonly [SqlType, SqlType])[] {
  return to.flatMap((field) => {
    const source = from.find((candidate) => candidate.name === field.name);
    return source === undefined ? [] : [[source.type, field.type] as const];
  });
}

/**
 * Whether an argument of one type is converted by itself to a parameter of the other: numbers widen,
 * text becomes a time or (base64) BYTES, equal types match. A DECIMAL widens when all its digits fit.
 */
export function canConvertArgument(from: SqlType, to: SqlType): boolean {
  if (typesEqual(from, to)) return true;
  if (from.kind === 'STRING') return TEXT_TARGETS.includes(to.kind);
  if (!isNumber(from) || !isNumber(to)) return false;
  if (to.kind !== 'DECIMAL') return rank(from) < rank(to);
  const digits = asDecimal(from);
  return digits !== null && typesEqual(widerDecimal(digits, to), to);
}

function rank(type: SqlType): number {
  return NUMBER_KINDS.indexOf(type.kind);
}

/** An exact number type as a DECIMAL: INTEGER has 10 digits, BIGINT 19. Null for all other types. */
export function asDecimal(type: SqlType): DecimalType | null {
  switch (type.kind) {
    case 'INTEGER':
      return { kind: 'DECIMAL', precision: INTEGER_DIGITS, scale: 0 };
    case 'BIGINT':
      return { kind: 'DECIMAL', precision: BIGINT_DIGITS, scale: 0 };
    case 'DECIMAL':
      return type;
    default:
      return null;
  }
}

function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
  return { kind: 'DECIMAL', precision: whole + scale, scale };
}

/** The number type that holds both; a DECIMAL with the whole and the fraction digits of either. Null for non-numbers. */
export function widerNumber(a: SqlType, b: SqlType): SqlType | null {
  if (!isNumber(a) || !isNumber(b)) return null;
  if (a.kind === 'DOUBLE' || b.kind === 'DOUBLE') return DOUBLE;
  if (a.kind !== 'DECIMAL' && b.kind !== 'DECIMAL') return rank(a) > rank(b) ? a : b;
  const left = asDecimal(a);
  const right = asDecimal(b);
  return left === null || right === null ? null : widerDecimal(left, right);
}

/** The type of an arithmetic operation, null when the dialect has none; STRING + STRING is STRING. */
export function arithmeticType(
  operator: ArithmeticOperator,
  left: SqlType,
  right: SqlType,
): SqlType | null {
  if (left.kind === 'STRING' && right.kind === 'STRING') return operator === '+' ? STRING : null;
  if (!isNumber(left) || !isNumber(right)) return null;
  if (left.kind === 'DOUBLE' || right.kind === 'DOUBLE') return DOUBLE;
  if (left.kind === 'DECIMAL' || right.kind === 'DECIMAL') {
    const a = asDecimal(left);
    const b = asDecimal(right);
    return a === null || b === null ? null : decimalResult(operator, a, b);
  }
  return left.kind === 'BIGINT' || right.kind === 'BIGINT' ? BIGINT : INTEGER;
}

function decimalResult(operator: ArithmeticOperator, a: DecimalType, b: DecimalType): DecimalType {
  const scaleMax = Math.max(a.scale, b.scale);
  const wholeA = a.precision - a.scale;
  const wholeB = b.precision - b.scale;
  switch (operator) {
    case '+':
    case '-':
      return decimal(scaleMax + Math.max(wholeA, wholeB) + 1, scaleMax);
    case '*':
      return decimal(a.precision + b.precision + 1, a.scale + b.scale);
    case '/': {
      const scale = Math.max(DIVISION_SCALE_MIN, a.scale + b.precision + 1);
      return decimal(wholeA + b.scale + scale, scale);
    }
    case '%':
      return decimal(Math.min(wholeA, wholeB) + scaleMax, scaleMax);
  }
}

function decimal(precision: number, scale: number): DecimalType {
  return { kind: 'DECIMAL', precision, scale };
}

/** Whether the two types may be compared; IS [NOT] DISTINCT FROM follows `=`. */
export function isComparable(operator: ComparisonOperator, left: SqlType, right: SqlType): boolean {
  if (isNumber(left) && isNumber(right)) return true;
  if (left.kind === 'STRING' && isTime(right)) return true;
  if (right.kind === 'STRING' && isTime(left)) return true;
  if (left.kind !== right.kind) {
    const kinds = [left.kind, right.kind];
    return kinds.includes('DATE') && kinds.includes('TIMESTAMP');
  }
  switch (left.kind) {
    case 'BOOLEAN':
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return operator === '=' || operator === '<>';
    default:
      return true;
  }
}

/**
 * The type two expressions that are not literals are brought to, as in a list: numbers widen, text
 * gives way to times and BYTES, collections member by member, structs get the union of their fields.
 * Null when there is none.
 */
export function commonType(a: SqlType, b: SqlType): SqlType | null {
  if (typesEqual(a, b)) return a;
  if (isNumber(a)) return widerNumber(a, b);
  if (a.kind === 'STRING' && TEXT_TARGETS.includes(b.kind)) return b;
  if (b.kind === 'STRING' && TEXT_TARGETS.includes(a.kind)) return a;
  if (a.kind === 'ARRAY' && b.kind === 'ARRAY') {
    const element = commonType(a.element, b.element);
    return element && { kind: 'ARRAY', element };
  }
  if (a.kind === 'MAP' && b.kind === 'MAP') {
    const key = commonType(a.key, b.key);
    const value = commonType(a.value, b.value);
    return key && value && { kind: 'MAP', key, value };
  }
  return a.kind === 'STRUCT' && b.kind === 'STRUCT' ? commonStruct(a.fields, b.fields) : null;
}

function commonStruct(a: readonly StructField[], b: readonly StructField[]): SqlType | null {
  const fields: StructField[] = [];
  for (const field of a) {
    const other = b.find((candidate) => candidate.name === field.name);
    const type = other === undefined ? field.type : commonType(field.type, other.type);
    if (type === null) return null;
    fields.push({ name: field.name, type });
  }
  const added = b.filter((field) => !a.some((candidate) => candidate.name === field.name));
  return { kind: 'STRUCT', fields: [...fields, ...added] };
}
