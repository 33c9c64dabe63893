import { parseExactJson } from '../src/api/exact-json.ts';
import { columnWidths } from './table.ts';
import { displayWidth, padEnd, safeLine } from './text.ts';

/** A column is not made wider than this for the sake of one long value. */
const COLUMN_WIDTH_MAX = 60;

/** Widths for columns whose values are still to come, by SQL type; other types get `WIDTH_OTHER`. */
const WIDTHS: Readonly<Record<string, number>> = {
  BOOLEAN: 5,
  INTEGER: 8,
  BIGINT: 10,
  DOUBLE: 10,
  DECIMAL: 10,
  STRING: 12,
  DATE: 10,
  TIME: 8,
  TIMESTAMP: 23,
};
const WIDTH_OTHER = 16;

/** The cells of one row, given as the JSON array that was received: NULL is `null`, nested values are JSON. */
export function formatCells(json: string): string[] {
  return (parseExactJson(json) as unknown[]).map((value) =>
    safeLine(typeof value === 'string' ? value : JSON.stringify(value)),
  );
}

export interface RowsLayoutOptions {
  readonly names: readonly string[];
  /** SQL types by column. */
  readonly types: readonly string[];
  /** Cells of the first rows. */
  readonly first: readonly (readonly string[])[];
  /** More rows will come one by one: leave room for their values. */
  readonly endless: boolean;
}

/** Fits columns to their names and first values; a longer value later just pushes its row to the right. */
export function rowsLayout({ names, types, first, endless }: RowsLayoutOptions): number[] {
  const nameWidths = names.map((name) => displayWidth(safeLine(name)));
  const widths = columnWidths([names.map(safeLine), ...first]);
  return widths.map((width, i) => {
    const usual = endless ? typeWidth(types[i] ?? '') : 0;
    return Math.max(Math.min(width, COLUMN_WIDTH_MAX), nameWidths[i] ?? 0, usual);
  });
}

/** The names between two rules. */
export function formatRowsHeader(names: readonly string[], widths: readonly number[]): string {
  const rule = formatRowsRule(widths);
  return rule + formatRow(names.map(safeLine), widths) + rule;
}

/** One row, with its line end. */
export function formatRow(cells: readonly string[], widths: readonly number[]): string {
  return `|${cells.map((cell, i) => padEnd(cell, widths[i] ?? 0)).join('|')}|\n`;
}

/** The line above and below. */
export function formatRowsRule(widths: readonly number[]): string {
  return `+${widths.map((width) => '-'.repeat(width)).join('+')}+\n`;
}

function typeWidth(type: string): number {
  const [base = ''] = type.split(/[(<]/, 1);
  return WIDTHS[base] ?? WIDTH_OTHER;
}
