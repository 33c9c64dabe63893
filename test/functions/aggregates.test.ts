import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aggregate } from '../../src/functions/aggregate.ts';
import { resolveAggregate } from '../../src/functions/resolve.ts';
import {
  BIGINT,
  DOUBLE,
  INTEGER,
  STRING,
  TIMESTAMP,
  type Row,
  type SqlType,
  type Value,
} from '../../src/sql/types.ts';
import { integer } from '../../src/sql/value.ts';

const MONEY: SqlType = { kind: 'DECIMAL', precision: 4, scale: 2 };

/** The result over these values, with a slot of something else before the state. */
function over(aggregate: Aggregate, values: readonly Value[]): Value {
  return aggregate.result(stateOver(aggregate, values), 1);
}

function stateOver(aggregate: Aggregate, values: readonly Value[]): Row {
  const state: Row = ['untouched', ...aggregate.initial()];
  values.forEach((value, arrival) => aggregate.add(state, 1, value, arrival));
  expect(state[0]).toBe('untouched');
  expect(state).toHaveLength(1 + aggregate.stateTypes.length);
  return state;
}

describe('results', () => {
  test.each<[string, SqlType[], Value[], Value]>([
    ['COUNT', [], [true, true], 2],
    ['COUNT', [STRING], ['a', null, 'b'], 2],
    ['COUNT', [STRING], [], 0],
    ['SUM', [INTEGER], [2147483647, null, 1], -2147483648],
    ['SUM', [INTEGER], [], 0],
    ['SUM', [BIGINT], [2n ** 63n - 1n, 1], -(2n ** 63n)],
    ['SUM', [BIGINT], [Number.MAX_SAFE_INTEGER, 1], 2n ** 53n],
    ['SUM', [DOUBLE], [0.5, 0.25], 0.75],
    ['SUM', [MONEY], [9999, -9999, 1050], 1050],
    ['AVG', [INTEGER], [1, 2, null], 1.5],
    ['AVG', [INTEGER], [2147483647, 1], -1073741824],
    ['AVG', [BIGINT], [], 0],
    ['AVG', [DOUBLE], [null], 0],
    ['MIN', [INTEGER], [3, null, -1, 2], -1],
    ['MAX', [STRING], ['a', 'B', 'b'], 'b'],
    ['MAX', [BIGINT], [1, 2n ** 60n, 5], 2n ** 60n],
    ['MIN', [DOUBLE], [NaN, 1, null], 1],
    ['MAX', [DOUBLE], [1, NaN, 2], NaN],
    ['MIN', [TIMESTAMP], [], null],
    ['MAX', [MONEY], [null], null],
  ])('%s of %j over %o is %s', (name, types, values, expected) => {
    expect(over(resolveAggregate(name, types), values)).toBe(expected);
  });

  test('a DECIMAL sum that needs more digits is an error that says what to do', () => {
    expect(() => over(resolveAggregate('SUM', [MONEY]), [9999, 1])).toThrow(
      'SUM reached 100.00, which DECIMAL(4, 2) cannot hold. CAST the argument to a wider DECIMAL',
    );
  });
});

describe('undo', () => {
  const bigints = fc.array(fc.option(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map(integer)));
  const integers = fc.array(fc.option(fc.integer()));

  test.each(['COUNT', 'SUM', 'AVG'])('of %s takes back every added value', (name) => {
    const cases = [
      { type: BIGINT, values: bigints },
      { type: INTEGER, values: integers },
    ];
    for (const { type, values } of cases) {
      const aggregate = resolveAggregate(name, [type]);
      fc.assert(
        fc.property(values, values, (kept, undone) => {
          const state = stateOver(aggregate, [...undone, ...kept]);
          for (const value of undone) aggregate.undo?.(state, 1, value);
          expect(state).toEqual(stateOver(aggregate, kept));
        }),
      );
    }
  });

  test('is not offered by MIN and MAX', () => {
    expect(resolveAggregate('MIN', [INTEGER]).undo).toBeUndefined();
    expect(resolveAggregate('MAX', [INTEGER]).undo).toBeUndefined();
  });
});
