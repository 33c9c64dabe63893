import { expect, test } from 'vitest';
import type { JsonNode } from '../../src/formats/json-node.ts';
import { JsonReader } from '../../src/formats/json-reader.ts';
import { difference, type NumberComparison } from '../../src/testing/compare.ts';

function parse(text: string): JsonNode {
  const bytes = Buffer.from(text);
  return new JsonReader().readAll(bytes, 0, bytes.length);
}

function compare(expected: string, actual: string, numbers: NumberComparison = 'exact') {
  return difference(parse(expected), parse(actual), { path: 'value', numbers });
}

test.each([
  ['null', 'null'],
  ['true', 'true'],
  ['"x"', '"x"'],
  ['9007199254740993', '9007199254740993'],
  ['1.10', '1.10'],
  ['1.50', '15.0e-1'],
  ['"1.10"', '1.10'],
  ['10', '1e1'],
  ['[1, [2]]', '[1, [2]]'],
  ['{"a": 1}', '{"A": 1}'],
  ['{"a": 1, "A": 2}', '{"A": 2, "a": 1}'],
  // An integer that was written is compared with the integer part of what is expected.
  ['3.9', '3'],
])('%s is met by %s', (expected, actual) => {
  expect(compare(expected, actual)).toBeNull();
});

test.each([
  ['null', 'false'],
  ['null', '0'],
  ['null', '{}'],
  ['0', 'null'],
  ['0', '"0"'],
  ['"0"', '0'],
  ['"x"', '1.5'],
  ['true', '"true"'],
  ['9007199254740993', '9007199254740992'],
  ['1.1', '1.10'],
  ['1.10', '1.1'],
  ['1', '1.0'],
  ['1.0', '2'],
  ['[1, 2]', '[2, 1]'],
  ['[1]', '[1, null]'],
  ['[]', '{}'],
  ['{}', '[]'],
  ['{"A": 1}', '{"a": 1}'],
  ['{"A": 1}', '{"A": 1, "B": null}'],
  ['{"A": 1, "B": null}', '{"A": 1}'],
  ['{"A": {"B": [1]}}', '{"A": {"B": [2]}}'],
])('%s is not met by %s', (expected, actual) => {
  expect(compare(expected, actual)).toMatch(/^value.*: expected .*, found /);
});

test('a difference names its place', () => {
  expect(compare('{"A": {"B": [1, 2]}}', '{"A": {"B": [1, 3]}}')).toBe(
    'value.A.B[1]: expected 2, found 3',
  );
});

test('as doubles, numbers may differ by less than a millionth', () => {
  expect(compare('1.10', '1.1', 'double')).toBeNull();
  expect(compare('1', '1.0000009', 'double')).toBeNull();
  expect(compare('1', '1.000002', 'double')).toBe('value: expected 1, found 1.000002');
});
