// Hot path: once per record.
import { assert } from '../base/assert.ts';
import type { ByteWriter } from '../base/byte-writer.ts';
import { DatabaseError } from '../base/errors.ts';
import type { SqlType, Value } from '../sql/types.ts';
import { formatType } from '../sql/types.ts';
import { integer } from '../sql/value.ts';
import {
  checkKeyHasNoMap,
  checkKinds,
  checkNoDelimiter,
  checkNoFullName,
  checkNoNullable,
  checkNotWrapped,
} from './format-checks.ts';
import { DeserializationError, type Format } from './format.ts';
import { readShortText } from './string-cache.ts';

const NAME = 'KAFKA';
const KINDS = ['INTEGER', 'BIGINT', 'DOUBLE', 'STRING', 'BYTES'] as const;

/**
 * One column as the serializers that come with Kafka write it: INTEGER 4 bytes, BIGINT 8, DOUBLE 8 (IEEE), all big-endian;
 * STRING as UTF-8, BYTES as they are. A null is a null payload.
 */
export const kafkaFormat: Format = {
  name: NAME,

  check(columns, spec, side) {
    checkKeyHasNoMap(columns, side);
    checkNoDelimiter(NAME, spec);
    checkNoNullable(NAME, spec);
    checkNoFullName(NAME, spec);
    if (columns.length > 1) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        `Format ${NAME} holds a single ${side} column, found ${columns.length}: ` +
          `${columns.map((column) => column.name).join(', ')}. JSON and DELIMITED hold several.`,
      );
    }
    checkKinds(NAME, columns, KINDS);
    checkNotWrapped(NAME, columns, spec);
  },

  unwrappedByDefault: () => true,
  wrappingIsChoice: false,
  schemas: null,

  createDecoder({ columns, needed }) {
    const [column] = columns;
    if (column === undefined || needed[0] !== true) {
      return (_bytes, _start, _end, row, rowOffset) => {
        if (column !== undefined) row[rowOffset] = null;
        return true;
      };
    }
    const decode = valueDecoder(column.type);
    return (bytes, start, end, row, rowOffset) => {
      row[rowOffset] = decode(bytes, start, end);
      return true;
    };
  },

  createEncoder({ columns }) {
    const [column] = columns;
    if (column === undefined) return () => false;
    const encode = valueEncoder(column.type);
    return (row, rowOffset, writer) => {
      const value = row[rowOffset]!;
      if (value === null) return false;
      encode(value, writer);
      return true;
    };
  },
};

function valueDecoder(type: SqlType): (bytes: Buffer, start: number, end: number) => Value {
  switch (type.kind) {
    case 'INTEGER':
      return (bytes, start, end) => {
        checkLength(type, 4, end - start);
        return bytes.readInt32BE(start);
      };
    case 'BIGINT':
      return (bytes, start, end) => {
        checkLength(type, 8, end - start);
        const value = bytes.readInt32BE(start) * 2 ** 32 + bytes.readUInt32BE(start + 4);
        return Number.isSafeInteger(value) ? value : integer(bytes.readBigInt64BE(start));
      };
    case 'DOUBLE':
      return (bytes, start, end) => {
        checkLength(type, 8, end - start);
        return bytes.readDoubleBE(start);
      };
    case 'STRING':
      return readShortText;
    default:
      assert(type.kind === 'BYTES', 'the types of the columns were checked');
      return (bytes, start, end) => new Uint8Array(bytes.subarray(start, end));
  }
}

function checkLength(type: SqlType, expected: number, found: number): void {
  if (found === expected) return;
  throw new DeserializationError(
    `Cannot read ${formatType(type)} from ${found} bytes, expected ${expected}`,
  );
}

function valueEncoder(type: SqlType): (value: Value, writer: ByteWriter) => void {
  switch (type.kind) {
    case 'INTEGER':
      return (value, writer) => writer.writeInt32(value as number);
    case 'BIGINT':
      return (value, writer) => writer.writeInt64(value as number | bigint);
    case 'DOUBLE':
      return (value, writer) => writer.writeDouble(value as number);
    case 'STRING':
      return (value, writer) => writer.writeText(value as string);
    default:
      assert(type.kind === 'BYTES', 'the types of the columns were checked');
      return (value, writer) => writer.writeBytes(value as Uint8Array);
  }
}
