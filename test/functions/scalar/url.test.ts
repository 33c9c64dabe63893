import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../evaluate.ts';

describe('parts of a URL', () => {
  test.each([
    ["URL_EXTRACT_PROTOCOL('www.example.org/a')", null],
    ["URL_EXTRACT_HOST('www.example.org/a')", null],
    ["URL_EXTRACT_PATH('www.example.org/a')", 'www.example.org/a'],
    ["URL_EXTRACT_HOST('http://[::1]:80/')", '[::1]'],
    ["URL_EXTRACT_HOST('http://my_host/')", null],
    ["URL_EXTRACT_HOST('mailto:ann@example.org')", null],
    ["URL_EXTRACT_PATH('mailto:ann@example.org')", null],
    ["URL_EXTRACT_PATH('file:///a/b')", '/a/b'],
    ["URL_EXTRACT_PORT('http://example.org:/')", null],
    ["URL_EXTRACT_PORT('http://ann:pw@example.org:8080?q')", 8080],
    ["URL_EXTRACT_QUERY('http://example.org?a=%C3%BC#f')", 'a=ü'],
    ["URL_EXTRACT_FRAGMENT('http://example.org#%20')", ' '],
    ["URL_EXTRACT_FRAGMENT('http://example.org')", null],
    ["URL_EXTRACT_PATH('http://example.org/straße')", '/straße'],
    ["URL_EXTRACT_PARAMETER('http://example.org?a&b=1=2&b=3', 'b')", '1=2'],
    ["URL_EXTRACT_PARAMETER('http://example.org?a&b=1', 'a')", ''],
    ["URL_EXTRACT_PARAMETER('http://example.org', 'a')", null],
    ["URL_EXTRACT_PARAMETER('http://example.org?x=a%20b', 'x')", 'a b'],
    ['URL_EXTRACT_HOST(S)', null],
  ])('%s is %j', (sql, expected) => {
    expect(evaluate(sql)).toBe(expected);
  });

  test('an authority of megabytes has no host', () => {
    const url = `http://${'ab.'.repeat(4_000_000)}a/`;
    expect(evaluate('URL_EXTRACT_HOST(S)', { S: url })).toBeNull();
  });

  test.each([
    ['http://example.org/a b', 'it has a character that must be escaped'],
    ['http://example.org/a|b', 'it has a character that must be escaped'],
    ['http://example.org/{a}', 'it has a character that must be escaped'],
    ['http://example.org/%2', 'it has a character that must be escaped'],
    ['http://example.org/#a#b', 'it has a character that must be escaped'],
    ['1http://example.org', 'its scheme is no name'],
    ['http://', 'there is no host after //'],
    ['http:', 'nothing follows its scheme'],
  ])('%s is refused', (url, reason) => {
    expect(() => evaluate('URL_EXTRACT_HOST(S)', { S: url })).toThrow(
      `'${url}' is not a URI: ${reason}`,
    );
  });
});

describe('parameters', () => {
  test.each([
    ["URL_ENCODE_PARAM('a-b_c.d*e f')", 'a-b_c.d*e+f'],
    ["URL_ENCODE_PARAM('!''()~ü')", '%21%27%28%29%7E%C3%BC'],
    ["URL_DECODE_PARAM('%C3%BC+%2b')", 'ü +'],
    ['URL_ENCODE_PARAM(S)', null],
    ['URL_DECODE_PARAM(S)', null],
  ])('%s is %s', (sql, expected) => {
    expect(evaluate(sql)).toBe(expected);
  });

  test('a % without two digits is refused', () => {
    expect(() => evaluate("URL_DECODE_PARAM('100%')")).toThrow(
      "'100%' cannot be decoded: each % needs two hexadecimal digits after it",
    );
  });

  test('decoding gives back any text that was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (S) => {
        expect(evaluate('URL_DECODE_PARAM(URL_ENCODE_PARAM(S))', { S })).toBe(S);
      }),
    );
  });
});
