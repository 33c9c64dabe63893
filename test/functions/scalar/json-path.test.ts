import { expect, test } from 'vitest';
import { parseJsonPath } from '../../../src/functions/scalar/json-path.ts';

test.each([
  ['$', []],
  ['$.a_1.@b:c', ['a_1', '@b:c']],
  ['$[0][name]', ['0', 'name']],
  ['$["a \\"b\\" \\\\ ]"].ü', ['a "b" \\ ]', 'ü']],
])('%s leads to %j', (text, expected) => {
  expect(parseJsonPath(text)).toEqual(expected);
});

test.each([
  ['a.b', "'a.b' is not a JSON path: it must begin with $"],
  ['', "'' is not a JSON path: it must begin with $"],
  ['$a', 'at character 2 it needs .name, [index] or ["name"]'],
  ['$.', 'at character 2 it needs .name, [index] or ["name"]'],
  ['$.a[-1]', 'at character 4 it needs .name, [index] or ["name"]'],
  [`$["${'a'.repeat(10_000)}"]`, 'it has 10005 characters; the most is 10000'],
  ['$.a["b]', 'at character 4 it needs .name, [index] or ["name"]'],
])('%j is refused', (text, message) => {
  expect(() => parseJsonPath(text)).toThrow(message);
});
