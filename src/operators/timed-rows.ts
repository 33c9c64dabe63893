// Hot path: once per record.
import { BIGINT, type Row, type SqlType, type Value } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { withLast } from './row-parts.ts';

/**
 * Rows of one key and time bucket, packed into one value of state: each the values and then its time, ordered by time
 * and, among equal times, by arrival.
 */
export const TimedRows = {
  /** The type of the one column such a state row has. */
  typeOf(valueTypes: readonly SqlType[]): SqlType {
    const types = [...valueTypes, BIGINT];
    return {
      kind: 'ARRAY',
      element: {
        kind: 'STRUCT',
        fields: types.map((type, index) => ({ name: `C${index}`, type })),
      },
    };
  },

  /** The rows in a state row; not to be edited. */
  of(state: Row): readonly Row[] {
    return state[0] as Value[] as Row[];
  },

  timeOf(row: Row): number {
    return row[row.length - 1] as number;
  },

  /** Index of the first row of that time or later; the count of rows when there is none. */
  firstFrom(rows: readonly Row[], time: number): number {
    // Most looks are for all rows, or for the latest.
    if (rows.length === 0 || TimedRows.timeOf(rows[0] as Row) >= time) return 0;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (TimedRows.timeOf(rows[middle] as Row) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  },

  /** Adds a row behind those of the same time. */
  add(
    table: StateTable<Row, Row>,
    entry: StateEntry<Row, Row>,
    time: number,
    values: readonly Value[],
  ): void {
    const row = withLast(values, time);
    if (entry.value === null) {
      table.set(entry, [[row] as Value]);
      return;
    }
    const rows = editable(table, entry);
    const last = rows.at(-1);
    if (last === undefined || TimedRows.timeOf(last) <= time) rows.push(row);
    else rows.splice(TimedRows.firstFrom(rows, time + 1), 0, row);
  },

  /** Takes out the rows `isGone` says, and returns how many those were. */
  remove(
    table: StateTable<Row, Row>,
    entry: StateEntry<Row, Row>,
    isGone: (time: number) => boolean,
  ): number {
    if (entry.value === null) return 0;
    const rows = TimedRows.of(entry.value);
    const kept = rows.filter((row) => !isGone(TimedRows.timeOf(row)));
    if (kept.length === rows.length) return 0;
    table.set(entry, kept.length === 0 ? null : [kept as Value]);
    return rows.length - kept.length;
  },

  /** Takes out the first rows. */
  removeFirst(table: StateTable<Row, Row>, entry: StateEntry<Row, Row>, count: number): void {
    const kept = entry.value === null ? [] : TimedRows.of(entry.value).slice(count);
    table.set(entry, kept.length === 0 ? null : [kept as Value]);
  },
} as const;

/** The first change in a tick copies the rows, later ones edit the copy. */
function editable(table: StateTable<Row, Row>, entry: StateEntry<Row, Row>): Row[] {
  const { value } = entry;
  if (value !== null && table.isDirty(entry)) return value[0] as Value[] as Row[];
  const rows = value === null ? [] : [...TimedRows.of(value)];
  table.set(entry, [rows as Value]);
  return rows;
}
