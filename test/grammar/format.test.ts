import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StatementNode } from '../../grammar/ast.ts';
import { formatExpression, formatStatement } from '../../grammar/format.ts';
import { parseExpression, parseStatement } from '../../grammar/parser.ts';
import { anyExpression, anyStatement } from './arbitrary.ts';
import { withoutLocations } from './without-locations.ts';

function parse(sql: string): StatementNode {
  return parseStatement(sql).statement;
}

describe('a statement', () => {
  test('parses back to the same tree after it was formatted', () => {
    fc.assert(
      fc.property(anyStatement, (statement) => {
        const sql = formatStatement(statement);
        expect(withoutLocations(parse(sql)), sql).toEqual(withoutLocations(statement));
      }),
      { numRuns: 1000 },
    );
  });

  test('is written on one line with upper-case keywords and only the parentheses it needs', () => {
    const sql = `create or replace table t with (kafka_topic='t', partitions=2) as
      select \`user\`, (count(*)) n, s->*, x.* from \`foo-src\` s left outer join u x within 1 hour on s.id = (x.id)
      window tumbling (size 1 minute, grace period 0 seconds)
      where (a + b) * 2 > (3 * 4) + 1 and not (b = 1 or c is null)
      group by (a, b) emit changes limit 3;`;
    expect(formatStatement(parse(sql))).toBe(
      "CREATE OR REPLACE TABLE T WITH (KAFKA_TOPIC='t', PARTITIONS=2) AS " +
        'SELECT `user`, COUNT(*) AS N, S->*, X.* FROM `foo-src` AS S ' +
        'LEFT JOIN U AS X WITHIN 1 HOURS ON S.ID = X.ID ' +
        'WINDOW TUMBLING (SIZE 1 MINUTES, GRACE PERIOD 0 SECONDS) ' +
        'WHERE (A + B) * 2 > 3 * 4 + 1 AND NOT (B = 1 OR C IS NULL) ' +
        'GROUP BY A, B EMIT CHANGES LIMIT 3;',
    );
  });

  test('with a chain of 12,000 ORs is formatted and parsed back', () => {
    const terms = Array.from({ length: 12_000 }, (_, index) => `A = ${index}`);
    const sql = `SELECT * FROM S WHERE ${terms.join(' OR ')};`;
    expect(formatStatement(parse(sql))).toBe(sql);
  });
});

describe('the canonical form of an expression', () => {
  test('is the same for the text it parses to', () => {
    fc.assert(
      fc.property(anyExpression, (expression) => {
        const text = formatExpression(expression);
        expect(formatExpression(parseExpression(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a+1', '(A + 1)'],
    ["a = 'x'", "(A = 'x')"],
    ['a != 1', '(A <> 1)'],
    ['a>1 and b<2 or c', '(((A > 1) AND (B < 2)) OR C)'],
    ['not a', '(NOT A)'],
    ['a between 1 and 2', '(A BETWEEN 1 AND 2)'],
    ['a not in (1, 2)', '(A NOT IN (1, 2))'],
    ["a like 'x' escape '!'", "(A LIKE 'x' ESCAPE '!')"],
    ['a is not null', '(A IS NOT NULL)'],
    ['a is distinct from b', '(A IS DISTINCT FROM B)'],
    ['case when c then v else w end', '(CASE WHEN C THEN V ELSE W END)'],
    ['- a', '-A'],
    ['- -1', '- -1'],
    ['-(1)', '-(1)'],
    ['+a', '+A'],
    ['cast(a as varchar)', 'CAST(A AS STRING)'],
    ['cast(a as struct<f int>)', 'CAST(A AS STRUCT<`F` INTEGER>)'],
    ['f(a, b)', 'F(A, B)'],
    ['count()', 'COUNT(*)'],
    ["a || 'b'", "CONCAT(A, 'b')"],
    ['reduce(a, 0, (x, y) => x + y)', 'REDUCE(A, 0, (X, Y) => (X + Y))'],
    ['array[1,2]', 'ARRAY[1, 2]'],
    ["map('a':=1)", "MAP('a':=1)"],
    ['struct(f:=1)', 'STRUCT(F:=1)'],
    ['a[1]', 'A[1]'],
    ['s->f', 'S->F'],
    ["'it''s'", "'it''s'"],
    ['TRUE', 'true'],
    ['NULL', 'null'],
    ['1.50', '1.50'],
    ['1e0', '1E0'],
    ['0.015e0', '1.5E-2'],
    ['dateadd(days, 1, d)', 'DATEADD(DAYS, 1, D)'],
    ['`select`', '`SELECT`'.toLowerCase()],
    ['`SELECT`', '`SELECT`'],
    ['`A`', 'A'],
  ])('of %s is %s', (text, canonical) => {
    expect(formatExpression(parseExpression(text))).toBe(canonical);
  });

  test('of 25,000 terms costs no stack', () => {
    const text = Array.from({ length: 25_000 }, () => 'A').join(' OR ');
    const canonical = formatExpression(parseExpression(text));
    expect(canonical.length).toBe(25_000 + 24_999 * ' OR ()'.length);
    expect(canonical.startsWith('((((')).toBe(true);
  });
});
