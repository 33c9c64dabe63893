import { describe, expect, test } from 'vitest';
import type { AggregateStep } from '../../src/operators/aggregate-step.ts';
import type { Change } from '../../src/operators/change.ts';
import { BIGINT, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness } from './operator-harness.ts';

/** COUNT(*) by a text, in sessions with gaps up to 10 ms, rows up to 5 ms late, final results only. */
const step: AggregateStep = {
  kind: 'Aggregate',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'G', type: STRING }],
    values: [{ name: 'N', type: BIGINT }],
    window: { kind: 'SESSION', sizeMs: null },
  },
  aggregates: [{ function: 'COUNT', columns: [], argumentTypes: [] }],
  window: { kind: 'SESSION', sizeMs: 10, graceMs: 5, retentionMs: 15 },
  emitBefore: false,
  final: { keyFormat: { name: 'KAFKA' }, intervalMs: 0, idleMs: null },
};

function at(time: number, group = 'x'): Change {
  return change([group], null, [group], { time });
}

function shown(changes: readonly Change[]) {
  return changes.map(({ windowStart, windowEnd, before, after, time }) => {
    expect([before, time]).toEqual([null, windowEnd]);
    return [`${windowStart}-${windowEnd}`, ...(after ?? [])];
  });
}

test('a session is emitted once, without deletions, when it ended before stream time less gap and grace', async () => {
  const harness = new OperatorHarness(step);
  expect(await harness.run([at(0), at(4), at(19, 'y')])).toEqual([]);
  expect(await harness.backlog()).toEqual([]);
  await harness.run([at(20, 'y')]);
  expect(shown(await harness.backlog())).toEqual([['0-4', 'x', 2]]);
  await harness.run([at(21, 'y')]);
  expect(await harness.backlog()).toEqual([]);
});

test('sessions come by their ends, then by their keys, however far stream time jumps', async () => {
  const harness = new OperatorHarness(step);
  await harness.run([at(3, 'b'), at(3, 'a'), at(1, 'c'), at(2, 'a'), at(1_000)]);
  expect(shown(await harness.backlog())).toEqual([
    ['1-1', 'c', 1],
    ['2-3', 'a', 2],
    ['3-3', 'b', 1],
  ]);
});

test('a row may still join a session that is closed and waiting; both are emitted', async () => {
  const retaining: AggregateStep = {
    ...step,
    window: { kind: 'SESSION', sizeMs: 10, graceMs: 0, retentionMs: 100 },
  };
  const harness = new OperatorHarness(retaining);
  await harness.run([at(0), at(11, 'y'), at(10), at(50, 'y')]);
  expect(harness.operator.backlog?.isUrgent).toBe(true);
  expect(shown(await harness.backlog())).toEqual([
    ['0-0', 'x', 1],
    ['0-10', 'x', 2],
    ['11-11', 'y', 1],
  ]);
  expect(harness.operator.backlog?.isUrgent).toBe(false);
});

describe('much at once', () => {
  const many = Array.from({ length: 2_500 }, (_, index) =>
    at(0, `k${String(index).padStart(4, '0')}`),
  );
  const expected = many.map(({ key }) => ['0-0', key[0], 1]);

  test('goes on after a restart where it stood', async () => {
    const store = new MemoryStore();
    const harness = new OperatorHarness(step, { store });
    await harness.run([...many, at(100)]);
    const first: Change[] = [];
    while (first.length === 0) first.push(...(await harness.backlogPiece()));
    expect(first).toHaveLength(1_000);
    await harness.commit();
    const reopened = new OperatorHarness(step, { store });
    reopened.operator.times?.splice(0, Infinity, ...(harness.operator.times ?? []));
    expect(shown([...first, ...(await reopened.backlog())])).toEqual(expected);
  });
});

test('sessions that are not yet looked for keep their state', async () => {
  const throttled = {
    ...step,
    final: { keyFormat: { name: 'KAFKA' }, intervalMs: 1_000, idleMs: null },
  };
  const harness = new OperatorHarness(throttled);
  await harness.run([at(3), at(500, 'y')]);
  expect(harness.operator.windowFloor?.(0)).toBe(0);
  harness.now = 1_000;
  await harness.run([at(500, 'y')]);
  expect(shown(await harness.backlog())).toEqual([['3-3', 'x', 1]]);
  expect(harness.operator.windowFloor?.(0)).toBe(500 - 15 - 10 + 2);
});
