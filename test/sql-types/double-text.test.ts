import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDouble } from '../../src/sql/double-text.ts';

describe('formatDouble', () => {
  test.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [10, '10.0'],
    [0.001, '0.001'],
    [0.00099, '9.9E-4'],
    [9999999, '9999999.0'],
    [9999999.999, '9999999.999'],
    [1e7, '1.0E7'],
    [-1e10, '-1.0E10'],
    [12345678.9, '1.23456789E7'],
    [1.2345e-4, '1.2345E-4'],
    [5e-324, '4.9E-324'],
    [1.7976931348623157e308, '1.7976931348623157E308'],
    [NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
  ])('prints %d as %s', (value, text) => {
    expect(formatDouble(value)).toBe(text);
  });

  test('prints text that reads back as the same number and always has a point', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = formatDouble(value);
        expect(text).toMatch(/^-?\d+\.\d+(E-?\d+)?$/);
        expect(Number(text)).toBe(value);
      }),
    );
  });
});
