/** One column of a table: its title, on which side its cells stand, and its cells as text. */
export interface TextColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly cells: readonly string[];
}

/** Lines of a table: the titles, then a line per row; columns as wide as their widest cell, two spaces between. */
export function tableLines(columns: readonly TextColumn[]): string[] {
  const filled = columns.map(({ title, align, cells }) => {
    const texts = [title, ...cells];
    const width = Math.max(...texts.map((text) => text.length));
    return texts.map((text) => (align === 'left' ? text.padEnd(width) : text.padStart(width)));
  });
  const rowCount = filled[0]?.length ?? 0;
  return Array.from({ length: rowCount }, (_, row) =>
    filled
      .map((cells) => cells[row] ?? '')
      .join('  ')
      .trimEnd(),
  );
}

/** Lines of two blocks side by side; the left one takes `width` characters. */
export function besides(
  left: readonly string[],
  right: readonly string[],
  width: number,
): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) =>
    `${(left[row] ?? '').padEnd(width)}${right[row] ?? ''}`.trimEnd(),
  );
}

/** A bar for the part of the whole, between 0 and 1, `width` characters long when it is 1. */
export function bar(part: number, width: number): string {
  return '█'.repeat(Math.round(part * width));
}

/** The text, or as much of it as fits into `width` characters. */
export function clipped(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** `12,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `0.46 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Minutes as `5 h 53 min`. */
export function hours(minutes: number): string {
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Epoch ms as `2001-01-14`. */
export function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Epoch ms as `2001-01-14 21:55`. */
export function minute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/** Epoch ms as `21:55`. */
export function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 16);
}
