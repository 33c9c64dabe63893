import { expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

test.each([
  ["MD5('')", 'd41d8cd98f00b204e9800998ecf8427e'],
  ["MD5('Ü')", '68b88d4a74d6893e96c6edc1144ceb7a'],
  ['MD5(S)', null],
  ['UUID(Y)', null],
])('%s is %s', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});
