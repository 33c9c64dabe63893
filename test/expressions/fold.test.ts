import { describe, expect, test } from 'vitest';
import { AssertionError } from '../../src/base/assert.ts';
import { evaluateConstant } from '../../src/expressions/fold.ts';
import { hasColumns } from '../../src/expressions/walk.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { typed } from './typed.ts';

describe('evaluateConstant', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ["UCASE('a') || 'b'", 'Ab'],
    ['9223372036854775807', 9223372036854775807n],
    ['CAST(1.255 AS DECIMAL(3, 2))', 126],
    ['CAST(NULL AS INT) + 1', null],
    ["CAST('2020-01-01' AS DATE)", 18262],
  ])('%s is %s', (sql, value) => {
    expect(evaluateConstant(typed(sql))).toBe(value);
  });

  test('passes on evaluation errors, also of casts', () => {
    expect(() => evaluateConstant(typed("CAST('x' AS INT)"))).toThrow(EvaluationError);
    expect(() => evaluateConstant(typed('1 / 0'))).toThrow('Division by zero');
  });

  test('is not for expressions with columns', () => {
    expect(() => evaluateConstant(typed('I + 1'))).toThrow(AssertionError);
  });
});

describe('hasColumns', () => {
  test.each([
    ['1 + 2', false],
    ["COALESCE('a', 'b')", false],
    ['1 + I', true],
    ['ROWTIME', true],
    ['CASE WHEN 1 = 1 THEN 2 ELSE I END', true],
    ['1 IN (1, I)', true],
    ["'a' LIKE S", true],
    ['CAST(I AS STRING)', true],
  ])('of %s is %s', (sql, expected) => {
    expect(hasColumns(typed(sql))).toBe(expected);
  });
});
