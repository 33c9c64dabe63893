import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../grammar/parser.ts';
import { analyzeExpression } from '../../src/analyze/expressions.ts';
import { scopeOf, type ScopeColumn } from '../../src/analyze/scope.ts';
import type { Expression } from '../../src/expressions/expression.ts';
import { printExpression } from '../../src/expressions/print.ts';
import { formatType } from '../../src/sql/types.ts';
import { analyze, CLICKS, refusal, VISITS } from './fixture.ts';

const COLUMNS: readonly ScopeColumn[] = [CLICKS, VISITS].flatMap(({ name: qualifier, schema }) =>
  [...schema.keys, ...schema.values].map(({ name, type }, index) => ({
    qualifier,
    name,
    expression: { kind: 'column', type, index, name },
  })),
);
const SCOPE = scopeOf('SELECT', [
  ...COLUMNS,
  {
    qualifier: 'CLICKS',
    name: 'ROWTIME',
    expression: { kind: 'pseudo', type: { kind: 'BIGINT' }, column: 'ROWTIME' },
  },
]);

function typed(sql: string): Expression | null {
  return analyzeExpression(parseExpression(sql), SCOPE);
}

/** `text: TYPE` */
function shown(sql: string): string {
  const expression = typed(sql);
  return expression === null
    ? 'NULL'
    : `${printExpression(expression)}: ${formatType(expression.type)}`;
}

function wrong(sql: string): string {
  const { code, at, message } = refusal(() => typed(sql));
  return `${code} ${at} ${message}`;
}

describe('literals', () => {
  test.each([
    ['1', { kind: 'literal', type: { kind: 'INTEGER' }, value: 1 }],
    [
      '-9007199254740993',
      { kind: 'literal', type: { kind: 'BIGINT' }, value: '-9007199254740993' },
    ],
    [
      '100.5',
      { kind: 'literal', type: { kind: 'DECIMAL', precision: 4, scale: 1 }, value: '1005' },
    ],
    ['-0.25', { kind: 'literal', type: { kind: 'DECIMAL', precision: 3, scale: 2 }, value: '-25' }],
    ['5.', { kind: 'literal', type: { kind: 'DECIMAL', precision: 1, scale: 0 }, value: '5' }],
    ['0.0', { kind: 'literal', type: { kind: 'DECIMAL', precision: 2, scale: 1 }, value: '0' }],
    ['1.5E-2', { kind: 'literal', type: { kind: 'DOUBLE' }, value: 0.015 }],
    ['true', { kind: 'literal', type: { kind: 'BOOLEAN' }, value: true }],
    ["'it''s'", { kind: 'literal', type: { kind: 'STRING' }, value: "it's" }],
    ['NULL', null],
  ])('%s has the type and value the dialect gives it', (sql, expected) => {
    expect(typed(sql)).toEqual(expected);
  });
});

