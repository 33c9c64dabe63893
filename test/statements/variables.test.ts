import { describe, expect, test } from 'vitest';
import { sessionVariables, substituteVariables } from '../../src/statements/variables.ts';

function substitute(text: string, given: Record<string, string>): string {
  return substituteVariables(text, sessionVariables(given));
}

describe('variables', () => {
  test.each([
    ['SELECT * FROM ${Source};', { source: 'clicks' }, 'SELECT * FROM clicks;'],
    ['SELECT ${c} FROM s;', { C: '`Lower`' }, 'SELECT `Lower` FROM s;'],
    ['LIMIT ${n}', { n: '3' }, 'LIMIT 3'],
    ['= ${n}', { n: '-1.5e3' }, '= -1.5e3'],
    ['= ${b}', { b: 'true' }, '= true'],
    ['= ${t}', { t: "'it''s'" }, "= 'it''s'"],
    ["'a ${t} b ${t}'", { t: "it's" }, "'a it''s b it''s'"],
    ["'${outer}'", { outer: '<${inner}>', inner: "'" }, "'<''>'"],
    ["${unknown} '${unknown}'", { known: '1' }, "${unknown} '${unknown}'"],
    ['-- ${t}\n/* ${t} */ ${t}', { t: '1' }, '-- ${t}\n/* ${t} */ 1'],
    ['"${t}" `${t}`', { t: '1' }, '"${t}" `${t}`'],
  ])('%s with %j is %s', (text, given, expected) => {
    expect(substitute(text, given)).toBe(expected);
  });

  test.each([['a b'], ['1; DROP STREAM s'], ["'a' OR 'b'"], ['select'], [''], ['`a` b`'], ["'"]])(
    'the value %j is no name and no literal',
    (value) => {
      expect(() => substitute('SELECT ${x};', { x: value })).toThrow(
        'The variable x stands where a name or a literal is expected, but its value is neither',
      );
    },
  );

  test('refuse to refer to themselves', () => {
    expect(() => substitute("'${a}'", { a: '${b}', b: '${A}' })).toThrow(
      'The variable A refers to itself (a -> b -> a). UNDEFINE one of them.',
    );
  });

  test('refuse to grow beyond what a statement may have', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`v${index}`, `\${v${index + 1}}\${v${index + 1}}`]),
    );
    expect(() => substitute("'${v0}'", { ...doubling, v40: 'xx' })).toThrow(
      'With its variables replaced, the text is longer than 1048576 characters.',
    );
  });
});
