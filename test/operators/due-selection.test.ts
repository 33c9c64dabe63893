import { expect, test } from 'vitest';
import { type DueRow, DueSelection } from '../../src/operators/due-selection.ts';

function due(time: number, side: DueRow['side'], keyText: string, windowStart = 0): DueRow {
  return { side, key: [keyText], keyText, windowStart, windowEnd: 0, time };
}

function selected(selection: DueSelection): string[] {
  return selection
    .first()
    .map((row) => `${row.time} ${row.side} ${row.keyText} ${row.windowStart}`);
}

test('rows come by time, right before left, then by key as it is written, then by window', () => {
  const selection = new DueSelection();
  selection.offer(due(2, 'left', 'a'));
  selection.offer(due(2, 'right', 'b'));
  selection.offer(due(1, 'left', 'ab'));
  selection.offer(due(1, 'left', 'a', 20));
  selection.offer(due(1, 'left', 'a', 10));
  selection.offer(due(1, 'left', '\u00e9'));
  selection.offer(due(1, 'left', 'z'));
  expect(selected(selection)).toEqual([
    '1 left a 10',
    '1 left a 20',
    '1 left ab 0',
    '1 left z 0',
    '1 left \u00e9 0',
    '2 right b 0',
    '2 left a 0',
  ]);
  expect(selection.isCut).toBe(false);
});

test('of more than may be kept the first are, whatever the order in which they are offered', () => {
  const rows = Array.from({ length: 1_000 }, (_, i) =>
    due((i * 7_919) % 10, i % 3 === 0 ? 'left' : 'right', String((i * 104_729) % 997)),
  );
  const all = new DueSelection();
  const first = new DueSelection(40);
  for (const row of rows) {
    all.offer(row);
    if (first.takes(row.time)) first.offer(row);
    expect(first.count).toBeLessThan(50);
  }
  expect(first.first()).toEqual(all.first().slice(0, 40));
  expect(first.isCut).toBe(true);
  expect(first.takes(9)).toBe(false);
});

test('rows of one key and time stay as they came', () => {
  const selection = new DueSelection(4);
  const rows = Array.from({ length: 9 }, () => due(1, 'left', 'a'));
  for (const row of rows) selection.offer(row);
  const first = selection.first();
  expect(first).toHaveLength(4);
  expect(first.every((row, index) => row === rows[index])).toBe(true);
});
