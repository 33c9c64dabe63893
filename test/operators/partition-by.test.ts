import { expect, test } from 'vitest';
import type { PartitionByStep } from '../../src/operators/partition-by.ts';
import { INTEGER, STRING } from '../../src/sql/types.ts';
import { change, OperatorHarness, over, row } from './operator-harness.ts';

const byValue: PartitionByStep = {
  kind: 'PartitionBy',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'Q', type: INTEGER }],
    values: [
      { name: 'G', type: STRING },
      { name: 'K', type: STRING },
    ],
    window: null,
  },
  keys: [over('10 / V')],
  values: [over('G'), over('K')],
  inputKeyCount: 1,
  inputColumnCount: 3,
};

test('computes the new key and the values', async () => {
  const out = await new OperatorHarness(byValue).run([row('a', 'x', 5, 7)]);
  expect(out).toEqual([change([2], null, [2, 'x', 'a'], { time: 7 })]);
});

test('keeps a row whose key is null or fails, with a null key', async () => {
  const harness = new OperatorHarness(byValue);
  const out = await harness.run([row('a', 'x', null), row('a', 'y', 0)]);
  expect(out).toEqual([
    change([null], null, [null, 'x', 'a']),
    change([null], null, [null, 'y', 'a']),
  ]);
  expect(harness.errors).toHaveLength(2);
});

test('of a record without a value only the old key can be used', async () => {
  const harness = new OperatorHarness({
    ...byValue,
    schema: { ...byValue.schema, keys: [...byValue.schema.keys, { name: 'U', type: STRING }] },
    keys: [over('10 / V'), over('UCASE(K)')],
  });
  expect(await harness.run([change(['a'], null, null)])).toEqual([change([null, 'A'], null, null)]);
});
