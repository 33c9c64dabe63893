// Hot path: once per record.
import { DatabaseError } from '../base/errors.ts';
import { formatType, type SqlType, type Value } from '../sql/types.ts';
import type { Encoder, EncoderOptions } from './format.ts';
import {
  createJsonObjectEncoder,
  createJsonObjectWriter,
  NULL,
  valueWriter,
  writeConstant,
} from './json-encoder.ts';
import type { JsonFieldWriting, WriteValue } from './json-encoder-code.ts';
import { deriveJsonSchema } from './json-schema-derive.ts';
import { parseJsonSchema, type JsonField, type JsonType } from './json-schema.ts';
import { matchFields } from './match-fields.ts';
import { withHeader } from './registry-payload.ts';
import { conversionOf } from './wire-convert.ts';

const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Encodes rows as JSON texts of the schema of the spec, else of the one the columns make: its properties in its order,
 * null where the columns have nothing.
 * @throws DatabaseError BAD_STATEMENT for a column that does not fit the schema.
 */
export function createJsonSrEncoder({ columns, spec }: EncoderOptions): Encoder {
  const schema = spec.writer ?? {
    type: 'JSON',
    text: deriveJsonSchema(columns, spec),
    dependencies: [],
  };
  const root = parseJsonSchema(schema);
  const [single] = columns;
  if (spec.unwrapped === true && columns.length === 1 && single !== undefined) {
    const write = presentWriter(root, single.type, single.name);
    return withHeader(spec.writer?.id, (row, rowOffset, writer) => {
      const value = row[rowOffset]!;
      if (value === null) return false;
      write(value, writer);
      return true;
    });
  }
  if (root.kind !== 'STRUCT') {
    throw misfit(`the columns ${columns.map(({ name }) => name).join(', ')}`, root);
  }
  const writings = writingsOf(root.fields, columns, '');
  return withHeader(spec.writer?.id, createJsonObjectEncoder(writings));
}

/** The properties of an object, each from the column or field of the same name. */
function writingsOf(
  fields: readonly JsonField[],
  columns: readonly { readonly name: string; readonly type: SqlType }[],
  path: string,
): JsonFieldWriting[] {
  const slots = matchFields(fields, columns);
  return fields.map(({ name, type }, i): JsonFieldWriting => {
    const index = slots[i]!;
    const from = columns[index]?.type;
    if (from === undefined) return { name, index: null, type: null, write: writeNull };
    const at = path === '' ? name : `${path}.${name}`;
    const plain = isPlain(type, from) ? from : null;
    return { name, index, type: plain, write: presentWriter(type, from, at) };
  });
}

const writeNull: WriteValue = (_value, writer) => writeConstant(NULL, writer);

/** Whether the schema has the values written as JSON has them. */
function isPlain(type: JsonType, from: SqlType): boolean {
  switch (type.kind) {
    case 'ANY':
      return true;
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return false;
    default:
      return (
        conversionOf(type, from) !== null || (type.kind === 'BIGINT' && from.kind === 'INTEGER')
      );
  }
}

function valueOf(type: JsonType, from: SqlType, path: string): WriteValue {
  const write = presentWriter(type, from, path);
  return (value, writer) => (value === null ? writeConstant(NULL, writer) : write(value, writer));
}

function presentWriter(type: JsonType, from: SqlType, path: string): WriteValue {
  switch (type.kind) {
    case 'ARRAY': {
      if (from.kind !== 'ARRAY') break;
      const writeItem = valueOf(type.items, from.element, path);
      return (value, writer) => {
        const items = value as Value[];
        writer.writeByte(OPEN_ARRAY);
        for (let i = 0; i < items.length; i++) {
          if (i > 0) writer.writeByte(COMMA);
          writeItem(items[i]!, writer);
        }
        writer.writeByte(CLOSE_ARRAY);
      };
    }
    case 'MAP':
      if (from.kind !== 'MAP') break;
      if (type.asEntries) return entriesWriter(type, from, path);
      return objectMapWriter(valueOf(type.value, from.value, path));
    case 'STRUCT': {
      if (from.kind !== 'STRUCT') break;
      const write = createJsonObjectWriter(writingsOf(type.fields, from.fields, path));
      return (value, writer) => write(value as Value[], 0, writer);
    }
    default:
      if (isPlain(type, from)) return valueWriter(from);
  }
  throw misfit(`${path} ${formatType(from)}`, type);
}

const KEY = Buffer.from('{"key":');
const VALUE = Buffer.from(',"value":');

function entriesWriter(
  type: Extract<JsonType, { kind: 'MAP' }>,
  from: Extract<SqlType, { kind: 'MAP' }>,
  path: string,
): WriteValue {
  const writeKey = valueOf(type.key, from.key, path);
  const writeItem = valueOf(type.value, from.value, path);
  return (value, writer) => {
    writer.writeByte(OPEN_ARRAY);
    let first = true;
    for (const [key, item] of value as Map<Value, Value>) {
      if (!first) writer.writeByte(COMMA);
      first = false;
      writeConstant(KEY, writer);
      writeKey(key, writer);
      writeConstant(VALUE, writer);
      writeItem(item, writer);
      writer.writeByte(CLOSE_OBJECT);
    }
    writer.writeByte(CLOSE_ARRAY);
  };
}

function objectMapWriter(writeItem: WriteValue): WriteValue {
  const writeKey = valueWriter({ kind: 'STRING' });
  return (value, writer) => {
    writer.writeByte(OPEN_OBJECT);
    let first = true;
    for (const [key, item] of value as Map<Value, Value>) {
      if (!first) writer.writeByte(COMMA);
      first = false;
      writeKey(String(key), writer);
      writer.writeByte(COLON);
      writeItem(item, writer);
    }
    writer.writeByte(CLOSE_OBJECT);
  };
}

const COLON = 0x3a;

function misfit(what: string, type: JsonType): DatabaseError {
  return new DatabaseError(
    'BAD_STATEMENT',
    `The JSON Schema cannot hold ${what}: it has ${type.kind} there.`,
  );
}
