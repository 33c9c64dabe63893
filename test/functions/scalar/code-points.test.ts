import { expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

test.each([
  ['CHR(128512)', '😀'],
  ['CHR(1114112)', null],
  ['CHR(0)', '\0'],
  ["CHR('\\u004b')", 'K'],
  ["CHR('\\ud83d\\ude00')", '😀'],
  ["CHR('\\uu0041\\n\\101\\\\x')", 'A\nA\\x'],
  ["CHR('\\u00')", null],
  ["CHR('75')", null],
  ["CHR('')", null],
  ['CHR(S)', null],
])('%s is %j', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});

test('an escape without four digits is an error', () => {
  expect(() => evaluate("CHR('\\u00zz!')")).toThrow(
    "CHR cannot read '\\u00zz!': \\u must be followed by four hexadecimal digits",
  );
});
