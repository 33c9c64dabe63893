import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../grammar/parser.ts';
import { analyzeExpression } from '../../src/analyze/expressions.ts';
import { scopeOf } from '../../src/analyze/scope.ts';
import { printExpression } from '../../src/expressions/print.ts';
import { BIGINT, formatType, INTEGER, STRING, type SqlType } from '../../src/sql/types.ts';
import { refusal } from './fixture.ts';

const POINT: SqlType = {
  kind: 'STRUCT',
  fields: [
    { name: 'X', type: INTEGER },
    { name: 'small', type: STRING },
  ],
};
const COLUMNS: Readonly<Record<string, SqlType>> = {
  I: INTEGER,
  L: BIGINT,
  S: STRING,
  A: { kind: 'ARRAY', element: INTEGER },
  M: { kind: 'MAP', key: STRING, value: { kind: 'ARRAY', element: POINT } },
  ML: { kind: 'MAP', key: BIGINT, value: STRING },
  P: POINT,
};
const SCOPE = scopeOf(
  'SELECT',
  Object.entries(COLUMNS).map(([name, type], index) => ({
    qualifier: 'T',
    name,
    expression: { kind: 'column', type, index, name },
  })),
);

function typed(sql: string) {
  return analyzeExpression(parseExpression(sql), SCOPE);
}

/** `text: TYPE` */
function shown(sql: string): string {
  const expression = typed(sql);
  if (expression === null) return 'NULL';
  return `${printExpression(expression)}: ${formatType(expression.type)}`;
}

function wrong(sql: string): string {
  const { code, at, message } = refusal(() => typed(sql));
  return `${code} ${at} ${message}`;
}

test.each([
  ['a[1]', 'A[1]: INTEGER'],
  ['a[10-5-4]', 'A[((10 - 5) - 4)]: INTEGER'],
  ["m['k'][-1]->`small`", "M['k'][-1]->`small`: STRING"],
  ['t.p->x', 'P->X: INTEGER'],
  ['ml[i]', 'ML[I]: STRING'],
  ['ml[null]', 'ML[null]: STRING'],
  ['struct(a := 1, b := struct(c := s))->b->c', 'STRUCT(A:=1, B:=STRUCT(C:=S))->B->C: STRING'],
])('%s is %s', (sql, expected) => {
  expect(shown(sql)).toBe(expected);
});

test.each([
  [
    'a[l]',
    'TYPE_MISMATCH 1:3 The index of the array A must be INTEGER, but found L, which is BIGINT.',
  ],
  ['a[null]', 'TYPE_MISMATCH 1:3 The index of the array A must be INTEGER, but found a bare NULL.'],
  ['m[1]', 'TYPE_MISMATCH 1:3 The keys of the map M are STRING, but found 1, which is INTEGER.'],
  [
    'i[1]',
    'TYPE_MISMATCH 1:1 The subscript [...] needs an ARRAY or a MAP before it, but found I, which is INTEGER.',
  ],
  [
    "p['X']",
    'TYPE_MISMATCH 1:1 The subscript [...] needs an ARRAY or a MAP before it, but found P, which is STRUCT<`X` INTEGER, `small` STRING>. Fields of a STRUCT are read by s->field.',
  ],
  [
    'i->x',
    'TYPE_MISMATCH 1:1 The arrow -> needs a STRUCT before it, but found I, which is INTEGER.',
  ],
  [
    'p->small',
    'UNKNOWN_COLUMN 1:4 There is no field SMALL in P: it has X, small. Did you mean small?',
  ],
  ['struct()->x', 'UNKNOWN_COLUMN 1:11 There is no field X in STRUCT(): it has none.'],
])('%s is refused', (sql, expected) => {
  expect(wrong(sql)).toBe(expected);
});

