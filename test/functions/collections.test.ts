import { describe, expect, test } from 'vitest';
import { compile } from '../../src/expressions/compile.ts';
import { EvaluationError } from '../../src/sql/evaluation-error.ts';
import { formatType, type Value } from '../../src/sql/types.ts';
import { CONTEXT, row, typed } from '../expressions/typed.ts';

function evaluate(sql: string, values: Parameters<typeof row>[0] = {}): Value {
  return compile(typed(sql), 'stream')(row(values), CONTEXT);
}

const NO_MAP = 'CAST(NULL AS MAP<STRING, INTEGER>)';

describe('a null collection', () => {
  test.each([
    'ARRAY_LENGTH(A)',
    'ARRAY_CONCAT(A, A)',
    'ARRAY_UNION(A, ARRAY[1])',
    'ARRAY_INTERSECT(ARRAY[1], A)',
    'ARRAY_EXCEPT(ARRAY[1], A)',
    'ARRAY_DISTINCT(A)',
    'ARRAY_REMOVE(A, 1)',
    'ARRAY_MIN(A)',
    'ARRAY_MAX(A)',
    'ARRAY_SORT(A)',
    'ARRAY_SORT(ARRAY[1], CAST(NULL AS STRING))',
    'ARRAY_JOIN(A)',
    'SLICE(A, 1, 2)',
    "AS_MAP(ARRAY['a'], A)",
    `MAP_KEYS(${NO_MAP})`,
    `MAP_VALUES(${NO_MAP})`,
    `MAP_UNION(${NO_MAP}, NULL)`,
    `ENTRIES(${NO_MAP}, true)`,
    'TRANSFORM(A, x => x)',
    'FILTER(A, x => true)',
    `TRANSFORM(${NO_MAP}, (k, v) => k, (k, v) => v)`,
    `FILTER(${NO_MAP}, (k, v) => true)`,
    'REDUCE(ARRAY[1], I, (state, x) => x)',
  ])('makes %s null', (sql) => {
    expect(evaluate(sql)).toBeNull();
  });

  test('has no elements, and leaves the state of REDUCE as it was', () => {
    expect(evaluate('ARRAY_CONTAINS(A, 1)')).toBe(false);
    expect(evaluate('ARRAY_CONCAT(A, ARRAY[1])')).toEqual([1]);
    expect(evaluate(`REDUCE(${NO_MAP}, 3, (state, k, v) => v)`)).toBe(3);
  });
});

describe('nulls inside', () => {
  test('are elements of sets', () => {
    expect(evaluate('ARRAY_UNION(A, ARRAY[1, NULL])', { A: [null, 2] })).toEqual([null, 2, 1]);
    expect(evaluate('ARRAY_INTERSECT(A, A)', { A: [null, null] })).toEqual([null]);
    expect(evaluate('ARRAY_EXCEPT(A, ARRAY[NULL, 1])', { A: [null, 1, 3] })).toEqual([3]);
  });

  test('do not count for ARRAY_MIN and ARRAY_MAX', () => {
    expect(evaluate('ARRAY_MIN(A)', { A: [null, 2, 1] })).toBe(1);
    expect(evaluate('ARRAY_MAX(A)', { A: [null, null] })).toBeNull();
    expect(evaluate('ARRAY_MAX(A)', { A: [] })).toBeNull();
  });
});

describe('nested elements', () => {
  test('are compared by value', () => {
    expect(evaluate('ARRAY_DISTINCT(ARRAY[ARRAY[1], ARRAY[2], ARRAY[1]])')).toEqual([[1], [2]]);
    expect(evaluate('ARRAY_REMOVE(ARRAY[STRUCT(x := 1), STRUCT(x := 2)], STRUCT(x := 1))')).toEqual(
      [[2]],
    );
  });

  test('have no order and no text in ARRAY_JOIN', () => {
    expect(() => evaluate('ARRAY_SORT(ARRAY[ARRAY[2], ARRAY[1]])')).toThrow(EvaluationError);
    expect(() => evaluate('ARRAY_MAX(ARRAY[ARRAY[1]])')).toThrow(
      'Values of type ARRAY<INTEGER> have no order',
    );
    expect(() => evaluate('ARRAY_JOIN(ARRAY[A])', { A: [1] })).toThrow(
      'ARRAY_JOIN joins texts, numbers and booleans, but found elements of type ARRAY<INTEGER>',
    );
  });
});

describe('ARRAY_CONCAT', () => {
  test('keeps elements that are arrays as they are', () => {
    expect(evaluate('ARRAY_CONCAT(ARRAY[ARRAY[1]], ARRAY[ARRAY[2, 3]])')).toEqual([[1], [2, 3]]);
  });

  test('fails before it fills the memory', () => {
    const doubling =
      'REDUCE(GENERATE_SERIES(1, 60), ARRAY[1], (numbers, x) => ARRAY_CONCAT(numbers, numbers))';
    expect(() => evaluate(doubling)).toThrow(
      'The result of ARRAY_CONCAT would have 1048576 elements; the most is 1000000',
    );
  });
});

