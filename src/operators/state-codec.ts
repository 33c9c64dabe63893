// Hot path: once per changed key of a tick.
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import { integer } from '../sql/value.ts';
import type { Row, SqlType, Value } from '../sql/types.ts';
import type { StateCodec } from '../state/state-table.ts';
import {
  type KeyReader,
  writeKeyBytes,
  writeKeyDouble,
  writeKeyInt32,
  writeKeyInt64,
  writeKeyText,
} from '../state/key-bytes.ts';

/** Bytes of state rows: keys in the order of their values, values compact. */
export function rowCodec(options: {
  keyTypes: readonly SqlType[];
  valueTypes: readonly SqlType[];
}): StateCodec<Row, Row> {
  const { keyTypes, valueTypes } = options;
  const valueWriters = valueTypes.map(valueWriter);
  return {
    writeKey(writer, key) {
      for (let i = 0; i < keyTypes.length; i++) {
        writeKeyValue(writer, keyTypes[i] as SqlType, key[i] as Value);
      }
    },
    readKey: (reader) => keyTypes.map((type) => readKeyValue(reader, type)),
    writeValue(writer, value) {
      for (let i = 0; i < valueWriters.length; i++) {
        (valueWriters[i] as ValueWriter)(writer, value[i] as Value);
      }
    },
    readValue(bytes) {
      const reader = new ValueReader(bytes);
      return valueTypes.map((type) => reader.read(type));
    },
  };
}

/**
 * A key as a Map key: equal rows, equal map keys. One primitive column stands for itself; everything else becomes
 * the text of its key bytes.
 */
export function mapKeyFunction(keyTypes: readonly SqlType[]): (key: Row) => unknown {
  const [only] = keyTypes;
  if (keyTypes.length === 1 && only !== undefined && isScalar(only)) {
    return only.kind === 'STRING' ? wellFormedText : (key) => key[0];
  }
  if (keyTypes.length === 0) return () => '';
  const codec = rowCodec({ keyTypes, valueTypes: [] });
  const writer = new ByteWriter();
  return (key) => {
    writer.reset();
    codec.writeKey(writer, key);
    return writer.buffer.toString('latin1', 0, writer.length);
  };
}

/** Halves of surrogate pairs are all stored as one replacement character, so they are one key in memory too. */
function wellFormedText(key: Row): unknown {
  const text = key[0];
  return typeof text === 'string' ? text.toWellFormed() : text;
}

/** Whether values of the type are numbers, truth values or texts. */
export function isScalar(type: SqlType): boolean {
  switch (type.kind) {
    case 'BYTES':
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return false;
    default:
      return true;
  }
}

const ABSENT = 0;
const PRESENT = 1;
const END = 0;

/** One byte for NULL (which orders first), then the value. */
function writeKeyValue(writer: ByteWriter, type: SqlType, value: Value): void {
  if (value === null || value === undefined) {
    writer.writeByte(ABSENT);
    return;
  }
  writer.writeByte(PRESENT);
  switch (type.kind) {
    case 'BOOLEAN':
      return writer.writeByte(value === true ? 1 : 0);
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return writeKeyInt32(writer, value as number);
    case 'BIGINT':
    case 'TIMESTAMP':
      return writeKeyInt64(writer, value as number | bigint);
    case 'DECIMAL':
      return writeKeyDecimal(writer, BigInt(value as number | bigint));
    case 'DOUBLE':
      return writeKeyDouble(writer, value as number);
    case 'STRING':
      return writeKeyText(writer, value as string);
    case 'BYTES':
      return writeKeyBytes(writer, value as Uint8Array);
    case 'ARRAY':
      for (const element of value as Value[]) {
        writer.writeByte(PRESENT);
        writeKeyValue(writer, type.element, element);
      }
      return writer.writeByte(END);
    case 'STRUCT':
      type.fields.forEach((field, index) => {
        writeKeyValue(writer, field.type, (value as Value[])[index] as Value);
      });
      return;
    case 'MAP':
      throw new TypeError('a MAP cannot be a key');
  }
}

