import { expect, test } from 'vitest';
import { formatTable } from '../../cli/table.ts';

const HEADINGS = ['Name', 'Topic'];

test('aligns cells to the left under their headings', () => {
  const rows = [
    ['CLICKS', 'clicks'],
    ['T', 'a-long-topic'],
  ];
  expect(formatTable({ headings: HEADINGS, rows })).toBe(
    [
      ' Name   | Topic',
      '------------------------',
      ' CLICKS | clicks',
      ' T      | a-long-topic',
      '------------------------',
      '',
    ].join('\n'),
  );
});

test('shows headings and rules when there are no rows', () => {
  expect(formatTable({ headings: HEADINGS, rows: [] })).toBe(
    ' Name | Topic\n---------------\n---------------\n',
  );
});

test('cuts the rules, not the cells, to the terminal', () => {
  const rows = [['x'.repeat(30), 'y']];
  expect(formatTable({ headings: HEADINGS, rows, width: 25 })).toBe(
    [
      ` Name${' '.repeat(26)} | Topic`,
      '-'.repeat(25),
      ` ${'x'.repeat(30)} | y`,
      '-'.repeat(25),
      '',
    ].join('\n'),
  );
});

test('keeps a cell with line ends in its line', () => {
  expect(formatTable({ headings: ['A'], rows: [['x\ny']] })).toBe(' A\n-------\n x\\ny\n-------\n');
});

test('does not believe a terminal that says it has no columns', () => {
  expect(formatTable({ headings: HEADINGS, rows: [], width: 0 })).toBe(
    ' Name | Topic\n---------------\n---------------\n',
  );
});
