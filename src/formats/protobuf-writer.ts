// Hot path: once per record.
import type { ByteWriter } from '../base/byte-writer.ts';
import { DatabaseError } from '../base/errors.ts';
import { formatType, type SqlType, type Value } from '../sql/types.ts';
import { bytesOfUnscaled } from './decimal-bytes.ts';
import type { Encoder, EncoderOptions } from './format.ts';
import { matchFields } from './match-fields.ts';
import { deriveProtobufSchema } from './protobuf-derive.ts';
import { FIXED32, FIXED64, LENGTH_DELIMITED, VARINT } from './protobuf-input.ts';
import { writeDelimited, writeInt64, writeUnsigned } from './protobuf-output.ts';
import {
  messageNamed,
  parseProtobufSchema,
  type ProtobufField,
  type ProtobufMessage,
  type ProtobufScalar,
  type ProtobufType,
} from './protobuf-schema.ts';
import { withHeader } from './registry-payload.ts';
import { writeShortAscii } from './short-ascii.ts';

/**
 * Encodes rows with the schema of the spec, else with the one the columns make: the id of the schema, which of its
 * messages it is, then the message. Fields the columns lack are not written, which is their default.
 * @throws DatabaseError BAD_STATEMENT for a column that does not fit the schema, and for a null inside a collection.
 */
export function createProtobufEncoder(options: EncoderOptions): Encoder {
  const { spec } = options;
  const schema = spec.writer ?? derived(options);
  const file = parseProtobufSchema(schema);
  const message = messageNamed(file, file.messages.length === 1 ? undefined : spec.fullName);
  const index = file.messages.indexOf(message);
  const write = createMessageEncoder(message, options);
  return withHeader(spec.writer?.id, (row, rowOffset, writer) => {
    if (index === 0) writer.writeByte(0);
    else {
      writer.writeVarint(1);
      writer.writeVarint(index);
    }
    return write(row, rowOffset, writer);
  });
}

/** Encodes rows with the schema that the columns make, and nothing in front: PROTOBUF_NOSR. */
export function createBareProtobufEncoder(options: EncoderOptions): Encoder {
  const [message] = parseProtobufSchema(derived(options)).messages;
  return createMessageEncoder(message!, options);
}

function derived({ columns, spec }: EncoderOptions): Parameters<typeof parseProtobufSchema>[0] {
  return { type: 'PROTOBUF', text: deriveProtobufSchema(columns, spec), dependencies: [] };
}

function createMessageEncoder(
  message: ProtobufMessage,
  { columns, spec }: EncoderOptions,
): Encoder {
  const [single] = columns;
  if (spec.unwrapped === true && columns.length === 1 && single?.type.kind === 'STRUCT') {
    const writeFields = fieldsWriter(message, single.type.fields);
    return (row, rowOffset, writer) => {
      const value = row[rowOffset]!;
      if (value === null) return false;
      writeFields(value as Value[], 0, writer);
      return true;
    };
  }
  const writeFields = fieldsWriter(message, columns);
  return (row, rowOffset, writer) => {
    writeFields(row, rowOffset, writer);
    return true;
  };
}

type WriteFields = (values: readonly Value[], offset: number, writer: ByteWriter) => void;
/** Writes a field with its tag, or nothing for a value that need not be written. */
type WriteField = (value: Value, writer: ByteWriter) => void;
/** Writes a value that is not null, without a tag. */
type WritePlain = (value: Exclude<Value, null>, writer: ByteWriter) => void;

function fieldsWriter(
  message: ProtobufMessage,
  columns: readonly { readonly name: string; readonly type: SqlType }[],
): WriteFields {
  const slots = matchFields(message.fields, columns);
  const written = message.fields
    .flatMap((field, i) => {
      const slot = slots[i]!;
      const from = columns[slot];
      return from === undefined
        ? []
        : [{ id: field.id, slot, write: fieldWriter(field, from.type) }];
    })
    .sort((a, b) => a.id - b.id);
  return (values, offset, writer) => {
    for (const { slot, write } of written) write(values[offset + slot]!, writer);
  };
}