/** Sign and length in one byte (128 + bytes, or 128 - bytes), then the magnitude; complemented when negative. */
function writeKeyDecimal(writer: ByteWriter, unscaled: bigint): void {
  const negative = unscaled < 0n;
  let digits = (negative ? -unscaled : unscaled).toString(16);
  if (digits.length % 2 === 1) digits = `0${digits}`;
  const bytes = unscaled === 0n ? Buffer.alloc(0) : Buffer.from(digits, 'hex');
  assert(bytes.length < 128, 'a decimal key has fewer than 128 bytes');
  writer.writeByte(negative ? 128 - bytes.length : 128 + bytes.length);
  writer.writeBytes(negative ? bytes.map((byte) => ~byte & 0xff) : bytes);
}

function readKeyDecimal(reader: KeyReader): number | bigint {
  const head = reader.readByte();
  const negative = head < 128;
  let value = 0n;
  for (let left = Math.abs(head - 128); left > 0; left--) {
    const byte = reader.readByte();
    value = value * 256n + BigInt(negative ? ~byte & 0xff : byte);
  }
  return integer(negative ? -value : value);
}

function readKeyValue(reader: KeyReader, type: SqlType): Value {
  if (reader.readByte() === ABSENT) return null;
  switch (type.kind) {
    case 'BOOLEAN':
      return reader.readByte() === 1;
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return reader.readInt32();
    case 'BIGINT':
    case 'TIMESTAMP':
      return integer(reader.readInt64());
    case 'DECIMAL':
      return readKeyDecimal(reader);
    case 'DOUBLE':
      return reader.readDouble();
    case 'STRING':
      return reader.readText();
    case 'BYTES':
      return Uint8Array.from(reader.readBytes());
    case 'ARRAY': {
      const elements: Value[] = [];
      while (reader.readByte() !== END) elements.push(readKeyValue(reader, type.element));
      return elements;
    }
    case 'STRUCT':
      return type.fields.map((field) => readKeyValue(reader, field.type));
    case 'MAP':
      throw new TypeError('a MAP cannot be a key');
  }
}

const NULL = 0;
const TRUE = 1;
const FALSE = 2;
const NUMBER = 1;
const BIG = 2;
/** Larger magnitudes lose their last bit in zigzag form. */
const VARINT_MAX = 2 ** 52;
/** The length of a text of so many UTF-16 units or fewer takes one byte, if it is ASCII. */
const SHORT_TEXT = 40;

/** Writes one byte saying what follows (0 for NULL), then the value. */
type ValueWriter = (writer: ByteWriter, value: Value) => void;

/** The writer of a type; what is nested is looked up once, not for each value. */
function valueWriter(type: SqlType): ValueWriter {
  switch (type.kind) {
    case 'BOOLEAN':
      return writeBoolean;
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
    case 'BIGINT':
    case 'TIMESTAMP':
    case 'DECIMAL':
      return writeInteger;
    case 'DOUBLE':
      return writeDouble;
    case 'STRING':
      return writeString;
    case 'BYTES':
      return writeBinary;
    case 'ARRAY':
      return arrayWriter(valueWriter(type.element));
    case 'STRUCT':
      return structWriter(type.fields.map((field) => valueWriter(field.type)));
    case 'MAP':
      return mapWriter(valueWriter(type.key), valueWriter(type.value));
  }
}

function writeBoolean(writer: ByteWriter, value: Value): void {
  writer.writeByte(value === null || value === undefined ? NULL : value === true ? TRUE : FALSE);
}

function writeInteger(writer: ByteWriter, value: Value): void {
  if (value === null || value === undefined) return writer.writeByte(NULL);
  if (typeof value === 'bigint' || Math.abs(value as number) >= VARINT_MAX) {
    writer.writeByte(BIG);
    return writeSized(writer, String(value));
  }
  writer.writeByte(NUMBER);
  writer.writeVarint(value as number);
}

