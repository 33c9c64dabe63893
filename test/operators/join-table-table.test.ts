import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/operators/change.ts';
import type { JoinTableTableStep } from '../../src/operators/join-table-table.ts';
import { INTEGER, STRING } from '../../src/sql/types.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import { change, OperatorHarness, over, row } from './operator-harness.ts';

const LEFT = 0;
const RIGHT = 1;

function joining(type: JoinTableTableStep['type']): JoinTableTableStep {
  return {
    kind: 'JoinTableTable',
    id: 2,
    inputs: [0, 1],
    schema: {
      keys: [{ name: 'K', type: STRING }],
      values: [
        { name: 'L', type: INTEGER },
        { name: 'R', type: STRING },
      ],
      window: null,
    },
    type,
    columns: [
      { side: 'left', expression: over('V') },
      { side: 'right', expression: over('UCASE(G)') },
    ],
    table: 'T',
  };
}

const deletion = (time = 0): Change => change(['a'], null, null, { time });

/** What comes out of each of the changes, one after the other: `before -> after @time`. */
async function story(
  type: JoinTableTableStep['type'],
  changes: readonly (readonly [side: number, change: Change])[],
): Promise<string[]> {
  const harness = new OperatorHarness(joining(type));
  const lines: string[] = [];
  for (const [side, one] of changes) {
    const out = await harness.run([one], side);
    expect(out.length).toBeLessThan(2);
    const [result] = out;
    lines.push(
      result === undefined
        ? 'nothing'
        : `${text(result.before)} -> ${text(result.after)} @${result.time}`,
    );
  }
  return lines;
}

function text(of: Change['after']): string {
  return of === null ? '-' : of.map(String).join(' ');
}

describe('every change of either side gives the result of its key anew', () => {
  const changes = [
    [LEFT, row('a', 'x', 1, 10)],
    [RIGHT, row('a', 'r', 0, 5)],
    [LEFT, row('a', 'x', 2, 7)],
    [RIGHT, deletion(8)],
    [RIGHT, deletion(9)],
    [LEFT, deletion(11)],
    [LEFT, deletion(12)],
    [RIGHT, row('a', 's', 0, 3)],
    [LEFT, deletion(13)],
    [RIGHT, deletion(14)],
  ] as const;

  test('INNER needs both', async () => {
    expect(await story('INNER', changes)).toEqual([
      'nothing',
      '- -> a 1 R @10',
      'a 1 R -> a 2 R @7',
      'a 2 R -> - @8',
      '- -> - @9',
      'nothing',
      'nothing',
      'nothing',
      '- -> - @13',
      'nothing',
    ]);
  });

  test('LEFT needs the left one', async () => {
    expect(await story('LEFT', changes)).toEqual([
      '- -> a 1 null @10',
      'a 1 null -> a 1 R @10',
      'a 1 R -> a 2 R @7',
      'a 2 R -> a 2 null @8',
      'a 2 null -> a 2 null @9',
      'a 2 null -> - @11',
      'nothing',
      'nothing',
      '- -> - @13',
      'nothing',
    ]);
  });

  test('RIGHT needs the right one', async () => {
    expect(await story('RIGHT', changes)).toEqual([
      'nothing',
      '- -> a 1 R @10',
      'a 1 R -> a 2 R @7',
      'a 2 R -> - @8',
      '- -> - @9',
      'nothing',
      'nothing',
      '- -> a null S @3',
      'a null S -> a null S @13',
      'a null S -> - @14',
    ]);
  });

  test('FULL needs one of them', async () => {
    expect(await story('FULL', changes)).toEqual([
      '- -> a 1 null @10',
      'a 1 null -> a 1 R @10',
      'a 1 R -> a 2 R @7',
      'a 2 R -> a 2 null @8',
      'a 2 null -> a 2 null @9',
      'a 2 null -> - @11',
      'nothing',
      '- -> a null S @3',
      'a null S -> a null S @13',
      'a null S -> - @14',
    ]);
  });
});

test('rows of one batch see those before them', async () => {
  const harness = new OperatorHarness(joining('FULL'));
  await harness.run([row('a', 'r', 0), row('b', 's', 0)], RIGHT);
  expect(await harness.run([row('a', 'x', 1), row('b', 'x', 2), row('a', 'x', 3)], LEFT)).toEqual([
    change(['a'], ['a', null, 'R'], ['a', 1, 'R']),
    change(['b'], ['b', null, 'S'], ['b', 2, 'S']),
    change(['a'], ['a', 1, 'R'], ['a', 3, 'R']),
  ]);
});

test('a record without a key is left out and reported', async () => {
  const harness = new OperatorHarness(joining('FULL'));
  expect(await harness.run([row(null, 'x', 1)], LEFT)).toEqual([]);
  expect(harness.errors).toEqual(['a record of a table without a key is left out']);
});

test('an abandoned tick leaves both tables as they were, a committed one is remembered', async () => {
  const store = new MemoryStore();
  const harness = new OperatorHarness(joining('INNER'), { store });
  await harness.run([row('a', 'r', 0, 4)], RIGHT);
  await harness.commit();
  await harness.run([row('a', 's', 0, 9)], RIGHT);
  harness.abandon();
  const expected = [change(['a'], null, ['a', 1, 'R'], { time: 4 })];
  expect(await harness.run([row('a', 'x', 1)], LEFT)).toEqual(expected);
  const restarted = new OperatorHarness(joining('INNER'), { store });
  expect(await restarted.run([row('a', 'x', 1)], LEFT)).toEqual(expected);
});
