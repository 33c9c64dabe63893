import { expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

const ARRAY = '[1, 2.0, "3", true, null, [4], 9007199254740993]';

test.each([
  ['1', true],
  ['2', false],
  ['2E0', true],
  ['1E0', false],
  ['2.0', false],
  ["'3'", true],
  ["'1'", false],
  ['true', true],
  ['false', false],
  ['NULL', true],
  ['4', false],
  ['9007199254740993', true],
  ['9007199254740992', false],
  ['ARRAY[4]', false],
])('whether it contains %s: %s', (element, expected) => {
  expect(evaluate(`JSON_ARRAY_CONTAINS(S, ${element})`, { S: ARRAY })).toBe(expected);
});

test.each(['{"a":1}', 'not JSON', '', '1'])('%j contains nothing', (json) => {
  expect(evaluate('JSON_ARRAY_CONTAINS(S, 1)', { S: json })).toBe(false);
});

test('a null text is an error', () => {
  expect(() => evaluate('JSON_ARRAY_CONTAINS(S, 1)')).toThrow(
    'JSON_ARRAY_CONTAINS needs a text, but found null',
  );
});
