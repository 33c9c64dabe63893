import { assert } from '../../base/assert.ts';
import { doubleToBigint } from '../../sql/cast-number.ts';
import {
  formatDecimal,
  parseDecimalText,
  powerOfTen,
  rescale,
  type Integer,
} from '../../sql/decimal.ts';
import { formatDouble } from '../../sql/double-text.ts';
import { EvaluationError } from '../../sql/evaluation-error.ts';
import { BIGINT, DOUBLE, INTEGER, type SqlType } from '../../sql/types.ts';
import { integer } from '../../sql/value.ts';
import {
  ANY_DECIMAL,
  overload,
  parameter,
  type ScalarFunction,
  type ScalarOverload,
} from '../function.ts';
import { firstType, sameType } from './same-type.ts';

/** Rounds numerator / denominator, the denominator positive, to a whole number. */
type Rounding = (numerator: bigint, denominator: bigint) => bigint;

const floorOf: Rounding = (numerator, denominator) => {
  const quotient = numerator / denominator;
  return numerator < 0n && quotient * denominator !== numerator ? quotient - 1n : quotient;
};
const ceilingOf: Rounding = (numerator, denominator) => -floorOf(-numerator, denominator);
/** A half goes up, also below zero: 2.5 is 3 and -2.5 is -2. */
const nearestOf: Rounding = (numerator, denominator) =>
  floorOf(2n * numerator + denominator, 2n * denominator);
const towardZero: Rounding = (numerator, denominator) => numerator / denominator;

/** Rounds away the digits after the point and keeps the scale. */
function roundWhole(unscaled: Integer, scale: number, rounding: Rounding): Integer {
  const unit = powerOfTen(scale);
  return integer(rounding(BigInt(unscaled), unit) * unit);
}

/** Rounds to that many places after the point, or before it when negative, and keeps the scale. */
function roundPlaces(
  unscaled: Integer,
  scale: number,
  places: number,
  rounding: Rounding,
): Integer {
  const dropped = scale - places;
  if (dropped <= 0) return unscaled;
  // Less than half a unit of the place, however small the place makes the digits look.
  if (dropped > String(unscaled).length) return 0;
  const unit = powerOfTen(dropped);
  return integer(rounding(BigInt(unscaled), unit) * unit);
}

function scaleOf(type: SqlType): number {
  assert(type.kind === 'DECIMAL', 'the argument is a DECIMAL');
  return type.scale;
}

export const ceil: ScalarFunction = {
  name: 'CEIL',
  displayName: 'Ceil',
  category: 'MATHEMATICAL',
  description: 'The smallest whole number that is not below the value, in the type of the value.',
  examples: [
    { sql: 'CEIL(1.20)', result: '2.00' },
    { sql: 'CEIL(-1.5E0)', result: '-1E0' },
    { sql: 'CEIL(7)', result: '7' },
  ],
  overloads: wholeNumberOverloads(Math.ceil, ceilingOf),
};

export const floor: ScalarFunction = {
  name: 'FLOOR',
  displayName: 'Floor',
  category: 'MATHEMATICAL',
  description: 'The largest whole number that is not above the value, in the type of the value.',
  examples: [
    { sql: 'FLOOR(1.80)', result: '1.00' },
    { sql: 'FLOOR(-1.5E0)', result: '-2E0' },
    { sql: 'FLOOR(7)', result: '7' },
  ],
  overloads: wholeNumberOverloads(Math.floor, floorOf),
};

function wholeNumberOverloads(
  roundDouble: (value: number) => number,
  rounding: Rounding,
): readonly ScalarOverload[] {
  return [
    overload([parameter('value', INTEGER)], INTEGER, (value: number) => value),
    overload([parameter('value', BIGINT)], BIGINT, (value: Integer) => value),
    overload([parameter('value', DOUBLE)], DOUBLE, (value: number) => roundDouble(value)),
    sameType([parameter('value', ANY_DECIMAL)], (type) => {
      const scale = scaleOf(type);
      return (value: Integer) => roundWhole(value, scale, rounding);
    }),
  ];
}

