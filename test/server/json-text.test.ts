import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8, parseJsonText } from '../../server/json-text.ts';

const DEPTH = 200;

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

test('reads what JSON.parse reads when names are unique', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      fc.pre(!text.includes('__proto__') && !text.includes('prototype'));
      expect(parseJsonText(text, DEPTH)).toEqual(JSON.parse(text));
    }),
  );
});

test('refuses any text that JSON.parse refuses, with BAD_REQUEST', () => {
  const units = [...'{}[]",:\\ 1ae'];
  const text = fc.array(fc.constantFrom(...units), { maxLength: 12 }).map((list) => list.join(''));
  fc.assert(
    fc.property(text, (source) => {
      let parsed: unknown;
      try {
        parsed = JSON.parse(source);
      } catch {
        expect(() => parseJsonText(source, DEPTH)).toThrow(/^Invalid JSON in request: /);
        return;
      }
      try {
        expect(parseJsonText(source, DEPTH)).toEqual(parsed);
      } catch (error) {
        expect(String(error)).toContain('two members of one object');
      }
    }),
  );
});

test.each([
  [
    '{"a":1,"b":{"a":2},"a":3}',
    'two members of one object are named "a", the second at position 19',
  ],
  ['[{"a":1},{"b":1,"b":2}]', 'two members of one object are named "b", the second at position 16'],
  [
    '{"a\\n":1,"a\\u000a":2}',
    'two members of one object are named "a\\n", the second at position 9',
  ],
])('refuses %s', (text, problem) => {
  expect(() => parseJsonText(text, DEPTH)).toThrow(`Invalid JSON in request: ${problem}.`);
});

test('does not take a value, or the same name in another object, for a second member', () => {
  const text = '{"a":"b","b":["a","a"],"c":{"a":1},"d":{"a":"\\"a\\":"}}';
  expect(parseJsonText(text, DEPTH)).toEqual(JSON.parse(text));
});

test('takes the deepest allowed nesting and not one level more', () => {
  expect(parseJsonText(nested(DEPTH), DEPTH)).toEqual(JSON.parse(nested(DEPTH)));
  expect(() => parseJsonText(nested(DEPTH + 1), DEPTH)).toThrow(
    'Invalid JSON in request: nested deeper than 200 levels at position 200.',
  );
});

test('allows a member named prototype or constructor by itself', () => {
  const text = '{"prototype":1,"constructor":2,"a":{"prototype":3}}';
  expect(parseJsonText(text, DEPTH)).toEqual(JSON.parse(text));
});

test('drops a byte order mark and refuses bytes that are not UTF-8', () => {
  expect(decodeUtf8(Buffer.from('efbbbf7b7d', 'hex'))).toBe('{}');
  expect(() => decodeUtf8(Buffer.from('c328', 'hex'))).toThrow(
    'Invalid JSON in request: the body is not UTF-8.',
  );
});
