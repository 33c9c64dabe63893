import { expect, test } from 'vitest';
import type { GroupByStep } from '../../src/operators/group-by.ts';
import { INTEGER, STRING } from '../../src/sql/types.ts';
import { change, OperatorHarness, over, row } from './operator-harness.ts';

const step: GroupByStep = {
  kind: 'GroupBy',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'G', type: STRING }],
    values: [{ name: 'ARGUMENT', type: INTEGER }],
    window: null,
  },
  keys: [over('G')],
  arguments: [over('V + 1')],
};

test('gives each row its group and the arguments of the aggregates', async () => {
  const out = await new OperatorHarness(step).run([row('a', 'x', 5, 7), row('b', 'y', 6, 8)]);
  expect(out).toEqual([
    change(['x'], null, ['x', 6], { time: 7 }),
    change(['y'], null, ['y', 7], { time: 8 }),
  ]);
});

test('leaves rows without a group out and reports them', async () => {
  const harness = new OperatorHarness(step);
  expect(await harness.run([row('a', null, 5)])).toEqual([]);
  expect(harness.errors).toEqual([
    'GROUP BY G is null: the row belongs to no group and is left out',
  ]);
});

test('a failing argument is NULL', async () => {
  const harness = new OperatorHarness({ ...step, arguments: [over('10 / V')] });
  expect(await harness.run([row('a', 'x', 0)])).toEqual([change(['x'], null, ['x', null])]);
  expect(harness.errors).toHaveLength(1);
});

test('an update within a group stays one change', async () => {
  const out = await new OperatorHarness(step).run([change(['a'], ['a', 'x', 1], ['a', 'x', 2])]);
  expect(out).toEqual([change(['x'], ['x', 2], ['x', 3])]);
});

test('an update that moves to another group leaves the old one first', async () => {
  const out = await new OperatorHarness(step).run([change(['a'], ['a', 'x', 1], ['a', 'y', 2])]);
  expect(out).toEqual([change(['x'], ['x', 2], null), change(['y'], null, ['y', 3])]);
});

test('a deletion leaves its group, one of an unknown row does nothing', async () => {
  const harness = new OperatorHarness(step);
  const out = await harness.run([change(['a'], ['a', 'x', 1], null), change(['b'], null, null)]);
  expect(out).toEqual([change(['x'], ['x', 2], null)]);
});

test('an update from or to no group is half a change', async () => {
  const out = await new OperatorHarness(step).run([
    change(['a'], ['a', 'x', 1], ['a', null, 2]),
    change(['a'], ['a', null, 2], ['a', 'y', 3]),
  ]);
  expect(out).toEqual([change(['x'], ['x', 2], null), change(['y'], null, ['y', 4])]);
});

test('a row leaves the group that its own time put it in', async () => {
  const harness = new OperatorHarness({ ...step, keys: [over('CAST(ROWTIME AS STRING)')] });
  const times = { time: 3, timeBefore: 7 };
  expect(await harness.run([change(['a'], ['a', 'x', 1], ['a', 'x', 2], times)])).toEqual([
    change(['7'], ['7', 2], null, times),
    change(['3'], null, ['3', 3], times),
  ]);
});
