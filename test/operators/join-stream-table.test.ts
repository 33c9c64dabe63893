import { expect, test } from 'vitest';
import type { JoinStreamTableStep } from '../../src/operators/join-stream-table.ts';
import { INTEGER, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness, over, row } from './operator-harness.ts';

const STREAM = 0;
const TABLE = 1;
const inner: JoinStreamTableStep = {
  kind: 'JoinStreamTable',
  id: 2,
  inputs: [0, 1],
  schema: {
    keys: [{ name: 'K', type: STRING }],
    values: [
      { name: 'L', type: INTEGER },
      { name: 'R', type: STRING },
      { name: 'Q', type: INTEGER },
    ],
    window: null,
  },
  type: 'INNER',
  columns: [
    { side: 'left', expression: over('V') },
    { side: 'right', expression: over('UCASE(G)') },
    { side: 'right', expression: over('10 / V') },
  ],
  table: 'T',
};
const left: JoinStreamTableStep = { ...inner, type: 'LEFT' };

test('table rows emit nothing, stream rows find the latest', async () => {
  const harness = new OperatorHarness(inner);
  expect(await harness.run([row('a', 'x', 5), row('a', 'y', 2, 1)], TABLE)).toEqual([]);
  expect(await harness.run([row('a', 'any', 7, 9)], STREAM)).toEqual([
    change(['a'], null, ['a', 7, 'Y', 5], { time: 9 }),
  ]);
});

test('without a table row INNER gives nothing and LEFT nulls', async () => {
  expect(await new OperatorHarness(inner).run([row('a', 'x', 7)], STREAM)).toEqual([]);
  expect(await new OperatorHarness(left).run([row('a', 'x', 7)], STREAM)).toEqual([
    change(['a'], null, ['a', 7, null, null]),
  ]);
});

test('a null key joins nothing: INNER drops the row, LEFT keeps it', async () => {
  expect(await new OperatorHarness(inner).run([row(null, 'x', 7)], STREAM)).toEqual([]);
  expect(await new OperatorHarness(left).run([row(null, 'x', 7)], STREAM)).toEqual([
    change([null], null, [null, 7, null, null]),
  ]);
});

test('a stream record without a value is dropped', async () => {
  expect(await new OperatorHarness(left).run([change(['a'], null, null)], STREAM)).toEqual([]);
});

test('a deletion takes the table row away', async () => {
  const harness = new OperatorHarness(inner);
  await harness.run([row('a', 'x', 5), change(['a'], null, null)], TABLE);
  expect(await harness.run([row('a', 'x', 7)], STREAM)).toEqual([]);
});

test('a table record without a key is left out and reported', async () => {
  const harness = new OperatorHarness(inner);
  expect(await harness.run([row(null, 'x', 5)], TABLE)).toEqual([]);
  expect(harness.errors).toEqual(['a record of table T without a key is left out']);
});

test('a failing table column is NULL', async () => {
  const harness = new OperatorHarness(inner);
  await harness.run([row('a', 'x', 0)], TABLE);
  const expected = [change(['a'], null, ['a', 7, 'X', null])];
  expect(await harness.run([row('a', 'x', 7)], STREAM)).toEqual(expected);
  expect(harness.errors).toHaveLength(1);
});

test('an abandoned tick leaves the table as it was, a committed one is remembered', async () => {
  const store = new MemoryStore();
  const harness = new OperatorHarness(inner, { store });
  await harness.run([row('a', 'x', 5)], TABLE);
  await harness.commit();
  await harness.run([row('a', 'y', 2), row('b', 'z', 1)], TABLE);
  harness.abandon();
  const expected = [change(['a'], null, ['a', 7, 'X', 2])];
  const rows = [row('a', 'any', 7), row('b', 'any', 8)];
  expect(await harness.run(rows, STREAM)).toEqual(expected);
  expect(await new OperatorHarness(inner, { store }).run(rows, STREAM)).toEqual(expected);
});
