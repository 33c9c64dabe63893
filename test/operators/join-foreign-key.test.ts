import { describe, expect, test } from 'vitest';
import { Change } from '../../src/operators/change.ts';
import type { JoinForeignKeyStep } from '../../src/operators/join-foreign-key.ts';
import { ForeignKeyMessage } from '../../src/operators/join-foreign-key-left.ts';
import { INTEGER, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness, over, row } from './operator-harness.ts';

const MESSAGES = 0;
const RIGHT = 1;
const { JOIN, REJOIN, LEAVE, REMOVE, DETACH } = ForeignKeyMessage;

/** Left: an INTEGER key and one value; right: the rows of the harness, joined on their key. */
function joining(type: 'INNER' | 'LEFT'): JoinForeignKeyStep {
  return {
    kind: 'JoinForeignKey',
    id: 4,
    inputs: [2, 3],
    schema: {
      keys: [{ name: 'ID', type: INTEGER }],
      values: [
        { name: 'L', type: STRING },
        { name: 'R', type: INTEGER },
      ],
      window: null,
    },
    type,
    foreignKeyType: STRING,
    columns: [
      { side: 'left', expression: over('G') },
      { side: 'right', expression: over('V') },
    ],
    leftKeyFormat: { name: 'KAFKA' },
    table: 'T',
  };
}

interface Message {
  readonly time?: number;
  readonly version?: number;
}

/** A message about the left row `id` to the right key `to`. */
function message(
  what: number,
  to: string | null,
  id: number,
  value: string | null,
  { time = 0, version = 1 }: Message = {},
): Change {
  return new Change([to], null, [to, what, id, value], time, 0, version, 0, 0);
}

function right(key: string, v: number, time = 0): Change {
  return row(key, 'x', v, time);
}

function lines(changes: readonly Change[]): string[] {
  return changes.map(({ key, after, time, offset }) => {
    const row = after === null ? 'gone' : after.slice(1).map(String).join(' ');
    return `${key.map(String).join(' ')}: ${row} @${time} v${offset}`;
  });
}

async function emitted(harness: OperatorHarness, input: number, ...batch: Change[]) {
  return lines(await harness.run(batch, input));
}

describe('an answer to a left row', () => {
  test('joins the right row if there is one, at the later of both times', async () => {
    for (const type of ['INNER', 'LEFT'] as const) {
      const harness = new OperatorHarness(joining(type));
      await emitted(harness, RIGHT, right('a', 7, 20));
      expect(
        await emitted(
          harness,
          MESSAGES,
          message(JOIN, 'a', 1, 'x', { time: 10 }),
          message(REJOIN, 'a', 1, 'y', { time: 30, version: 2 }),
        ),
      ).toEqual(['1: x 7 @20 v1', '1: y 7 @30 v2']);
    }
  });

  test('without a right row depends on the join, and on whether there was a result', async () => {
    const inner = new OperatorHarness(joining('INNER'));
    const left = new OperatorHarness(joining('LEFT'));
    const messages = [message(JOIN, 'a', 1, 'x'), message(REJOIN, 'a', 1, 'y', { version: 2 })];
    expect(await emitted(inner, MESSAGES, ...messages)).toEqual(['1: gone @0 v2']);
    expect(await emitted(left, MESSAGES, ...messages)).toEqual([
      '1: x null @0 v1',
      '1: y null @0 v2',
    ]);
  });

  test('to a row that is gone is a deletion', async () => {
    for (const [type, time] of [
      ['INNER', 20],
      ['LEFT', 10],
    ] as const) {
      const harness = new OperatorHarness(joining(type));
      await emitted(harness, RIGHT, right('a', 7, 20));
      await emitted(harness, MESSAGES, message(JOIN, 'a', 1, 'x'));
      const removal = message(REMOVE, 'a', 1, null, { time: 10, version: 2 });
      expect(await emitted(harness, MESSAGES, removal)).toEqual([`1: gone @${time} v2`]);
      expect(await emitted(harness, RIGHT, right('a', 8))).toEqual([]);
    }
  });

  test('to a row that points nowhere now: gone from an inner join, alone in a left one', async () => {
    const inner = new OperatorHarness(joining('INNER'));
    await emitted(inner, RIGHT, right('a', 7, 20));
    await emitted(inner, MESSAGES, message(JOIN, 'a', 1, 'x'));
    expect(await emitted(inner, MESSAGES, message(DETACH, 'a', 1, null))).toEqual([
      '1: gone @0 v1',
    ]);
    const left = new OperatorHarness(joining('LEFT'));
    expect(await emitted(left, MESSAGES, message(JOIN, null, 1, 'x'))).toEqual(['1: x null @0 v1']);
    expect(await emitted(left, MESSAGES, message(REMOVE, null, 1, null))).toEqual([
      '1: gone @0 v1',
    ]);
  });

  test('is none when the row only points elsewhere', async () => {
    const harness = new OperatorHarness(joining('INNER'));
    await emitted(harness, MESSAGES, message(JOIN, 'a', 1, 'x'));
    expect(await emitted(harness, MESSAGES, message(LEAVE, 'a', 1, null))).toEqual([]);
    expect(await emitted(harness, RIGHT, right('a', 7))).toEqual([]);
  });
});

