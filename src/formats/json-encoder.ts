// Hot path: once per record.
import type { ByteWriter } from '../base/byte-writer.ts';
import { unreachable } from '../base/assert.ts';
import { formatDecimal } from '../sql/decimal.ts';
import { formatDouble } from '../sql/double-text.ts';
import type { SqlType, Value } from '../sql/types.ts';
import { formatBase64 } from './base64.ts';
import type { Encoder, EncoderOptions } from './format.ts';
import { writeJsonText } from './json-text.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** The text `null`. */
export const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** Writes one value as JSON. */
export type WriteValue = (value: Value, writer: ByteWriter) => void;

/**
 * Encodes rows as JSON by the rules of section 7.3 of the dialect: an object with all columns in order, nulls
 * included; or, when the spec says `unwrapped` and there is one column, its bare value, a null being a null payload.
 */
export function createJsonEncoder({ columns, spec }: EncoderOptions): Encoder {
  const [single] = columns;
  if (spec.unwrapped === true && columns.length === 1 && single !== undefined) {
    const write = valueWriter(single.type);
    return (row, rowOffset, writer) => {
      const value = row[rowOffset]!;
      if (value === null) return false;
      write(value, writer);
      return true;
    };
  }
  const writeFields = fieldsWriter(columns);
  return (row, rowOffset, writer) => {
    writeFields(row, rowOffset, writer);
    return true;
  };
}

/** Writes an object: consecutive members of an array as the fields of these names. */
function fieldsWriter(
  fields: readonly { readonly name: string; readonly type: SqlType }[],
): (values: readonly Value[], offset: number, writer: ByteWriter) => void {
  const prefixes = fields.map(({ name }, i) =>
    Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`),
  );
  const writers = fields.map((field) => valueWriter(field.type));
  return (values, offset, writer) => {
    if (prefixes.length === 0) writer.writeByte(OPEN_OBJECT);
    for (let i = 0; i < prefixes.length; i++) {
      writeConstant(prefixes[i]!, writer);
      const value = values[offset + i]!;
      if (value === null) writeConstant(NULL, writer);
      else writers[i]!(value, writer);
    }
    writer.writeByte(CLOSE_OBJECT);
  };
}

/** Writes values of the type, none of them null; there may be nulls inside of collections. */
export function valueWriter(type: SqlType): WriteValue {
  switch (type.kind) {
    case 'BOOLEAN':
      return (value, writer) => writeConstant(value === true ? TRUE : FALSE, writer);
    case 'INTEGER':
    case 'BIGINT':
    case 'TIME':
    case 'DATE':
    case 'TIMESTAMP':
      return (value, writer) => writer.writeIntegerText(value as number | bigint);
    case 'DOUBLE':
      return (value, writer) => {
        const text = formatDouble(value as number);
        writer.writeText(Number.isFinite(value) ? text : `"${text}"`);
      };
    case 'DECIMAL': {
      const { scale } = type;
      return (value, writer) => writer.writeText(formatDecimal(value as number | bigint, scale));
    }
    case 'STRING':
      return (value, writer) => writeJsonText(value as string, writer);
    case 'BYTES':
      return (value, writer) => {
        writer.writeByte(QUOTE);
        writer.writeText(formatBase64(value as Uint8Array));
        writer.writeByte(QUOTE);
      };
    case 'ARRAY':
      return arrayWriter(type.element);
    case 'MAP':
      return mapWriter(type.value);
    case 'STRUCT': {
      const write = fieldsWriter(type.fields);
      return (value, writer) => write(value as Value[], 0, writer);
    }
    default:
      return unreachable(type);
  }
}

function arrayWriter(elementType: SqlType): WriteValue {
  const write = valueWriter(elementType);
  return (value, writer) => {
    writer.writeByte(OPEN_ARRAY);
    let first = true;
    for (const element of value as Value[]) {
      if (!first) writer.writeByte(COMMA);
      first = false;
      if (element === null) writeConstant(NULL, writer);
      else write(element, writer);
    }
    writer.writeByte(CLOSE_ARRAY);
  };
}

/** A null key is written as the text `null`, for JSON has no other. */
function mapWriter(valueType: SqlType): WriteValue {
  const write = valueWriter(valueType);
  return (value, writer) => {
    writer.writeByte(OPEN_OBJECT);
    let first = true;
    for (const [key, element] of value as Map<Value, Value>) {
      if (!first) writer.writeByte(COMMA);
      first = false;
      writeJsonText(String(key), writer);
      writer.writeByte(COLON);
      if (element === null) writeConstant(NULL, writer);
      else write(element, writer);
    }
    writer.writeByte(CLOSE_OBJECT);
  };
}

/** A few bytes, copied by a loop: faster than a call of `set` at this length. */
export function writeConstant(bytes: Buffer, writer: ByteWriter): void {
  const length = bytes.length;
  writer.reserve(length);
  const { buffer } = writer;
  const start = writer.length;
  for (let i = 0; i < length; i++) buffer[start + i] = bytes[i]!;
  writer.length = start + length;
}
