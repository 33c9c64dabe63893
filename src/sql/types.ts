import { unreachable } from '../base/assert.ts';

/**
 * A SQL type. Plain JSON, so that plans can be stored. `STRING` is what the dialect also calls
 * VARCHAR, `INTEGER` also INT.
 */
export type SqlType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'ARRAY'; readonly element: SqlType }
  | { readonly kind: 'MAP'; readonly key: SqlType; readonly value: SqlType }
  | { readonly kind: 'STRUCT'; readonly fields: readonly StructField[] };

export type PrimitiveKind =
  'BOOLEAN' | 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'STRING' | 'BYTES' | 'TIME' | 'DATE' | 'TIMESTAMP';

export type ArrayType = Extract<SqlType, { kind: 'ARRAY' }>;
export type MapType = Extract<SqlType, { kind: 'MAP' }>;
export type StructType = Extract<SqlType, { kind: 'STRUCT' }>;

export interface StructField {
  readonly name: string;
  readonly type: SqlType;
}

export const BOOLEAN = { kind: 'BOOLEAN' } as const satisfies SqlType;
export const INTEGER = { kind: 'INTEGER' } as const satisfies SqlType;
export const BIGINT = { kind: 'BIGINT' } as const satisfies SqlType;
export const DOUBLE = { kind: 'DOUBLE' } as const satisfies SqlType;
export const STRING = { kind: 'STRING' } as const satisfies SqlType;
export const BYTES = { kind: 'BYTES' } as const satisfies SqlType;
export const TIME = { kind: 'TIME' } as const satisfies SqlType;
export const DATE = { kind: 'DATE' } as const satisfies SqlType;
export const TIMESTAMP = { kind: 'TIMESTAMP' } as const satisfies SqlType;

/**
 * One SQL value, as the engine holds it; `null` is SQL NULL.
 *
 * | type | JavaScript |
 * |---|---|
 * | BOOLEAN | boolean |
 * | INTEGER | number |
 * | BIGINT | number while it is a safe integer, else bigint (see `integer` in value.ts) |
 * | DOUBLE | number |
 * | DECIMAL | its unscaled integer, held like a BIGINT; the scale lives in the type |
 * | STRING | string |
 * | BYTES | Uint8Array |
 * | DATE | epoch days, number |
 * | TIME | milliseconds of the day, number |
 * | TIMESTAMP | epoch milliseconds, number |
 * | ARRAY | array |
 * | MAP | Map, in insertion order |
 * | STRUCT | array by field index |
 */
export type Value =
  null | boolean | number | bigint | string | Uint8Array | Value[] | Map<Value, Value>;

/** Values by column index. */
export type Row = Value[];

/** The canonical text of a type: `DECIMAL(4, 2)`, ``STRUCT<`F` INTEGER>``, `MAP<STRING, BIGINT>`. */
export function formatType(type: SqlType): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'ARRAY':
      return `ARRAY<${formatType(type.element)}>`;
    case 'MAP':
      return `MAP<${formatType(type.key)}, ${formatType(type.value)}>`;
    case 'STRUCT': {
      if (type.fields.length === 0) return 'STRUCT< >';
      const fields = type.fields.map((field) => `\`${field.name}\` ${formatType(field.type)}`);
      return `STRUCT<${fields.join(', ')}>`;
    }
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'DOUBLE':
    case 'STRING':
    case 'BYTES':
    case 'TIME':
    case 'DATE':
    case 'TIMESTAMP':
      return type.kind;
    default:
      return unreachable(type);
  }
}

/** Structural equality; field names and order count. */
export function typesEqual(a: SqlType, b: SqlType): boolean {
  return a === b || formatType(a) === formatType(b);
}
