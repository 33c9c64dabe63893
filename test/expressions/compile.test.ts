import { describe, expect, test } from 'vitest';
import {
  compile,
  compilePredicate,
  compileRow,
  type EvaluationMode,
} from '../../src/expressions/compile.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import type { Value } from '../../src/sql/types.ts';
import { column, CONTEXT, row, typed } from './typed.ts';

type Values = Parameters<typeof row>[0];

function evaluate(sql: string, values: Values = {}, mode: EvaluationMode = 'stream'): Value {
  return compile(typed(sql), mode)(row(values), CONTEXT);
}

function matches(sql: string, values: Values = {}, mode: EvaluationMode = 'stream'): boolean {
  return compilePredicate(typed(sql), mode)(row(values), CONTEXT);
}

describe('arithmetic', () => {
  test.each<[string, Values, Value]>([
    ['I + 1', { I: 2147483647 }, -2147483648],
    ['I - 1', { I: -2147483648 }, 2147483647],
    ['I * I', { I: 65537 }, 131073],
    ['I / J', { I: -7, J: 2 }, -3],
    ['I / J', { I: -2147483648, J: -1 }, -2147483648],
    ['I % J', { I: -7, J: 2 }, -1],
    ['I % J', { I: -4, J: 2 }, 0],
    ['-I', { I: -2147483648 }, -2147483648],
    ['L + 1', { L: 2n ** 63n - 1n }, -(2n ** 63n)],
    ['L + 1', { L: Number.MAX_SAFE_INTEGER }, 2n ** 53n],
    ['L - 1', { L: 2n ** 53n }, Number.MAX_SAFE_INTEGER],
    ['L * I', { L: 3_000_000_000, I: 2_000_000_000 }, 6_000_000_000_000_000_000n],
    ['-L', { L: -(2n ** 63n) }, -(2n ** 63n)],
    ['D / 0', { D: 1 }, Infinity],
    ['D % 0', { D: 1 }, NaN],
    ['L / D', { L: 2n ** 60n, D: 2 }, 2 ** 59],
    ['M + D', { M: 150, D: 0.25 }, 1.75],
    ['-D', { D: 0 }, -0],
    ['M + 1.005', { M: 1010 }, 11105],
    ['M - I', { M: 1010, I: 1 }, 910],
    ['M * M', { M: -150 }, 22500],
    ['M / 2.00', { M: 1010 }, 5050000],
    ['M % 0.3', { M: 100 }, 10],
    ['-M', { M: 150 }, -150],
    ["S + '!'", { S: 'a' }, 'a!'],
  ])('%s over %o is %s', (sql, values, expected) => {
    expect(evaluate(sql, values)).toBe(expected);
    expect(evaluate(sql, values, 'pull')).toBe(expected);
  });

  test.each(['I / J', 'I % J', 'L / J', 'L % J', 'M / J', 'M % J'])(
    '%s by zero is an evaluation error',
    (sql) => {
      for (const mode of ['stream', 'pull'] as const) {
        expect(() => evaluate(sql, { I: 1, J: 0, L: 1, M: 1 }, mode)).toThrow('Division by zero');
      }
    },
  );

  test('a decimal quotient without an exact result is an evaluation error', () => {
    expect(() => evaluate('M / 3.0', { M: 100 })).toThrow(EvaluationError);
  });

  test('a null operand is an error in streams and null in pull queries', () => {
    for (const sql of ['I + 1', '1 - I', '-L', 'D * 2E0', 'M / 1.0', '-(I + J)']) {
      expect(() => evaluate(sql)).toThrow(EvaluationError);
      expect(evaluate(sql, {}, 'pull')).toBeNull();
    }
    expect(() => evaluate('I + 1')).toThrow('Operand of + is null in (I + 1)');
  });

  test('a null text prints as null in streams and gives null in pull queries', () => {
    expect(evaluate("S + '!'")).toBe('null!');
    expect(evaluate("S + '!'", {}, 'pull')).toBeNull();
  });
});

