import { expect, test } from 'vitest';
import type { FilterTableStep } from '../../src/operators/filter-table.ts';
import type { Row } from '../../src/sql/types.ts';
import { change, INPUT, OperatorHarness, over } from './operator-harness.ts';

const step: FilterTableStep = {
  kind: 'FilterTable',
  id: 1,
  inputs: [0],
  schema: INPUT,
  predicate: over('V > 10'),
  clause: 'HAVING',
};
const LOW: Row = ['a', 'x', 5];
const HIGH: Row = ['a', 'x', 20];
const HIGHER: Row = ['a', 'x', 30];

test.each([
  ['a row that begins to match comes in', LOW, HIGH, { before: null, after: HIGH }],
  ['a new row that matches comes in', null, HIGH, { before: null, after: HIGH }],
  ['a row that goes on matching is updated', HIGH, HIGHER, { before: HIGH, after: HIGHER }],
  ['a row that did not change is passed on', HIGH, HIGH, { before: HIGH, after: HIGH }],
  ['a row that stops matching is deleted', HIGH, LOW, { before: HIGH, after: null }],
  ['a deleted row is deleted', HIGH, null, { before: HIGH, after: null }],
  ['a row that never matched gives nothing', LOW, LOW, null],
  ['a new row that does not match gives nothing', null, LOW, null],
  ['the deletion of a row that did not match gives nothing', LOW, null, null],
  ['the deletion of an unknown row gives nothing', null, null, null],
])('%s', async (_case, before, after, expected) => {
  const out = await new OperatorHarness(step).run([change(['a'], before, after, { time: 7 })]);
  const changes =
    expected === null ? [] : [change(['a'], expected.before, expected.after, { time: 7 })];
  expect(out).toEqual(changes);
});

test('a row for which the condition fails counts as not matching', async () => {
  const harness = new OperatorHarness({ ...step, predicate: over('10 / V = 5') });
  const out = await harness.run([change(['a'], ['a', 'x', 2], ['a', 'x', 0])]);
  expect(out).toEqual([change(['a'], ['a', 'x', 2], null)]);
  expect(harness.errors).toHaveLength(1);
});

test('the row before is looked at with its own time', async () => {
  const harness = new OperatorHarness({ ...step, predicate: over('ROWTIME > 5') });
  const times = { time: 3, timeBefore: 7 };
  expect(await harness.run([change(['a'], LOW, HIGH, times)])).toEqual([
    change(['a'], LOW, null, times),
  ]);
});
