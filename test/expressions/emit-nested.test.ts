import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compile,
  compilePredicate,
  compileRow,
  type EvaluationMode,
} from '../../src/expressions/compile.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import type { Value } from '../../src/sql/types.ts';
import { CONTEXT, row, typed } from './typed.ts';

type Values = Parameters<typeof row>[0];

function evaluate(sql: string, values: Values = {}, mode: EvaluationMode = 'stream'): Value {
  return compile(typed(sql), mode)(row(values), CONTEXT);
}

function matches(sql: string, values: Values): boolean {
  return compilePredicate(typed(sql), 'stream')(row(values), CONTEXT);
}

/** The values of all columns, and the messages reported with their column. */
function evaluateRow(sqls: readonly string[], values: Values, mode: EvaluationMode = 'stream') {
  const errors: string[] = [];
  const project = compileRow(sqls.map(typed), mode, (index, error) => {
    errors.push(`${index}: ${error.message}`);
  });
  return { values: project(row(values), CONTEXT), errors };
}

describe.each(['stream', 'pull'] as const)('%s', (mode) => {
  test.each<[string, Values, Value]>([
    ['A[1]', { A: [7, 8, 9] }, 7],
    ['A[3]', { A: [7, 8, 9] }, 9],
    ['A[-1]', { A: [7, 8, 9] }, 9],
    ['A[-3]', { A: [7, 8, 9] }, 7],
    ['A[0]', { A: [7, 8, 9] }, null],
    ['A[4]', { A: [7, 8, 9] }, null],
    ['A[-4]', { A: [7, 8, 9] }, null],
    ['A[1]', { A: [null] }, null],
    ['A[1]', { A: null }, null],
    ['A[I]', { A: [7, 8], I: 2 }, 8],
    ['ARRAY[1, 2][I]', { I: 2 }, 2],
    ["MAP('a' := 1, S := 2)['a']", { S: 'b' }, 1],
    ["MAP('a' := 1, S := 2)['a']", { S: 'a' }, 2],
    ["MAP('a' := 1)['__proto__']", {}, null],
    ["MAP('a' := 1)[S]", { S: null }, null],
    ["MAP(S := 1)['a']", { S: null }, null],
    ['MAP(L := 1)[I]', { L: 5, I: 5 }, 1],
    ['STRUCT(X := I, Y := S)->Y', { S: 'b' }, 'b'],
    ['CAST(NULL AS STRUCT<X STRUCT<Y INT>>)->X->Y', {}, null],
    ['ARRAY[I, NULL, J]', { I: 1 }, [1, null, null]],
    ['STRUCT(X := I, Y := A)', { I: 1, A: [2] }, [1, [2]]],
    [
      'MAP(NULL := I, S := 2)',
      { I: 1, S: 'a' },
      new Map<Value, Value>([
        [null, 1],
        ['a', 2],
      ]),
    ],
    [
      'ARRAY[STRUCT(X := 1), STRUCT(Y := S)]',
      { S: 'b' },
      [
        [1, null],
        [null, 'b'],
      ],
    ],
    ['ARRAY[1, 2, NULL] = ARRAY[1, 2, NULL]', {}, true],
    ['A <> ARRAY[I]', { A: [1], I: 1 }, false],
    ['A = ARRAY[1]', { A: null }, false],
    ['A IN (ARRAY[1], ARRAY[I, NULL])', { A: [2, null], I: 2 }, true],
    ['A NOT IN (ARRAY[1])', { A: null }, true],
    ['A IS NOT DISTINCT FROM CAST(NULL AS ARRAY<INT>)', { A: null }, true],
    ["MAP('a' := 1) = MAP('a' := I)", { I: 1 }, true],
    ['STRUCT(X := I) = STRUCT(X := 1)', { I: 1 }, true],
    ['STRUCT(X := I) = STRUCT(Y := 1)', { I: 1 }, false],
    ['CAST(A AS ARRAY<STRING>)', { A: [1, null] }, ['1', null]],
    ['CAST(STRUCT(X := 1, Y := 2) AS STRUCT<Z INT, Y STRING>)', {}, [null, '2']],
    ["CAST(MAP('1' := 2) AS MAP<INT, DOUBLE>)", {}, new Map([[1, 2]])],
    ['CAST(A AS STRING)', { A: [1, null] }, '[1, null]'],
    ['CASE WHEN I = 1 THEN A ELSE ARRAY[0] END', { I: 2, A: [1] }, [0]],
  ])('%s over %o is %o', (sql, values, expected) => {
    expect(evaluate(sql, values, mode)).toEqual(expected);
  });

  test('a null index of an array is an evaluation error, also of a null array', () => {
    for (const array of [[1], null]) {
      expect(() => evaluate('A[I]', { A: array }, mode)).toThrow('The index of A[I] is null');
    }
  });
});

