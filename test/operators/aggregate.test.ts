import { describe, expect, test } from 'vitest';
import type { AggregateStep } from '../../src/operators/aggregate-step.ts';
import type { Change } from '../../src/operators/change.ts';
import { BIGINT, INTEGER, type Row, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness } from './operator-harness.ts';

/** COUNT(*) and SUM of the one argument, by a text. */
const step: AggregateStep = {
  kind: 'Aggregate',
  id: 1,
  inputs: [0],
  schema: {
    keys: [{ name: 'G', type: STRING }],
    values: [
      { name: 'N', type: BIGINT },
      { name: 'TOTAL', type: INTEGER },
    ],
    window: null,
  },
  aggregates: [
    { function: 'COUNT', columns: [], argumentTypes: [] },
    { function: 'SUM', columns: [1], argumentTypes: [INTEGER] },
  ],
  window: null,
  emitBefore: true,
};
const windowed: AggregateStep = {
  ...step,
  window: { kind: 'TUMBLING', sizeMs: 10, graceMs: 5, retentionMs: 30 },
};

/** A row of the group-by step. */
function add(group: string, v: number | null, time = 0): Change {
  return change([group], null, [group, v], { time });
}

function result(
  group: string,
  before: Row | null,
  after: Row,
  time = 0,
  windowStart = 0,
  size = 0,
) {
  const of = (values: Row | null) => (values === null ? null : [group, ...values]);
  const bounds = { time, windowStart, windowEnd: windowStart + size };
  return {
    ...change([group], of(before), of(after), bounds),
    partition: 0,
    offset: 0,
  };
}

describe('without a window', () => {
  test('each row gives the result before and after it', async () => {
    const harness = new OperatorHarness(step);
    expect(await harness.run([add('x', 5, 7), add('y', 1, 3), add('x', null, 4)])).toEqual([
      result('x', null, [1, 5], 7),
      result('y', null, [1, 1], 3),
      result('x', [1, 5], [2, 5], 7),
    ]);
    expect(harness.flush()).toEqual([]);
  });

  test('the row before is taken out, then the row after in', async () => {
    const harness = new OperatorHarness(step);
    await harness.run([add('x', 5), add('x', 6)]);
    expect(await harness.run([change(['x'], ['x', 5], ['x', 10])])).toEqual([
      result('x', [2, 11], [2, 16]),
    ]);
    expect(await harness.run([change(['x'], ['x', 10], null)])).toEqual([
      result('x', [2, 16], [1, 6]),
    ]);
    expect(await harness.run([change(['x'], ['x', 6], null)])).toEqual([
      result('x', [1, 6], [0, 0]),
    ]);
  });

  test('without emitBefore only the result after is given', async () => {
    const harness = new OperatorHarness({ ...step, emitBefore: false });
    await harness.run([add('x', 5)]);
    expect(await harness.run([add('x', 6)])).toEqual([result('x', null, [2, 11])]);
  });

  test('merging gives one result per group at the end of the tick', async () => {
    const harness = new OperatorHarness(step, { merge: true });
    expect(await harness.run([add('x', 1), add('y', 2), add('x', 3)])).toEqual([]);
    expect(await harness.run([add('x', 4)])).toEqual([]);
    expect(harness.flush()).toEqual([result('x', null, [3, 8]), result('y', null, [1, 2])]);
    await harness.commit();
    await harness.run([add('x', 10), add('x', 20)]);
    expect(harness.flush()).toEqual([result('x', [3, 8], [5, 38])]);
  });

  test.each([false, true])('an abandoned tick counts nothing (merging: %s)', async (merge) => {
    const store = new MemoryStore();
    const harness = new OperatorHarness(step, { merge, store });
    await harness.run([add('x', 1)]);
    harness.flush();
    await harness.commit();
    await harness.run([add('x', 100), add('y', 100)]);
    harness.flush();
    harness.abandon();
    const next = [...(await harness.run([add('x', 2), add('y', 3)])), ...harness.flush()];
    expect(next).toEqual([result('x', [1, 1], [2, 3]), result('y', null, [1, 3])]);
    await harness.commit();
    const reopened = new OperatorHarness(step, { store });
    expect(await reopened.run([add('x', 4)])).toEqual([result('x', [2, 3], [3, 7])]);
  });

  test('an overflowing sum of decimals throws', async () => {
    const type = { kind: 'DECIMAL', precision: 2, scale: 1 } as const;
    const harness = new OperatorHarness({
      ...step,
      aggregates: [{ function: 'SUM', columns: [1], argumentTypes: [type] }],
    });
    expect(await harness.run([add('x', 99)])).toEqual([result('x', null, [99])]);
    await expect(harness.run([add('x', 1)])).rejects.toThrow();
  });
});

