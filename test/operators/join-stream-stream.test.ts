import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/operators/change.ts';
import type { JoinStreamStreamStep } from '../../src/operators/join-stream-stream.ts';
import { INTEGER, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness, over, row } from './operator-harness.ts';

const LEFT = 0;
const RIGHT = 1;

function joining(changes: Partial<JoinStreamStreamStep> = {}): JoinStreamStreamStep {
  return {
    kind: 'JoinStreamStream',
    id: 2,
    inputs: [0, 1],
    schema: {
      keys: [{ name: 'K', type: STRING }],
      values: [
        { name: 'L', type: INTEGER },
        { name: 'R', type: INTEGER },
      ],
      window: null,
    },
    type: 'INNER',
    columns: [
      { side: 'left', expression: over('V') },
      { side: 'right', expression: over('V') },
    ],
    stream: 'S',
    beforeMs: 10,
    afterMs: 10,
    graceMs: 1000,
    delayed: false,
    keyFormat: { name: 'KAFKA' },
    ...changes,
  };
}

/** A row whose value is a number of its own. */
function at(time: number, v: number, key: string | null = 'a'): Change {
  return row(key, 'x', v, time);
}

function lines(changes: readonly Change[]): string[] {
  return changes.map(({ after, time }) => `${(after ?? []).map(String).join(' ')} @${time}`);
}

async function emitted(
  harness: OperatorHarness,
  side: number,
  ...batch: readonly Change[]
): Promise<string[]> {
  return lines(await harness.run(batch, side));
}

describe('partners', () => {
  test('are at most as far away as WITHIN says, both ends included', async () => {
    const harness = new OperatorHarness(joining({ beforeMs: 10, afterMs: 20 }));
    await emitted(harness, RIGHT, at(89, 1), at(90, 2), at(100, 3), at(120, 4), at(121, 5));
    expect(await emitted(harness, LEFT, at(100, 0))).toEqual([
      'a 0 2 @100',
      'a 0 3 @100',
      'a 0 4 @120',
    ]);
  });

  test('of a right row lie the other way round', async () => {
    const harness = new OperatorHarness(joining({ beforeMs: 10, afterMs: 20 }));
    await emitted(harness, LEFT, at(79, 1), at(80, 2), at(110, 3), at(111, 4));
    expect(await emitted(harness, RIGHT, at(100, 0))).toEqual(['a 2 0 @100', 'a 3 0 @110']);
  });

  test('come in the order of their times, and of arrival among equal times', async () => {
    const harness = new OperatorHarness(joining());
    await emitted(harness, LEFT, at(5, 1), at(9, 2), at(7, 3), at(5, 4), at(5, 5, 'b'));
    expect(await emitted(harness, RIGHT, at(6, 0))).toEqual([
      'a 1 0 @6',
      'a 4 0 @6',
      'a 3 0 @7',
      'a 2 0 @9',
    ]);
  });

  test('have the very same time where WITHIN is zero', async () => {
    const harness = new OperatorHarness(joining({ beforeMs: 0, afterMs: 0 }));
    await emitted(harness, LEFT, at(5, 1), at(6, 2), at(6, 3), at(7, 4));
    expect(await emitted(harness, RIGHT, at(6, 0))).toEqual(['a 2 0 @6', 'a 3 0 @6']);
  });

  test('are not there for rows without a key or a value, which are not kept either', async () => {
    const harness = new OperatorHarness(joining());
    const empty = change(['a'], null, null, { time: 5 });
    expect(await emitted(harness, LEFT, at(5, 1, null), empty)).toEqual([]);
    expect(await emitted(harness, RIGHT, at(5, 2), at(5, 3, null), empty)).toEqual([]);
  });

  test('are seen as long as they are within WITHIN and GRACE of the latest row of their side', async () => {
    const harness = new OperatorHarness(joining({ graceMs: 100 }));
    await emitted(harness, LEFT, at(10, 1), at(11, 2));
    await emitted(harness, LEFT, at(130, 3, 'b'));
    // 130 - (10 + 10 + 100) = 10: the row of time 10 is gone, that of 11 is there.
    expect(await emitted(harness, RIGHT, at(10, 0))).toEqual(['a 2 0 @11']);
    // The right side has not moved on, so a late left row still finds its partner.
    expect(await emitted(harness, LEFT, at(9, 4))).toEqual(['a 4 0 @10']);
  });
});