function writeDouble(writer: ByteWriter, value: Value): void {
  if (value === null || value === undefined) return writer.writeByte(NULL);
  writer.writeByte(NUMBER);
  writer.writeDouble(value as number);
}

function writeString(writer: ByteWriter, value: Value): void {
  if (value === null || value === undefined) return writer.writeByte(NULL);
  writer.writeByte(NUMBER);
  writeSized(writer, value as string);
}

function writeBinary(writer: ByteWriter, value: Value): void {
  if (value === null || value === undefined) return writer.writeByte(NULL);
  writer.writeByte(NUMBER);
  writer.writeVarint((value as Uint8Array).length);
  writer.writeBytes(value as Uint8Array);
}

function arrayWriter(writeElement: ValueWriter): ValueWriter {
  return (writer, value) => {
    if (value === null || value === undefined) return writer.writeByte(NULL);
    const elements = value as Value[];
    writer.writeByte(NUMBER);
    writer.writeVarint(elements.length);
    for (let i = 0; i < elements.length; i++) writeElement(writer, elements[i] as Value);
  };
}

function structWriter(writers: readonly ValueWriter[]): ValueWriter {
  return (writer, value) => {
    if (value === null || value === undefined) return writer.writeByte(NULL);
    const fields = value as Value[];
    writer.writeByte(NUMBER);
    for (let i = 0; i < writers.length; i++) {
      (writers[i] as ValueWriter)(writer, fields[i] as Value);
    }
  };
}

function mapWriter(writeKey: ValueWriter, writeItem: ValueWriter): ValueWriter {
  return (writer, value) => {
    if (value === null || value === undefined) return writer.writeByte(NULL);
    const map = value as Map<Value, Value>;
    writer.writeByte(NUMBER);
    writer.writeVarint(map.size);
    for (const [key, item] of map) {
      writeKey(writer, key);
      writeItem(writer, item);
    }
  };
}

/** Byte length, then UTF-8. */
function writeSized(writer: ByteWriter, text: string): void {
  const count = text.length;
  if (count > SHORT_TEXT) {
    writer.writeVarint(Buffer.byteLength(text));
    writer.writeText(text);
    return;
  }
  // Mostly ASCII: then the length is known, and takes one byte.
  const start = writer.length;
  writer.writeVarint(count);
  writer.writeText(text);
  const written = writer.length - start - 1;
  if (written === count) return;
  writer.length = start;
  writer.writeVarint(written);
  writer.writeText(text);
}

class ValueReader {
  readonly #buffer: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(type: SqlType): Value {
    const head = this.#buffer.readUInt8(this.#position++);
    if (head === NULL) return null;
    switch (type.kind) {
      case 'BOOLEAN':
        return head === TRUE;
      case 'INTEGER':
      case 'DATE':
      case 'TIME':
      case 'BIGINT':
      case 'TIMESTAMP':
      case 'DECIMAL':
        return head === BIG ? integer(BigInt(this.#sized().toString('latin1'))) : this.#varint();
      case 'DOUBLE':
        this.#position += 8;
        return this.#buffer.readDoubleBE(this.#position - 8);
      case 'STRING':
        return this.#sized().toString();
      case 'BYTES':
        return Uint8Array.from(this.#sized());
      case 'ARRAY':
        return Array.from({ length: this.#varint() }, () => this.read(type.element));
      case 'STRUCT':
        return type.fields.map((field) => this.read(field.type));
      case 'MAP': {
        const map = new Map<Value, Value>();
        for (let left = this.#varint(); left > 0; left--) {
          map.set(this.read(type.key), this.read(type.value));
        }
        return map;
      }
    }
  }

  #sized(): Buffer {
    const length = this.#varint();
    this.#position += length;
    return this.#buffer.subarray(this.#position - length, this.#position);
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#buffer.readUInt8(this.#position++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
