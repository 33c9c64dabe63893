import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  divideDecimals,
  fitsPrecision,
  formatDecimal,
  multiplyDecimals,
  negateInteger,
  parseDecimalText,
  powerOfTen,
  remainderDecimals,
  rescale,
  subtractDecimals,
  type Integer,
} from '../../src/sql/decimal.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { integer } from '../../src/sql/value.ts';

const scales = fc.integer({ min: 0, max: 25 });
const unscaled = fc
  .oneof(
    fc.bigInt(-1000n, 1000n),
    fc.bigInt(-(10n ** 17n), 10n ** 17n),
    fc.bigInt(-(10n ** 40n), 10n ** 40n),
  )
  .map(integer);

/** The value times 10^60, so that operands of any scale here can be compared as integers. */
function widened(value: Integer, scale: number): bigint {
  return BigInt(value) * 10n ** BigInt(60 - scale);
}

function isCanonical(value: Integer): boolean {
  return typeof value === 'number'
    ? Number.isSafeInteger(value) && !Object.is(value, -0)
    : !Number.isSafeInteger(Number(value));
}

describe('text', () => {
  test.each<[Integer, number, string]>([
    [1230, 2, '12.30'],
    [-5, 2, '-0.05'],
    [0, 3, '0.000'],
    [7, 0, '7'],
    [-7, 1, '-0.7'],
    [123456789012345678901234567890n, 10, '12345678901234567890.1234567890'],
  ])('formats %s with scale %i as %s', (value, scale, text) => {
    expect(formatDecimal(value, scale)).toBe(text);
  });

  test.each<[string, bigint, number]>([
    ['1.50', 150n, 2],
    ['-.5', -5n, 1],
    ['+7.', 7n, 0],
    ['2e1', 20n, 0],
    ['1.5E-2', 15n, 3],
    ['1.25e1', 125n, 1],
    ['00.10', 10n, 2],
  ])('reads %s', (text, unscaled, scale) => {
    expect(parseDecimalText(text)).toEqual({ unscaled, scale });
  });

  test.each([
    '',
    '.',
    'e5',
    '1e',
    '1.2.3',
    ' 1',
    '0x10',
    'NaN',
    '1e10000',
    '1_0',
    '1'.repeat(10_001),
  ])('refuses to read %j', (text) => {
    expect(parseDecimalText(text)).toBeNull();
  });

  test('reads back what it formats', () => {
    fc.assert(
      fc.property(unscaled, scales, (value, scale) => {
        expect(parseDecimalText(formatDecimal(value, scale))).toEqual({
          unscaled: BigInt(value),
          scale,
        });
      }),
    );
  });
});

describe('arithmetic', () => {
  test('divides as the dialect does: 10.10 / 2.00 with seven places is 5.0500000', () => {
    expect(divideDecimals(1010, 2, 200, 2, 7)).toBe(50500000);
  });

  test('refuses a quotient that is not exact', () => {
    expect(() => divideDecimals(1, 0, 3, 0, 6)).toThrow(
      '1 / 3 has no exact result with 6 digits after the point',
    );
  });

  test('refuses to divide by zero', () => {
    expect(() => divideDecimals(1, 0, 0, 2, 6)).toThrow(EvaluationError);
    expect(() => remainderDecimals(1, 0, 0, 2)).toThrow('Division by zero');
  });

  test('agrees with integers on a common scale', () => {
    fc.assert(
      fc.property(unscaled, scales, unscaled, scales, (a, aScale, b, bScale) => {
        const scale = Math.max(aScale, bScale);
        const left = widened(a, aScale);
        const right = widened(b, bScale);
        const sum = addDecimals(a, aScale, b, bScale);
        expect(widened(sum, scale)).toBe(left + right);
        const difference = subtractDecimals(a, aScale, b, bScale);
        expect(widened(difference, scale)).toBe(left - right);
        const product = multiplyDecimals(a, b);
        expect(BigInt(product)).toBe(BigInt(a) * BigInt(b));
        const order = compareDecimals(a, aScale, b, bScale);
        expect(order).toBe(left < right ? -1 : left > right ? 1 : 0);
        const results: Integer[] = [sum, difference, product, negateInteger(a)];
        if (right !== 0n) {
          const remainder = remainderDecimals(a, aScale, b, bScale);
          expect(widened(remainder, scale)).toBe(left % right);
          results.push(remainder);
        }
        expect(results.every(isCanonical)).toBe(true);
      }),
    );
  });

  test('divides exactly what was multiplied', () => {
    fc.assert(
      fc.property(unscaled, scales, unscaled, scales, (a, aScale, b, bScale) => {
        fc.pre(BigInt(b) !== 0n);
        const product = multiplyDecimals(a, b);
        expect(divideDecimals(product, aScale + bScale, b, bScale, aScale)).toBe(a);
      }),
    );
  });
});

describe('rescale', () => {
  test.each<[Integer, number, number, Integer]>([
    [996, 2, 1, 100],
    [-995, 2, 1, -100],
    [994, 2, 1, 99],
    [-4, 1, 0, 0],
    [5, 0, 3, 5000],
    [12345678901234567895n, 1, 0, 1234567890123456790n],
  ])('rounds %s from scale %i to %i half away from zero', (value, from, to, expected) => {
    expect(rescale(value, from, to, 'HALF_UP')).toBe(expected);
  });

  test('drops only zeros when it must be exact', () => {
    expect(rescale(1200, 3, 1, 'EXACT')).toBe(12);
    expect(() => rescale(1250, 3, 1, 'EXACT')).toThrow('1.250 cannot be held exactly');
  });

  test('agrees with the rational number', () => {
    fc.assert(
      fc.property(unscaled, scales, scales, (value, from, to) => {
        const result = rescale(value, from, to, 'HALF_UP');
        const error = widened(result, to) - widened(value, from);
        const half = to >= from ? 0n : powerOfTen(60 - to) / 2n;
        expect(isCanonical(result)).toBe(true);
        expect(error >= -half && error <= half).toBe(true);
      }),
    );
  });
});

test('counts digits for fitsPrecision', () => {
  expect(fitsPrecision(999, 3)).toBe(true);
  expect(fitsPrecision(-1000, 3)).toBe(false);
  expect(fitsPrecision(Number.MAX_SAFE_INTEGER, 16)).toBe(true);
  expect(fitsPrecision(10n ** 20n - 1n, 20)).toBe(true);
  expect(fitsPrecision(-(10n ** 20n), 20)).toBe(false);
});
