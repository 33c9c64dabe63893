import { describe, expect, test } from 'vitest';
import type { AggregateLiteral } from '../../../src/functions/aggregate.ts';
import { resolveAggregate } from '../../../src/functions/resolve.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  formatType,
  INTEGER,
  STRING,
  type SqlType,
  type Value,
} from '../../../src/sql/types.ts';
import { resultOver } from './run-aggregate.ts';

/** The aggregate with these literals. */
function bound(name: string, types: readonly SqlType[], literals: readonly AggregateLiteral[]) {
  return resolveAggregate(name, types, { literals, limit: null });
}

const LIST: SqlType = { kind: 'ARRAY', element: INTEGER };

describe('COLLECT_LIST and COLLECT_SET', () => {
  test.each<[string, SqlType, Value[], Value]>([
    ['COLLECT_LIST', INTEGER, [1, null, 1, 2], [1, null, 1, 2]],
    ['COLLECT_LIST', INTEGER, [], []],
    ['COLLECT_SET', INTEGER, [2, null, 1, 2, null], [2, null, 1]],
    ['COLLECT_SET', DOUBLE, [NaN, 0.5, NaN], [NaN, 0.5]],
    ['COLLECT_SET', LIST, [[1, 2], [1], [1, 2], null], [[1, 2], [1], null]],
    ['COLLECT_SET', BYTES, [Uint8Array.of(1), Uint8Array.of(1)], [Uint8Array.of(1)]],
    [
      'COLLECT_SET',
      { kind: 'MAP', key: STRING, value: INTEGER },
      [new Map([['a', 1]]), new Map([['b', 1]]), new Map([['a', 1]])],
      [new Map([['a', 1]]), new Map([['b', 1]])],
    ],
  ])('%s of %o over %o is %o', (name, type, values, expected) => {
    expect(resultOver(resolveAggregate(name, [type]), values)).toEqual(expected);
  });

  test.each(['COLLECT_LIST', 'COLLECT_SET'])('%s keeps the first up to its limit', (name) => {
    const aggregate = resolveAggregate(name, [INTEGER], { literals: [], limit: 2 });
    expect(resultOver(aggregate, [3, 1, 2])).toEqual([3, 1]);
  });

  test('undo removes the last of equal elements, and nothing when there is none', () => {
    const aggregate = resolveAggregate('COLLECT_LIST', [INTEGER]);
    const state = [[1, 2, 1, 3]];
    aggregate.undo?.(state, 0, 1);
    aggregate.undo?.(state, 0, 7);
    expect(state).toEqual([[1, 2, 3]]);
  });

  test('own makes a copy, so that a row that was handed on stays as it is', () => {
    const aggregate = resolveAggregate('COLLECT_LIST', [INTEGER]);
    const old: Value[] = [[1]];
    const copy = old.slice();
    aggregate.own?.(copy, 0);
    aggregate.add(copy, 0, 2, 0);
    expect([old, copy]).toEqual([[[1]], [[1, 2]]]);
  });
});

describe('HISTOGRAM', () => {
  const histogram = resolveAggregate('HISTOGRAM', [STRING]);

  test('counts every value, null as well', () => {
    expect(resultOver(histogram, ['a', null, 'a'])).toEqual(
      new Map<Value, Value>([
        ['a', 2],
        [null, 1],
      ]),
    );
  });

  test('counts no more than 1000 different values, but goes on with those', () => {
    const values = Array.from({ length: 1001 }, (_, index) => `v${index}`);
    const counts = resultOver(histogram, [...values, 'v0']) as Map<Value, Value>;
    expect([counts.size, counts.get('v0'), counts.get('v1000')]).toEqual([1000, 2, undefined]);
  });

  test('undo drops an entry whose count reaches 0', () => {
    const state: Value[] = [new Map([['a', 1]])];
    histogram.undo?.(state, 0, 'a');
    histogram.undo?.(state, 0, 'b');
    expect(state).toEqual([new Map()]);
  });

  test('takes texts only', () => {
    expect(() => resolveAggregate('HISTOGRAM', [INTEGER])).toThrow('histogram(STRING value)');
  });
});

