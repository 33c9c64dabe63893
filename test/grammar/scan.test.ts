import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scanner } from '../../grammar/scan.ts';

function scan(text: string): string[] {
  const scanner = new Scanner(text);
  const lexemes: string[] = [];
  while (scanner.next()) {
    if (scanner.kind !== 'space') {
      lexemes.push(`${scanner.kind} ${text.slice(scanner.start, scanner.end)}`);
    }
  }
  return lexemes;
}

test.each([
  ['a_1@b', ['word a_1@b']],
  ['1abc 10d', ['digitWord 1abc', 'digitWord 10d']],
  ['1E3 1e3x', ['double 1E3', 'digitWord 1e3x']],
  ['1 1. 1.5 .5', ['integer 1', 'decimal 1.', 'decimal 1.5', 'decimal .5']],
  ['1e3 1.5E-2 .5e+1', ['double 1e3', 'double 1.5E-2', 'double .5e+1']],
  ['1.5x', ['decimal 1.5', 'word x']],
  ['a.b', ['word a', 'symbol .', 'word b']],
  ["'it''s' ''", ["string 'it''s'", "string ''"]],
  ["'\\'", ["string '\\'"]],
  ['"a""b" `a``b`', ['quotedName "a""b"', 'quotedName `a``b`']],
  ['a--b\nc', ['word a', 'comment --b', 'word c']],
  ['a/*b\n--*/c', ['word a', 'comment /*b\n--*/', 'word c']],
  ["'--' '/*'", ["string '--'", "string '/*'"]],
  ['<>!=<=>=<>>', ['symbol <>', 'symbol !=', 'symbol <=', 'symbol >=', 'symbol <>', 'symbol >']],
  ['||:=->=>', ['symbol ||', 'symbol :=', 'symbol ->', 'symbol =>']],
  ['>>', ['symbol >', 'symbol >']],
  ['${a} $', ['variable ${a}', 'unknown $']],
  ['# é 😀', ['unknown #', 'unknown é', 'unknown 😀']],
  ["'a", ["unclosedString 'a"]],
  ["'a''", ["unclosedString 'a''"]],
  ['`a', ['unclosedName `a']],
  ['/*/', ['unclosedComment /*/']],
  ['\uFEFFa', ['word a']],
])('%j is cut into %j', (text, lexemes) => {
  expect(scan(text)).toEqual(lexemes);
});

test('lexemes cover the whole text without gaps', () => {
  const unit = fc.constantFrom(...'aZ19_@.eE+-*/\'"`<>=|:$#{} \n;'.split(''));
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      const scanner = new Scanner(text);
      let position = 0;
      while (scanner.next()) {
        expect(scanner.start).toBe(position);
        expect(scanner.end).toBeGreaterThan(position);
        position = scanner.end;
      }
      expect(position).toBe(text.length);
    }),
  );
});
