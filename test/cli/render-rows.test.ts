import { describe, expect, test } from 'vitest';
import {
  formatCells,
  formatRow,
  formatRowsHeader,
  formatRowsRule,
  rowsLayout,
} from '../../cli/render-rows.ts';

describe('cells', () => {
  test('show numbers with the digits they were sent with', () => {
    expect(formatCells('[9007199254740993,10.0,1.50,-0.0]')).toEqual([
      '9007199254740993',
      '10.0',
      '1.50',
      '-0.0',
    ]);
  });

  test('show NULL as null and nested values as JSON', () => {
    expect(formatCells('[null,true,"a\\nb",{"A":[1.0,null]},["x"]]')).toEqual([
      'null',
      'true',
      'a\\nb',
      '{"A":[1.0,null]}',
      '["x"]',
    ]);
  });
});

describe('layout', () => {
  const names = ['USER', 'N'];
  const types = ['STRING', 'BIGINT'];

  test('fits names and first values when all rows are there', () => {
    const first = [
      ['annabelle', '1'],
      ['bo', '12'],
    ];
    expect(rowsLayout({ names, types, first, endless: false })).toEqual([9, 2]);
  });

  test('leaves room for later values of an endless query', () => {
    expect(rowsLayout({ names, types, first: [], endless: true })).toEqual([12, 10]);
    const nested = ['ARRAY<STRING>', 'DECIMAL(4, 2)'];
    expect(rowsLayout({ names, types: nested, first: [], endless: true })).toEqual([16, 10]);
  });

  test('does not let one long value widen its column without bound', () => {
    const first = [['x'.repeat(500), '1']];
    expect(rowsLayout({ names, types, first, endless: false })).toEqual([60, 1]);
  });
});

test('a table of rows is a header between rules, rows, a rule', () => {
  const widths = [4, 2];
  expect(
    formatRowsHeader(['USER', 'N'], widths) +
      formatRow(['ann', '1'], widths) +
      formatRow(['annabelle', '2'], widths) +
      formatRowsRule(widths),
  ).toBe(
    ['+----+--+', '|USER|N |', '+----+--+', '|ann |1 |', '|annabelle|2 |', '+----+--+', ''].join(
      '\n',
    ),
  );
});
