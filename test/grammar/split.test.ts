import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatStatement } from '../../grammar/format.ts';
import { splitStatements } from '../../grammar/split.ts';
import { anyStatement } from './arbitrary.ts';

test.each([
  ['', [], ''],
  [' \n', [], ''],
  ['SELECT 1', [], 'SELECT 1'],
  ['a; b;\n c', ['a;', 'b;'], '\n c'],
  ["a ';' b; c", ["a ';' b;"], ' c'],
  ["a 'it''s;' b;", ["a 'it''s;' b;"], ''],
  ['a ";" b `;` c;', ['a ";" b `;` c;'], ''],
  ['a -- not; here\n b;', ['a -- not; here\n b;'], ''],
  ['a /* not; \n here */ b;', ['a /* not; \n here */ b;'], ''],
  ['a; -- done', ['a;'], ''],
  ['a; /* done */ ', ['a;'], ''],
  ['a; /* not done; ', ['a;'], ' /* not done; '],
  ["a; 'open; ", ['a;'], " 'open; "],
  [';;', [';', ';'], ''],
  ['\uFEFFa;', ['a;'], ''],
])('%j is split into %j and the rest %j', (text, statements, rest) => {
  expect(splitStatements(text)).toEqual({ statements, rest });
});

test('statements put together come apart again, whatever their quotes hold', () => {
  fc.assert(
    fc.property(fc.array(anyStatement), (nodes) => {
      const statements = nodes.map(formatStatement);
      expect(splitStatements(statements.join('\n-- ;\n'))).toMatchObject({
        statements: statements.map((sql, index) => (index === 0 ? sql : `-- ;\n${sql}`)),
      });
    }),
  );
});