describe('comparison', () => {
  test('with null is false, so NOT of it is true', () => {
    for (const operator of ['=', '<>', '<', '<=', '>', '>=']) {
      expect(matches(`I ${operator} 1`)).toBe(false);
      expect(matches(`I ${operator} J`, { I: 1 })).toBe(false);
      expect(matches(`NOT (I ${operator} 1)`)).toBe(true);
    }
    expect(matches('I BETWEEN 1 AND 2')).toBe(false);
    expect(matches('I NOT BETWEEN 1 AND 2')).toBe(true);
  });

  test.each<[string, Values, boolean]>([
    ['L = 9007199254740993', { L: 9007199254740993n }, true],
    ['L < 9223372036854775807', { L: 5 }, true],
    ['L = D', { L: 2n ** 60n, D: 2 ** 60 }, true],
    ['L = D', { L: 2n ** 60n + 1n, D: 2 ** 60 }, false],
    ['I = 1.00', { I: 1 }, true],
    ['M = 1.5', { M: 150 }, true],
    ['M = D', { M: 10, D: 0.1 }, true],
    ['M < 1.501', { M: 150 }, true],
    ['D = D', { D: NaN }, false],
    ['D <> 1E0', { D: NaN }, false],
    ['D <> M', { D: NaN, M: 1 }, false],
    ['D <> 1E0', { D: 2 }, true],
    ['D = 0E0', { D: -0 }, true],
    ["S > 'a'", { S: 'b' }, true],
    ["S = 'it''s'", { S: "it's" }, true],
    ["DT = '1970-01-02'", { DT: 1 }, true],
    ['DT = S', { DT: 1, S: '1970-01-02' }, true],
    ['TS > DT', { TS: 86_400_001, DT: 1 }, true],
    ["TM < '10:00'", { TM: 35_999_999 }, true],
    ['Y = Y', { Y: new Uint8Array([1]) }, true],
    ['B = true', { B: true }, true],
    ['B <> true', { B: false }, true],
    ['A = A', { A: [1, null] }, true],
    ['A <> A', { A: [1, null] }, false],
    ["ROWTIME = '1970-01-01T00:00:01'", {}, true],
    ['WINDOWEND = 5000', {}, true],
  ])('%s over %o is %s', (sql, values, expected) => {
    expect(matches(sql, values)).toBe(expected);
  });

  test('takes NaN as equal to itself and above all else in pull queries only', () => {
    expect(matches('D = D', { D: NaN }, 'pull')).toBe(true);
    expect(matches('D > 1E300', { D: NaN }, 'pull')).toBe(true);
    expect(matches('D <> 1E0', { D: NaN }, 'pull')).toBe(true);
    expect(matches('D > 1E300', { D: NaN })).toBe(false);
  });

  test('with text that is no time is an evaluation error', () => {
    expect(() => matches('DT = S', { DT: 1, S: 'x' })).toThrow("Failed to parse date 'x'");
  });

  test('IS DISTINCT FROM takes null as a value', () => {
    expect(matches('I IS DISTINCT FROM J')).toBe(false);
    expect(matches('I IS DISTINCT FROM J', { I: 1 })).toBe(true);
    expect(matches('I IS NOT DISTINCT FROM L', { I: 1, L: 1 })).toBe(true);
    expect(matches('M IS NOT DISTINCT FROM I', { M: 100, I: 1 })).toBe(true);
    expect(matches('A IS DISTINCT FROM A', { A: [null] })).toBe(false);
    expect(matches('M IS DISTINCT FROM 1.5', { M: 150 })).toBe(false);
  });
});

