import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import { formatType, type SqlType } from '../sql/types.ts';
import type { FormatSpec } from './format.ts';

/** What the checks of several formats have in common; each throws DatabaseError BAD_STATEMENT. */

/** Maps have no canonical order of bytes, so equal keys could land in different partitions. */
export function checkKeyHasNoMap(columns: readonly Column[], side: 'key' | 'value'): void {
  if (side !== 'key') return;
  for (const { name, type } of columns) {
    if (!containsMap(type)) continue;
    throw new DatabaseError(
      'BAD_STATEMENT',
      `Key column ${name} has type ${formatType(type)}, and a MAP cannot be part of a key because equal maps ` +
        `may be written as different bytes. Use columns or a STRUCT for what identifies a row.`,
    );
  }
}

function containsMap(type: SqlType): boolean {
  switch (type.kind) {
    case 'MAP':
      return true;
    case 'ARRAY':
      return containsMap(type.element);
    case 'STRUCT':
      return type.fields.some((field) => containsMap(field.type));
    default:
      return false;
  }
}

/** Refuses columns of a type that is not in the list. */
export function checkKinds(
  format: string,
  columns: readonly Column[],
  supported: readonly SqlType['kind'][],
): void {
  for (const { name, type } of columns) {
    if (supported.includes(type.kind)) continue;
    throw new DatabaseError(
      'BAD_STATEMENT',
      `Format ${format} cannot hold column ${name} of type ${formatType(type)}. ` +
        `It supports ${supported.join(', ')}; JSON supports all types.`,
    );
  }
}

/** Refuses a delimiter for a format that has none. */
export function checkNoDelimiter(format: string, spec: FormatSpec): void {
  if (spec.delimiter === undefined) return;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `Format ${format} has no delimiter, found ${JSON.stringify(spec.delimiter)}. ` +
      `KEY_DELIMITER and VALUE_DELIMITER belong to DELIMITED.`,
  );
}

/** Refuses wrapping for a format whose single columns are always bare. */
export function checkNotWrapped(
  format: string,
  columns: readonly Column[],
  spec: FormatSpec,
): void {
  if (spec.unwrapped !== false || columns.length !== 1) return;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `Format ${format} cannot wrap a single column: WRAP_SINGLE_VALUE must not be true. ` +
      `JSON can write it as an object with one field.`,
  );
}
