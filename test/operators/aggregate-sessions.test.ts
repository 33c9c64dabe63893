import { describe, expect, test } from 'vitest';
import type { AggregateStep } from '../../src/operators/aggregate-step.ts';
import type { Change } from '../../src/operators/change.ts';
import { BIGINT, INTEGER, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness } from './operator-harness.ts';

/** COUNT(*), and all values in order, by a text, in sessions with gaps up to 10 ms, rows up to 20 ms late. */
const step: AggregateStep = {
  kind: 'Aggregate',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'G', type: STRING }],
    values: [
      { name: 'N', type: BIGINT },
      { name: 'ALL', type: { kind: 'ARRAY', element: INTEGER } },
    ],
    window: { kind: 'SESSION', sizeMs: null },
  },
  aggregates: [
    { function: 'COUNT', columns: [], argumentTypes: [] },
    { function: 'COLLECT_LIST', columns: [1], argumentTypes: [INTEGER] },
  ],
  window: { kind: 'SESSION', sizeMs: 10, graceMs: 20, retentionMs: 30 },
  emitBefore: false,
};

function at(time: number, group = 'x'): Change {
  return change([group], null, [group, time], { time });
}

/** Bounds of each result, then its values, or `gone`; the time when it is not the end. */
function shown(changes: readonly Change[]) {
  return changes.map(({ windowStart, windowEnd, key, after, time }) => [
    `${key[0]} ${windowStart}-${windowEnd}`,
    ...(after === null ? ['gone'] : after.slice(1)),
    ...(time === windowEnd ? [] : [time]),
  ]);
}

describe('one after the other', () => {
  test('rows no farther apart than the gap are one session', async () => {
    const harness = new OperatorHarness(step);
    expect(shown(await harness.run([at(0), at(10), at(21)]))).toEqual([
      ['x 0-0', 1, [0]],
      ['x 0-0', 'gone'],
      ['x 0-10', 2, [0, 10]],
      ['x 21-21', 1, [21]],
    ]);
  });

  test('a row between two sessions joins them: each goes, by ascending end, then the new one comes', async () => {
    const harness = new OperatorHarness(step);
    await harness.run([at(0), at(20), at(24)]);
    expect(shown(await harness.run([at(10)]))).toEqual([
      ['x 0-0', 'gone'],
      ['x 20-24', 'gone'],
      ['x 0-24', 4, [0, 20, 24, 10]],
    ]);
  });

  test('a row inside a session takes it away first, although its bounds stay', async () => {
    const harness = new OperatorHarness(step);
    await harness.run([at(0), at(8)]);
    expect(shown(await harness.run([at(4)]))).toEqual([
      ['x 0-8', 'gone'],
      ['x 0-8', 3, [0, 8, 4]],
    ]);
  });

  test('a row on top of a session of one point replaces it', async () => {
    const harness = new OperatorHarness(step);
    await harness.run([at(5)]);
    expect(shown(await harness.run([at(5)]))).toEqual([['x 5-5', 2, [5, 5]]]);
  });

  test('keys do not share sessions', async () => {
    const harness = new OperatorHarness(step);
    expect(shown(await harness.run([at(0, 'x'), at(5, 'y')]))).toEqual([
      ['x 0-0', 1, [0]],
      ['y 5-5', 1, [5]],
    ]);
  });
});

describe('late rows', () => {
  test('a session that ends more than gap and grace period ago takes no rows', async () => {
    const harness = new OperatorHarness(step);
    await harness.run([at(100, 'y')]);
    expect(shown(await harness.run([at(70)]))).toEqual([['x 70-70', 1, [70]]]);
    expect(await harness.run([at(69, 'z')])).toEqual([]);
    expect(harness.lateCount).toBe(1);
  });

  test('a late row is saved by the session it joins', async () => {
    const harness = new OperatorHarness(step);
    await harness.run([at(75), at(100, 'y')]);
    expect(shown(await harness.run([at(66)]))).toEqual([
      ['x 75-75', 'gone'],
      ['x 66-75', 2, [75, 66]],
    ]);
  });

  test('a session that ended a retention ago is not seen any more: the row starts its own', async () => {
    const harness = new OperatorHarness(step);
    await harness.run([at(65), at(100, 'y')]);
    expect(shown(await harness.run([at(72)]))).toEqual([['x 72-72', 1, [72]]]);
    expect(harness.operator.windowFloor?.(0)).toBe(100 - 30 - 10 + 2);
  });
});

describe('merged', () => {
  test('a tick gives what became of each session', async () => {
    const harness = new OperatorHarness({ ...step, emitBefore: true }, { merge: true });
    expect(await harness.run([at(0), at(5)])).toEqual([]);
    expect(shown(harness.flush())).toEqual([['x 0-5', 2, [0, 5]]]);
    await harness.commit();
    await harness.run([at(3), at(9), at(30), at(31)]);
    const out = harness.flush();
    expect(shown(out)).toEqual([
      ['x 0-5', 'gone'],
      ['x 0-9', 4, [0, 5, 3, 9]],
      ['x 30-31', 2, [30, 31]],
    ]);
    expect(out[0]?.before).toEqual(['x', 2, [0, 5]]);
    expect(harness.flush()).toEqual([]);
  });

  test('a tick that is abandoned leaves nothing', async () => {
    const harness = new OperatorHarness(step, { merge: true });
    await harness.run([at(0)]);
    harness.abandon();
    expect(harness.flush()).toEqual([]);
    await harness.run([at(1)]);
    expect(shown(harness.flush())).toEqual([['x 1-1', 1, [1]]]);
  });
});

test('sessions are read back as they were written', async () => {
  const store = new MemoryStore();
  const harness = new OperatorHarness(step, { store });
  await harness.run([at(0), at(5), at(20), at(3, 'y')]);
  await harness.commit();
  const reopened = new OperatorHarness(step, { store });
  reopened.operator.times?.splice(0, 2, 20, 4);
  expect(shown(await reopened.run([at(12), at(8, 'y')]))).toEqual([
    ['x 0-5', 'gone'],
    ['x 20-20', 'gone'],
    ['x 0-20', 4, [0, 5, 20, 12]],
    ['y 3-3', 'gone'],
    ['y 3-8', 2, [3, 8]],
  ]);
});

test('a jump of stream time and back names a bounded number of buckets', async () => {
  const harness = new OperatorHarness({
    ...step,
    window: { kind: 'SESSION', sizeMs: 10, graceMs: 1_000, retentionMs: 1_010 },
  });
  const now = 1_700_000_000_000;
  expect(shown(await harness.run([at(0), at(now), at(5), at(now - 900)]))).toEqual([
    ['x 0-0', 1, [0]],
    [`x ${now}-${now}`, 1, [now]],
    [`x ${now - 900}-${now - 900}`, 1, [now - 900]],
  ]);
  expect(harness.lateCount).toBe(1);
});