describe('ARRAY_SORT', () => {
  test('leaves its argument as it was', () => {
    const array = [3, 1, 2];
    expect(evaluate("ARRAY_SORT(A, 'Descending')", { A: array })).toEqual([3, 2, 1]);
    expect(array).toEqual([3, 1, 2]);
  });
});

describe('ARRAY_JOIN', () => {
  test('writes numbers as CAST does inside of collections', () => {
    expect(evaluate('ARRAY_JOIN(ARRAY[0.0000001, 1.5])')).toBe('1E-7,1.5000000');
    expect(evaluate("ARRAY_JOIN(ARRAY[1e0, NULL], '|')")).toBe('1.0|null');
    expect(evaluate('ARRAY_JOIN(A)', { A: [] })).toBe('');
  });
});

describe('SLICE', () => {
  test.each<[string, Value]>([
    ['SLICE(A, NULL, 2)', [1, 2]],
    ['SLICE(A, 2, NULL)', [2, 3]],
    ['SLICE(A, 4, NULL)', []],
    ['SLICE(A, 3, 2)', []],
    ['SLICE(A, 0, 2)', null],
    ['SLICE(A, 1, 4)', null],
  ])('%s of three elements', (sql, expected) => {
    expect(evaluate(sql, { A: [1, 2, 3] })).toEqual(expected);
  });

  test('fails when the first place is far after the last', () => {
    expect(() => evaluate('SLICE(A, 3, 1)', { A: [1, 2, 3] })).toThrow(
      'SLICE from 3 to 1: the first place is after the last',
    );
  });
});

describe('GENERATE_SERIES', () => {
  test.each<[string, Value]>([
    ['GENERATE_SERIES(0, 9, 3)', [0, 3, 6, 9]],
    ['GENERATE_SERIES(-2, 1, 2)', [-2, 0]],
    ['GENERATE_SERIES(5, 5)', [5]],
    ['GENERATE_SERIES(5, 1, -3)', [5, 2]],
    [
      'GENERATE_SERIES(9223372036854775805, 9223372036854775807, 2)',
      [9223372036854775805n, 9223372036854775807n],
    ],
    ['GENERATE_SERIES(9007199254740991, 9007199254740992)', [9007199254740991, 2n ** 53n]],
  ])('%s', (sql, expected) => {
    expect(evaluate(sql)).toEqual(expected);
  });

  test('widens INTEGER when the other end is BIGINT', () => {
    expect(formatType(typed('GENERATE_SERIES(I, L)').type)).toBe('ARRAY<BIGINT>');
    expect(formatType(typed('GENERATE_SERIES(I, J)').type)).toBe('ARRAY<INTEGER>');
  });

  test.each([
    ['GENERATE_SERIES(1, 2, 0)', 'The step of GENERATE_SERIES is 0'],
    ['GENERATE_SERIES(1, 2, -1)', 'GENERATE_SERIES cannot go from 1 to 2 in steps of -1'],
    ['GENERATE_SERIES(2, 1, 1)', 'GENERATE_SERIES cannot go from 2 to 1 in steps of 1'],
    [
      'GENERATE_SERIES(1, 1000001)',
      'The result of GENERATE_SERIES would have 1000001 elements; the most is 1000000',
    ],
    ['GENERATE_SERIES(I, 1)', 'GENERATE_SERIES(I, 1): an argument that must not be null is'],
  ])('%s fails', (sql, message) => {
    expect(() => evaluate(sql)).toThrow(message);
  });
});

describe('maps', () => {
  test('AS_MAP ignores surplus values and keeps the last of equal keys', () => {
    expect(evaluate("AS_MAP(ARRAY['a', 'a'], A)", { A: [1, 2, 3] })).toEqual(new Map([['a', 2]]));
  });

  test('MAP_UNION takes the second value even when it is null', () => {
    expect(evaluate("MAP_UNION(MAP('a' := 1), MAP('a' := I, 'b' := 2))")).toEqual(
      new Map([
        ['a', null],
        ['b', 2],
      ]),
    );
  });

  test('are read in the order of their keys in a hash table', () => {
    const map = "MAP('c' := 3, 'b' := 2, 'e' := 1)";
    expect(evaluate(`MAP_KEYS(${map})`)).toEqual(['e', 'b', 'c']);
    expect(evaluate(`MAP_VALUES(${map})`)).toEqual([1, 2, 3]);
    expect(evaluate(`ENTRIES(${map}, false)`)).toEqual([
      ['e', 1],
      ['b', 2],
      ['c', 3],
    ]);
    expect(evaluate(`CAST(${map} AS STRING)`)).toBe('{e=1, b=2, c=3}');
    expect(evaluate(`REDUCE(${map}, '', (text, k, v) => CONCAT(text, k))`)).toBe('ebc');
  });

  test('ENTRIES are structs of K and V', () => {
    expect(formatType(typed("ENTRIES(MAP('a' := true), true)").type)).toBe(
      'ARRAY<STRUCT<`K` STRING, `V` BOOLEAN>>',
    );
  });
});
