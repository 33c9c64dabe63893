// Hot path: once per record.
import type { ByteWriter } from '../base/byte-writer.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Column } from '../sql/schema.ts';
import { formatType, type SqlType, type Value } from '../sql/types.ts';
import { encodeAvroDefault } from './avro-default.ts';
import { avroName, deriveAvroSchema } from './avro-derive.ts';
import { writeAvroBytes, writeAvroLong, writeAvroText } from './avro-output.ts';
import { parseAvroSchema, type AvroField, type AvroRecord, type AvroType } from './avro-schema.ts';
import { bytesOfUnscaled } from './decimal-bytes.ts';
import type { Encoder, EncoderOptions } from './format.ts';
import { matchFields } from './match-fields.ts';
import { withHeader } from './registry-payload.ts';

type WriteAvro = (value: Value, writer: ByteWriter) => void;

/**
 * Encodes rows with the schema of the spec, else with the one the columns make. Fields the columns lack get their
 * default, else null.
 *
 * @throws DatabaseError BAD_STATEMENT, when a row is encoded, for a field that can have neither, or a null that the
 *   schema does not allow.
 */
export function createAvroEncoder({ columns, spec }: EncoderOptions): Encoder {
  const schema = spec.writer ?? {
    type: 'AVRO',
    text: deriveAvroSchema(columns, spec),
    dependencies: [],
  };
  const root = parseAvroSchema(schema);
  return withHeader(spec.writer?.id, createBareEncoder(root, columns, spec.unwrapped === true));
}

function createBareEncoder(
  root: AvroType,
  columns: readonly Column[],
  unwrapped: boolean,
): Encoder {
  const [single] = columns;
  if (unwrapped && columns.length === 1 && single !== undefined) {
    const write = valueWriter(root, single.type, single.name);
    return (row, rowOffset, writer) => {
      const value = row[rowOffset]!;
      if (value === null) return false;
      write(value, writer);
      return true;
    };
  }
  const index = root.kind === 'union' ? root.branches.findIndex((b) => b.kind === 'record') : -1;
  const record = root.kind === 'union' ? root.branches[index] : root;
  if (record?.kind !== 'record') {
    throw misfit(`the columns ${columns.map(({ name }) => name).join(', ')}`, root);
  }
  const writeFields = fieldsWriter(record, columns, '');
  return (row, rowOffset, writer) => {
    if (index >= 0) writeAvroLong(index, writer);
    writeFields(row, rowOffset, writer);
    return true;
  };
}

function fieldsWriter(
  record: AvroRecord,
  columns: readonly { readonly name: string; readonly type: SqlType }[],
  path: string,
): (values: readonly Value[], offset: number, writer: ByteWriter) => void {
  const named = columns.map(({ name, type }) => ({ name: avroName(name), type }));
  const slots = matchFields(record.fields, named);
  const writers = record.fields.map((field, i) => {
    const from = named[slots[i]!];
    const at = path === '' ? field.name : `${path}.${field.name}`;
    return from === undefined ? absentWriter(field, at) : fieldWriter(field, from.type, at);
  });
  return (values, offset, writer) => {
    for (let i = 0; i < writers.length; i++) {
      const slot = slots[i]!;
      writers[i]!(slot < 0 ? null : values[offset + slot]!, writer);
    }
  };
}

/** For a field that the columns lack. */
function absentWriter(field: AvroField, path: string): WriteAvro {
  const fallback = fallbackWriter(field) ?? nullWriter(field.type);
  if (fallback !== null) return fallback;
  return () => {
    throw new DatabaseError(
      'BAD_STATEMENT',
      `The field ${path} of the Avro schema has no default and cannot be null, and the columns do not have it.`,
    );
  };
}

/** A null becomes the field's default. */
function fieldWriter(field: AvroField, from: SqlType, path: string): WriteAvro {
  const write = valueWriter(field.type, from, path);
  const writeFallback = fallbackWriter(field);
  if (writeFallback === null) return write;
  return (value, writer) => (value === null ? writeFallback(value, writer) : write(value, writer));
}

function fallbackWriter({ type, fallback }: AvroField): WriteAvro | null {
  if (fallback === undefined) return null;
  const bytes = encodeAvroDefault(type, fallback);
  return bytes === null ? null : (_value, writer) => writer.writeBytes(bytes);
}

/** Null when the type has no null. */
function nullWriter(type: AvroType): WriteAvro | null {
  if (type.kind === 'null') return () => {};
  const index = type.kind === 'union' ? type.branches.findIndex((b) => b.kind === 'null') : -1;
  return index < 0 ? null : (_value, writer) => writeAvroLong(index, writer);
}

/** Writes values of a SQL type, nulls too where the schema has them. */
function valueWriter(type: AvroType, from: SqlType, path: string): WriteAvro {
  if (type.kind === 'union') return unionWriter(type.branches, from, path);
  const write = presentWriter(type, from, path);
  if (write === null) throw misfit(`${path} ${formatType(from)}`, type);
  return (value, writer) => {
    if (value === null) throw noNull(path);
    write(value, writer);
  };
}

function unionWriter(branches: readonly AvroType[], from: SqlType, path: string): WriteAvro {
  const nullIndex = branches.findIndex(({ kind }) => kind === 'null');
  let index = 0;
  let write = presentWriter(branches[0] ?? { kind: 'null', logical: null }, from, path);
  while (write === null && ++index < branches.length) {
    write = presentWriter(branches[index]!, from, path);
  }
  const writePresent = write;
  if (writePresent === null) {
    throw misfit(`${path} ${formatType(from)}`, { kind: 'union', branches });
  }
  return (value, writer) => {
    if (value === null) {
      if (nullIndex < 0) throw noNull(path);
      writeAvroLong(nullIndex, writer);
      return;
    }
    writeAvroLong(index, writer);
    writePresent(value, writer);
  };
}