describe('logic', () => {
  test('stops at the first operand that decides', () => {
    expect(matches('I = 1 OR 1 / J = 1', { I: 1, J: 0 })).toBe(true);
    expect(matches('I = 2 AND 1 / J = 1', { I: 1, J: 0 })).toBe(false);
    expect(() => matches('I = 1 AND 1 / J = 1', { I: 1, J: 0 })).toThrow('Division by zero');
  });

  test('a null BOOLEAN as a condition is an evaluation error, in every mode', () => {
    for (const mode of ['stream', 'pull'] as const) {
      expect(() => matches('B', {}, mode)).toThrow('Condition B is null');
      expect(() => matches('NOT B', {}, mode)).toThrow(EvaluationError);
      expect(() => matches('B AND I = 1', { I: 1 }, mode)).toThrow(EvaluationError);
      expect(() => evaluate('CASE WHEN B THEN 1 END', {}, mode)).toThrow(EvaluationError);
    }
    expect(matches('B', { B: true })).toBe(true);
    expect(matches('B IS NULL')).toBe(true);
    expect(matches('B IS NOT NULL')).toBe(false);
  });

  test('chains of 10,000 operands work', () => {
    const sql = Array.from({ length: 10_000 }, (_, index) => `I = ${index}`).join(' OR ');
    const predicate = compilePredicate(typed(sql), 'stream');
    expect(predicate(row({ I: 9_999 }), CONTEXT)).toBe(true);
    expect(predicate(row({ I: 10_000 }), CONTEXT)).toBe(false);
  });
});

describe('IN', () => {
  test.each<[string, Values, boolean]>([
    ['I IN (1, 2)', { I: 2 }, true],
    ['I IN (1, 2)', {}, false],
    ['I NOT IN (1, 2)', {}, true],
    ['I IN (1, J)', { I: 3, J: 3 }, true],
    ['I NOT IN (1, J)', { I: 3 }, true],
    ['I IN (1, 2.5)', { I: 1 }, true],
    ['I IN (NULL, 1)', { I: 1 }, true],
    ['I IN (1, 2, 3, 4, 5, 6)', { I: 6 }, true],
    ['I IN (1, 2, 3, 4, 5, 6)', {}, false],
    ["S IN ('a', 'b', 'c', 'd', 'e')", { S: 'f' }, false],
    ['L IN (1, 2, 3, 4, 9007199254740993)', { L: 9007199254740993n }, true],
    ['D IN (1E0, 2E0, 3E0, 4E0, 5E0)', { D: 5 }, true],
    ['D IN (D)', { D: NaN }, false],
    ['M IN (1.5, 2)', { M: 200 }, true],
    ['Y IN (Y)', { Y: new Uint8Array([7]) }, true],
  ])('%s over %o is %s', (sql, values, expected) => {
    expect(matches(sql, values)).toBe(expected);
  });
});

describe('LIKE', () => {
  test('compares with constant and changing patterns', () => {
    expect(matches("S LIKE '/a%'", { S: '/about' })).toBe(true);
    expect(matches("S NOT LIKE '/a%'", { S: '/about' })).toBe(false);
    expect(matches("S LIKE '!%' ESCAPE '!'", { S: '%' })).toBe(true);
    const like = compilePredicate(
      {
        kind: 'like',
        type: { kind: 'BOOLEAN' },
        negated: false,
        operand: typed("'abc'"),
        pattern: column('S'),
        escape: null,
      },
      'stream',
    );
    expect(like(row({ S: 'a%' }), CONTEXT)).toBe(true);
    expect(like(row({ S: 'b%' }), CONTEXT)).toBe(false);
    expect(like(row({ S: 'a__' }), CONTEXT)).toBe(true);
  });

  test('with null, or a pattern that ends in the escape character, is an evaluation error', () => {
    expect(() => matches("S NOT LIKE 'a'")).toThrow("Text or pattern of (S NOT LIKE 'a') is null");
    expect(() => matches("'a' LIKE S")).toThrow(EvaluationError);
    expect(() => matches("S LIKE 'a!' ESCAPE '!'", { S: 'a' })).toThrow('ends in its escape');
  });
});

describe('CASE', () => {
  test('takes the first true branch, also when its result is null, and evaluates no other', () => {
    const sql =
      "CASE WHEN I = 1 THEN 'one' WHEN I = 2 THEN NULL WHEN 1 / J = 1 THEN 'j' ELSE '?' END";
    expect(evaluate(sql, { I: 1, J: 0 })).toBe('one');
    expect(evaluate(sql, { I: 2, J: 0 })).toBeNull();
    expect(evaluate(sql, { I: 3, J: 1 })).toBe('j');
    expect(evaluate(sql, { I: 3, J: 2 })).toBe('?');
    expect(() => evaluate(sql, { I: 3, J: 0 })).toThrow('Division by zero');
    expect(evaluate('CASE WHEN I = 1 THEN 5 END', { I: 2 })).toBeNull();
  });
});

