import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BindError, bindValues } from '../../grammar/bind.ts';
import { parseStatements } from '../../grammar/parser.ts';

test('each ? becomes a literal, but not in strings, names and comments', () => {
  const sql = "SELECT '?', `?`, ? /* ? */ FROM s WHERE a = ? AND b = ? -- ?\n AND c = ?;";
  const values = [{ digits: '9007199254740993' }, "it's", null, false];
  expect(bindValues(sql, values).replaceAll(/ +/g, ' ')).toBe(
    "SELECT '?', `?`, 9007199254740993 /* ? */ FROM s WHERE a = 'it''s' AND b = NULL -- ?\n AND c = FALSE ;",
  );
});

test.each([
  ['SELECT ? FROM s;', []],
  ['SELECT 1 FROM s;', [null]],
  ['SELECT ? FROM s;', [{ digits: '1; DROP STREAM s' }]],
  ['SELECT ? FROM s;', [{ digits: '1e' }]],
])('%s with %j is refused', (sql, values) => {
  expect(() => bindValues(sql, values)).toThrow(BindError);
});

test('whatever a text holds, it stays one value of the same statement', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("'", "''", ';', '--', '/*', '*/', '\\', '`', '"', '?'),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const value = pieces.join('');
      const [only, ...more] = parseStatements(bindValues('DEFINE a = ?;', [value]));
      expect(more).toEqual([]);
      expect(only!.statement).toMatchObject({ kind: 'define', value });
    }),
  );
});