describe('without GRACE PERIOD rows appear without a partner at once', () => {
  test.each([
    ['LEFT', ['a 1 null @50'], [], ['a 1 3 @52']],
    ['RIGHT', [], ['b null 2 @50'], ['a 1 3 @52']],
    ['FULL', ['a 1 null @50'], ['b null 2 @50'], ['a 1 3 @52']],
  ] as const)('%s', async (type, left, right, both) => {
    const harness = new OperatorHarness(joining({ type }));
    expect(await emitted(harness, LEFT, at(50, 1))).toEqual(left);
    expect(await emitted(harness, RIGHT, at(50, 2, 'b'))).toEqual(right);
    expect(await emitted(harness, RIGHT, at(52, 3))).toEqual(both);
  });

  test('also those without a key', async () => {
    const harness = new OperatorHarness(joining({ type: 'FULL' }));
    expect(await emitted(harness, LEFT, at(50, 1, null))).toEqual(['null 1 null @50']);
    expect(await emitted(harness, RIGHT, at(50, 2, null))).toEqual(['null null 2 @50']);
    expect(await emitted(harness, LEFT, change(['a'], null, null, { time: 5 }))).toEqual([]);
  });
});

describe('with GRACE PERIOD rows appear without a partner when none can come any more', () => {
  const full = { type: 'FULL', delayed: true, graceMs: 5 } as const;

  test('the rows of all keys that are due, by time, right before left, then by key', async () => {
    const harness = new OperatorHarness(joining(full));
    await emitted(harness, LEFT, at(100, 1, 'b'), at(100, 2, 'a'), at(99, 3, 'c'));
    await emitted(harness, RIGHT, at(100, 4, 'd'), at(101, 5, 'e'));
    harness.now = 1_000;
    // Due is what is older than 116 - 10 - 5 = 101.
    expect(await emitted(harness, LEFT, at(116, 9, 'z'))).toEqual([
      'c 3 null @99',
      'd null 4 @100',
      'a 2 null @100',
      'b 1 null @100',
    ]);
    harness.now = 2_000;
    expect(await emitted(harness, LEFT, at(117, 10, 'z'))).toEqual(['e null 5 @101']);
  });

  test('and not when one has come in time', async () => {
    const harness = new OperatorHarness(joining(full));
    await emitted(harness, LEFT, at(100, 1), at(100, 2), at(101, 3));
    expect(await emitted(harness, RIGHT, at(90, 4))).toEqual(['a 1 4 @100', 'a 2 4 @100']);
    harness.now = 1_000;
    expect(await emitted(harness, LEFT, at(200, 9, 'z'))).toEqual(['a 3 null @101']);
  });

  test('at once when their time is past already', async () => {
    const harness = new OperatorHarness(joining(full));
    await emitted(harness, RIGHT, at(111, 1, 'z'));
    expect(await emitted(harness, LEFT, at(100, 2), at(101, 3))).toEqual(['a 2 null @100']);
  });

  test('looked for once a second, at rows that are the latest', async () => {
    const harness = new OperatorHarness(joining(full));
    await emitted(harness, LEFT, at(100, 1));
    expect(await emitted(harness, LEFT, at(200, 2, 'b'))).toEqual([]);
    harness.now = 1_000;
    expect(await emitted(harness, LEFT, at(199, 3, 'c'))).toEqual([]);
    expect(await emitted(harness, LEFT, at(200, 4, 'd'))).toEqual(['a 1 null @100']);
    expect(await emitted(harness, LEFT, at(300, 5, 'e'))).toEqual([]);
  });

  test('a look that finds nothing pending counts, one that finds nothing old enough does not', async () => {
    const harness = new OperatorHarness(joining(full));
    await emitted(harness, LEFT, at(100, 1));
    harness.now = 1_000;
    expect(await emitted(harness, LEFT, at(115, 2, 'b'))).toEqual([]);
    expect(await emitted(harness, LEFT, at(116, 3, 'b'))).toEqual(['a 1 null @100']);
  });

  test('in the order of their keys as they are written', async () => {
    const harness = new OperatorHarness(
      joining({ ...full, keyFormat: { name: 'JSON', unwrapped: true } }),
    );
    await emitted(harness, LEFT, at(100, 1, 'é'), at(100, 2, 'z'));
    harness.now = 1_000;
    expect(await emitted(harness, LEFT, at(200, 9, 'a'))).toEqual([
      'z 2 null @100',
      'é 1 null @100',
    ]);
  });

  test('INNER has none', async () => {
    const harness = new OperatorHarness(joining({ ...full, type: 'INNER' }));
    await emitted(harness, LEFT, at(100, 1));
    harness.now = 1_000;
    expect(await emitted(harness, LEFT, at(200, 2))).toEqual([]);
    // Both sides, and rows that wait.
    expect(harness.operator.states).toHaveLength(3);
  });
});