describe('errors of members', () => {
  test('become null in their place, are reported, and leave the others alone', () => {
    const sqls = [
      'ARRAY[I / J, 5]',
      'MAP(S := I / J)',
      'STRUCT(X := STRUCT(Y := I / J), Z := 1)',
      'ARRAY[A[J + I]]',
    ];
    expect(evaluateRow(sqls, { I: 1, J: 0, S: 'a', A: [7] })).toEqual({
      values: [[null, 5], new Map([['a', null]]), [[null], 1], [7]],
      errors: ['0: Division by zero', '1: Division by zero', '2: Division by zero'],
    });
  });

  test('are errors of the whole in pull queries', () => {
    expect(evaluateRow(['ARRAY[I / J, 5]', 'I'], { I: 1, J: 0 }, 'pull')).toEqual({
      values: [null, 1],
      errors: ['0: Division by zero'],
    });
  });

  test('fail a condition, unless they are BOOLEAN, which become false', () => {
    expect(() => matches('ARRAY[I / J][1] = 1', { I: 1, J: 0 })).toThrow(EvaluationError);
    expect(matches('ARRAY[I / J = 1] = ARRAY[false]', { I: 1, J: 0 })).toBe(true);
  });

  test('an argument that reads a field of what fails is null, so that COALESCE goes on', () => {
    expect(evaluate('COALESCE(STRUCT(X := A)->X[I], 9)', { I: 1 })).toBe(9);
    expect(() => evaluate('COALESCE(A[I], 9)', { A: [1] })).toThrow(EvaluationError);
    const failing = 'CASE WHEN B THEN STRUCT(X := 1) ELSE STRUCT(X := 2) END->X';
    expect(evaluate(`COALESCE(${failing}, 9)`, { B: null })).toBe(9);
  });

  test('are kept inside the body of a lambda, one element at a time', () => {
    const values = { A: [5, 0], I: 10 };
    expect(evaluate('TRANSFORM(A, x => ARRAY[I / x][1])', values)).toEqual([2, null]);
    expect(evaluate('TRANSFORM(A, x => STRUCT(q := MAP(x := I / x))->q[x])', values)).toEqual([
      2,
      null,
    ]);
  });

  test('a cast is null as a whole when one member has no counterpart', () => {
    expect(evaluate("CAST(ARRAY['1', S] AS ARRAY<INT>)", { S: 'x' })).toBe(null);
    expect(() => evaluate("CAST(ARRAY['1', S] AS ARRAY<INT>)", { S: 'x' }, 'pull')).toThrow(
      EvaluationError,
    );
  });
});

test('a constructor of literals is made once, one with columns for each row', () => {
  const constant = compile(typed("STRUCT(X := MAP('a' := ARRAY[1, NULL]))"), 'stream');
  expect(constant(row({}), CONTEXT)).toEqual([new Map([['a', [1, null]]])]);
  expect(constant(row({}), CONTEXT)).toBe(constant(row({}), CONTEXT));
  const variable = compile(typed('ARRAY[1, I]'), 'stream');
  expect(variable(row({ I: 1 }), CONTEXT)).not.toBe(variable(row({ I: 1 }), CONTEXT));
});

test('ARRAY[...] holds what was written, and a[i] counts from either end', () => {
  fc.assert(
    fc.property(
      fc
        .array(fc.option(fc.integer({ min: -9, max: 9 })), { minLength: 1, maxLength: 8 })
        .filter((elements) => elements.some((element) => element !== null)),
      fc.integer({ min: -10, max: 10 }),
      (elements, index) => {
        const sql = `ARRAY[${elements.map((element) => element ?? 'NULL').join(', ')}]`;
        expect(evaluate(sql)).toEqual(elements);
        const expected = index === 0 ? undefined : elements.at(index > 0 ? index - 1 : index);
        expect(evaluate(`${sql}[${index}]`)).toBe(expected ?? null);
      },
    ),
  );
});
