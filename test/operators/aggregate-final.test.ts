import { describe, expect, test } from 'vitest';
import type { AggregateStep } from '../../src/operators/aggregate-step.ts';
import type { Change } from '../../src/operators/change.ts';
import { BIGINT, INTEGER } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness } from './operator-harness.ts';

/** COUNT(*) by a number, in windows of 10 ms, rows up to 5 ms late, final results only. */
const step: AggregateStep = {
  kind: 'Aggregate',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'G', type: INTEGER }],
    values: [{ name: 'N', type: BIGINT }],
    window: { kind: 'TUMBLING', sizeMs: 10 },
  },
  aggregates: [{ function: 'COUNT', columns: [], argumentTypes: [] }],
  window: { kind: 'TUMBLING', sizeMs: 10, graceMs: 5, retentionMs: 15 },
  emitBefore: false,
  final: { keyFormat: { name: 'KAFKA' }, intervalMs: 0, idleMs: null },
};
const hopping: AggregateStep = {
  ...step,
  window: { kind: 'HOPPING', sizeMs: 10, advanceMs: 5, graceMs: 0, retentionMs: 10 },
};

function at(time: number, group = 1): Change {
  return change([group], null, [group], { time });
}

/** Window, key, count and time of each result. */
function shown(changes: readonly Change[]) {
  return changes.map(({ windowStart, windowEnd, key, before, after, time }) => {
    expect(before).toBeNull();
    expect(after?.[0]).toBe(key[0]);
    return [`${windowStart}-${windowEnd}`, ...(after ?? []), time];
  });
}

test('a window is emitted once, when stream time is a grace period beyond its end', async () => {
  const harness = new OperatorHarness(step);
  expect(await harness.run([at(1), at(8), at(3), at(14)])).toEqual([]);
  expect(await harness.backlog()).toEqual([]);
  await harness.run([at(15)]);
  expect(shown(await harness.backlog())).toEqual([['0-10', 1, 3, 8]]);
  await harness.run([at(16), at(9)]);
  expect(await harness.backlog()).toEqual([]);
  expect(harness.lateCount).toBe(1);
});

test('windows come by their starts, then by their keys as they are serialized', async () => {
  const harness = new OperatorHarness(step);
  await harness.run([at(2, -1), at(1, 300), at(3, 2), at(11, 7), at(12, 1), at(25, 5)]);
  // As bytes -1 is FF FF FF FF and comes last.
  expect(shown(await harness.backlog())).toEqual([
    ['10-20', 1, 1, 12],
    ['10-20', 7, 1, 11],
  ]);
  const other = new OperatorHarness({
    ...step,
    window: { kind: 'TUMBLING', sizeMs: 10, graceMs: 5, retentionMs: 100 },
  });
  await other.run([at(2, -1), at(1, 300), at(3, 2), at(11, 7), at(12, 1), at(25, 5)]);
  expect(shown(await other.backlog())).toEqual([
    ['0-10', 2, 1, 3],
    ['0-10', 300, 1, 1],
    ['0-10', -1, 1, 2],
    ['10-20', 1, 1, 12],
    ['10-20', 7, 1, 11],
  ]);
});

test('when stream time jumps a retention ahead, what was open is never emitted', async () => {
  const harness = new OperatorHarness(step);
  await harness.run([at(1), at(100)]);
  expect(await harness.backlog()).toEqual([]);
  await harness.run([at(115)]);
  expect(shown(await harness.backlog())).toEqual([['100-110', 1, 1, 100]]);
});

test('each hop is emitted when it closes', async () => {
  const harness = new OperatorHarness(hopping);
  await harness.run([at(7), at(10)]);
  expect(shown(await harness.backlog())).toEqual([['0-10', 1, 1, 7]]);
  await harness.run([at(20)]);
  expect(shown(await harness.backlog())).toEqual([['10-20', 1, 1, 10]]);
});

test('windows are looked for once per interval of the wall clock', async () => {
  const throttled: AggregateStep = {
    ...step,
    window: { kind: 'TUMBLING', sizeMs: 10, graceMs: 0, retentionMs: 1_000 },
    final: { keyFormat: { name: 'KAFKA' }, intervalMs: 1_000, idleMs: null },
  };
  const harness = new OperatorHarness(throttled);
  harness.now = 5_000;
  await harness.run([at(1), at(20)]);
  expect(await harness.backlog()).toEqual([]);
  harness.now = 6_000;
  await harness.run([at(2)]);
  expect(shown(await harness.backlog())).toEqual([['0-10', 1, 1, 1]]);
});

describe('much at once', () => {
  const many = Array.from({ length: 3_500 }, (_, index) => at(index % 10, index));
  const expected = many.map(({ key, time }) => ['0-10', key[0], 1, time]);

  test('comes in pieces, and goes on after a restart where it stood', async () => {
    const store = new MemoryStore();
    const harness = new OperatorHarness(step, { store });
    await harness.run(many);
    await harness.commit();
    await harness.run([at(15)]);
    const first = [...(await harness.backlogPiece()), ...(await harness.backlogPiece())];
    expect(first).toHaveLength(2_000);
    await harness.commit();
    const reopened = new OperatorHarness(step, { store });
    reopened.operator.times?.splice(0, Infinity, ...(harness.operator.times ?? []));
    const rest = await reopened.backlog();
    expect(shown([...first, ...rest])).toEqual(expected);
  });

  test('a tick that is abandoned emits again what it emitted', async () => {
    const store = new MemoryStore();
    const harness = new OperatorHarness(step, { store });
    await harness.run([...many, at(15)]);
    await harness.backlogPiece();
    await harness.commit();
    const before = [...(harness.operator.times ?? [])];
    expect(await harness.backlogPiece()).toHaveLength(1_000);
    harness.operator.times?.splice(0, Infinity, ...before);
    harness.abandon();
    expect(shown(await harness.backlog())).toEqual(expected.slice(1_000));
  });

  test('state of windows that wait is not let go of', async () => {
    const harness = new OperatorHarness({
      ...step,
      window: { kind: 'TUMBLING', sizeMs: 10, graceMs: 5, retentionMs: 20 },
    });
    await harness.run([at(1), at(24)]);
    expect(harness.operator.windowFloor?.(0)).toBe(0);
    await harness.backlog();
    expect(harness.operator.windowFloor?.(0)).toBe(5);
  });
});

test('without rows windows close by the clock', async () => {
  const harness = new OperatorHarness({
    ...step,
    final: { keyFormat: { name: 'KAFKA' }, intervalMs: 0, idleMs: 100 },
  });
  harness.now = 1_000;
  await harness.run([at(3)]);
  expect(harness.operator.backlog?.dueAt?.()).toBe(1_100);
  harness.now = 1_100;
  harness.operator.backlog?.onDue?.();
  expect(shown(await harness.backlog())).toEqual([['0-10', 1, 1, 3]]);
  expect(harness.operator.backlog?.dueAt?.()).toBe(Infinity);
  await harness.run([at(9)]);
  expect(harness.lateCount).toBe(1);
});
