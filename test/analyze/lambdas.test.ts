import { array, assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatabaseError } from '../../src/base/errors.ts';
import { compile, compilePredicate } from '../../src/expressions/compile.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { formatType, type Value } from '../../src/sql/types.ts';
import { CONTEXT, row, typed } from '../expressions/typed.ts';

function evaluate(sql: string, values: Parameters<typeof row>[0] = {}): Value {
  return compile(typed(sql), 'stream')(row(values), CONTEXT);
}

/** Code, position and first line of the refusal. */
function refusal(sql: string): string {
  try {
    typed(sql);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const { code, location, message } = error;
    return `${code} ${location?.line}:${location?.column} ${message.split('\n')[0]}`;
  }
}

describe('the body of a lambda', () => {
  test('sees its parameters, the columns and pseudo columns', () => {
    expect(evaluate('TRANSFORM(A, x => x * J + ROWTIME)', { A: [1, 2], J: 10 })).toEqual([
      1010, 1020,
    ]);
  });

  test('sees the parameters of the lambdas around it', () => {
    const sql = 'TRANSFORM(A, x => REDUCE(A, 0, (total, z) => total + x * z))';
    expect(evaluate(sql, { A: [1, 2, 3] })).toEqual([6, 12, 18]);
  });

  test('may use the names of a lambda beside it', () => {
    const sql = 'ARRAY_UNION(TRANSFORM(A, x => x + 1), FILTER(A, x => x > 1))';
    expect(evaluate(sql, { A: [1, 2] })).toEqual([2, 3]);
  });

  test('uses text as the key of a nested collection', () => {
    expect(
      evaluate("TRANSFORM(MAP('a' := ARRAY[1, 2]), (k, v) => UCASE(k), (k, v) => v[2])"),
    ).toEqual(new Map([['A', 2]]));
  });

  test('is plain JSON in a plan', () => {
    const expression = typed('REDUCE(A, 0, (total, x) => total + x * J)');
    const stored = JSON.parse(JSON.stringify(expression)) as typeof expression;
    expect(compile(stored, 'pull')(row({ A: [1, 2], J: 3 }), CONTEXT)).toBe(9);
  });

  test('gives the result its type', () => {
    expect(formatType(typed('TRANSFORM(A, x => CAST(x AS STRING))').type)).toBe('ARRAY<STRING>');
    expect(formatType(typed('TRANSFORM(A, x => ARRAY[x])').type)).toBe('ARRAY<ARRAY<INTEGER>>');
    expect(formatType(typed('REDUCE(A, L, (total, x) => total + x)').type)).toBe('BIGINT');
  });
});

test('lambdas in lambdas compute what loops in loops do', () => {
  const sql =
    'TRANSFORM(FILTER(A, x => x > J), outer_x => REDUCE(FILTER(A, z => z < outer_x), I, (total, z) => total + outer_x * z))';
  const compiled = compile(typed(sql), 'stream');
  const small = integer({ min: -100, max: 100 });
  assert(
    property(array(small), small, small, (A, I, J) => {
      const expected: number[] = [];
      for (const y of A) {
        if (y <= J) continue;
        let total = I;
        for (const z of A) if (z < y) total += y * z;
        expected.push(total);
      }
      expect(compiled(row({ A, I, J }), CONTEXT)).toEqual(expected);
    }),
  );
});