describe('errors inside an expression', () => {
  test('make a cast null in SELECT, and fail the whole in pull queries', () => {
    expect(evaluate("COALESCE(CAST('x' AS INT), 0)")).toBe(0);
    expect(() => evaluate("COALESCE(CAST('x' AS INT), 0)", {}, 'pull')).toThrow(EvaluationError);
    expect(evaluate('COALESCE(CAST(I / J AS STRING), S)', { I: 1, J: 0, S: 'a' })).toBe('a');
  });

  test('make an argument null when it is a call, but not when it is arithmetic', () => {
    expect(evaluate('COALESCE(ROUND(I), L)', { L: 5 })).toBe(5);
    expect(() => evaluate('COALESCE(I + J, 0)', { I: 1 })).toThrow(EvaluationError);
    expect(evaluate('COALESCE(I + J, 0)', { I: 1 }, 'pull')).toBe(0);
    expect(() => evaluate('ROUND(I)')).toThrow(EvaluationError);
  });

  test('are told to whoever asked', () => {
    const told: string[] = [];
    const coalesce = compile(typed('COALESCE(CAST(S AS INT), 0)'), 'stream', (error) =>
      told.push(error.message),
    );
    expect(coalesce(row({ S: 'x' }), CONTEXT)).toBe(0);
    expect(told).toEqual(["'x' is not a number that INTEGER can hold"]);
  });

  test('fail a predicate, unless the part is BOOLEAN: that becomes false', () => {
    expect(() => matches('CAST(S AS INT) > 1', { S: 'x' })).toThrow(EvaluationError);
    expect(() => matches('COALESCE(CAST(S AS INT), 5) = 5', { S: 'x' })).toThrow(EvaluationError);
    const nested = 'IFNULL(CAST(CAST(I / J AS STRING) AS BOOLEAN), true)';
    expect(matches(nested, { I: 1, J: 0 })).toBe(false);
    expect(evaluate(nested, { I: 1, J: 0 })).toBe(true);
  });
});

describe('compileRow', () => {
  test('makes failing columns null and reports each with its index', () => {
    const reported: [number, string][] = [];
    const columns = ['S', 'I + 1', 'CAST(S AS INT)', 'ROWTIME', 'I / 0'].map(typed);
    const compute = compileRow(columns, 'stream', (index, error) =>
      reported.push([index, error.message]),
    );
    expect(compute(row({ S: '12', I: 1 }), CONTEXT)).toEqual(['12', 2, 12, 1000, null]);
    expect(reported).toEqual([[4, 'Division by zero']]);
    reported.length = 0;
    expect(compute(row({ S: 'x' }), CONTEXT)).toEqual(['x', null, null, 1000, null]);
    expect(reported).toEqual([
      [1, 'Operand of + is null in (I + 1)'],
      [2, "'x' is not a number that INTEGER can hold"],
      [4, 'Operand of / is null in (I / 0)'],
    ]);
  });

  test('makes an empty row of no columns', () => {
    expect(compileRow([], 'stream', () => {})(row({}), CONTEXT)).toEqual([]);
  });

  test('lets through what is no evaluation error', () => {
    const compute = compileRow([typed('I + 1'), typed('UCASE(S)')], 'stream', () => {});
    // A row that breaks the contract: S holds a number.
    expect(() => compute(row({ I: 1, S: 5 }), CONTEXT)).toThrow(TypeError);
  });
});

test('text never becomes code', () => {
  const hostile = "'); throw new Error('x'); ('\\\u2028${1}`\n";
  const sql = `S = '${hostile.replaceAll("'", "''")}'`;
  expect(matches(sql, { S: hostile })).toBe(true);
  const named = { kind: 'column', type: { kind: 'STRING' }, index: 5, name: '];evil(' } as const;
  expect(compile(named, 'stream')(row({ S: 'a' }), CONTEXT)).toBe('a');
  for (const index of [-1, 1.5, NaN, '0]; evil(' as unknown as number]) {
    expect(() => compile({ ...named, index }, 'stream')).toThrow(/is no code|is not an index/);
  }
});
