// Hot path: the functions made here run once per value that is cast.
import { assert, unreachable } from '../base/assert.ts';
import { decodeBase64 } from './base64.ts';
import { DAY_MS } from './calendar.ts';
import {
  bigintToInteger,
  decimalToDouble,
  decimalToWhole,
  doubleToBigint,
  doubleToDecimal,
  doubleToInteger,
  textToBigint,
  textToDecimal,
  textToDouble,
  textToInteger,
  toDecimal,
} from './cast-number.ts';
import { canCast, type DecimalType } from './coerce.ts';
import type { Integer } from './decimal.ts';
import { EvaluationError } from './evaluation-error.ts';
import { shownText } from './shown-text.ts';
import { parseDate, parseTime, parseTimestamp } from './time-text.ts';
import { trimText } from './trim-text.ts';
import { formatType, typesEqual, type SqlType, type StructField, type Value } from './types.ts';
import { valueFormatter } from './value-text.ts';
import { wrapBigint } from './value.ts';

/**
 * Turns one value into another type; null stays null.
 * @throws EvaluationError when this value has no counterpart in the type.
 */
export type Cast = (value: Value) => Value;

/** The cast of a pair of types that {@link canCast} allows. */
export function compileCast(from: SqlType, to: SqlType): Cast {
  const cast = castPresent(from, to);
  return (value) => (value === null ? null : cast(value));
}

/** Whether values of the first type are values of the second as they stand. */
export function isSameRepresentation(from: SqlType, to: SqlType): boolean {
  return (
    typesEqual(from, to) || (from.kind === 'INTEGER' && ['BIGINT', 'DOUBLE'].includes(to.kind))
  );
}

/** Whether the cast of a value of the first type can fail. */
export function isFallibleCast(from: SqlType, to: SqlType): boolean {
  if (isSameRepresentation(from, to) || to.kind === 'STRING' || to.kind === 'BOOLEAN') return false;
  if (to.kind === 'DECIMAL') return true;
  return !['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE', 'DATE', 'TIMESTAMP'].includes(from.kind);
}

function castPresent(from: SqlType, to: SqlType): Cast {
  assert(canCast(from, to), () => `${formatType(from)} can be cast to ${formatType(to)}`);
  if (isSameRepresentation(from, to)) return (value) => value;
  switch (to.kind) {
    case 'STRING':
      return valueFormatter(from);
    case 'BOOLEAN':
      return (value) => textToBoolean(trimText(value as string));
    case 'INTEGER':
      return toInteger(from);
    case 'BIGINT':
      return toBigint(from);
    case 'DECIMAL':
      return decimalCast(from, to);
    case 'DOUBLE':
      return toDouble(from);
    case 'BYTES':
      return (value) => textToBytes(trimText(value as string));
    case 'TIME':
      return from.kind === 'STRING'
        ? (value) => parseTime(trimText(value as string))
        : (value) => (value as number) - Math.floor((value as number) / DAY_MS) * DAY_MS;
    case 'DATE':
      return from.kind === 'STRING'
        ? (value) => parseDate(trimText(value as string))
        : (value) => Math.floor((value as number) / DAY_MS);
    case 'TIMESTAMP':
      return from.kind === 'STRING'
        ? (value) => parseTimestamp(trimText(value as string))
        : (value) => (value as number) * DAY_MS;
    case 'ARRAY':
      assert(from.kind === 'ARRAY', 'only an array can be cast to an array');
      return arrayCast(from.element, to.element);
    case 'MAP':
      assert(from.kind === 'MAP', 'only a map can be cast to a map');
      return mapCast({ key: from.key, value: from.value }, { key: to.key, value: to.value });
    case 'STRUCT':
      assert(from.kind === 'STRUCT', 'only a struct can be cast to a struct');
      return structCast(from.fields, to.fields);
    default:
      return unreachable(to);
  }
}

function toInteger(from: SqlType): Cast {
  switch (from.kind) {
    case 'BIGINT':
      return (value) => bigintToInteger(value as Integer);
    case 'DECIMAL':
      return (value) => bigintToInteger(decimalToWhole(value as Integer, from.scale));
    case 'DOUBLE':
      return (value) => doubleToInteger(value as number);
    default:
      return (value) => textToInteger(trimText(value as string));
  }
}

function toBigint(from: SqlType): Cast {
  switch (from.kind) {
    case 'DECIMAL':
      return (value) => {
        const whole = decimalToWhole(value as Integer, from.scale);
        return typeof whole === 'number' ? whole : wrapBigint(whole);
      };
    case 'DOUBLE':
      return (value) => doubleToBigint(value as number);
    default:
      return (value) => textToBigint(trimText(value as string));
  }
}

function decimalCast(from: SqlType, to: DecimalType): Cast {
  switch (from.kind) {
    case 'INTEGER':
    case 'BIGINT':
      return (value) => toDecimal(value as Integer, 0, to);
    case 'DECIMAL':
      return (value) => toDecimal(value as Integer, from.scale, to);
    case 'DOUBLE':
      return (value) => doubleToDecimal(value as number, to);
    default:
      return (value) => textToDecimal(trimText(value as string), to);
  }
}

function toDouble(from: SqlType): Cast {
  switch (from.kind) {
    case 'BIGINT':
      return Number;
    case 'DECIMAL':
      return (value) => decimalToDouble(value as Integer, from.scale);
    default:
      return (value) => textToDouble(trimText(value as string));
  }
}

/** True for every beginning of `true` and `yes` in any case, false for all else. */
function textToBoolean(text: string): boolean {
  const lower = text.toLowerCase();
  return lower !== '' && ('true'.startsWith(lower) || 'yes'.startsWith(lower));
}

function textToBytes(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes !== null) return bytes;
  throw new EvaluationError(`${shownText(text)} cannot be cast to BYTES: it is not base64`);
}

function arrayCast(from: SqlType, to: SqlType): Cast {
  const cast = compileCast(from, to);
  return (value) => (value as Value[]).map(cast);
}

interface Entry {
  readonly key: SqlType;
  readonly value: SqlType;
}

function mapCast(from: Entry, to: Entry): Cast {
  const castKey = compileCast(from.key, to.key);
  const castValue = compileCast(from.value, to.value);
  return (map) =>
    new Map(
      Array.from(map as Map<Value, Value>, ([key, value]) => [castKey(key), castValue(value)]),
    );
}

function structCast(from: readonly StructField[], to: readonly StructField[]): Cast {
  const members = to.map((field): Cast => {
    const index = from.findIndex((candidate) => candidate.name === field.name);
    if (index < 0) return () => null;
    const cast = compileCast(from[index]!.type, field.type);
    return (struct) => cast((struct as Value[])[index]!);
  });
  return (struct) => members.map((member) => member(struct));
}
