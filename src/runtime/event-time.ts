// Hot path: once per record of a source or sink with a TIMESTAMP column.
import type { Source } from '../catalog/source.ts';
import { columnsOf } from '../sql/schema.ts';
import { TimePattern } from '../sql/time-pattern.ts';
import { greenwich } from '../sql/time-zone.ts';
import type { Value } from '../sql/types.ts';

/** Where the rows of a source carry their time: WITH (TIMESTAMP = ..., TIMESTAMP_FORMAT = ...). */
export interface EventTime {
  /** Of the column, keys first. */
  readonly index: number;
  /**
   * The time in the column, epoch ms; -1 when it is null.
   * @throws EvaluationError when a text does not match the format.
   */
  read(value: Value): number;
}

/** Null when the timestamps of the records count. */
export function eventTimeOf({ timestamp, schema }: Source): EventTime | null {
  if (timestamp === null) return null;
  const { column: name, format } = timestamp;
  const index = columnsOf(schema).findIndex((column) => column.name === name);
  if (format === null) {
    return { index, read: (value) => (typeof value === 'number' ? value : -1) };
  }
  const pattern = new TimePattern(format);
  const zone = greenwich();
  return {
    index,
    read: (value) => (typeof value === 'string' ? pattern.parseTimestamp(value, zone) : -1),
  };
}
