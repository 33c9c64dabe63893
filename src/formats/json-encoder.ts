// Hot path: once per record.
import type { ByteWriter } from '../base/byte-writer.ts';
import { unreachable } from '../base/assert.ts';
import { formatDecimal } from '../sql/decimal.ts';
import { formatDouble } from '../sql/double-text.ts';
import type { SqlType, Value } from '../sql/types.ts';
import { formatBase64 } from './base64.ts';
import type { Encoder, EncoderOptions } from './format.ts';
import {
  generateJsonWriter,
  type JsonFieldWriting,
  type WriteJsonObject,
  type WriteValue,
} from './json-encoder-code.ts';
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

/**
 * Encodes rows as JSON by the rules of section 7.3 of the dialect: an object with all columns in order, nulls
 * included; or, when the spec says `unwrapped` and there is one column, its bare value, a null being a null payload.
 * Objects are written by a function generated for the columns, the first few by one guided by tables.
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
  return createJsonObjectEncoder(writingsOf(columns));
}

/** After so many rows the encoder generates a function for its fields: most encoders of INSERT VALUES never do. */
export const GENERATE_AFTER = 64;

/** An encoder of objects with these fields; it writes a null field as null. Hot path. */
export function createJsonObjectEncoder(fields: readonly JsonFieldWriting[]): Encoder {
  let write = createJsonObjectWriter(fields);
  let left = GENERATE_AFTER;
  return (row, rowOffset, writer) => {
    if (left > 0 && --left === 0) write = generateJsonWriter(fields) ?? write;
    write(row, rowOffset, writer);
    return true;
  };
}

function writingsOf(
  fields: readonly { readonly name: string; readonly type: SqlType }[],
): JsonFieldWriting[] {
  return fields.map(({ name, type }, index) => ({ name, index, type, write: valueWriter(type) }));
}

/** Writes objects with these fields, guided by tables. */
export function createJsonObjectWriter(fields: readonly JsonFieldWriting[]): WriteJsonObject {
  const prefixes = fields.map(({ name }, i) =>
    Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(name)}:`),
  );
  const indexes = fields.map((field) => field.index);
  const writers = fields.map((field) => field.write);
  return (values, offset, writer) => {
    if (prefixes.length === 0) writer.writeByte(OPEN_OBJECT);
    for (let i = 0; i < prefixes.length; i++) {
      writeConstant(prefixes[i]!, writer);
      const index = indexes[i]!;
      const value = index === null ? null : values[offset + index]!;
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
      const write = createJsonObjectWriter(writingsOf(type.fields));
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
