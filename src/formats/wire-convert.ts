import { unreachable } from '../base/assert.ts';
import { formatDecimal, fitsPrecision, rescale } from '../sql/decimal.ts';
import { formatDouble } from '../sql/double-text.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { SqlType, Value } from '../sql/types.ts';
import { DeserializationError } from './format.ts';
import { DATE_MAX, DATE_MIN, TIME_MAX, TIMESTAMP_MAX, TIMESTAMP_MIN } from './time-bounds.ts';

/**
 * What a registered schema says of a scalar, as the engine would hold it: FLOAT is a DOUBLE of 32 bits, times are
 * their number, a DECIMAL its unscaled integer.
 */
export type WireScalar =
  | { readonly kind: WirePrimitive }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number };

export type WirePrimitive =
  | 'BOOLEAN'
  | 'INTEGER'
  | 'BIGINT'
  | 'FLOAT'
  | 'DOUBLE'
  | 'STRING'
  | 'BYTES'
  | 'TIME'
  | 'DATE'
  | 'TIMESTAMP';

/** Makes a value as it was written, never null, one of the column. @throws DeserializationError when it does not fit. */
export type Convert = (value: Exclude<Value, null>) => Value;

const same: Convert = (value) => value;

/**
 * How a scalar of a registered schema is read into a column (section 7.8 of the dialect): integers widen, any number,
 * boolean or text fills a STRING, a time is its number, a decimal has to fit. Null when it never is.
 */
export function conversionOf(from: WireScalar, to: SqlType): Convert | null {
  switch (to.kind) {
    case 'BOOLEAN':
    case 'BYTES':
      return from.kind === to.kind ? same : null;
    case 'INTEGER':
      return isOneOf(from, 'INTEGER', 'DATE', 'TIME') ? same : null;
    case 'BIGINT':
      return isOneOf(from, 'INTEGER', 'BIGINT', 'DATE', 'TIME', 'TIMESTAMP') ? same : null;
    case 'DOUBLE':
      return isOneOf(from, 'FLOAT', 'DOUBLE') ? same : null;
    case 'DECIMAL':
      return from.kind === 'DECIMAL' ? decimalConversion(from, to) : null;
    case 'TIME':
      return isOneOf(from, 'INTEGER', 'TIME') ? bounded(to.kind, 0, TIME_MAX) : null;
    case 'DATE':
      return isOneOf(from, 'INTEGER', 'DATE') ? bounded(to.kind, DATE_MIN, DATE_MAX) : null;
    case 'TIMESTAMP':
      return isOneOf(from, 'INTEGER', 'BIGINT', 'TIMESTAMP')
        ? bounded(to.kind, TIMESTAMP_MIN, TIMESTAMP_MAX)
        : null;
    case 'STRING':
      return textConversion(from);
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return null;
    default:
      return unreachable(to);
  }
}

function isOneOf({ kind }: WireScalar, ...kinds: readonly WireScalar['kind'][]): boolean {
  return kinds.includes(kind);
}

function bounded(kind: string, min: number, max: number): Convert {
  return (value) => {
    if (typeof value === 'number' && value >= min && value <= max) return value;
    throw new DeserializationError(
      `Cannot read ${kind}: found ${String(value)}, expected a number from ${min} to ${max}`,
    );
  };
}

function decimalConversion(
  from: { readonly scale: number },
  to: { readonly precision: number; readonly scale: number },
): Convert {
  return (value) => {
    const unscaled = value as number | bigint;
    const fitted =
      from.scale === to.scale ? unscaled : rescaleExactly(unscaled, from.scale, to.scale);
    if (fitted !== null && fitsPrecision(fitted, to.precision)) return fitted;
    throw new DeserializationError(
      `Cannot read DECIMAL(${to.precision}, ${to.scale}): ${formatDecimal(unscaled, from.scale)} does not fit`,
    );
  };
}

/** Null when digits other than zeros would be lost. */
function rescaleExactly(
  unscaled: number | bigint,
  from: number,
  to: number,
): number | bigint | null {
  try {
    return rescale(unscaled, from, to, 'EXACT');
  } catch (error) {
    if (error instanceof EvaluationError) return null;
    throw error;
  }
}

function textConversion(from: WireScalar): Convert | null {
  switch (from.kind) {
    case 'STRING':
      return same;
    case 'BYTES':
      return null;
    case 'FLOAT':
      return (value) => formatFloat(value as number);
    case 'DOUBLE':
      return (value) => formatDouble(value as number);
    case 'DECIMAL':
      return (value) => formatDecimal(value as number | bigint, from.scale);
    default:
      return String;
  }
}

/** The shortest text that reads as the same 32-bit number, in the form of {@link formatDouble}. */
function formatFloat(value: number): string {
  for (let digits = 1; digits < FLOAT_DIGITS_MAX; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return formatDouble(shorter);
  }
  return formatDouble(value);
}

const FLOAT_DIGITS_MAX = 9;
