import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/operators/change.ts';
import { explainStep, statesOf } from '../../src/operators/index.ts';
import type { FlatMapStep } from '../../src/operators/flat-map.ts';
import type { Expression } from '../../src/expressions/expression.ts';
import { INTEGER, type Row, STRING, type SqlType } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
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

/** What is put out, without the long lists it comes of. */
function linesOf(changes: readonly Change[]): string[] {
  return changes.map(({ key, after, time }) => {
    const [expanded, cube] = (after ?? []).slice(3);
    return `${key[0]} ${expanded} ${JSON.stringify(cube)} @${time}`;
  });
}

describe('a row that becomes more rows than should come at a time', () => {
  const COUNT = 10_500;
  const inPieces: FlatMapStep = { ...step, inPieces: true };
  const long = (first: number): number[] => Array.from({ length: COUNT }, (_, i) => first + i);
  const rows: Row[] = [
    ['a', [-1], null],
    ['b', long(0), [9]],
    ['c', [-2, -3], null],
    ['d', long(20_000), [8, 7]],
    ['e', [-4], null],
  ];
  const batch = rows.map((row, i) => change([row[0] as string], null, row, { time: i }));

  async function whole(): Promise<string[]> {
    const harness = new OperatorHarness(step);
    const out = await harness.run([...batch, ...batch]);
    expect(out).toHaveLength(2 * (2 * COUNT + 4));
    return linesOf(out);
  }

  test('comes in pieces, goes on after a restart where it stood, and rows behind it wait', async () => {
    const store = new MemoryStore();
    let harness = new OperatorHarness(inPieces, { store });
    const out = await harness.begun(batch);
    out.push(...(await harness.begun(batch)));
    expect(out.length).toBeLessThan(COUNT);
    let restarts = 0;
    while (harness.operator.backlog?.isEmpty === false) {
      await harness.commit();
      const { times } = harness.operator;
      harness = new OperatorHarness(inPieces, { store });
      harness.operator.times?.splice(0, Infinity, ...(times ?? []));
      restarts++;
      for (let piece = 0; piece < 2; piece++) {
        const next = await harness.backlogPiece();
        expect(next.length).toBeLessThan(5_000);
        out.push(...next);
      }
    }
    expect(restarts).toBeGreaterThan(3);
    expect(linesOf(out)).toEqual(await whole());
  });

  test('is the same when a tick is abandoned in the middle', async () => {
    const harness = new OperatorHarness(inPieces);
    const out = await harness.begun(batch);
    out.push(...(await harness.begun(batch)));
    await harness.commit();
    const saved = [...(harness.operator.times ?? [])];
    for (let piece = 0; piece < 6; piece++) await harness.backlogPiece();
    harness.operator.times?.splice(0, Infinity, ...saved);
    harness.abandon();
    out.push(...(await harness.backlogPiece()));
    await harness.commit();
    out.push(...(await harness.backlog()));
    expect(linesOf(out)).toEqual(await whole());
  });

  test('is computed once', async () => {
    const harness = new OperatorHarness(inPieces);
    const failing = Array.from({ length: 21 }, () => 1);
    const failed = change(['k'], null, ['k', long(0), failing]);
    await harness.run([failed, failed]);
    expect(harness.errors).toHaveLength(2);
  });
});

test('a batch of many rows that become many comes in pieces', async () => {
  const harness = new OperatorHarness({ ...step, inPieces: true });
  const row = ['k', Array.from({ length: 1_000 }, (_, i) => i), null];
  const pieces = await harness.pieces(Array.from({ length: 100 }, () => change(['k'], null, row)));
  expect(pieces.flat()).toHaveLength(100_000);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
});

test('a transient query keeps nothing', () => {
  expect(statesOf(step)).toEqual([]);
});

test('explains itself by its calls', () => {
  expect(explainStep(step)).toBe('TABLE FUNCTIONS EXPLODE(A), CUBE_EXPLODE(B)');
});
