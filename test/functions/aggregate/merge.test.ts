import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aggregate } from '../../../src/functions/aggregate.ts';
import { resolveAggregate } from '../../../src/functions/resolve.ts';
import {
  BIGINT,
  DOUBLE,
  INTEGER,
  STRING,
  type SqlType,
  type Value,
} from '../../../src/sql/types.ts';

/** The result over two states, one of the values up to `cut`, the other of the rest, merged into an empty one. */
function merged(aggregate: Aggregate, first: readonly Value[], second: readonly Value[]): Value {
  let arrival = 0;
  const states = [first, second].map((values) => {
    const state = aggregate.initial();
    for (const value of values) aggregate.add(state, 0, value, arrival++);
    return state;
  });
  const before = structuredClone(states);
  const all = aggregate.initial();
  for (const state of states) aggregate.merge(all, 0, state);
  expect(states).toEqual(before);
  return aggregate.result(all, 0);
}

function bound(
  name: string,
  types: readonly SqlType[],
  literals: readonly (number | boolean)[] = [],
  limit: number | null = null,
) {
  return resolveAggregate(name, types, { literals, limit });
}

const LIST: SqlType = { kind: 'ARRAY', element: INTEGER };

describe('two states merged', () => {
  test.each<[string, Aggregate, Value[], Value[], Value]>([
    ['COUNT', bound('COUNT', [STRING]), ['a', null], ['b'], 2],
    ['SUM', bound('SUM', [INTEGER]), [2147483647], [1], -2147483648],
    ['SUM_LIST', bound('SUM_LIST', [LIST]), [[1, 2]], [[3], null], 6],
    ['AVG', bound('AVG', [INTEGER]), [1, 2], [6], 3],
    ['MIN', bound('MIN', [INTEGER]), [3], [null, 2], 2],
    ['MIN of nothing', bound('MIN', [INTEGER]), [null], [], null],
    ['MAX', bound('MAX', [STRING]), ['b'], ['a'], 'b'],
    ['COLLECT_LIST', bound('COLLECT_LIST', [INTEGER]), [1, null], [1], [1, null, 1]],
    ['COLLECT_LIST with a limit', bound('COLLECT_LIST', [INTEGER], [], 2), [1], [2, 3], [1, 2]],
    ['COLLECT_SET', bound('COLLECT_SET', [INTEGER]), [1, null], [2, 1, null], [1, null, 2]],
    ['COLLECT_SET with a limit', bound('COLLECT_SET', [INTEGER], [], 2), [1], [1, 3, 4], [1, 3]],
    ['COUNT_DISTINCT', bound('COUNT_DISTINCT', [STRING]), ['a', 'b'], ['b', 'c'], 3],
    ['TOPK', bound('TOPK', [INTEGER, INTEGER], [3]), [5, 1], [5, 7], [7, 5, 5]],
    ['TOPKDISTINCT', bound('TOPKDISTINCT', [INTEGER, INTEGER], [3]), [5, 1], [5, 7], [7, 5, 1]],
    [
      'HISTOGRAM',
      bound('HISTOGRAM', [STRING]),
      ['a', null],
      ['a'],
      new Map([
        ['a', 2],
        [null, 1],
      ] as [Value, Value][]),
    ],
    ['ATTR', bound('ATTR', [STRING]), ['a'], ['a'], 'a'],
    ['ATTR of two values', bound('ATTR', [STRING]), ['a'], [null], null],
    ['EARLIEST_BY_OFFSET', bound('EARLIEST_BY_OFFSET', [INTEGER]), [null, 4], [5], 4],
    ['EARLIEST_BY_OFFSET of nothing first', bound('EARLIEST_BY_OFFSET', [INTEGER]), [null], [5], 5],
    ['LATEST_BY_OFFSET', bound('LATEST_BY_OFFSET', [INTEGER]), [4], [5, null], 5],
    [
      'the earliest n',
      bound('EARLIEST_BY_OFFSET', [INTEGER, INTEGER], [3]),
      [1, 2],
      [3, 4],
      [1, 2, 3],
    ],
    [
      'the latest n, of which the first stay',
      bound('LATEST_BY_OFFSET', [INTEGER, INTEGER], [3]),
      [1, 2],
      [3, 4],
      [1, 2, 3],
    ],
    ['STDDEV_SAMP', bound('STDDEV_SAMP', [INTEGER]), [1, 2], [3, 6], 14 / 3],
    ['STDDEV_SAMP of one side', bound('STDDEV_SAMP', [INTEGER]), [], [1, 3], 2],
  ])('%s', (_, aggregate, first, second, expected) => {
    expect(merged(aggregate, first, second)).toEqual(expected);
  });

  test('the one that arrived first or last counts, whichever state is merged first', () => {
    const earliest = bound('EARLIEST_BY_OFFSET', [STRING]);
    const latest = bound('LATEST_BY_OFFSET', [STRING]);
    for (const [aggregate, expected] of [
      [earliest, 'old'],
      [latest, 'new'],
    ] as const) {
      const newer = aggregate.initial();
      aggregate.add(newer, 0, 'new', 8);
      const older = aggregate.initial();
      aggregate.add(older, 0, 'old', 3);
      const state = aggregate.initial();
      aggregate.merge(state, 0, newer);
      aggregate.merge(state, 0, older);
      expect(aggregate.result(state, 0)).toBe(expected);
    }
  });

  test('a HISTOGRAM keeps its 1000 entries', () => {
    const histogram = bound('HISTOGRAM', [STRING]);
    const names = Array.from({ length: 1000 }, (_, index) => `n${index}`);
    const result = merged(histogram, names, ['more', 'n5']) as Map<Value, Value>;
    expect([result.size, result.get('n5'), result.has('more')]).toEqual([1000, 2, false]);
  });

  test.each([
    'COUNT',
    'SUM',
    'AVG',
    'MIN',
    'MAX',
    'COLLECT_LIST',
    'COLLECT_SET',
    'ATTR',
    'COUNT_DISTINCT',
    'EARLIEST_BY_OFFSET',
    'LATEST_BY_OFFSET',
  ])('%s is what it is over all values', (name) => {
    const aggregate = bound(name, [BIGINT]);
    const values = fc.array(fc.option(fc.integer({ min: -5, max: 5 })));
    fc.assert(
      fc.property(values, values, (first, second) => {
        expect(merged(aggregate, first, second)).toEqual(
          merged(aggregate, [...first, ...second], []),
        );
      }),
    );
  });

  test.each([
    ['STDDEV_SAMPLE', [DOUBLE]],
    ['CORRELATION', [DOUBLE, DOUBLE]],
  ] as const)('%s is what it is over all values, but for rounding', (name, types) => {
    const aggregate = bound(name, types);
    const shape = (values: readonly number[]): Value[] =>
      types.length === 1 ? [...values] : values.map((value, index) => [value, index]);
    const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(numbers, numbers, (first, second) => {
        const both = merged(aggregate, shape(first), shape(second)) as number;
        const pairs = [...shape(first), ...shape(second)];
        const expected = merged(aggregate, pairs, []) as number;
        if (Number.isNaN(expected)) expect(both).toBeNaN();
        else expect(both).toBeCloseTo(expected, 6);
      }),
    );
  });

  test('a dense sketch takes in a sparse one, and the other way round', () => {
    const aggregate = bound('COUNT_DISTINCT', [STRING]);
    const many = Array.from({ length: 5000 }, (_, index) => `user-${index}`);
    const few = ['user-1', 'someone'];
    const all = merged(aggregate, [...many, ...few], []);
    expect(merged(aggregate, many, few)).toBe(all);
    expect(merged(aggregate, few, many)).toBe(all);
    expect(merged(aggregate, many, many)).toBe(merged(aggregate, many, []));
  });
});