describe('operators', () => {
  test.each([
    ['ms + n', '(MS + N): BIGINT'],
    ['price * 2', '(PRICE * 2): DECIMAL(17, 2)'],
    ['price / ratio', '(PRICE / RATIO): DOUBLE'],
    ["page + 'x'", "(PAGE + 'x'): STRING"],
    ['-ms', '-MS: BIGINT'],
    ['+ms', 'MS: BIGINT'],
    ['NOT ok', '(NOT OK): BOOLEAN'],
    ['ms = 1 AND ok OR n < 2', '(((MS = 1) AND OK) OR (N < 2)): BOOLEAN'],
    ['ms BETWEEN 1 AND n', '((MS >= 1) AND (MS <= N)): BOOLEAN'],
    ['ms NOT BETWEEN 1 AND 2', '(NOT ((MS >= 1) AND (MS <= 2))): BOOLEAN'],
    ['ms IS NOT DISTINCT FROM n', '(MS IS NOT DISTINCT FROM N): BOOLEAN'],
    ['page IS NULL', '(PAGE IS NULL): BOOLEAN'],
    ["page LIKE 'a!%' ESCAPE '!'", "(PAGE LIKE 'a!%' ESCAPE '!'): BOOLEAN"],
    ['CAST(n AS VARCHAR)', 'CAST(N AS STRING): STRING'],
    ['CAST(NULL AS INT)', 'null: INTEGER'],
    ['CLICKS.ms', 'MS: BIGINT'],
  ])('%s is %s', (sql, expected) => {
    expect(shown(sql)).toBe(expected);
  });

  test.each([
    [
      'ok + 1',
      'TYPE_MISMATCH 1:1 The operator + cannot be applied to OK is BOOLEAN and 1 is INTEGER. Add a CAST.',
    ],
    [
      'ms + NULL',
      'TYPE_MISMATCH 1:1 The operator + cannot be applied to MS is BIGINT and NULL. Add a CAST.',
    ],
    ['-page', 'TYPE_MISMATCH 1:1 The sign - needs a number after it, but found PAGE is STRING.'],
    ['ok AND ms', 'TYPE_MISMATCH 1:8 AND needs a BOOLEAN here, but found MS is BIGINT.'],
    ['NOT NULL', 'TYPE_MISMATCH 1:5 NOT needs a BOOLEAN here, but found a bare NULL.'],
    [
      'ms = NULL',
      'BAD_STATEMENT 1:1 Nothing can be compared with NULL. Use IS NULL or IS NOT NULL instead.',
    ],
    [
      "ms > '1'",
      "TYPE_MISMATCH 1:1 MS (BIGINT) cannot be compared with '1' (STRING) by >. Add a CAST to one of them.",
    ],
    [
      'ok < ok',
      'TYPE_MISMATCH 1:1 OK (BOOLEAN) cannot be compared with OK (BOOLEAN) by <. Add a CAST to one of them.',
    ],
    ['n LIKE page', 'TYPE_MISMATCH 1:1 LIKE needs a STRING here, but found N is INTEGER.'],
    [
      "page LIKE 'x' ESCAPE 'ab'",
      "BAD_STATEMENT 1:1 ESCAPE takes exactly one character, but found 'ab'.",
    ],
    [
      'CAST(ok AS INT)',
      'TYPE_MISMATCH 1:1 OK cannot be cast: there is no conversion from BOOLEAN to INTEGER.',
    ],
    ['CAST(n AS BIGNIT)', 'UNKNOWN_TYPE 1:11 There is no type BIGNIT. Did you mean BIGINT?'],
  ])('%s is refused', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

describe('names', () => {
  test('an unknown column suggests the nearest', () => {
    expect(wrong('pagee')).toBe(
      'UNKNOWN_COLUMN 1:1 SELECT column PAGEE cannot be resolved: there is none in CLICKS, VISITS. Did you mean PAGE?',
    );
  });

  test('an unknown qualifier is refused', () => {
    expect(wrong('1 + x.page')).toBe(
      'UNKNOWN_SOURCE 1:5 X is no stream, table or alias of this query. It reads from CLICKS, VISITS.',
    );
  });

  test('names such as __proto__ are unknown columns like any other', () => {
    expect(wrong('`__proto__`')).toMatch(/^UNKNOWN_COLUMN 1:1 SELECT column __proto__ cannot/);
    expect(wrong('`constructor`')).toMatch(/^UNKNOWN_COLUMN 1:1 SELECT column constructor cannot/);
  });

  test('an unknown function is refused where it is called', () => {
    expect(wrong('1 + abss(n)')).toBe(
      "UNKNOWN_FUNCTION 1:5 Can't find any functions with the name 'ABSS'. Did you mean ABS?",
    );
  });

  test('an aggregate function is refused where there is nothing to aggregate', () => {
    expect(wrong('COUNT(n)')).toMatch(/^BAD_STATEMENT 1:1 SELECT cannot contain the aggregate/);
  });
});

describe('times as text', () => {
  test('text beside a time is read when the query is planned', () => {
    expect(typed("day >= '2024-02-29'")).toMatchObject({
      right: { kind: 'literal', type: { kind: 'DATE' }, value: 19_782 },
    });
    expect(typed("'2024-01-01T00:00:00' < seen")).toMatchObject({
      left: { kind: 'literal', type: { kind: 'TIMESTAMP' }, value: 1_704_067_200_000 },
    });
  });

  test('text beside ROWTIME becomes epoch milliseconds', () => {
    expect(typed("ROWTIME > '2024'")).toMatchObject({
      right: { kind: 'literal', type: { kind: 'BIGINT' }, value: '1704067200000' },
    });
    expect(shown("ROWTIME BETWEEN '1970-01-01' AND '1970-01-02'")).toBe(
      '((ROWTIME >= 0) AND (ROWTIME <= 86400000)): BOOLEAN',
    );
  });

  test('text that is no time is refused', () => {
    expect(wrong("day = '2024-02-30'")).toMatch(/^TYPE_MISMATCH 1:7 Failed to parse date/);
  });
});

describe('IN', () => {
  test.each([
    ["n IN (1, '2147483648')", '(N IN (1, 2147483648)): BOOLEAN', 'BIGINT'],
    ['n IN (1, 2.5)', '(N IN (1.0, 2.5)): BOOLEAN', 'DECIMAL(11, 1)'],
    ['page IN (10, true, 10.30)', "(PAGE IN ('10', 'true', '10.30')): BOOLEAN", 'STRING'],
    ["ok IN ('yes', 'f')", '(OK IN (true, false)): BOOLEAN', 'BOOLEAN'],
    ['n IN (ms, NULL)', '(N IN (MS)): BOOLEAN', 'BIGINT'],
    ["day IN ('2024')", "(DAY IN ('2024-01-01')): BOOLEAN", 'DATE'],
  ])('%s compares in the common type', (sql, text, type) => {
    expect(shown(sql)).toBe(text);
    expect(typed(sql)).toMatchObject({ kind: 'in' });
    const expression = typed(sql);
    if (expression?.kind !== 'in') throw new Error('IN stays IN');
    expect(formatType(expression.operand.type)).toBe(type);
    for (const option of expression.options) expect(formatType(option.type)).toBe(type);
  });

  test.each([
    ["n IN (1, 'x')", "TYPE_MISMATCH 1:10 'x' does not spell a value of type INTEGER."],
    [
      'n IN (true)',
      'TYPE_MISMATCH 1:7 true is BOOLEAN, but what it stands in a list with is INTEGER. Add a CAST to one of them.',
    ],
    [
      'page IN (n)',
      'TYPE_MISMATCH 1:10 N is INTEGER, but what it stands in a list with is STRING. Add a CAST to one of them.',
    ],
    ["ok IN ('maybe')", "TYPE_MISMATCH 1:8 'maybe' does not spell a value of type BOOLEAN."],
  ])('%s is refused', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

describe('CASE', () => {
  test('a NULL result takes the type of the others', () => {
    const expression = typed('CASE WHEN ok THEN NULL ELSE 1 END');
    if (expression?.kind !== 'case') throw new Error('CASE stays CASE');
    expect(expression.type).toEqual({ kind: 'INTEGER' });
    expect(expression.branches[0]?.then).toEqual({
      kind: 'literal',
      type: { kind: 'INTEGER' },
      value: null,
    });
  });

  test('without ELSE there is no default', () => {
    expect(typed('CASE WHEN ok THEN 1 END')).toMatchObject({ otherwise: null });
  });

  test.each([
    [
      'CASE WHEN n THEN 1 END',
      'TYPE_MISMATCH 1:11 WHEN needs a BOOLEAN here, but found N is INTEGER.',
    ],
    [
      'CASE WHEN ok THEN n ELSE ms END',
      'TYPE_MISMATCH 1:26 All results of a CASE must have the same type: the first is INTEGER, but MS is BIGINT. Add a CAST.',
    ],
    [
      'CASE WHEN ok THEN NULL END',
      'BAD_STATEMENT 1:1 All results of the CASE are NULL, so its type is unknown. Cast one: CAST(NULL AS VARCHAR).',
    ],
    [
      'CASE n WHEN 1 THEN 2 END',
      'BAD_STATEMENT 1:1 CASE with an operand (use CASE WHEN condition THEN ...) is not supported by this version.',
    ],
  ])('%s is refused', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

describe('calls', () => {
  test('arguments are converted to the parameters by implicit casts', () => {
    expect(typed('GREATEST(n, ratio)')).toMatchObject({
      kind: 'call',
      type: { kind: 'DOUBLE' },
      arguments: [
        { kind: 'cast', implicit: true, type: { kind: 'DOUBLE' } },
        { kind: 'column', name: 'RATIO' },
      ],
    });
  });

  test('|| is a call of CONCAT', () => {
    expect(shown("page || 'x'")).toBe("CONCAT(PAGE, 'x'): STRING");
  });
});

describe('long and deep expressions', () => {
  test('a chain of 10,000 conditions becomes a shallow tree with the same terms in order', () => {
    const expression = typed(Array.from({ length: 10_000 }, (_, n) => `n = ${n}`).join(' OR '));
    const terms: (number | string | boolean | null)[] = [];
    let depthMax = 0;
    const visit = (part: Expression | null, depth: number): void => {
      depthMax = Math.max(depthMax, depth);
      if (part?.kind === 'logical') {
        visit(part.left, depth + 1);
        visit(part.right, depth + 1);
      } else if (part?.kind === 'comparison' && part.right.kind === 'literal') {
        terms.push(part.right.value);
      }
    };
    visit(expression, 0);
    expect(terms).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
    expect(depthMax).toBe(14);
  });

  test('an operation nested too deep is refused, not a crash', () => {
    expect(wrong(Array.from({ length: 5_000 }, () => '1').join(' + '))).toMatch(
      /nested deeper than 300 operations/,
    );
  });
});

test('WHERE must be BOOLEAN', () => {
  expect(refusal(() => analyze('SELECT * FROM clicks WHERE ms EMIT CHANGES'))).toEqual({
    code: 'TYPE_MISMATCH',
    at: '1:28',
    message: 'The WHERE condition must be BOOLEAN, but MS is BIGINT.',
  });
});
