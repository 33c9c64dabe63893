// Hot path: once per record.
import type { Row, Value } from '../sql/types.ts';

/**
 * Rows put together from parts. They are made as long as they will be: an array that grows by `push`, or a literal with a
 * spread in it, has room for 16 more values, which stay in memory as long as the row, and takes several times as long.
 */

/** A row with room for so many values, all of which are to be put in. */
export function rowOf(count: number): Row {
  // oxlint-disable-next-line unicorn/no-new-array -- the one way to get an array of a length and no more
  return new Array<Value>(count);
}

/** The values and one more behind them; a new row. */
export function withLast(values: readonly Value[], last: Value): Row {
  const count = values.length;
  const row = rowOf(count + 1);
  for (let i = 0; i < count; i++) row[i] = values[i] as Value;
  row[count] = last;
  return row;
}

/** Puts the first `count` of the values, or nulls for none, into the row from `at` on. */
export function putPart(
  row: Row,
  at: number,
  values: readonly Value[] | null,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    row[at + i] = values === null ? null : ((values[i] ?? null) as Value);
  }
}