function fieldWriter(field: ProtobufField, from: SqlType): WriteField {
  const { type, repeated } = field;
  if (type.kind === 'entry') {
    if (from.kind !== 'MAP') throw misfit(field, from);
    return mapWriter(field, type, from);
  }
  if (repeated) {
    if (from.kind !== 'ARRAY') throw misfit(field, from);
    return repeatedWriter(field, type, from.element);
  }
  const write = plainWriter(field, type, from);
  const tag = tagOf(field, wireTypeOf(type));
  const isDefault = field.hasPresence ? never : defaultTest(type);
  return (value, writer) => {
    if (value === null || isDefault(value)) return;
    writeUnsigned(tag, writer);
    write(value, writer);
  };
}

function never(): boolean {
  return false;
}

/** What is not written because it is what a reader assumes. */
function defaultTest(type: ProtobufType): (value: Exclude<Value, null>) => boolean {
  if (type.kind === 'enum') {
    const zero = type.names.get(0);
    return (value) => value === zero;
  }
  if (type.kind !== 'scalar') return never;
  switch (type.encoding) {
    case 'string':
      return (value) => value === '';
    case 'bytes':
      return (value) => (value as Uint8Array).length === 0;
    case 'bool':
      return (value) => value === false;
    default:
      // Negative zero is another number.
      return (value) => Object.is(value, 0);
  }
}

function tagOf({ id }: ProtobufField, wireType: number): number {
  return id * 8 + wireType;
}

function wireTypeOf(type: ProtobufType): number {
  if (type.kind === 'enum') return VARINT;
  if (type.kind !== 'scalar') return LENGTH_DELIMITED;
  switch (type.encoding) {
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      return FIXED64;
    case 'float':
    case 'fixed32':
    case 'sfixed32':
      return FIXED32;
    case 'string':
    case 'bytes':
      return LENGTH_DELIMITED;
    default:
      return VARINT;
  }
}

function repeatedWriter(
  field: ProtobufField,
  type: Exclude<ProtobufType, { kind: 'entry' }>,
  from: SqlType,
): WriteField {
  const write = plainWriter(field, type, from);
  const wireType = wireTypeOf(type);
  if (wireType !== LENGTH_DELIMITED && field.packed) {
    const tag = tagOf(field, LENGTH_DELIMITED);
    return (value, writer) => {
      if (value === null) return;
      const list = value as Value[];
      if (list.length === 0) return;
      writeUnsigned(tag, writer);
      writeDelimited(writer, () => {
        for (const item of list) write(present(item, field), writer);
      });
    };
  }
  const tag = tagOf(field, wireType);
  return (value, writer) => {
    if (value === null) return;
    for (const item of value as Value[]) {
      writeUnsigned(tag, writer);
      write(present(item, field), writer);
    }
  };
}

function present(value: Value, { name }: ProtobufField): Exclude<Value, null> {
  if (value !== null) return value;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `An element of ${name} is null, and Protobuf has no null inside of arrays and maps.`,
  );
}

function mapWriter(
  field: ProtobufField,
  { key, value, isMap }: Extract<ProtobufType, { kind: 'entry' }>,
  from: Extract<SqlType, { kind: 'MAP' }>,
): WriteField {
  const tag = tagOf(field, LENGTH_DELIMITED);
  // In a map of the language key and value are always there, defaults too.
  const member = (part: ProtobufField): ProtobufField =>
    isMap ? { ...part, hasPresence: true } : part;
  const writeKey = fieldWriter(member(key), from.key);
  const writeValue = fieldWriter(member(value), from.value);
  return (entries, writer) => {
    if (entries === null) return;
    for (const [name, item] of entries as Map<Value, Value>) {
      const [k, v] = [present(name, field), present(item, field)];
      writeUnsigned(tag, writer);
      writeDelimited(writer, () => {
        writeKey(k, writer);
        writeValue(v, writer);
      });
    }
  };
}

