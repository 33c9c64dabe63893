// Hot path: once per record.
import type { RowContext } from '../expressions/evaluation.ts';
import type { Row } from '../sql/types.ts';

/**
 * The key of a record whose key is null, told from one whose columns are all null: it has no columns at all. In the
 * row itself the key columns are null either way.
 */
export const NULL_KEY: Row = [];

/** Whether a key names no row: it is null, or its only column is. */
export function namesNoRow(key: Row): boolean {
  return key.length === 0 || (key.length === 1 && key[0] === null);
}

/**
 * A row before and after: what flows between operators. Rows hold the key columns first, then the value columns, as
 * the schema of the step says. For streams `before` is null and a null `after` is a record with a null value; for
 * tables a null `after` is a deletion. Changes and rows are never edited once handed on: several queries may share
 * them.
 */
export class Change implements RowContext {
  /** The key columns; {@link NULL_KEY} when the record has a null key or no key columns. */
  readonly key: Row;
  readonly before: Row | null;
  readonly after: Row | null;
  /** Event time, ms since the epoch. */
  readonly time: number;
  /** Where the record that caused the change stands. */
  readonly partition: number;
  readonly offset: number;
  /** Bounds of the window of a windowed key, ms; 0 when there is none. */
  readonly windowStart: number;
  readonly windowEnd: number;
  /** The headers of the record that caused the change, as they stand in it; null when it has none. */
  readonly headers: Uint8Array | null;
  /** What pseudo columns of the row before say, where they differ from those of the row after; else null. */
  readonly contextBefore: RowContext | null;

  constructor(
    key: Row,
    before: Row | null,
    after: Row | null,
    time: number,
    partition: number,
    offset: number,
    windowStart: number,
    windowEnd: number,
    headers: Uint8Array | null = null,
    contextBefore: RowContext | null = null,
  ) {
    this.key = key;
    this.before = before;
    this.after = after;
    this.time = time;
    this.partition = partition;
    this.offset = offset;
    this.windowStart = windowStart;
    this.windowEnd = windowEnd;
    this.headers = headers;
    this.contextBefore = contextBefore;
  }
}

/** The same event with another key and rows: time, position, window and headers stay. */
export function withRows(change: Change, key: Row, before: Row | null, after: Row | null): Change {
  return new Change(
    key,
    before,
    after,
    change.time,
    change.partition,
    change.offset,
    change.windowStart,
    change.windowEnd,
    change.headers,
    change.contextBefore,
  );
}

/** What expressions over the row before see of the record it came from. */
export function contextBefore(change: Change): RowContext {
  return change.contextBefore ?? change;
}