describe('state', () => {
  test('survives a restart: partners, rows that wait, and the time of the next look', async () => {
    const store = new MemoryStore();
    const step = joining({ type: 'LEFT', delayed: true, graceMs: 5 });
    const harness = new OperatorHarness(step, { store });
    await emitted(harness, RIGHT, at(100, 7, 'r'));
    await emitted(harness, LEFT, at(100, 1), at(100, 2, 'b'), at(101, 3, 'b'));
    await harness.commit();
    const restarted = new OperatorHarness(step, { store });
    restarted.operator.times?.splice(0, Infinity, ...(harness.operator.times ?? []));
    expect(await emitted(restarted, LEFT, at(102, 4, 'r'))).toEqual(['r 4 7 @102']);
    expect(await emitted(restarted, LEFT, at(150, 5, 'c'))).toEqual([]);
    restarted.now = 1_000;
    expect(await emitted(restarted, LEFT, at(150, 6, 'd'))).toEqual([
      'a 1 null @100',
      'b 2 null @100',
      'b 3 null @101',
    ]);
  });

  test('is the same after an abandoned tick', async () => {
    const store = new MemoryStore();
    const harness = new OperatorHarness(joining(), { store });
    await emitted(harness, LEFT, at(100, 1));
    await harness.commit();
    await emitted(harness, LEFT, at(100, 2), at(99, 3));
    harness.abandon();
    expect(await emitted(harness, RIGHT, at(100, 0))).toEqual(['a 1 0 @100']);
  });

  test('is kept for pending rows however old they are', async () => {
    const step = joining({ type: 'LEFT', delayed: true, graceMs: 5 });
    const harness = new OperatorHarness(step);
    await emitted(harness, LEFT, at(2_100, 1));
    await emitted(harness, RIGHT, at(10_000, 2, 'b'));
    await emitted(harness, LEFT, at(10_000, 3, 'b'));
    // Buckets of 21 ms; rows older than 10000 - 25 are not seen any more, the pending one is of 2100.
    expect([0, 1, 2].map((state) => harness.operator.windowFloor?.(state))).toEqual([
      9_975, 9_975, 2_100,
    ]);
  });
});

const session = (end: number, v: number): Change =>
  change(['a'], null, ['a', 'x', v], { time: end, windowStart: 3, windowEnd: end });

test('rows of windowed streams meet those of the same window', async () => {
  const window = { kind: 'SESSION', sizeMs: null } as const;
  const harness = new OperatorHarness(joining({ schema: { ...joining().schema, window } }));
  await emitted(harness, LEFT, session(5, 1), session(6, 2));
  const [joined, ...more] = await harness.run([session(6, 0)], RIGHT);
  expect(more).toEqual([]);
  expect(joined).toEqual(
    change(['a'], null, ['a', 2, 0], { time: 6, windowStart: 3, windowEnd: 6 }),
  );
});

