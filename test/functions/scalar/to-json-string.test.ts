import { expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

test.each([
  ['TO_JSON_STRING(I)', 'null'],
  ['TO_JSON_STRING(9007199254740993)', '9007199254740993'],
  ['TO_JSON_STRING(0.00)', '0.00'],
  ['TO_JSON_STRING(1E10)', '1.0E10'],
  ['TO_JSON_STRING(LN(0))', '"-Infinity"'],
  ["TO_JSON_STRING(CAST('AQI=' AS BYTES))", '"AQI="'],
  ["TO_JSON_STRING(CAST('2024-02-29' AS DATE))", '"2024-02-29"'],
  ["TO_JSON_STRING(CAST('10:20:30' AS TIME))", '"10:20:30"'],
  ["TO_JSON_STRING(ARRAY['a', NULL])", '["a",null]'],
  ["TO_JSON_STRING(MAP('b' := 1, 'a' := 2))", '{"a":2,"b":1}'],
  ["TO_JSON_STRING(STRUCT(B := 'x', A := I))", '{"A":null,"B":"x"}'],
])('%s is %s', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});
