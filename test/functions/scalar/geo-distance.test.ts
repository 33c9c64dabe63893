import { expect, test } from 'vitest';
import { EvaluationError } from '../../../src/sql/evaluation-error.ts';
import { evaluate } from '../evaluate.ts';

test('a quarter of the equator is a quarter of the circumference', () => {
  expect(evaluate('GEO_DISTANCE(0, 0, 0, 90)')).toBeCloseTo((6371 * Math.PI) / 2, 9);
  expect(evaluate("GEO_DISTANCE(0, 0, 0, 90, ' Miles ')")).toBeCloseTo((3959 * Math.PI) / 2, 9);
});

test('opposite points are half the circumference apart', () => {
  expect(evaluate('GEO_DISTANCE(45, 0, -45, 180)')).toBeCloseTo(6371 * Math.PI, 6);
});

test.each(["''", "' '", 'S', "'KM'", "'kilometres'"])('the unit %s means kilometers', (unit) => {
  expect(evaluate(`GEO_DISTANCE(10, 0, 11, 0, ${unit})`)).toBeCloseTo(111.19, 2);
});

test.each([
  ["GEO_DISTANCE(0, 0, 0, 0, 'furlong')", /does not know the unit 'furlong'; it takes 'km'/],
  ['GEO_DISTANCE(90.1, 0, 0, 0)', /needs a latitude from -90 to 90 degrees, but found 90.1/],
  ['GEO_DISTANCE(0, 0, 0, -181)', /needs a longitude from -180 to 180 degrees, but found -181/],
])('%s is refused', (sql, message) => {
  expect(() => evaluate(sql)).toThrow(message);
});

test('a null coordinate and NaN are errors', () => {
  expect(() => evaluate('GEO_DISTANCE(D, 0, 0, 0)')).toThrow(EvaluationError);
  expect(() => evaluate('GEO_DISTANCE(D, 0, 0, 0)', { D: NaN })).toThrow(/found NaN/);
});