describe('an error in the body of a lambda', () => {
  test('fails the whole call', () => {
    expect(() => evaluate('TRANSFORM(A, x => x + 5)', { A: [1, null] })).toThrow(EvaluationError);
    expect(evaluate('COALESCE(TRANSFORM(A, x => x + 5), A)', { A: [1, null] })).toEqual([1, null]);
  });

  test('stays in a part that keeps its errors to itself', () => {
    const sql = 'TRANSFORM(A, x => COALESCE(ROUND(10 / x * 1e0), L))';
    expect(evaluate(sql, { A: [5, 0], L: -1 })).toEqual([2, -1]);
    expect(
      evaluate('TRANSFORM(A, x => COALESCE(CAST(x / 0 AS BIGINT), L))', { A: [1], L: 7 }),
    ).toEqual([7]);
  });

  test('drops the row in a condition', () => {
    const predicate = compilePredicate(typed('ARRAY_LENGTH(FILTER(A, x => x > 1)) = 1'), 'stream');
    expect(predicate(row({ A: [1, 2] }), CONTEXT)).toBe(true);
    expect(predicate(row({ A: [2, 2] }), CONTEXT)).toBe(false);
    expect(evaluate('FILTER(A, x => x > 1)', { A: [null, 2] })).toEqual([2]);
  });
});

describe('results a lambda must not have', () => {
  test.each([
    ['FILTER(A, x => B)', 'The lambda of FILTER is null for an element'],
    ["FILTER(MAP('a' := I), (k, v) => true)", 'FILTER keeps the key a, whose value is null'],
    [
      "TRANSFORM(MAP('a' := 1, 'b' := 2), (k, v) => 'x', (k, v) => v)",
      'TRANSFORM makes two keys of the map x',
    ],
    [
      "TRANSFORM(MAP('a' := 1), (k, v) => k, (k, v) => S)",
      'TRANSFORM makes the value of the key a null',
    ],
  ])('%s fails', (sql, message) => {
    expect(() => evaluate(sql, { A: [1] })).toThrow(message);
  });
});

describe('refusals', () => {
  test.each([
    [
      'TRANSFORM(A, i => 1)',
      "BAD_STATEMENT 1:14 Lambda function argument can't be a column name: I. Give the parameter another name.",
    ],
    [
      'TRANSFORM(A, x => REDUCE(A, 0, (total, x) => 1))',
      'BAD_STATEMENT 1:40 Reusing lambda arguments in nested lambda is not allowed: X is a parameter of the lambda around this one.',
    ],
    ['REDUCE(A, 0, (x, x) => 1)', 'BAD_STATEMENT 1:18 The lambda has two parameters named X.'],
    [
      'TRANSFORM(A, (x, z) => 1)',
      'BAD_STATEMENT 1:1 Was expecting 1 arguments but found 2, [X, Z]. Check your lambda statement.',
    ],
    [
      "FILTER(MAP('a' := 1), x => true)",
      'BAD_STATEMENT 1:1 Was expecting 2 arguments but found 1, [X]. Check your lambda statement.',
    ],
    [
      'TRANSFORM(A, x => NULL)',
      'BAD_STATEMENT 1:19 The body of a lambda cannot be a bare NULL, as its type is unknown: write CAST(NULL AS VARCHAR), or another type.',
    ],
    [
      'TRANSFORM(A, x => zz)',
      'UNKNOWN_COLUMN 1:19 SELECT column ZZ cannot be resolved: there is none in T.',
    ],
    [
      'FILTER(A, x => x + 1)',
      "TYPE_MISMATCH 1:1 Function 'filter' does not accept parameters (ARRAY<INTEGER>, LAMBDA).",
    ],
    [
      'REDUCE(A, 0, (total, x) => CAST(x AS BIGINT))',
      "TYPE_MISMATCH 1:1 Function 'reduce' does not accept parameters (ARRAY<INTEGER>, INTEGER, LAMBDA).",
    ],
    [
      'TRANSFORM(NULL, x => x)',
      "TYPE_MISMATCH 1:1 Function 'transform' does not accept parameters (null, LAMBDA).",
    ],
    [
      'ABS(I, x => x)',
      "TYPE_MISMATCH 1:1 Function 'Abs' does not accept parameters (INTEGER, LAMBDA).",
    ],
    [
      'TRANSFORM(A, x => SUM(x))',
      'BAD_STATEMENT 1:19 SELECT cannot contain the aggregate function SUM: aggregates stand in SELECT and HAVING, not inside one another.',
    ],
  ])('%s', (sql, expected) => {
    expect(refusal(sql)).toBe(expected);
  });
});
