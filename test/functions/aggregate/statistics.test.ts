import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateCount } from '../../../src/functions/aggregate/hyper-log-log.ts';
import { resolveAggregate } from '../../../src/functions/resolve.ts';
import {
  BIGINT,
  DOUBLE,
  INTEGER,
  STRING,
  type SqlType,
  type Value,
} from '../../../src/sql/types.ts';
import { resultOver, stateOver } from './run-aggregate.ts';

const BIGINTS: SqlType = { kind: 'ARRAY', element: BIGINT };
const DECIMALS: SqlType = { kind: 'ARRAY', element: { kind: 'DECIMAL', precision: 4, scale: 2 } };

test.each<[string, SqlType[], Value[], Value]>([
  ['SUM_LIST', [BIGINTS], [[1, null, 2], null, [2n ** 63n - 1n]], -(2n ** 63n) + 2n],
  ['SUM_LIST', [BIGINTS], [], 0],
  ['STDDEV_SAMPLE', [INTEGER], [2, 4, null, 4, 6], Math.sqrt(8 / 3)],
  ['STDDEV_SAMPLE', [INTEGER], [5], 0],
  ['STDDEV_SAMP', [INTEGER], [2, 4, 4, 6], 8 / 3],
  ['STDDEV_SAMP', [BIGINT], [2147483648, 100], 2305842794465334300],
  ['STDDEV_SAMP', [DOUBLE], [], 0],
])('%s of %o over %o is %o', (name, types, values, expected) => {
  expect(resultOver(resolveAggregate(name, types), values)).toBe(expected);
});

test.each<[string, SqlType[]]>([
  ['SUM_LIST', [DECIMALS]],
  ['SUM_LIST', [BIGINT]],
  ['STDDEV_SAMP', [STRING]],
  ['CORRELATION', [INTEGER, BIGINT]],
  ['CORRELATION', [INTEGER]],
  ['COUNT_DISTINCT', []],
])('%s does not take %o', (name, types) => {
  expect(() => resolveAggregate(name, types)).toThrow('does not accept parameters');
});

describe('CORRELATION', () => {
  const correlation = resolveAggregate('CORRELATION', [INTEGER, INTEGER]);

  test.each<[Value[], number]>([
    [[], NaN],
    [[[1, 2]], NaN],
    [
      [
        [1, 10],
        [2, 20],
        [null, 5],
        [3, 30],
      ],
      1,
    ],
    [
      [
        [1, 3],
        [2, 2],
        [3, 1],
        [4, null],
      ],
      -1,
    ],
    [
      [
        [1, 1],
        [2, 1],
      ],
      NaN,
    ],
  ])('of %o is %o', (pairs, expected) => {
    expect(resultOver(correlation, pairs)).toBe(expected);
  });
});

describe('undo takes back every added value', () => {
  const integers = fc.array(fc.option(fc.integer({ min: -1000, max: 1000 })));
  const pairs = fc.array(fc.tuple(fc.option(fc.nat(1000)), fc.option(fc.nat(1000))));

  test.each(['SUM_LIST', 'CORRELATION', 'COLLECT_LIST', 'ATTR', 'HISTOGRAM'])('of %s', (name) => {
    const cases: Record<string, { types: SqlType[]; values: fc.Arbitrary<Value[]> }> = {
      SUM_LIST: { types: [BIGINTS], values: fc.array(fc.option(integers)) },
      CORRELATION: { types: [INTEGER, INTEGER], values: pairs },
      COLLECT_LIST: { types: [INTEGER], values: integers },
      ATTR: { types: [INTEGER], values: integers },
      HISTOGRAM: { types: [STRING], values: fc.array(fc.option(fc.string({ maxLength: 1 }))) },
    };
    const { types, values } = cases[name]!;
    const aggregate = resolveAggregate(name, types);
    fc.assert(
      fc.property(values, values, (kept, undone) => {
        const state = stateOver(aggregate, [...kept, ...undone]);
        for (const value of undone.toReversed()) aggregate.undo?.(state, 1, value);
        expect(state).toEqual(stateOver(aggregate, kept));
      }),
    );
  });

  test.each(['STDDEV_SAMPLE', 'STDDEV_SAMP'])('of %s, up to rounding', (name) => {
    const aggregate = resolveAggregate(name, [INTEGER]);
    fc.assert(
      fc.property(integers, integers, (kept, undone) => {
        const state = stateOver(aggregate, [...kept, ...undone]);
        for (const value of undone) aggregate.undo?.(state, 1, value);
        const [, sum, count, squares] = stateOver(aggregate, kept) as number[];
        expect([state[1], state[2]]).toEqual([sum, count]);
        expect(state[3]).toBeCloseTo(squares!, 3);
      }),
    );
  });

  test('is not offered by those that forget', () => {
    const constants = { literals: [1], limit: null };
    const forgetful = [
      resolveAggregate('COLLECT_SET', [INTEGER]),
      resolveAggregate('COUNT_DISTINCT', [INTEGER]),
      resolveAggregate('TOPK', [INTEGER, INTEGER], constants),
      resolveAggregate('TOPKDISTINCT', [INTEGER, INTEGER], constants),
      resolveAggregate('EARLIEST_BY_OFFSET', [INTEGER]),
      resolveAggregate('LATEST_BY_OFFSET', [INTEGER, INTEGER], constants),
    ];
    expect(forgetful.map(({ undo }) => undo)).toEqual(forgetful.map(() => undefined));
  });
});

describe('COUNT_DISTINCT', () => {
  test.each<[SqlType, Value[], number]>([
    [INTEGER, [1, 2, 1, null, 3], 3],
    [STRING, ['', 'a', 'A', ' '], 4],
    [BIGINTS, [[1, 2], [12], [1, 2], []], 3],
    [BIGINTS, [], 0],
    [
      { kind: 'MAP', key: STRING, value: INTEGER },
      [
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ],
      1,
    ],
  ])('of %o over %o is %o', (type, values, expected) => {
    expect(resultOver(resolveAggregate('COUNT_DISTINCT', [type]), values)).toBe(expected);
  });

  test.each([100, 1_000, 5_000, 40_000, 100_000])(
    'of %i different values is wrong by less than 3 %%, however often they come',
    (count) => {
      const aggregate = resolveAggregate('COUNT_DISTINCT', [STRING]);
      const state = aggregate.initial();
      for (let i = 0; i < count; i++) aggregate.add(state, 0, `user-${i}`, i);
      const registers = state[0] as Uint8Array;
      for (let i = 0; i < Math.min(count, 1_000); i++) aggregate.add(state, 0, `user-${i}`, i);
      expect(state[0]).toBe(registers);
      expect(Math.abs(estimateCount(registers) - count) / count).toBeLessThan(0.03);
    },
  );

  test('the state of few values is small, that of many a byte for each register', () => {
    const aggregate = resolveAggregate('COUNT_DISTINCT', [INTEGER]);
    const lengthOver = (count: number): number => {
      const values = Array.from({ length: count }, (_, index) => index);
      return (stateOver(aggregate, values)[1] as Uint8Array).length;
    };
    expect([lengthOver(0), lengthOver(1), lengthOver(5_000)]).toEqual([0, 3, 16_384]);
  });

  test('the order of values does not matter', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (values) => {
        const aggregate = resolveAggregate('COUNT_DISTINCT', [INTEGER]);
        expect(stateOver(aggregate, values.toReversed())).toEqual(stateOver(aggregate, values));
      }),
    );
  });
});