/** Writes values that are not null; null when the type cannot hold them. */
function presentWriter(type: AvroType, from: SqlType, path: string): WriteAvro | null {
  switch (type.kind) {
    case 'boolean':
      return from.kind === 'BOOLEAN' ? (v, writer) => writer.writeByte(v === true ? 1 : 0) : null;
    case 'int':
    case 'long': {
      const logical = type.logical?.kind ?? (type.kind === 'int' ? 'INTEGER' : 'BIGINT');
      const widens = type.kind === 'long' && type.logical === null && from.kind === 'INTEGER';
      if (from.kind !== logical && !widens) return null;
      return (value, writer) => writeAvroLong(value as number | bigint, writer);
    }
    case 'float':
      return from.kind === 'DOUBLE' ? (v, writer) => writeFloat(v as number, writer) : null;
    case 'double':
      return from.kind === 'DOUBLE' ? (v, writer) => writeDouble(v as number, writer) : null;
    case 'string':
      return from.kind === 'STRING' ? (v, writer) => writeAvroText(v as string, writer) : null;
    case 'enum':
      return from.kind === 'STRING' ? enumWriter(type.symbols, path) : null;
    case 'bytes':
      if (type.logical?.kind === 'DECIMAL') {
        return isDecimalOf(from, type.logical.scale)
          ? (v, writer) => writeAvroBytes(bytesOfUnscaled(v as number | bigint), writer)
          : null;
      }
      return from.kind === 'BYTES' ? (v, writer) => writeAvroBytes(v as Uint8Array, writer) : null;
    case 'fixed':
      return fixedWriter(type, from, path);
    case 'array':
      return arrayWriter(type, from, path);
    case 'map': {
      if (from.kind !== 'MAP' || from.key.kind !== 'STRING') return null;
      const writeItem = valueWriter(type.values, from.value, path);
      return mapWriter((key, writer) => writeAvroText(String(key), writer), writeItem);
    }
    case 'record': {
      if (from.kind !== 'STRUCT') return null;
      const writeFields = fieldsWriter(type, from.fields, path);
      return (value, writer) => writeFields(value as Value[], 0, writer);
    }
    default:
      return null;
  }
}

function isDecimalOf(from: SqlType, scale: number): boolean {
  return from.kind === 'DECIMAL' && from.scale === scale;
}

function writeFloat(value: number, writer: ByteWriter): void {
  writer.reserve(4);
  writer.length = writer.buffer.writeFloatLE(value, writer.length);
}

function writeDouble(value: number, writer: ByteWriter): void {
  writer.reserve(8);
  writer.length = writer.buffer.writeDoubleLE(value, writer.length);
}

function enumWriter(symbols: readonly string[], path: string): WriteAvro {
  return (value, writer) => {
    const index = symbols.indexOf(value as string);
    if (index < 0) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        `'${String(value)}' is none of the symbols that ${path} can have: ${symbols.join(', ')}.`,
      );
    }
    writeAvroLong(index, writer);
  };
}

function fixedWriter(
  { size, logical }: Extract<AvroType, { kind: 'fixed' }>,
  from: SqlType,
  path: string,
): WriteAvro | null {
  if (logical?.kind === 'DECIMAL') {
    if (!isDecimalOf(from, logical.scale)) return null;
    return (value, writer) => {
      const bytes = bytesOfUnscaled(value as number | bigint);
      checkSize(bytes.length <= size, path, size);
      const sign = bytes[0]! > 0x7f ? 0xff : 0;
      writer.writeBytes(Buffer.alloc(size - bytes.length, sign));
      writer.writeBytes(bytes);
    };
  }
  if (from.kind !== 'BYTES') return null;
  return (value, writer) => {
    const bytes = value as Uint8Array;
    checkSize(bytes.length === size, path, size);
    writer.writeBytes(bytes);
  };
}

function checkSize(fits: boolean, path: string, size: number): void {
  if (fits) return;
  throw new DatabaseError('BAD_STATEMENT', `${path} has ${size} bytes in the Avro schema.`);
}

function arrayWriter(
  { items, isMap }: Extract<AvroType, { kind: 'array' }>,
  from: SqlType,
  path: string,
): WriteAvro | null {
  if (isMap && items.kind === 'record' && from.kind === 'MAP') {
    const [key, value] = items.fields;
    const writeKey = valueWriter(key!.type, from.key, path);
    return mapWriter(writeKey, valueWriter(value!.type, from.value, path));
  }
  if (from.kind !== 'ARRAY' || isMap) return null;
  const writeItem = valueWriter(items, from.element, path);
  return (value, writer) => {
    const list = value as Value[];
    if (list.length > 0) writeAvroLong(list.length, writer);
    for (const item of list) writeItem(item, writer);
    writer.writeByte(0);
  };
}

function mapWriter(writeKey: WriteAvro, writeItem: WriteAvro): WriteAvro {
  return (value, writer) => {
    const map = value as Map<Value, Value>;
    if (map.size > 0) writeAvroLong(map.size, writer);
    for (const [key, item] of map) {
      writeKey(key, writer);
      writeItem(item, writer);
    }
    writer.writeByte(0);
  };
}

function misfit(what: string, type: AvroType): DatabaseError {
  const expected = type.kind === 'union' ? type.branches.map(({ kind }) => kind) : [type.kind];
  return new DatabaseError(
    'BAD_STATEMENT',
    `The Avro schema cannot hold ${what}: it has ${expected.join(' or ')} there.`,
  );
}

function noNull(path: string): DatabaseError {
  return new DatabaseError(
    'BAD_STATEMENT',
    `${path} is null, which the Avro schema does not allow.`,
  );
}
