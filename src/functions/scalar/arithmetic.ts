import type { Integer } from '../../sql/decimal.ts';
import { BIGINT, DOUBLE, INTEGER } from '../../sql/types.ts';
import { wrapBigint } from '../../sql/value.ts';
import { ANY_DECIMAL, overload, parameter, type ScalarFunction } from '../function.ts';
import { ofNumber } from './of-numbers.ts';
import { sameType } from './same-type.ts';

export const abs: ScalarFunction = {
  name: 'ABS',
  displayName: 'Abs',
  category: 'MATHEMATICAL',
  description: 'The value without its sign. The smallest INTEGER and BIGINT stay as they are.',
  examples: [
    { sql: 'ABS(-5)', result: '5' },
    { sql: 'ABS(-1.50)', result: '1.50' },
    { sql: 'ABS(-2147483648)', result: '-2147483648' },
  ],
  overloads: [
    overload([parameter('value', INTEGER)], INTEGER, (value: number) => Math.abs(value) | 0),
    overload([parameter('value', BIGINT)], BIGINT, magnitude),
    overload([parameter('value', DOUBLE)], DOUBLE, (value: number) => Math.abs(value)),
    sameType(
      [parameter('value', ANY_DECIMAL)],
      () => (value: Integer) =>
        typeof value === 'bigint' && value < 0n ? -value : magnitude(value),
    ),
  ],
};

function magnitude(value: Integer): Integer {
  if (typeof value === 'number') return Math.abs(value);
  return value < 0n ? wrapBigint(-value) : value;
}

export const sign: ScalarFunction = {
  name: 'SIGN',
  displayName: 'sign',
  category: 'MATHEMATICAL',
  description: '-1, 0 or 1 as the value is negative, zero or positive; 0 for NaN.',
  examples: [
    { sql: 'SIGN(-7)', result: '-1' },
    { sql: 'SIGN(0)', result: '0' },
    { sql: 'SIGN(1E3)', result: '1' },
  ],
  overloads: [INTEGER, BIGINT, DOUBLE].map((type) =>
    overload([parameter('value', type)], INTEGER, (value: Integer) =>
      value > 0 ? 1 : value < 0 ? -1 : 0,
    ),
  ),
};

export const sqrt: ScalarFunction = {
  name: 'SQRT',
  displayName: 'sqrt',
  category: 'MATHEMATICAL',
  description: 'The square root; NaN for a negative value.',
  examples: [
    { sql: 'SQRT(9)', result: '3E0' },
    { sql: 'SQRT(2.25)', result: '1.5E0' },
  ],
  overloads: ofNumber(Math.sqrt),
};