describe('ATTR', () => {
  test.each<[Value[], Value]>([
    [[5, 5], 5],
    [[5, 6], null],
    [[5, null], null],
    [[], null],
  ])('of %o is %o', (values, expected) => {
    expect(resultOver(resolveAggregate('ATTR', [INTEGER]), values)).toBe(expected);
  });

  test('has a value again once the other is taken back', () => {
    const attribute = resolveAggregate('ATTR', [LIST]);
    const state = attribute.initial();
    for (const value of [[1], [1], [2]]) attribute.add(state, 0, value, 0);
    attribute.undo?.(state, 0, [2]);
    expect(attribute.result(state, 0)).toEqual([1]);
    attribute.undo?.(state, 0, [1]);
    expect(attribute.result(state, 0)).toEqual([1]);
    attribute.undo?.(state, 0, [1]);
    expect(attribute.result(state, 0)).toBeNull();
  });
});

describe('with literals', () => {
  test.each<[string, SqlType[], AggregateLiteral[], Value[], Value]>([
    ['TOPK', [INTEGER, INTEGER], [2], [1, null, 3, 2], [3, 2]],
    ['TOPK', [INTEGER, INTEGER], [3], [1, 1], [1, 1]],
    ['TOPK', [STRING, INTEGER], [1], ['b', 'a', 'c'], ['c']],
    [
      'TOPK',
      [INTEGER, STRING, INTEGER],
      [2],
      [
        [1, 'a'],
        [2, 'b'],
        [null, 'c'],
        [1, 'd'],
        [2, 'e'],
        [2, 'f'],
      ],
      [
        [2, 'b'],
        [2, 'e'],
      ],
    ],
    ['TOPKDISTINCT', [INTEGER, INTEGER], [2], [1, 3, 3, null, 2], [3, 2]],
    ['TOPKDISTINCT', [DATE, INTEGER], [1], [10, 30, 20], [30]],
    ['EARLIEST_BY_OFFSET', [INTEGER], [], [null, 1, 2], 1],
    ['EARLIEST_BY_OFFSET', [INTEGER, BOOLEAN], [true], [null, 1, 2], 1],
    ['EARLIEST_BY_OFFSET', [INTEGER, BOOLEAN], [false], [null, 1, 2], null],
    ['EARLIEST_BY_OFFSET', [INTEGER, INTEGER], [2], [1, null, 2, 3], [1, 2]],
    ['EARLIEST_BY_OFFSET', [INTEGER, INTEGER, BOOLEAN], [2, false], [1, null, 2], [1, null]],
    ['LATEST_BY_OFFSET', [INTEGER], [], [1, 2, null], 2],
    ['LATEST_BY_OFFSET', [INTEGER, BOOLEAN], [false], [1, 2, null], null],
    ['LATEST_BY_OFFSET', [INTEGER, INTEGER], [2], [1, 2, null, 3], [2, 3]],
    ['LATEST_BY_OFFSET', [INTEGER, INTEGER, BOOLEAN], [2, false], [1, 2, null], [2, null]],
    ['LATEST_BY_OFFSET', [INTEGER, INTEGER], [2], [], []],
  ])('%s of %o with %o over %o is %o', (name, types, literals, values, expected) => {
    expect(resultOver(bound(name, types, literals), values)).toEqual(expected);
  });

  test('TOPK of several columns is a list of structs', () => {
    const { resultType } = bound('TOPK', [DOUBLE, STRING, BIGINT, INTEGER], [1]);
    expect(formatType(resultType)).toBe(
      'ARRAY<STRUCT<`sort_col` DOUBLE, `col0` STRING, `col1` BIGINT>>',
    );
  });

  test.each<[string, SqlType[], AggregateLiteral[], string]>([
    ['TOPK', [INTEGER, INTEGER], [0], 'k must be 1 or more, but found 0'],
    ['TOPKDISTINCT', [INTEGER, INTEGER], [-1], 'k must be 1 or more, but found -1'],
    ['LATEST_BY_OFFSET', [INTEGER, INTEGER], [0], 'n must be 1 or more, but found 0'],
    ['EARLIEST_BY_OFFSET', [INTEGER, STRING], ['x'], 'Valid alternatives are:'],
    ['TOPK', [BOOLEAN, INTEGER], [1], 'Valid alternatives are:'],
    ['TOPK', [INTEGER], [1], 'Valid alternatives are:'],
    ['TOPKDISTINCT', [BOOLEAN, INTEGER], [1], 'Valid alternatives are:'],
  ])('%s of %o with %o is refused', (name, types, literals, message) => {
    expect(() => bound(name, types, literals)).toThrow(message);
  });
});
