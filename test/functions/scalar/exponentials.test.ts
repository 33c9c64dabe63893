import { expect, test } from 'vitest';
import type { Value } from '../../../src/sql/types.ts';
import { evaluate } from '../evaluate.ts';

test.each<[string, Value]>([
  ['LN(0)', -Infinity],
  ['LN(-1)', NaN],
  ['LN(3)', 1.0986122886681098],
  ['LOG(0)', -Infinity],
  ['LOG(-2)', NaN],
  ['LOG(10, 1000)', 2.9999999999999996],
  ['LOG(1, 5)', NaN],
  ['LOG(0, 5)', NaN],
  ['LOG(-2, 5)', NaN],
  ['LOG(2, 0)', -Infinity],
  ['LOG(2, -8)', NaN],
  ['LOG(2.0, 4.0)', 2],
  ['POWER(2, -1)', 0.5],
  ['POWER(-8, 0.5E0)', NaN],
  ['EXP(-2.0)', 0.1353352832366127],
  ['CBRT(-27)', -3],
  ['LN(I)', null],
  ['LOG(2, I)', null],
  ['LOG(D, 2E0)', null],
  ['POWER(I, 2)', null],
])('%s is %s', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});

test('an INTEGER beside a BIGINT fits more than one form of POWER and LOG', () => {
  expect(() => evaluate('POWER(I, L)')).toThrow(/'power' cannot be resolved due to ambiguous/);
  expect(() => evaluate('LOG(L, I)')).toThrow(/'log' cannot be resolved due to ambiguous/);
});
