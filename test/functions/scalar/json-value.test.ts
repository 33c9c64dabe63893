import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatJson, parseJson } from '../../../src/functions/scalar/json-value.ts';

describe('JSON values', () => {
  test.each([
    [' [1.50, 1e400, 9007199254740993 ] ', '[1.50,1e400,9007199254740993]'],
    ['{"b":1,"a":{"":null},"b":[true,false]}', '{"b":[true,false],"a":{"":null}}'],
    ['{"__proto__":1}', '{"__proto__":1}'],
    ['"a\\u00e4\\n\\""', '"aä\\n\\""'],
    ['{} trailing', '{}'],
    ['1 2', '1'],
    ['-0.0', '-0.0'],
  ])('%s is read as %s', (text, expected) => {
    expect(formatJson(parseJson(text))).toBe(expected);
  });

  test.each([
    ['', 'at character 1 found its end, expected a JSON value'],
    ['[1', "at character 3 found its end, expected ',' or ']'"],
    ['{"a" 1}', "at character 6 found '1}', expected ':' after the name of a field"],
    ['{a:1}', "at character 2 found 'a:1}', expected a text in double quotes"],
    ['{"a":1,}', "at character 8 found '}', expected a text in double quotes"],
    ['"abc', "at character 1 found '\"abc', expected a '\"' that ends the text"],
    ['"a\\', "expected a '\"' that ends the text"],
    ['"\\x"', 'has a wrong escape or a control character'],
    ['"a\nb"', 'has a wrong escape or a control character'],
    ['nul', "found 'nul', expected a JSON value"],
    ['NaN', "found 'NaN', expected a JSON value"],
    ['['.repeat(201), 'is nested deeper than 200 levels'],
  ])('%j is refused', (text, message) => {
    expect(() => parseJson(text)).toThrow(message);
  });

  test('everything JSON can write is read and written again', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(formatJson(parseJson(json))).toBe(json);
      }),
    );
  });

  test('a long text is read without exhausting the stack', () => {
    const long = `"${'\\n'.repeat(1_000_000)}"`;
    expect(parseJson(long)).toHaveLength(1_000_000);
  });
});