describe('more rows due at once than should be emitted at a time', () => {
  const COUNT = 4_500;
  const step = joining({ type: 'FULL', delayed: true, graceMs: 5 });
  const waiting = Array.from({ length: COUNT }, (_, i) =>
    at(100 + (i % 3), i, `k${String((i * 7) % COUNT).padStart(5, '0')}`),
  );

  async function filled(store: MemoryStore): Promise<OperatorHarness> {
    const harness = new OperatorHarness(step, { store });
    await harness.run(waiting, LEFT);
    await harness.run([at(102, -1, 'k00000'), at(103, -2, 'r')], RIGHT);
    await harness.commit();
    harness.now = 1_000;
    return harness;
  }

  /** The row that makes them due, and rows behind it that meet each other. */
  const late: [Change[], number][] = [
    [[at(200, -3, 'z'), at(199, -4, 'y')], LEFT],
    [[at(201, -5, 'z'), at(200, -6, null)], RIGHT],
    [[at(202, -7, 'y')], LEFT],
  ];

  async function whole(): Promise<string[]> {
    const harness = await filled(new MemoryStore());
    const lines: string[] = [];
    for (const [batch, side] of late) lines.push(...(await emitted(harness, side, ...batch)));
    expect(lines).toHaveLength(COUNT + 2);
    return lines;
  }

  test('come in pieces, go on after a restart where they stood, and rows behind them wait', async () => {
    const store = new MemoryStore();
    let harness = await filled(store);
    const out: Change[] = [];
    for (const [batch, side] of late) out.push(...(await harness.begun(batch, side)));
    expect(out.length).toBeLessThan(COUNT);
    let restarts = 0;
    while (harness.operator.backlog?.isEmpty === false) {
      await harness.commit();
      const { times } = harness.operator;
      harness = new OperatorHarness(step, { store });
      harness.operator.times?.splice(0, Infinity, ...(times ?? []));
      harness.now = 1_000;
      restarts++;
      for (let piece = 0; piece < 3; piece++) out.push(...(await harness.backlogPiece()));
    }
    expect(restarts).toBeGreaterThan(1);
    expect(lines(out)).toEqual(await whole());
  });

  test('are the same when a tick is abandoned in the middle, or there is no restart', async () => {
    const harness = await filled(new MemoryStore());
    const out: Change[] = [];
    for (const [batch, side] of late) out.push(...(await harness.begun(batch, side)));
    await harness.commit();
    const saved = [...(harness.operator.times ?? [])];
    await harness.backlogPiece();
    harness.operator.times?.splice(0, Infinity, ...saved);
    harness.abandon();
    out.push(...(await harness.backlogPiece()));
    await harness.commit();
    out.push(...(await harness.backlog()));
    expect(lines(out)).toEqual(await whole());
  });
});

/** The operator as a process that starts finds it. */
function restarted(
  harness: OperatorHarness,
  { step, store }: { step: JoinStreamStreamStep; store: MemoryStore },
): OperatorHarness {
  const next = new OperatorHarness(step, { store });
  next.operator.times?.splice(0, Infinity, ...(harness.operator.times ?? []));
  return next;
}