describe('of collections', () => {
  const type = { kind: 'ARRAY', element: INTEGER } as const;
  const collecting: AggregateStep = {
    ...step,
    schema: { ...step.schema, values: [{ name: 'ALL', type }] },
    aggregates: [
      { function: 'COLLECT_LIST', columns: [1], argumentTypes: [INTEGER] },
      {
        function: 'TOPK',
        columns: [1],
        argumentTypes: [INTEGER, INTEGER],
        constants: { literals: [1], limit: null },
      },
    ],
  };

  test('results that were given stay as they are when rows follow', async () => {
    const harness = new OperatorHarness(collecting);
    const out = [
      ...(await harness.run([add('x', 1), add('x', 2)])),
      ...(await harness.run([add('x', 3)])),
    ];
    expect(out).toEqual([
      result('x', null, [[1], [1]]),
      result('x', [[1], [1]], [[1, 2], [2]]),
      result('x', [[1, 2], [2]], [[1, 2, 3], [3]]),
    ]);
  });

  test('groups do not share them, and a tick that is abandoned leaves no trace', async () => {
    const harness = new OperatorHarness(collecting, { merge: true });
    await harness.run([add('x', 1), add('y', 2)]);
    expect(harness.flush()).toEqual([result('x', null, [[1], [1]]), result('y', null, [[2], [2]])]);
    await harness.commit();
    await harness.run([add('x', 100)]);
    harness.abandon();
    await harness.run([add('x', 3), add('x', 4)]);
    expect(harness.flush()).toEqual([result('x', [[1], [1]], [[1, 3, 4], [4]])]);
  });

  test('they are read back as they were written', async () => {
    const store = new MemoryStore();
    const harness = new OperatorHarness(collecting, { store });
    await harness.run([add('x', 1), add('x', null)]);
    await harness.commit();
    const reopened = new OperatorHarness(collecting, { store });
    expect(await reopened.run([add('x', 2)])).toEqual([
      result('x', [[1, null], [1]], [[1, null, 2], [2]]),
    ]);
  });
});

describe('in tumbling windows', () => {
  test('rows are aggregated by window', async () => {
    const harness = new OperatorHarness(windowed);
    expect(await harness.run([add('x', 1, 0), add('x', 2, 9), add('x', 4, 10)])).toEqual([
      result('x', null, [1, 1], 0, 0, 10),
      result('x', [1, 1], [2, 3], 9, 0, 10),
      result('x', null, [1, 4], 10, 10, 10),
    ]);
  });

  test('a row is late once its window has ended and the grace period is over', async () => {
    const harness = new OperatorHarness(windowed);
    const out = await harness.run([
      add('x', 1, 14),
      add('x', 2, 9),
      add('x', 4, 15),
      add('x', 8, 9),
    ]);
    expect(out).toEqual([
      result('x', null, [1, 1], 14, 10, 10),
      result('x', null, [1, 2], 9, 0, 10),
      result('x', [1, 1], [2, 5], 15, 10, 10),
    ]);
    expect(harness.lateCount).toBe(1);
    expect(harness.operator.times).toEqual([15]);
  });

  test('stream time that was saved decides what is late after a restart', async () => {
    const harness = new OperatorHarness(windowed);
    harness.operator.times = [15];
    expect(await harness.run([add('x', 1, 9)])).toEqual([]);
    expect(harness.lateCount).toBe(1);
  });
});
