import { expect, test } from 'vitest';
import type { SelectStep } from '../../src/operators/select.ts';
import { INTEGER, STRING } from '../../src/sql/types.ts';
import { change, OperatorHarness, over, row } from './operator-harness.ts';

const step: SelectStep = {
  kind: 'Select',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'K', type: STRING }],
    values: [
      { name: 'Q', type: INTEGER },
      { name: 'U', type: STRING },
    ],
    window: null,
  },
  keys: [0],
  values: [over('10 / V'), over('UCASE(G)')],
};

test('computes its columns behind the key and keeps key, time, position and window', async () => {
  const input = change(['a'], null, ['a', 'x', 5], { time: 7, windowStart: 10, windowEnd: 20 });
  const [out] = await new OperatorHarness(step).run([input]);
  expect(out).toEqual(
    change(['a'], null, ['a', 2, 'X'], { time: 7, windowStart: 10, windowEnd: 20 }),
  );
  expect(out?.key).toBe(input.key);
});

test('computes the row before and the row after', async () => {
  const out = await new OperatorHarness(step).run([change(['a'], ['a', 'x', 5], ['a', 'y', 2])]);
  expect(out).toEqual([change(['a'], ['a', 2, 'X'], ['a', 5, 'Y'])]);
});

test('passes deletions on', async () => {
  const harness = new OperatorHarness(step);
  expect(await harness.run([change(['a'], null, null)])).toEqual([change(['a'], null, null)]);
});

test('makes a column whose expression fails NULL, and reports its name', async () => {
  const harness = new OperatorHarness(step);
  expect(await harness.run([row('a', 'x', 0)])).toEqual([change(['a'], null, ['a', null, 'X'])]);
  expect(harness.errors).toHaveLength(1);
  expect(harness.errors[0]).toMatch(/^column Q: /);
});

test('puts key columns into another order', async () => {
  const swapped: SelectStep = {
    ...step,
    schema: {
      keys: [
        { name: 'B', type: INTEGER },
        { name: 'A', type: STRING },
      ],
      values: [{ name: 'V', type: INTEGER }],
      window: null,
    },
    keys: [1, 0],
    values: [over('V')],
  };
  const out = await new OperatorHarness(swapped).run([change(['a', 1], null, ['a', 1, 5])]);
  expect(out).toEqual([change([1, 'a'], null, [1, 'a', 5])]);
});

test('hands on what it would only copy', async () => {
  const same: SelectStep = {
    ...step,
    schema: {
      keys: [{ name: 'K', type: STRING }],
      values: [
        { name: 'G', type: STRING },
        { name: 'V', type: INTEGER },
      ],
      window: null,
    },
    values: [over('G'), over('V')],
  };
  const input = [change(['a'], ['a', 'x', 5], ['a', 'y', 2]), change(['b'], null, null)];
  const out = await new OperatorHarness(same).run(input);
  expect(out).toEqual(input);
  expect(out[0]).toBe(input[0]);
});

test('takes columns of a wider row out, also when they stand in its order', async () => {
  const narrow: SelectStep = {
    ...step,
    schema: {
      keys: [{ name: 'K', type: STRING }],
      values: [{ name: 'G', type: STRING }],
      window: null,
    },
    values: [over('G')],
  };
  const out = await new OperatorHarness(narrow).run([change(['a'], null, ['a', 'x', 5])]);
  expect(out).toEqual([change(['a'], null, ['a', 'x'])]);
});
