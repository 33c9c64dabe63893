import { describe, expect, test } from 'vitest';
import { compile } from '../../src/expressions/compile.ts';
import type { Value } from '../../src/sql/types.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { CONTEXT, row, typed } from '../expressions/typed.ts';

function evaluate(sql: string, values: Parameters<typeof row>[0] = {}): Value {
  return compile(typed(sql), 'stream')(row(values), CONTEXT);
}

describe('nulls', () => {
  test.each([
    'UCASE(S)',
    'LEN(S)',
    'TRIM(S)',
    'SUBSTRING(S, 1, J)',
    "LPAD('a', J, 'x')",
    "REPLACE('a', S, 'b')",
    "CONCAT_WS(S, 'a')",
    'ABS(M)',
    'CEIL(D)',
    'SQRT(L)',
    'GREATEST(I, J)',
    'NULLIF(S, S)',
  ])('%s of nulls is null', (sql) => {
    expect(evaluate(sql)).toBeNull();
  });

  test('are skipped by CONCAT and CONCAT_WS', () => {
    expect(evaluate("CONCAT(S, 'a', S)")).toBe('a');
    expect(evaluate('CONCAT(S, S)')).toBe('');
    expect(evaluate("CONCAT_WS('-', S, 'a', S, 'b')")).toBe('a-b');
  });

  test('fail a parameter that takes none, where INSTR of a null text is 0', () => {
    expect(() => evaluate('ROUND(I)')).toThrow(EvaluationError);
    expect(evaluate("INSTR(S, 'a')")).toBe(0);
    expect(() => evaluate("INSTR('abc', 'a', J)")).toThrow(
      "INSTR('abc', 'a', J): an argument that must not be null is",
    );
  });
});

describe('numbers', () => {
  test.each<[string, Parameters<typeof row>[0], Value]>([
    ['ABS(I)', { I: -2147483648 }, -2147483648],
    ['ABS(L)', { L: -(2n ** 63n) }, -(2n ** 63n)],
    ['CEIL(M)', { M: 1 }, 100],
    ['FLOOR(M)', { M: -1 }, -100],
    ['ROUND(D)', { D: 0.49999999999999994 }, 0],
    ['ROUND(D)', { D: -1.5 }, -1],
    ['ROUND(D)', { D: 1e30 }, 2n ** 63n - 1n],
    ['ROUND(D)', { D: NaN }, 0],
    ['ROUND(D, 2)', { D: 1.005 }, 1.01],
    ['ROUND(D, -400)', { D: 1e308 }, 0],
    ['ROUND(D, 400)', { D: 0.1 }, 0.1],
    ['ROUND(M, -1)', { M: 1500 }, 2000],
    ['ROUND(M, 1)', { M: -125 }, -120],
    ['ROUND(M)', { M: -250 }, -2],
    ['SIGN(D)', { D: NaN }, 0],
    ['SQRT(D)', { D: -1 }, NaN],
  ])('%s over %o is %s', (sql, values, expected) => {
    expect(evaluate(sql, values)).toBe(expected);
  });

  test('ROUND to places refuses what is not finite', () => {
    expect(() => evaluate('ROUND(D, 1)', { D: Infinity })).toThrow(
      'ROUND cannot round Infinity to 1 places',
    );
  });
});

describe('text', () => {
  test.each<[string, Value]>([
    ["SUBSTRING('stream', 0, 2)", 'st'],
    ["SUBSTRING('stream', -9, 2)", 'st'],
    ["SUBSTRING('stream', 3, -1)", ''],
    ["SUBSTRING('stream', 7)", ''],
    ["SUBSTRING('stream', 3, 2147483647)", 'ream'],
    ["INSTR('aaaa', 'aa', 1, 3)", 3],
    ["INSTR('aaaa', 'aa', 1, 4)", 0],
    ["INSTR('abc', 'a', 0)", 0],
    ["INSTR('abc', 'a', 4)", 0],
    ["INSTR('abc', 'a', -4)", 0],
    ["INSTR('abc', 'a', 1, 0)", 0],
    ["REPLACE('', 'a', 'b')", ''],
    ["LPAD('', 0, 'x')", ''],
    ["RPAD('ab', 5, 'xy')", 'abxyx'],
    ["TRIM('')", ''],
  ])('%s is %s', (sql, expected) => {
    expect(evaluate(sql)).toBe(expected);
  });

  test('counts UTF-16 units', () => {
    expect(evaluate('LEN(S)', { S: '😀' })).toBe(2);
  });

  test.each([
    "LPAD('a', 2147483647, 'x')",
    "RPAD('a', 20000000, 'x')",
    "REPLACE(LPAD('', 16000000, 'a'), 'a', 'bb')",
    "CONCAT(LPAD('', 16000000, 'a'), LPAD('', 16000000, 'a'))",
  ])('%s is refused before it fills the memory', (sql) => {
    expect(() => evaluate(sql)).toThrow(/characters or bytes; the most is 16777216$/);
  });

  test('has forms for BYTES', () => {
    const Y = new Uint8Array([1, 2, 3]);
    expect(evaluate('SUBSTRING(Y, 2)', { Y })).toEqual(new Uint8Array([2, 3]));
    expect(evaluate('LPAD(Y, 5, Y)', { Y })).toEqual(new Uint8Array([1, 2, 1, 2, 3]));
    expect(evaluate('RPAD(Y, 2, Y)', { Y })).toEqual(new Uint8Array([1, 2]));
    expect(evaluate('CONCAT(Y, Y)', { Y })).toEqual(new Uint8Array([1, 2, 3, 1, 2, 3]));
    expect(evaluate('CONCAT_WS(Y, Y, Y)', { Y })).toHaveLength(9);
    expect(evaluate('LEN(Y)', { Y })).toBe(3);
  });
});

describe('TRUNC', () => {
  test.each<[string, Parameters<typeof row>[0], Value]>([
    ['TRUNC(D)', { D: -0.9 }, 0],
    ['TRUNC(D)', { D: 1e30 }, 2n ** 63n - 1n],
    ['TRUNC(D)', { D: NaN }, 0],
    ['TRUNC(D, 2)', { D: -1.239 }, -1.23],
    ['TRUNC(D, -2)', { D: -199 }, -100],
    ['TRUNC(M)', { M: -299 }, -2],
    ['TRUNC(M, 1)', { M: -129 }, -120],
    ['TRUNC(M, J)', { M: 129 }, null],
  ])('%s over %o is %s', (sql, values, expected) => {
    expect(evaluate(sql, values)).toBe(expected);
  });

  test('refuses what is not finite', () => {
    expect(() => evaluate('TRUNC(D, 1)', { D: NaN })).toThrow('TRUNC cannot round NaN to 1 places');
  });
});

test.each([
  ["INITCAP('  hELLO\twORLD ')", 'Hello\tWorld '],
  ["INITCAP('')", ''],
  ["INITCAP('élan 1st')", 'Élan 1st'],
])('%s is %j', (sql, expected) => {
  expect(evaluate(sql)).toBe(expected);
});
