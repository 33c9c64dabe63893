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

/** Refuses *_PROTOBUF_NULLABLE_REPRESENTATION for a format that keeps nulls by itself. */
export function checkNoNullable(format: string, spec: FormatSpec): void {
  if (spec.nullable === undefined) return;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `KEY_PROTOBUF_NULLABLE_REPRESENTATION and VALUE_PROTOBUF_NULLABLE_REPRESENTATION belong to PROTOBUF and ` +
      `PROTOBUF_NOSR, but the format is ${format}.`,
  );
}

/** Refuses *_SCHEMA_FULL_NAME for a format whose payloads have no schema. */
export function checkNoFullName(format: string, spec: FormatSpec): void {
  if (spec.fullName === undefined) return;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `KEY_SCHEMA_FULL_NAME and VALUE_SCHEMA_FULL_NAME belong to AVRO, PROTOBUF and JSON_SR, but the format is ${format}.`,
  );
}

/** Refuses a MAP whose keys are not text. */
export function checkMapKeys(format: string, columns: readonly Column[]): void {
  for (const column of columns) checkMapKeysOf(format, column, column.type);
}

function checkMapKeysOf(format: string, column: Column, type: SqlType): void {
  switch (type.kind) {
    case 'ARRAY':
      return checkMapKeysOf(format, column, type.element);
    case 'STRUCT':
      for (const field of type.fields) checkMapKeysOf(format, column, field.type);
      return;
    case 'MAP':
      if (type.key.kind === 'STRING') return checkMapKeysOf(format, column, type.value);
      throw new DatabaseError(
        'BAD_STATEMENT',
        `Format ${format} needs STRING as the key type of a MAP, found ${formatType(type)} in column ${column.name}.`,
      );
    default:
  }
}
