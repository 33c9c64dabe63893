import { expect, test } from 'vitest';
import type { MaterializeStep } from '../../src/operators/materialize.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, INPUT, OperatorHarness, row } from './operator-harness.ts';

const step: MaterializeStep = {
  kind: 'Materialize',
  id: 1,
  inputs: [0],
  schema: INPUT,
  table: 'T',
};

test('gives each record the row that was there before', async () => {
  const harness = new OperatorHarness(step);
  expect(await harness.run([row('a', 'x', 1, 5), row('a', 'y', 2, 3)])).toEqual([
    change(['a'], null, ['a', 'x', 1], { time: 5 }),
    change(['a'], ['a', 'x', 1], ['a', 'y', 2], { time: 3, timeBefore: 5 }),
  ]);
  expect(await harness.run([change(['a'], null, null), change(['b'], null, null)])).toEqual([
    change(['a'], ['a', 'y', 2], null, { timeBefore: 3 }),
    change(['b'], null, null),
  ]);
});

test('leaves records without a key out and reports them', async () => {
  const harness = new OperatorHarness(step);
  expect(await harness.run([row(null, 'x', 1)])).toEqual([]);
  expect(harness.errors).toEqual(['a record of table T without a key is left out']);
});

test('remembers committed rows, and forgets those of an abandoned tick', async () => {
  const store = new MemoryStore();
  const harness = new OperatorHarness(step, { store });
  await harness.run([row('a', 'x', 1)]);
  await harness.commit();
  await harness.run([row('a', 'y', 2), row('b', 'z', 3)]);
  harness.abandon();
  const expected = [
    change(['a'], ['a', 'x', 1], null, { timeBefore: 0 }),
    change(['b'], null, null),
  ];
  const deletions = [change(['a'], null, null), change(['b'], null, null)];
  expect(await harness.run(deletions)).toEqual(expected);
  expect(await new OperatorHarness(step, { store }).run(deletions)).toEqual(expected);
});
