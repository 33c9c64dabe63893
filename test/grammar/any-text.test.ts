import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlSyntaxError } from '../../grammar/errors.ts';
import { formatStatement } from '../../grammar/format.ts';
import { RESERVED_WORDS, UNRESERVED_WORDS } from '../../grammar/names.ts';
import { parseExpression, parseStatements, parseType } from '../../grammar/parser.ts';
import { anyStatement } from './arbitrary.ts';

/** What any text may lead to: a result, or an error of SQL at a place within the text. */
function parsesOrRefuses(text: string): void {
  for (const parse of [parseStatements, parseExpression, parseType]) {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof SqlSyntaxError)) throw error;
      expect(error.position).toBeLessThanOrEqual(text.length);
    }
  }
}

const SIGNS =
  '( ) [ ] < > <= <> = := -> => || , . ; * + - / % ${x} \'text\' \' " ` `q` "Q" -- /* */ @ 1 1.5 1e3 1e999 99999999999999999999 1abc x _y é \u0000 😀'.split(
    ' ',
  );

const piece = fc.oneof(
  fc.constantFrom(...RESERVED_WORDS, ...UNRESERVED_WORDS),
  fc.constantFrom(...SIGNS),
);

describe('any text', () => {
  test('of words and signs of the dialect is parsed or refused', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        parsesOrRefuses(pieces.join(' '));
        parsesOrRefuses(pieces.join(''));
      }),
      { numRuns: 30 },
    );
  });

  test('of any characters is parsed or refused', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), parsesOrRefuses), {
      numRuns: 30,
    });
  });

  test('that is a statement with a piece taken out or put in is parsed or refused', () => {
    fc.assert(
      fc.property(anyStatement, fc.nat(), piece, fc.boolean(), (statement, at, put, takesOut) => {
        const sql = formatStatement(statement);
        const index = at % (sql.length + 1);
        const rest = sql.slice(takesOut ? index + 3 : index);
        parsesOrRefuses(`${sql.slice(0, index)}${put}${rest}`);
      }),
      { numRuns: 30 },
    );
  });
});
