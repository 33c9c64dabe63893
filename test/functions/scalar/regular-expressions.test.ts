import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

describe('regular expressions', () => {
  test.each([
    ["REGEXP_EXTRACT('(a)|(b)', 'b', 1)", null],
    ["REGEXP_EXTRACT('(a)', 'a', 2)", null],
    ["REGEXP_EXTRACT('(a)', 'a', -1)", null],
    ["REGEXP_EXTRACT('x*', 'abc')", ''],
    ["REGEXP_EXTRACT(S, 'abc')", null],
    ["REGEXP_REPLACE('aab', 'a*', 'x')", 'xxbx'],
    ["REGEXP_REPLACE('abc', '(?<first>a)', '[${first}]')", '[a]bc'],
    ["REGEXP_REPLACE('abc', 'b', '\\$1\\\\')", 'a$1\\c'],
    ["REGEXP_REPLACE('abc', '(b)', '$12')", 'ab2c'],
    ["REGEXP_REPLACE('b', '(a)|b', '<$1>')", '<>'],
    ["REGEXP_REPLACE('abc', 'x', '$9')", 'abc'],
    ["REGEXP_REPLACE('abc', '\\Qb\\E', '-')", 'a-c'],
    ["REGEXP_REPLACE('a]b', '[]]', '-')", 'a-b'],
    ["REGEXP_REPLACE('a.b!', '\\p{Punct}', '')", 'ab'],
    ["REGEXP_REPLACE('a1-B', '[\\p{Alpha}-]', '')", '1'],
    ["REGEXP_REPLACE('a1-B', '\\P{Alpha}', '')", 'aB'],
    ["REGEXP_REPLACE('aÄ1', '\\p{Lu}|\\pN', '')", 'a'],
    ["REGEXP_REPLACE('a[b]', '[^\\]a-]', '')", 'a]'],
    ["REGEXP_REPLACE('a\r\nb\u2028', '.', '-')", '-\r\n-\u2028'],
    ["REGEXP_REPLACE('a\nb', '(?s).', '-')", '---'],
    ["REGEXP_REPLACE('a.b', '[.]', '-')", 'a-b'],
    ["REGEXP_REPLACE('a\u000b b', '\\s', '-')", 'a--b'],
    ["REGEXP_REPLACE('a\u000b-b', '[\\s-]', '+')", 'a++b'],
    ["REGEXP_REPLACE('a\u000bb', '\\S', '-')", '-\u000b-'],
    ["REGEXP_REPLACE('(?=', '\\Q(?=', 'x')", 'x'],
    ["REGEXP_REPLACE(S, 'a', 'b')", null],
  ])('%s is %j', (sql, expected) => {
    expect(evaluate(sql)).toBe(expected);
  });

  test.each([
    ["REGEXP_EXTRACT_ALL('a.', 'abac')", ['ab', 'ac']],
    ["REGEXP_EXTRACT_ALL('(\\w+) (\\w*)', 'a b c ', 2)", ['b', '']],
    ["REGEXP_EXTRACT_ALL('x', 'abc')", []],
    ["REGEXP_EXTRACT_ALL('x', 'abc', 1)", null],
    ["REGEXP_SPLIT_TO_ARRAY('aabcda', '(ab|cd)')", ['a', '', 'a']],
    ["REGEXP_SPLIT_TO_ARRAY('1,2,', ',')", ['1', '2', '']],
    ["REGEXP_SPLIT_TO_ARRAY(',1', ',')", ['', '1']],
    ["REGEXP_SPLIT_TO_ARRAY('zxy', 'a')", ['zxy']],
    ["REGEXP_SPLIT_TO_ARRAY('abc', '')", ['a', 'b', 'c']],
    ["REGEXP_SPLIT_TO_ARRAY('a--b', '-*')", ['a', '', 'b']],
    ["REGEXP_SPLIT_TO_ARRAY('', '-*')", ['']],
    ["REGEXP_SPLIT_TO_ARRAY('a', S)", null],
  ])('%s is %j', (sql, expected) => {
    expect(evaluate(sql)).toEqual(expected);
  });

  test.each([
    ['(', /^The regular expression '\(' is not valid: /],
    ['a(?=b)', /uses look-ahead \(\?=, which cannot be matched in linear time/],
    ['a(?!b)', /uses look-ahead \(\?!/],
    ['(?<=a)b', /uses look-behind \(\?<=/],
    ['(?U)a+', /uses the flag U/],
    ['(?<!a)b', /uses look-behind \(\?<!/],
    ['(?>a)b', /uses an atomic group/],
    ['(a)\\1', /uses the back-reference \\1/],
    ['(?<n>a)\\k<n>', /uses the back-reference \\k/],
    ['a++', /uses the possessive quantifier \+\+/],
    ['[a-z&&[^b]]', /uses an intersection &&/],
    ['[a[b]]', /uses a character class inside another/],
    ['a'.repeat(10_001), /has 10001 characters; the most is 10000$/],
  ])('the pattern %s is refused', (pattern, message) => {
    expect(() => evaluate("REGEXP_EXTRACT(S, 'abc')", { S: pattern })).toThrow(message);
  });

  test.each([
    ["REGEXP_REPLACE('a', 'a', '$1')", /names the group 1, which the regular expression does not/],
    [
      "REGEXP_REPLACE('a', 'a', '${n}')",
      /names the group n, which the regular expression does not/,
    ],
    ["REGEXP_REPLACE('a', 'a', '$')", /has a \$ that nothing follows/],
    ["REGEXP_REPLACE('a', 'a', '\\')", /has a \\ that nothing follows/],
    ["REGEXP_REPLACE(LPAD('', 4200, 'a'), 'a', LPAD('', 4000, 'b'))", /the most is 16777216$/],
  ])('%s is refused', (sql, message) => {
    expect(() => evaluate(sql)).toThrow(message);
  });

  test('a pattern that other engines take exponential time for is answered', () => {
    const text = `${'a'.repeat(50_000)}!`;
    expect(evaluate("REGEXP_EXTRACT('(a+)+$', S)", { S: text })).toBeNull();
  });
});