describe('a row with more partners than should be met at a time', () => {
  const COUNT = 10_500;
  const LIMIT = 10_000;
  // In buckets of 21 ms from 84 and from 105.
  const partners = Array.from({ length: COUNT }, (_, i) =>
    at(100 + Math.floor((i * 8) / COUNT), i),
  );

  async function filled(
    step: JoinStreamStreamStep,
    store: MemoryStore,
    ...left: readonly Change[]
  ): Promise<OperatorHarness> {
    const harness = new OperatorHarness(step, { store });
    await harness.run(left, LEFT);
    await harness.run([at(99, -8), at(112, -9, 'b')], RIGHT);
    await harness.run(partners, RIGHT);
    await harness.commit();
    return harness;
  }

  /** The row with all those partners; rows behind it that meet it, its partners, and one another. */
  const batches: [Change[], number][] = [
    [[at(110, -1), at(116, -2)], LEFT],
    [[at(111, -3), at(111, -4, null)], RIGHT],
    [[at(117, -5, 'c')], LEFT],
  ];

  async function begin(harness: OperatorHarness): Promise<Change[]> {
    const out: Change[] = [];
    for (const [batch, side] of batches) out.push(...(await harness.begun(batch, side)));
    return out;
  }

  /** Partner i is at 100 + 8 i / COUNT; the second left row meets those from 106 on, which are the last quarter. */
  const quarter = (COUNT * 6) / 8;
  const all = Array.from({ length: COUNT }, (_, i) => `a -1 ${i} @110`);
  const some = all.slice(quarter).map((_, i) => `a -2 ${quarter + i} @116`);
  const waits = { delayed: true, graceMs: 5 };

  test.each([
    ['INNER', {}, []],
    ['LEFT', {}, ['c -5 null @117']],
    ['RIGHT', {}, ['null null -4 @111']],
    ['FULL', {}, ['null null -4 @111', 'c -5 null @117']],
    ['INNER', waits, []],
    ['LEFT', waits, []],
    ['RIGHT', waits, ['null null -4 @111']],
    ['FULL', waits, ['null null -4 @111']],
  ] as const)('%s %o meets each once, in order, across restarts', async (type, grace, alone) => {
    const store = new MemoryStore();
    const step = joining({ type, ...grace });
    let harness = await filled(step, store);
    const out = await begin(harness);
    expect(out.length).toBeLessThan(COUNT);
    let restarts = 0;
    while (harness.operator.backlog?.isEmpty === false) {
      await harness.commit();
      harness = restarted(harness, { step, store });
      restarts++;
      for (let piece = 0; piece < 2; piece++) {
        const next = await harness.backlogPiece();
        expect(next.length).toBeLessThan(LIMIT);
        out.push(...next);
      }
    }
    expect(restarts).toBeGreaterThan(1);
    expect(lines(out)).toEqual([...all, ...some, 'a -1 -3 @111', 'a -2 -3 @116', ...alone]);
    if (!('delayed' in grace) || type === 'INNER') return;
    // The partners do not wait any more.
    harness.now = 1_000;
    const late = lines([
      ...(await harness.run([at(10_000, -6, 'd')], LEFT)),
      ...(await harness.run([at(10_000, -7, 'e')], RIGHT)),
    ]);
    expect(late).toEqual(
      [
        type === 'LEFT' ? null : 'a null -8 @99',
        type === 'LEFT' ? null : 'b null -9 @112',
        type === 'RIGHT' ? null : 'c -5 null @117',
      ].filter((line) => line !== null),
    );
  });

  test('meets them at once when there are no more than that', async () => {
    const harness = await filled(joining(), new MemoryStore());
    // The times from 101 on.
    const out = await harness.begun([at(111, -1)], LEFT);
    expect(out).toHaveLength(COUNT - Math.ceil(COUNT / 8));
    expect(harness.operator.backlog?.isEmpty).toBe(true);
  });

  test('is the same when a tick is abandoned in the middle', async () => {
    const harness = await filled(joining(), new MemoryStore());
    const out = await begin(harness);
    await harness.commit();
    const saved = [...(harness.operator.times ?? [])];
    await harness.backlogPiece();
    harness.operator.times?.splice(0, Infinity, ...saved);
    harness.abandon();
    out.push(...(await harness.backlogPiece()));
    await harness.commit();
    out.push(...(await harness.backlog()));
    expect(lines(out)).toEqual([...all, ...some, 'a -1 -3 @111', 'a -2 -3 @116']);
  });

  test('lets out what is due once, before the first of them', async () => {
    const store = new MemoryStore();
    const step = joining({ type: 'FULL', ...waits, beforeMs: 50 });
    let harness = await filled(step, store, at(96, -7, 'z'));
    harness.now = 1_000;
    const out = await harness.begun([at(117, -1)], LEFT);
    await harness.commit();
    harness = restarted(harness, { step, store });
    // The time of the next look has come, but it is still the same row.
    harness.now = 5_000;
    const times = [...(harness.operator.times ?? [])];
    out.push(...(await harness.backlog()));
    expect(lines(out).slice(0, 2)).toEqual(['z -7 null @96', 'a -1 -8 @117']);
    expect(out).toHaveLength(COUNT + 2);
    expect(times[3]).toBe(2_000);
    expect(harness.operator.times?.[3]).toBe(2_000);
  });

  test('has its columns computed once', async () => {
    const columns = [
      { side: 'left', expression: over('V / 0') },
      { side: 'right', expression: over('V') },
    ] as const;
    const harness = await filled(joining({ columns }), new MemoryStore());
    const out = await harness.run([at(110, -1)], LEFT);
    expect(lines([out[0] as Change, out.at(-1) as Change])).toEqual([
      'a null 0 @110',
      `a null ${COUNT - 1} @110`,
    ]);
    expect(harness.errors).toHaveLength(1);
  });
});

test('a batch of many rows with many partners comes in pieces', async () => {
  const harness = new OperatorHarness(joining());
  await harness.run(
    Array.from({ length: 1_000 }, (_, i) => at(100, i)),
    RIGHT,
  );
  const batch = Array.from({ length: 200 }, (_, i) => at(100, i));
  const pieces = await harness.pieces(batch, LEFT);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(70_000);
  expect(lines(pieces.flat())).toEqual(
    batch.flatMap((_, l) => Array.from({ length: 1_000 }, (__, r) => `a ${l} ${r} @100`)),
  );
});
