import { displayWidth, padEnd, safeLine } from './text.ts';

/** A terminal that says it is narrower does not know its width. */
const RULE_WIDTH_MIN = 20;

export interface TableOptions {
  readonly headings: readonly string[];
  /** Cells by row; every row as many as headings. */
  readonly rows: readonly (readonly string[])[];
  /** Columns of the terminal; the rules are cut to it, cells never are. */
  readonly width?: number;
}

/** A table of entities: headings, a rule, the rows, a rule; cells left-aligned. Ends with a line end. */
export function formatTable({
  headings,
  rows,
  width = Number.MAX_SAFE_INTEGER,
}: TableOptions): string {
  const lines = [headings, ...rows].map((cells) => cells.map(safeLine));
  const widths = columnWidths(lines);
  const total = widths.reduce((sum, columnWidth) => sum + columnWidth + ' | '.length, 0);
  const rule = '-'.repeat(width < RULE_WIDTH_MIN ? total : Math.min(total, width));
  const [first = '', ...rest] = lines.map((cells) => formatLine(cells, widths));
  return [first, rule, ...rest, rule].map((line) => `${line}\n`).join('');
}

/** The width of each column: that of its widest cell. */
export function columnWidths(lines: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const cells of lines) {
    cells.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, displayWidth(cell));
    });
  }
  return widths;
}

function formatLine(cells: readonly string[], widths: readonly number[]): string {
  return ` ${cells.map((cell, i) => padEnd(cell, widths[i] ?? 0)).join(' | ')}`.trimEnd();
}