describe('ARRAY[...]', () => {
  test.each([
    ['array[1, l, null]', 'ARRAY[1, L, null]: ARRAY<BIGINT>'],
    ["array[null, 10, '2e1', i, l]", 'ARRAY[null, 10, 20, I, L]: ARRAY<DECIMAL(19, 0)>'],
    ["array[i, '1']", 'ARRAY[I, 1]: ARRAY<INTEGER>'],
    ['array[s, true, 10.30]', "ARRAY[S, 'true', '10.30']: ARRAY<STRING>"],
    ['array[1, cast(null as bigint)]', 'ARRAY[1, null]: ARRAY<BIGINT>'],
    [
      "array[array[1], array[null, '2.5'], array[l]]",
      'ARRAY[ARRAY[1.0], ARRAY[null, 2.5], ARRAY[L]]: ARRAY<ARRAY<DECIMAL(20, 1)>>',
    ],
    [
      "array[map('a' := 1), map(s := '2')]",
      "ARRAY[MAP('a':=1), MAP(S:=2)]: ARRAY<MAP<STRING, INTEGER>>",
    ],
    [
      "array[struct(x := l, y := 1), struct(z := s, x := '7'), p]",
      'ARRAY[STRUCT(X:=L, Y:=1, Z:=null, `small`:=null), STRUCT(X:=7, Y:=null, Z:=S, `small`:=null), P]:' +
        ' ARRAY<STRUCT<`X` BIGINT, `Y` INTEGER, `Z` STRING, `small` STRING>>',
    ],
  ])('brings %s to one type: %s', (sql, expected) => {
    expect(shown(sql)).toBe(expected);
  });

  test.each([
    [
      "array['1', i]",
      'TYPE_MISMATCH 1:12 I is INTEGER, but what it stands in a list with is STRING. Add a CAST to one of them.',
    ],
    [
      'array[array[1], 2]',
      'TYPE_MISMATCH 1:17 2 is INTEGER, but what it stands in a list with is ARRAY<INTEGER>. Add a CAST to one of them.',
    ],
    [
      "array[array[1], array['x']]",
      "TYPE_MISMATCH 1:17 'x' does not spell a value of type INTEGER.",
    ],
    [
      'array[null, null]',
      'BAD_STATEMENT 1:1 ARRAY[...] needs at least one element that is not NULL, as its type is unknown otherwise. Cast one: CAST(NULL AS VARCHAR).',
    ],
    [
      'array[]',
      'BAD_STATEMENT 1:1 ARRAY[...] needs at least one element that is not NULL, as its type is unknown otherwise. Cast one: CAST(NULL AS VARCHAR).',
    ],
  ])('refuses %s', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

function differentStructs(count: number): string {
  const structs = Array.from({ length: count }, (_, n) => `struct(f${n} := ${n})`);
  return `array[${structs.join(', ')}]`;
}

test('a list of structs that all differ is refused before it takes up the memory', () => {
  expect(typed(differentStructs(100))).toMatchObject({ kind: 'array', type: { kind: 'ARRAY' } });
  expect(wrong(differentStructs(5_000))).toMatch(
    /^BAD_STATEMENT 1:\d+ The structs of this list have too many different fields/,
  );
});

describe('MAP(...)', () => {
  test.each([
    ["map(s := true, 10 := 'no')", "MAP(S:=true, '10':=false): MAP<STRING, BOOLEAN>"],
    ["map(null := 1, 'a' := null)", "MAP(null:=1, 'a':=null): MAP<STRING, INTEGER>"],
    ["map(1 := 1, '1' := 2)", 'MAP(1:=1, 1:=2): MAP<INTEGER, INTEGER>'],
  ])('brings keys and values of %s to one type each: %s', (sql, expected) => {
    expect(shown(sql)).toBe(expected);
  });

  test.each([
    [
      'map()',
      'BAD_STATEMENT 1:1 MAP(...) needs at least one key that is not NULL, as its type is unknown otherwise. Cast one: CAST(NULL AS VARCHAR).',
    ],
    [
      'map(1 := null)',
      'BAD_STATEMENT 1:1 MAP(...) needs at least one value that is not NULL, as its type is unknown otherwise. Cast one: CAST(NULL AS VARCHAR).',
    ],
    ['map(i + 1 := 1, i+1 := 2)', 'BAD_STATEMENT 1:17 MAP(...) has the key (I + 1) twice.'],
  ])('refuses %s', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

describe('STRUCT(...)', () => {
  test('has the fields in the order they are written, empty or not', () => {
    expect(shown('struct(b := 1, `a` := s)')).toBe(
      'STRUCT(B:=1, `a`:=S): STRUCT<`B` INTEGER, `a` STRING>',
    );
    expect(shown('struct()')).toBe('STRUCT(): STRUCT< >');
  });

  test.each([
    ['struct(a := 1, a := 2)', 'BAD_STATEMENT 1:16 STRUCT(...) has the field A twice.'],
    [
      'struct(a := null)',
      'BAD_STATEMENT 1:13 The field A of STRUCT(...) cannot be a bare NULL, as its type is unknown: write CAST(NULL AS VARCHAR), or another type.',
    ],
  ])('refuses %s', (sql, expected) => {
    expect(wrong(sql)).toBe(expected);
  });
});

test('IN adapts the literals of constructors to the value', () => {
  expect(shown("array[l] in (array['1'], array[null, 2], null)")).toBe(
    '(ARRAY[L] IN (ARRAY[1], ARRAY[null, 2])): BOOLEAN',
  );
  expect(shown("p in (struct(x := '1'))")).toBe('(P IN (STRUCT(X:=1, `small`:=null))): BOOLEAN');
});

test('CASE and casts take nested types as they are', () => {
  expect(shown('case when true then a else array[1] end')).toBe(
    '(CASE WHEN true THEN A ELSE ARRAY[1] END): ARRAY<INTEGER>',
  );
  expect(shown('cast(p as struct<x bigint, y int>)')).toBe(
    'CAST(P AS STRUCT<`X` BIGINT, `Y` INTEGER>): STRUCT<`X` BIGINT, `Y` INTEGER>',
  );
  expect(wrong('cast(a as map<string, int>)')).toBe(
    'TYPE_MISMATCH 1:1 A cannot be cast: there is no conversion from ARRAY<INTEGER> to MAP<STRING, INTEGER>.',
  );
});