describe('a change of a right row', () => {
  test('is told to all left rows that point to it, at its own time', async () => {
    const harness = new OperatorHarness(joining('INNER'));
    await emitted(
      harness,
      MESSAGES,
      message(JOIN, 'a', 1, 'x', { time: 90, version: 5 }),
      message(JOIN, 'b', 2, 'y', { version: 6 }),
      message(JOIN, 'a', 3, 'z', { version: 7 }),
    );
    expect(await emitted(harness, RIGHT, right('a', 7, 20))).toEqual([
      '1: x 7 @20 v5',
      '3: z 7 @20 v7',
    ]);
    const deletion = change(['a'], null, null, { time: 30 });
    expect(await emitted(harness, RIGHT, deletion, deletion)).toEqual([
      '1: gone @30 v5',
      '3: gone @30 v7',
      '1: gone @30 v5',
      '3: gone @30 v7',
    ]);
  });

  test('of a left join leaves them alone when it is a deletion', async () => {
    const harness = new OperatorHarness(joining('LEFT'));
    await emitted(harness, MESSAGES, message(JOIN, 'a', 1, 'x'));
    expect(await emitted(harness, RIGHT, change(['a'], null, null, { time: 3 }))).toEqual([
      '1: x null @3 v1',
    ]);
  });

  test('goes to the left keys in the order of their bytes', async () => {
    const harness = new OperatorHarness(joining('INNER'));
    const ids = [3, -1, 0, 256, -300];
    await emitted(harness, MESSAGES, ...ids.map((id) => message(JOIN, 'a', id, 'x')));
    const told = await harness.run([right('a', 7)], RIGHT);
    expect(told.map(({ key }) => key[0])).toEqual([0, 3, 256, -300, -1]);
  });

  test('reaches thousands of left rows, in pieces', async () => {
    const store = new MemoryStore();
    const harness = new OperatorHarness(joining('INNER'), { store });
    // In an order that splits pages everywhere.
    const ids = Array.from({ length: 5_000 }, (_, i) => (i * 1_777) % 5_000);
    await emitted(harness, MESSAGES, ...ids.map((id) => message(JOIN, 'a', id, `v${id}`)));
    await emitted(harness, MESSAGES, message(REJOIN, 'a', 17, 'new', { version: 2 }));
    const gone = ids.filter((id) => id % 3 === 0);
    await emitted(harness, MESSAGES, ...gone.map((id) => message(LEAVE, 'a', id, null)));
    await harness.commit();
    const restarted = new OperatorHarness(joining('INNER'), { store });
    const pieces = await restarted.pieces([right('a', 1)], RIGHT);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(2_300);
    const told = pieces.flat();
    expect(told.map(({ key }) => key[0])).toEqual(
      Array.from({ length: 5_000 }, (_, i) => i).filter((id) => id % 3 !== 0),
    );
    expect(told.find(({ key }) => key[0] === 17)?.after).toEqual([17, 'new', 1]);
  });

  test('reaches nobody once all have left, and those who come after that', async () => {
    const store = new MemoryStore();
    const harness = new OperatorHarness(joining('INNER'), { store });
    const ids = Array.from({ length: 300 }, (_, i) => i);
    await emitted(harness, MESSAGES, ...ids.map((id) => message(JOIN, 'a', id, 'x')));
    await harness.commit();
    await emitted(harness, MESSAGES, ...ids.map((id) => message(LEAVE, 'a', id, null)));
    expect(await emitted(harness, RIGHT, right('a', 1))).toEqual([]);
    await harness.commit();
    const range = { from: Buffer.alloc(0), to: Buffer.from([0xff]) };
    // What is left is the right row.
    expect((await Array.fromAsync(store.range(range))).flat()).toHaveLength(1);
    await emitted(harness, MESSAGES, message(JOIN, 'a', 7, 'y'));
    expect(await emitted(harness, RIGHT, right('a', 2))).toEqual(['7: y 2 @0 v1']);
  });
});

test('a right record without a key is left out and reported', async () => {
  const harness = new OperatorHarness(joining('INNER'));
  expect(await harness.run([row(null, 'x', 1)], RIGHT)).toEqual([]);
  expect(harness.errors).toEqual(['a record of table T without a key is left out']);
});

