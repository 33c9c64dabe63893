import type { ScalarFunction } from '../function.ts';
import { naturalLogarithm } from './logarithm.ts';
import { ofNumber, ofTwoNumbers } from './of-numbers.ts';

export const cbrt: ScalarFunction = {
  name: 'CBRT',
  displayName: 'cbrt',
  category: 'MATHEMATICAL',
  description: 'The cube root; that of a negative value is negative.',
  examples: [
    { sql: 'CBRT(27)', result: '3E0' },
    { sql: 'CBRT(-8E0)', result: '-2E0' },
  ],
  overloads: ofNumber(Math.cbrt),
};

export const exp: ScalarFunction = {
  name: 'EXP',
  displayName: 'exp',
  category: 'MATHEMATICAL',
  description: "Euler's number e to the power of the value.",
  examples: [
    { sql: 'EXP(0)', result: '1E0' },
    { sql: 'EXP(1)', result: '2.718281828459045E0' },
  ],
  overloads: ofNumber(Math.exp),
};

export const ln: ScalarFunction = {
  name: 'LN',
  displayName: 'ln',
  category: 'MATHEMATICAL',
  description: 'The natural logarithm; NaN for a negative value, -Infinity for zero.',
  examples: [
    { sql: 'LN(1)', result: '0E0' },
    { sql: 'LN(2)', result: '6.931471805599453E-1' },
  ],
  overloads: ofNumber(naturalLogarithm),
};

export const log: ScalarFunction = {
  name: 'LOG',
  displayName: 'log',
  category: 'MATHEMATICAL',
  description:
    'LOG(value) is the natural logarithm, LOG(base, value) that to a base. NaN for a negative value and ' +
    'for a base that is 1, zero or negative; -Infinity for the value zero.',
  examples: [
    { sql: 'LOG(1)', result: '0E0' },
    { sql: 'LOG(2, 8)', result: '3E0' },
  ],
  overloads: [...ofNumber(naturalLogarithm), ...ofTwoNumbers(['base', 'value'], logarithm)],
};

function logarithm(base: number, value: number): number {
  if (base <= 0 || base === 1) return NaN;
  return naturalLogarithm(value) / naturalLogarithm(base);
}

export const power: ScalarFunction = {
  name: 'POWER',
  displayName: 'power',
  category: 'MATHEMATICAL',
  description: 'The base to the power of the exponent; 0 to the power of 0 is 1.',
  examples: [
    { sql: 'POWER(2, 10)', result: '1.024E3' },
    { sql: 'POWER(9E0, 0.5E0)', result: '3E0' },
    { sql: 'POWER(0, 0)', result: '1E0' },
  ],
  overloads: ofTwoNumbers(['base', 'exponent'], Math.pow),
};
