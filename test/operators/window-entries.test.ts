import { expect, test } from 'vitest';
import type { AggregateStep } from '../../src/operators/aggregate-step.ts';
import type { Change } from '../../src/operators/change.ts';
import { BIGINT, STRING } from '../../src/sql/types.ts';
import { change, OperatorHarness } from './operator-harness.ts';

/** COUNT(*) by a text, in windows of 10 ms that start every 4 ms, rows up to 3 ms late. */
const step: AggregateStep = {
  kind: 'Aggregate',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'G', type: STRING }],
    values: [{ name: 'N', type: BIGINT }],
    window: { kind: 'HOPPING', sizeMs: 10 },
  },
  aggregates: [{ function: 'COUNT', columns: [], argumentTypes: [] }],
  window: { kind: 'HOPPING', sizeMs: 10, advanceMs: 4, graceMs: 3, retentionMs: 20 },
  emitBefore: true,
};

function at(group: string, time: number): Change {
  return change([group], null, [group], { time });
}

/** Start, end, key, count and time of each result. */
function shown(changes: readonly Change[]) {
  return changes.map(({ windowStart, windowEnd, after, time }) => [
    windowStart,
    windowEnd,
    ...(after ?? []),
    time,
  ]);
}

test('a row is in every window that contains it, the earliest first, none before 0', async () => {
  const harness = new OperatorHarness(step);
  expect(shown(await harness.run([at('x', 3), at('x', 9), at('x', 12)]))).toEqual([
    [0, 10, 'x', 1, 3],
    [0, 10, 'x', 2, 9],
    [4, 14, 'x', 1, 9],
    [8, 18, 'x', 1, 9],
    [4, 14, 'x', 2, 12],
    [8, 18, 'x', 2, 12],
    [12, 22, 'x', 1, 12],
  ]);
});

test('each of its windows is late or not on its own', async () => {
  const harness = new OperatorHarness(step);
  await harness.run([at('x', 13)]);
  expect(shown(await harness.run([at('x', 9)]))).toEqual([
    [4, 14, 'x', 2, 13],
    [8, 18, 'x', 2, 13],
  ]);
  expect(harness.lateCount).toBe(1);
  expect(await harness.run([at('x', 100)])).toHaveLength(3);
  expect(await harness.run([at('x', 20)])).toEqual([]);
  expect(harness.lateCount).toBe(2);
});

test('the result before is that of the same window', async () => {
  const harness = new OperatorHarness(step);
  await harness.run([at('x', 5)]);
  const [first, second] = await harness.run([at('x', 6)]);
  expect([first?.before, first?.after, first?.windowStart]).toEqual([['x', 1], ['x', 2], 0]);
  expect([second?.before, second?.after, second?.windowStart]).toEqual([['x', 1], ['x', 2], 4]);
});

test('merging gives one result per window at the end of the tick', async () => {
  const harness = new OperatorHarness(step, { merge: true });
  expect(await harness.run([at('x', 5), at('x', 9)])).toEqual([]);
  expect(shown(harness.flush())).toEqual([
    [0, 10, 'x', 2, 9],
    [4, 14, 'x', 2, 9],
    [8, 18, 'x', 1, 9],
  ]);
});
