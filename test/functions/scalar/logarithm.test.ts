import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { naturalLogarithm } from '../../../src/functions/scalar/logarithm.ts';

test.each([
  [1, 0],
  [2, Math.LN2],
  [3, 1.0986122886681098],
  [10, Math.LN10],
  [0.5, -Math.LN2],
  [1 - 2 ** -53, -1.1102230246251565e-16],
  [5e-324, -744.4400719213812],
  [Number.MAX_VALUE, 709.782712893384],
  [0, -Infinity],
  [-0, -Infinity],
  [-1, NaN],
  [NaN, NaN],
  [Infinity, Infinity],
])('the logarithm of %d is %d', (value, expected) => {
  expect(naturalLogarithm(value)).toBe(expected);
});

test('is within one unit in the last place of what the platform computes', () => {
  fc.assert(
    fc.property(fc.double({ min: 5e-324, max: Number.MAX_VALUE, noNaN: true }), (value) => {
      const platform = Math.log(value);
      expect(Math.abs(naturalLogarithm(value) - platform)).toBeLessThanOrEqual(
        Math.abs(platform) * 2 ** -51,
      );
    }),
  );
});
