import { expect, test } from 'vitest';
import { explainStep } from '../../src/operators/index.ts';
import type { FlatMapStep } from '../../src/operators/flat-map.ts';
import type { Expression } from '../../src/expressions/expression.ts';
import { INTEGER, STRING, type SqlType } from '../../src/sql/types.ts';
import { change, OperatorHarness } from './operator-harness.ts';

const INTEGERS: SqlType = { kind: 'ARRAY', element: INTEGER };

/** Over rows of K STRING KEY, A and B ARRAY<INTEGER>. */
const column = (index: number, name: string): Expression => {
  return { kind: 'column', type: INTEGERS, index, name };
};

const step: FlatMapStep = {
  kind: 'FlatMap',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'K', type: STRING }],
    values: [
      { name: 'A', type: INTEGERS },
      { name: 'B', type: INTEGERS },
      { name: 'KSQL_SYNTH_0', type: INTEGER },
      { name: 'KSQL_SYNTH_1', type: INTEGERS },
    ],
    window: null,
  },
  calls: [
    { function: 'EXPLODE', arguments: [column(1, 'A')] },
    { function: 'CUBE_EXPLODE', arguments: [column(2, 'B')] },
  ],
};

test('puts the values side by side and fills up the shorter list', async () => {
  const harness = new OperatorHarness(step);
  const row = ['k', [1, 2, 3], [9]];
  expect(await harness.run([change(['k'], null, row, { time: 7 })])).toEqual([
    change(['k'], null, [...row, 1, [null]], { time: 7 }),
    change(['k'], null, [...row, 2, [9]], { time: 7 }),
    change(['k'], null, [...row, 3, null], { time: 7 }),
  ]);
});

test('a row without any values and a record without a value give nothing', async () => {
  const harness = new OperatorHarness(step);
  expect(
    await harness.run([change(['k'], null, ['k', [], null]), change(['k'], null, null)]),
  ).toEqual([]);
  expect(harness.errors).toEqual([]);
});

test('a call that fails has no values and is reported', async () => {
  const harness = new OperatorHarness(step);
  const row = ['k', [1], Array.from({ length: 21 }, () => 1)];
  expect(await harness.run([change(['k'], null, row)])).toEqual([
    change(['k'], null, [...row, 1, null]),
  ]);
  expect(harness.errors).toEqual(['CUBE_EXPLODE: takes at most 20 elements, but found 21']);
});

test('explains itself by its calls', () => {
  expect(explainStep(step)).toBe('TABLE FUNCTIONS EXPLODE(A), CUBE_EXPLODE(B)');
});