function plainWriter(
  field: ProtobufField,
  type: Exclude<ProtobufType, { kind: 'entry' }>,
  from: SqlType,
): WritePlain {
  switch (type.kind) {
    case 'scalar':
    case 'enum':
      return scalarWriter(field, type, from);
    case 'wrapper': {
      const inner = { ...field, id: 1, name: field.name, type: type.value, hasPresence: false };
      const write = fieldWriter(inner, from);
      return (value, writer) => writeDelimited(writer, () => write(value, writer));
    }
    case 'message': {
      if (from.kind !== 'STRUCT') throw misfit(field, from);
      const write = fieldsWriter(type.message, from.fields);
      return (value, writer) => writeDelimited(writer, () => write(value as Value[], 0, writer));
    }
    case 'date':
      if (from.kind !== 'DATE') throw misfit(field, from);
      return (value, writer) => writeDelimited(writer, () => writeDate(value as number, writer));
    case 'time':
      if (from.kind !== 'TIME') throw misfit(field, from);
      return (value, writer) => writeDelimited(writer, () => writeTime(value as number, writer));
    case 'timestamp':
      if (from.kind !== 'TIMESTAMP') throw misfit(field, from);
      return (value, writer) =>
        writeDelimited(writer, () => writeTimestamp(value as number, writer));
    case 'decimal': {
      if (from.kind !== 'DECIMAL') throw misfit(field, from);
      const { scale } = from;
      return (value, writer) =>
        writeDelimited(writer, () => writeDecimal(value as number | bigint, scale, writer));
    }
  }
}

const DAY_MS = 86_400_000;

function writeDate(days: number, writer: ByteWriter): void {
  const date = new Date(days * DAY_MS);
  writePart(1, date.getUTCFullYear(), writer);
  writePart(2, date.getUTCMonth() + 1, writer);
  writePart(3, date.getUTCDate(), writer);
}

function writeTime(ms: number, writer: ByteWriter): void {
  writePart(1, Math.floor(ms / 3_600_000), writer);
  writePart(2, Math.floor(ms / 60_000) % 60, writer);
  writePart(3, Math.floor(ms / 1000) % 60, writer);
  writePart(4, (ms % 1000) * 1e6, writer);
}

function writeTimestamp(ms: number, writer: ByteWriter): void {
  const seconds = Math.floor(ms / 1000);
  writePart(1, seconds, writer);
  writePart(2, (ms - seconds * 1000) * 1e6, writer);
}

function writeDecimal(unscaled: number | bigint, scale: number, writer: ByteWriter): void {
  const bytes = bytesOfUnscaled(unscaled);
  writer.writeByte(1 * 8 + LENGTH_DELIMITED);
  writeUnsigned(bytes.length, writer);
  writer.writeBytes(bytes);
  writePart(2, String(unscaled).replace('-', '').length, writer);
  writePart(3, scale, writer);
}

/** A number of a message that stands for a time or a decimal; 0 is not written. */
function writePart(id: number, value: number, writer: ByteWriter): void {
  if (value === 0) return;
  writer.writeByte(id * 8);
  writeInt64(value, writer);
}

function scalarWriter(field: ProtobufField, type: ProtobufScalar, from: SqlType): WritePlain {
  const write = type.kind === 'enum' ? enumWriter(field, type, from) : encodingWriter(type, from);
  if (write !== null) return write;
  throw misfit(field, from);
}

