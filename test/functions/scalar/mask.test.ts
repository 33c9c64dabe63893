import { expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

test.each([
  ["MASK('Ünï ١2_')", 'Xxx-nn-'],
  ["MASK('😀')", '--'],
  ["MASK('Ab1 ', NULL, '*', NULL, '_')", 'A*1_'],
  ["MASK_LEFT('abc', 9)", 'xxx'],
  ["MASK_LEFT('abc', 0)", 'abc'],
  ["MASK_RIGHT('abc', 2, '*', '*', '*', '*')", 'a**'],
  ["MASK_RIGHT('abc', 9)", 'xxx'],
  ["MASK_KEEP_LEFT('abc', 9)", 'abc'],
  ["MASK_KEEP_LEFT('abc', 0)", 'xxx'],
  ["MASK_KEEP_RIGHT('abc', 1)", 'xxc'],
  ["MASK_KEEP_RIGHT('abc', 9)", 'abc'],
  ['MASK(S)', null],
  ['MASK_LEFT(S, 1)', null],
])('%s is %s', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});

test.each([
  ["MASK('a', 'XX', 'x', 'n', '-')", "MASK needs masks of one character, but found 'XX'"],
  ["MASK('a', '', 'x', 'n', '-')", "MASK needs masks of one character, but found ''"],
  ["MASK_LEFT('a', -1)", 'MASK_LEFT needs a count of 0 or more, but found -1'],
  ['MASK_RIGHT(S, -1)', 'MASK_RIGHT needs a count of 0 or more, but found -1'],
  ["MASK_KEEP_LEFT('a', I)", 'an argument that must not be null is'],
])('%s is refused', (sql, message) => {
  expect(() => evaluate(sql)).toThrow(message);
});

test('takes all masks or none', () => {
  expect(() => evaluate("MASK('a', 'X')")).toThrow(/'mask' does not accept parameters/);
});
