import { formatType, type SqlType } from './types.ts';

export interface Column {
  readonly name: string;
  readonly type: SqlType;
  /**
   * Only on value columns of sources declared over a topic: the column is read from the headers of the record, from
   * the last one of that key, or from all of them when the key is null. Absent for what is in the payload.
   */
  readonly header?: { readonly key: string | null };
}

/** Whether a value column is part of the record's value, and not of its headers. */
export function isPayload(column: Column): boolean {
  return column.header === undefined;
}

/**
 * What a row consists of: key columns first, then value columns; the index of a column in a row is its
 * index in `[...keys, ...values]`. `window` is set when the key is windowed.
 */
export interface RowSchema {
  readonly keys: readonly Column[];
  readonly values: readonly Column[];
  readonly window: WindowInfo | null;
}

export interface WindowInfo {
  readonly kind: 'TUMBLING' | 'HOPPING' | 'SESSION';
  /** Null for sessions, whose size is in each key. */
  readonly sizeMs: number | null;
}

/** All columns in row order. */
export function columnsOf(schema: RowSchema): readonly Column[] {
  return [...schema.keys, ...schema.values];
}

/** The text form used by the API and DESCRIBE: `` `ID` INTEGER KEY, `V` STRING ``. */
export function formatSchema(schema: RowSchema): string {
  return [
    ...schema.keys.map((column) => `\`${column.name}\` ${formatType(column.type)} KEY`),
    ...schema.values.map(
      (column) => `\`${column.name}\` ${formatType(column.type)}${markOf(column)}`,
    ),
  ].join(', ');
}

function markOf({ header }: Column): string {
  if (header === undefined) return '';
  return header.key === null ? ' HEADERS' : ` HEADER('${header.key.replaceAll("'", "''")}')`;
}