export const round: ScalarFunction = {
  name: 'ROUND',
  displayName: 'Round',
  category: 'MATHEMATICAL',
  description:
    'The nearest whole number, or the nearest number with the given places after the point (before ' +
    'it when negative). A half goes up: 2.5 becomes 3 and -2.5 becomes -2.',
  examples: [
    { sql: 'ROUND(2.5E0)', result: '3' },
    { sql: 'ROUND(-2.5E0)', result: '-2' },
    { sql: 'ROUND(1.2345E0, 2)', result: '1.23E0' },
    { sql: 'ROUND(1.2345, 2)', result: '1.2300' },
    { sql: 'ROUND(111E0, -2)', result: '1E2' },
    { sql: 'ROUND(7.5)', result: '8' },
  ],
  overloads: placesOverloads('ROUND', roundHalfUp, nearestOf),
};

export const trunc: ScalarFunction = {
  name: 'TRUNC',
  displayName: 'trunc',
  category: 'MATHEMATICAL',
  description:
    'The whole number without the digits after the point, or the number cut to the given places after ' +
    'the point (before it when negative).',
  examples: [
    { sql: 'TRUNC(2.7E0)', result: '2' },
    { sql: 'TRUNC(-2.7E0)', result: '-2' },
    { sql: 'TRUNC(1.2399, 2)', result: '1.2300' },
    { sql: 'TRUNC(199E0, -2)', result: '1E2' },
  ],
  overloads: placesOverloads('TRUNC', Math.trunc, towardZero),
};

/** To a whole number, or to places. */
function placesOverloads(
  name: string,
  roundToWhole: (value: number) => number,
  rounding: Rounding,
): readonly ScalarOverload[] {
  return [
    overload([parameter('value', INTEGER, 'FAIL')], BIGINT, (value: number) => value),
    overload([parameter('value', BIGINT, 'FAIL')], BIGINT, (value: Integer) => value),
    overload([parameter('value', DOUBLE)], BIGINT, (value: number) =>
      doubleToBigint(roundToWhole(value)),
    ),
    overload(
      [parameter('value', DOUBLE), parameter('places', INTEGER)],
      DOUBLE,
      (value: number, places: number) => roundDouble(name, value, places, rounding),
    ),
    {
      parameters: [parameter('value', ANY_DECIMAL)],
      variadic: false,
      returnType: (types) => wholeDecimal(firstType(types)),
      create: (types) => {
        const scale = scaleOf(firstType(types));
        return (value: Integer) => rescale(roundWhole(value, scale, rounding), scale, 0, 'EXACT');
      },
    },
    sameType([parameter('value', ANY_DECIMAL), parameter('places', INTEGER)], (type) => {
      const scale = scaleOf(type);
      return (value: Integer, places: number) => roundPlaces(value, scale, places, rounding);
    }),
  ];
}

/** Adding a half before the floor would be inexact: 0.49999999999999994 + 0.5 is 1. */
function roundHalfUp(value: number): number {
  const below = Math.floor(value);
  return value - below >= 0.5 ? below + 1 : below;
}

/** Of the shortest text of the DOUBLE, so that 1.005 to two places is 1.01. */
function roundDouble(name: string, value: number, places: number, rounding: Rounding): number {
  if (!Number.isFinite(value)) {
    throw new EvaluationError(`${name} cannot round ${value} to ${places} places`);
  }
  const parsed = parseDecimalText(formatDouble(value));
  assert(parsed !== null, 'the text of a finite DOUBLE is a decimal number');
  const rounded = roundPlaces(integer(parsed.unscaled), parsed.scale, places, rounding);
  return Number(formatDecimal(rounded, parsed.scale));
}

function wholeDecimal(type: SqlType): SqlType {
  assert(type.kind === 'DECIMAL', 'the argument is a DECIMAL');
  return { kind: 'DECIMAL', precision: Math.max(1, type.precision - type.scale), scale: 0 };
}
