import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileDynamicLike, compileLike } from '../../src/expressions/like.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';

describe('compileLike', () => {
  test.each<[string, string | null, string, boolean]>([
    ['', null, '', true],
    ['', null, 'a', false],
    ['%', null, '', true],
    ['%', null, 'abc', true],
    ['%', null, 'a\nb', false],
    ['%\n%', null, 'a\nb', true],
    ['a%\nb', null, 'axx\nb', true],
    ['abc', null, 'ABC', false],
    ['a%', null, 'abc', true],
    ['%c', null, 'abc', true],
    ['a%c', null, 'ac', true],
    ['aba%aba', null, 'aba', false],
    ['%b%', null, 'abc', true],
    ['%ab%bc%', null, 'abc', false],
    ['%ab%bc%', null, 'abbc', true],
    ['%%', null, 'x', true],
    ['_', null, 'a', true],
    ['_', null, '', false],
    ['_', null, '\n', false],
    ['_', null, '😀', true],
    ['__', null, '😀', false],
    ['a_%', null, 'a', false],
    ['%_b_%', null, 'xabc', true],
    ['%_b', null, 'b', false],
    ['.*', null, 'abc', false],
    ['a.c', null, 'abc', false],
    ['100!%', '!', '100%', true],
    ['100!%', '!', '1000', false],
    ['a!_b', '!', 'a_b', true],
    ['a!!b', '!', 'a!b', true],
    ['a!xb', '!', 'axb', true],
    ['a\\%', null, 'a\\b', true],
    ['%%a', '%', '%a', true],
  ])('%j with escape %j against %j is %s', (pattern, escape, text, expected) => {
    expect(compileLike(pattern, escape)(text)).toBe(expected);
  });

  test('refuses a pattern that ends in its escape character', () => {
    expect(() => compileLike('a!', '!')).toThrow(EvaluationError);
    expect(compileLike('a!!', '!')('a!')).toBe(true);
  });

  test('agrees with a regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '😀'), maxLength: 12 });
    const pattern = fc.string({
      unit: fc.constantFrom('a', 'b', '\n', '😀', '%', '_', '%'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(text, pattern, (text, pattern) => {
        const source = pattern.replaceAll('%', '.*').replaceAll('_', '.');
        expect(compileLike(pattern, null)(text)).toBe(
          new RegExp(`^(?:${source})$`, 'u').test(text),
        );
      }),
      { numRuns: 5000 },
    );
  });

  test('takes no exponential time for many wildcards', () => {
    const text = 'a'.repeat(20_000);
    expect(compileLike(`${'%a'.repeat(30)}%b`, null)(text)).toBe(false);
    expect(compileLike(`${'%a_'.repeat(30)}%b`, null)(text)).toBe(false);
    expect(compileLike(`${'%a_'.repeat(30)}%`, null)(text)).toBe(true);
  });
});

test('compileDynamicLike follows the pattern from call to call', () => {
  const like = compileDynamicLike(null);
  expect([like('abc', 'a%'), like('abc', 'a%'), like('abc', '%d'), like('abc', 'a%')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
});
