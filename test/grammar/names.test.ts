import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatIdentifier,
  formatString,
  isReserved,
  RESERVED_WORDS,
  UNRESERVED_WORDS,
} from '../../grammar/names.ts';
import { parseExpression } from '../../grammar/parser.ts';

test.each([
  ['USER', 'USER'],
  ['_A1@B', '_A1@B'],
  ['user', '`user`'],
  ['FROM', '`FROM`'],
  ['from', '`from`'],
  ['TABLES', 'TABLES'],
  ['1A', '`1A`'],
  ['foo-bar', '`foo-bar`'],
  ['a`b', '`a``b`'],
  ['É', '`É`'],
])('the name %s is written %s', (name, sql) => {
  expect(formatIdentifier(name)).toBe(sql);
});

test('a formatted name means exactly that name', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      fc.pre(!name.includes('\0'));
      expect(parseExpression(formatIdentifier(name))).toMatchObject({
        kind: 'column',
        name: { name },
      });
    }),
  );
});

test('a formatted string means exactly that string', () => {
  expect(formatString("it's")).toBe("'it''s'");
});

test('a word is reserved in any case', () => {
  expect(isReserved('select')).toBe(true);
  expect(isReserved('SELECT')).toBe(true);
  expect(isReserved('tables')).toBe(false);
  expect(isReserved('bigint')).toBe(false);
});

test.each([...UNRESERVED_WORDS])('%s can be a column without quotes', (word) => {
  expect(parseExpression(`${word} + 1`)).toMatchObject({ left: { name: { name: word } } });
});

test.each([...RESERVED_WORDS])('%s cannot be a column without quotes', (word) => {
  expect(() => parseExpression(`a.${word}`)).toThrow(`${word} is a reserved word`);
});
