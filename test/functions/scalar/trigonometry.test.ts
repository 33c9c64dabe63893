import { expect, test } from 'vitest';
import type { Value } from '../../../src/sql/types.ts';
import { evaluate } from '../evaluate.ts';

test.each<[string, Value]>([
  ['ASIN(2)', NaN],
  ['ACOS(-1.1)', NaN],
  ['COT(0)', Infinity],
  ['SIN(D)', null],
  ['ATAN2(0, 0)', 0],
  ['ATAN2(D, 1E0)', null],
  ['SIN(1)', 0.8414709848078965],
  ['RADIANS(180.0)', Math.PI],
  ['DEGREES(PI())', 180],
])('%s is %s', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});
