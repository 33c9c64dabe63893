// Hot path: once per row of a result.
import { ByteWriter } from '../base/byte-writer.ts';
import type { Column } from '../sql/schema.ts';
import { entriesInOrder } from '../sql/map-order.ts';
import type { Row, SqlType, Value } from '../sql/types.ts';
import { findFormat } from './index.ts';
import { deriveProtobufSchema } from './protobuf-derive.ts';

const SPEC = { name: 'PROTOBUF_NOSR' } as const;

/** The schema of the rows of a result, as text: a message with the columns as its fields, in order. */
export function resultSchema(columns: readonly Column[]): string {
  return deriveProtobufSchema(columns, SPEC);
}

/**
 * Compiles what makes a row a message of that schema, in base64. A null scalar is left out; in an array or a map there
 * is no place for one.
 * @returns a function that throws what the encoder throws for such a row.
 */
export function compileProtobufRow(columns: readonly Column[]): (row: Row) => string {
  const encode = findFormat(SPEC.name).createEncoder({ columns, spec: SPEC });
  const writer = new ByteWriter();
  const hasMaps = columns.some(({ type }) => holdsMaps(type));
  return (row) => {
    writer.reset();
    const ordered = hasMaps ? row.map((value, i) => inOrder(value, columns[i]!.type)) : row;
    encode(ordered, 0, writer);
    return writer.view().toString('base64');
  };
}

/** The dialect shows the entries of a map in the order of a hash table that begins with this many buckets. */
const BUCKETS_MIN = 16;

function holdsMaps(type: SqlType): boolean {
  switch (type.kind) {
    case 'MAP':
      return true;
    case 'ARRAY':
      return holdsMaps(type.element);
    case 'STRUCT':
      return type.fields.some((field) => holdsMaps(field.type));
    default:
      return false;
  }
}

function inOrder(value: Value, type: SqlType): Value {
  if (value === null || !holdsMaps(type)) return value;
  switch (type.kind) {
    case 'MAP': {
      const entries = entriesInOrder(value as Map<Value, Value>, BUCKETS_MIN);
      return new Map(entries.map(([key, item]) => [key, inOrder(item, type.value)]));
    }
    case 'ARRAY':
      return (value as Value[]).map((element) => inOrder(element, type.element));
    case 'STRUCT':
      return type.fields.map((field, i) => inOrder((value as Value[])[i] as Value, field.type));
    default:
      return value;
  }
}