test('an abandoned tick leaves everything as it was', async () => {
  const store = new MemoryStore();
  const harness = new OperatorHarness(joining('INNER'), { store });
  await emitted(harness, MESSAGES, message(JOIN, 'a', 1, 'x'));
  await emitted(harness, RIGHT, right('a', 1));
  await harness.commit();
  await emitted(harness, MESSAGES, message(LEAVE, 'a', 1, null), message(JOIN, 'a', 2, 'y'));
  await emitted(harness, RIGHT, right('a', 9));
  harness.abandon();
  expect(await emitted(harness, RIGHT, right('a', 3))).toEqual(['1: x 3 @0 v1']);
});

function restarted(harness: OperatorHarness, store: MemoryStore): OperatorHarness {
  const next = new OperatorHarness(joining('INNER'), { store });
  next.operator.times?.splice(0, Infinity, ...(harness.operator.times ?? []));
  return next;
}

describe('a fan-out too large for a tick', () => {
  const COUNT = 5_000;
  const everyone = Array.from({ length: COUNT }, (_, id) => id);

  async function filled(store: MemoryStore): Promise<OperatorHarness> {
    const harness = new OperatorHarness(joining('INNER'), { store });
    await harness.run(
      everyone.map((id) => message(JOIN, 'a', id, 'x')),
      MESSAGES,
    );
    await harness.commit();
    return harness;
  }

  const deletion = change(['a'], null, null, { time: 3 });
  /** What comes behind the large one, and what it gives. */
  const behind: [Change, number][] = [
    [message(REJOIN, 'a', 7, 'y', { version: 2 }), MESSAGES],
    [right('b', 5, 4), RIGHT],
    [message(JOIN, 'b', COUNT, 'z', { version: 3 }), MESSAGES],
    [deletion, RIGHT],
  ];

  test('goes on after a restart where it stood, before the rows behind it, which wait', async () => {
    const whole = await filled(new MemoryStore());
    const expected = lines(await whole.run([right('a', 1)], RIGHT));
    for (const [row, input] of behind) expected.push(...(await emitted(whole, input, row)));
    expect(expected).toHaveLength(2 * COUNT + 2);

    const store = new MemoryStore();
    let harness = await filled(store);
    const told = [...(await harness.begun([right('a', 1)], RIGHT))];
    for (const [row, input] of behind) told.push(...(await harness.begun([row], input)));
    expect(told.length).toBeLessThan(COUNT);
    let restarts = 0;
    while (harness.operator.backlog?.isEmpty === false) {
      await harness.commit();
      harness = restarted(harness, store);
      restarts++;
      for (let piece = 0; piece < 3; piece++) told.push(...(await harness.backlogPiece()));
    }
    expect(restarts).toBeGreaterThan(2);
    expect(lines(told)).toEqual(expected);
    await harness.commit();
    expect(harness.operator.times).toEqual([0, 0, 0, 0]);
  });

  test('goes on from the last commit when the tick is abandoned', async () => {
    const store = new MemoryStore();
    const harness = await filled(store);
    const told = [...(await harness.begun([right('a', 1), right('b', 2), right('a', 3)], RIGHT))];
    await harness.commit();
    const saved = [...(harness.operator.times ?? [])];
    await harness.backlogPiece();
    await harness.backlogPiece();
    await harness.backlogPiece();
    harness.operator.times?.splice(0, Infinity, ...saved);
    harness.abandon();
    told.push(...(await harness.backlog()));
    expect(told.map(({ key, after }) => [key[0], after?.[2]])).toEqual([
      ...everyone.map((id) => [id, 1]),
      ...everyone.map((id) => [id, 3]),
    ]);
  });

  test('leaves out rows that have gone elsewhere in a tick that is over', async () => {
    const store = new MemoryStore();
    const harness = await filled(store);
    const last = COUNT - 1;
    const messages = [
      message(LEAVE, 'a', last, null, { version: 2 }),
      message(JOIN, 'a', COUNT, 'z', { version: 3 }),
      message(LEAVE, 'a', COUNT, null, { version: 4 }),
      message(JOIN, 'a', COUNT + 1, 'z', { version: 5 }),
    ];
    const told = [...(await harness.begun([right('a', 1)], RIGHT))];
    await harness.begun(messages, MESSAGES);
    await harness.commit();
    const next = restarted(harness, store);
    told.push(...(await next.backlog()));
    expect(told.map(({ key }) => key[0])).toEqual([...everyone.slice(0, last), COUNT + 1]);
    expect(await emitted(next, RIGHT, right('a', 2))).toHaveLength(COUNT);
  });
});