function enumWriter(
  { name }: ProtobufField,
  { names }: Extract<ProtobufScalar, { kind: 'enum' }>,
  from: SqlType,
): WritePlain | null {
  if (from.kind !== 'STRING') return null;
  const numbers = new Map([...names].map(([number, text]) => [text, number]));
  return (value, writer) => {
    const number = numbers.get(value as string);
    if (number === undefined) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        `'${String(value)}' is none of the values that ${name} can have: ${[...numbers.keys()].join(', ')}.`,
      );
    }
    writeInt64(number, writer);
  };
}

/** Null when the encoding cannot hold the type. */
function encodingWriter(
  { encoding }: Extract<ProtobufScalar, { kind: 'scalar' }>,
  { kind }: SqlType,
): WritePlain | null {
  const isInt = kind === 'INTEGER';
  const isLong = isInt || kind === 'BIGINT';
  switch (encoding) {
    case 'bool':
      return kind === 'BOOLEAN' ? (v, writer) => writer.writeByte(v === true ? 1 : 0) : null;
    case 'string':
      return kind === 'STRING' ? (v, writer) => writeText(v as string, writer) : null;
    case 'bytes':
      return kind === 'BYTES' ? (v, writer) => writeBytes(v as Uint8Array, writer) : null;
    case 'double':
      return kind === 'DOUBLE' ? (v, writer) => writeDouble(v as number, writer) : null;
    case 'float':
      return kind === 'DOUBLE' ? (v, writer) => writeFloat(v as number, writer) : null;
    case 'int32':
      return isInt ? (v, writer) => writeInt64(v as number, writer) : null;
    case 'sint32':
      return isInt ? (v, writer) => writer.writeVarint(v as number) : null;
    case 'sfixed32':
      return isInt ? (v, writer) => writeFixed32(v as number, writer) : null;
    case 'uint32':
      return isLong
        ? (v, writer) => writeUnsigned(Number(BigInt.asUintN(32, BigInt(v as number))), writer)
        : null;
    case 'fixed32':
      return isLong
        ? (v, writer) => writeFixed32(Number(BigInt.asIntN(32, BigInt(v as number))), writer)
        : null;
    case 'int64':
    case 'uint64':
      return isLong ? (v, writer) => writeInt64(v as number | bigint, writer) : null;
    case 'sint64':
      return isLong
        ? (v, writer) => writeInt64(zigzag(BigInt(v as number | bigint)), writer)
        : null;
    case 'fixed64':
    case 'sfixed64':
      return isLong ? (v, writer) => writeFixed64(BigInt(v as number | bigint), writer) : null;
  }
}

function zigzag(value: bigint): bigint {
  return (value << 1n) ^ (value >> 63n);
}

function writeText(text: string, writer: ByteWriter): void {
  if (writeShortAscii(text, text.length, writer)) return;
  writeUnsigned(Buffer.byteLength(text), writer);
  writer.writeText(text);
}

function writeBytes(bytes: Uint8Array, writer: ByteWriter): void {
  writeUnsigned(bytes.length, writer);
  writer.writeBytes(bytes);
}

function writeDouble(value: number, writer: ByteWriter): void {
  writer.reserve(8);
  writer.length = writer.buffer.writeDoubleLE(value, writer.length);
}

function writeFloat(value: number, writer: ByteWriter): void {
  writer.reserve(4);
  writer.length = writer.buffer.writeFloatLE(value, writer.length);
}

function writeFixed32(value: number, writer: ByteWriter): void {
  writer.reserve(4);
  writer.length = writer.buffer.writeInt32LE(value, writer.length);
}

function writeFixed64(value: bigint, writer: ByteWriter): void {
  writer.reserve(8);
  writer.length = writer.buffer.writeBigInt64LE(value, writer.length);
}

function misfit({ name, type }: ProtobufField, from: SqlType): DatabaseError {
  const expected = type.kind === 'scalar' ? type.encoding : type.kind;
  return new DatabaseError(
    'BAD_STATEMENT',
    `The Protobuf schema cannot hold ${name} ${formatType(from)}: it has ${expected} there.`,
  );
}
