import { expect, test } from 'vitest';
import { EvaluationError } from '../../../src/sql/evaluation-error.ts';
import { evaluate } from '../evaluate.ts';

test.each([
  ["FIELD('a', S, 'a')", 2],
  ["FIELD(S, 'a', S)", 0],
  ["FIELD('a')", 0],
  ["ELT(0, 'a')", null],
  ["ELT(1, S, 'a')", null],
  ["ELT(-1, 'a')", null],
  ['ELT(1)', null],
])('%s is %s', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});

test('ELT takes no null position', () => {
  expect(() => evaluate("ELT(I, 'a')")).toThrow(EvaluationError);
});
