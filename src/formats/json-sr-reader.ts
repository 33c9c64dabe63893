// Hot path: once per record.
import { DatabaseError } from '../base/errors.ts';
import { formatType, type SqlType, type Value } from '../sql/types.ts';
import { parseBase64 } from './base64.ts';
import { DeserializationError, type Decoder, type DecoderOptions } from './format.ts';
import { coerceJson } from './json-coerce.ts';
import { createJsonObjectDecoder, type JsonColumnReading } from './json-decoder.ts';
import { formatJsonNode, JsonNumber, JsonObject, type JsonNode } from './json-node.ts';
import { JsonReader } from './json-reader.ts';
import { scalarReadingOf, type ScalarReading } from './json-scalar.ts';
import { parseJsonSchema, type JsonField, type JsonType } from './json-schema.ts';
import { matchFields } from './match-fields.ts';
import { boundedInteger, parseNumberText, unscaledDecimal, wrapNumber } from './number-text.ts';
import { shorten } from './payload-text.ts';
import type { ResolvedSchema } from './registered-schema.ts';
import { conversionOf, type WireScalar } from './wire-convert.ts';

/** Reads a value that is there; null stands for JSON null. */
type ReadNode = (node: JsonNode) => Value;

/**
 * The decoder of JSON texts written with a JSON Schema, without their header: the schema says what is in the text, and
 * the rules of section 7.8 of the dialect what a column takes of it.
 * @throws DeserializationError when the schema cannot be read.
 */
export function compileJsonSrReader(
  schema: ResolvedSchema,
  { columns, spec, needed }: DecoderOptions,
): Decoder {
  const root = parse(schema);
  const reader = new JsonReader();
  const [single] = columns;
  if (spec.unwrapped === true && columns.length === 1 && single !== undefined) {
    const read = nodeReader(root, single.type, single.name);
    return (bytes, start, end, row, rowOffset) => {
      const node = reader.readAll(bytes, start, end);
      const value = read(node);
      row[rowOffset] = needed[0] === true ? value : null;
      return value !== null;
    };
  }
  if (root.kind !== 'STRUCT') {
    const message = `The schema of the payload is ${root.kind}, expected an object with the columns ${columns.map(({ name }) => name).join(', ')}`;
    return (bytes, start, end) => {
      if (reader.readAll(bytes, start, end) === null) return false;
      throw new DeserializationError(message);
    };
  }
  return createObjectDecoder(root.fields, columns, needed);
}

/** Each column is read from the field of the schema that fills it; those that none fills stay null. */
function createObjectDecoder(
  fields: readonly JsonField[],
  columns: DecoderOptions['columns'],
  needed: readonly boolean[],
): Decoder {
  const slots = matchFields(fields, columns);
  const readings = columns.map((column, index): JsonColumnReading => {
    const field = fields[slots.indexOf(index)];
    if (field === undefined) return { name: column.name, scalar: NO_SCALAR, read: () => null };
    const { name, type } = field;
    const read = nodeReader(type, column.type, name);
    return {
      name,
      scalar: plainReadingOf(type, column.type),
      read: (node) => (node === undefined ? null : read(node)),
    };
  });
  const filled = readings.map((_, index) => needed[index] === true && slots.includes(index));
  return createJsonObjectDecoder(readings, filled);
}

const NO_SCALAR = scalarReadingOf({ kind: 'BYTES' });

/** The plain forms that mean the same whether the schema or the column says how they are read. */
function plainReadingOf(type: JsonType, to: SqlType): ScalarReading {
  switch (type.kind) {
    case 'INTEGER':
      return to.kind === 'BIGINT' ? scalarReadingOf({ kind: 'INTEGER' }) : readingOfSame(type, to);
    case 'FLOAT':
      return to.kind === 'DOUBLE' ? scalarReadingOf(to) : NO_SCALAR;
    case 'DECIMAL': {
      const isSame =
        to.kind === 'DECIMAL' && to.precision === type.precision && to.scale === type.scale;
      return isSame ? scalarReadingOf(to) : NO_SCALAR;
    }
    default:
      return readingOfSame(type, to);
  }
}

function readingOfSame({ kind }: JsonType, to: SqlType): ScalarReading {
  return kind === to.kind ? scalarReadingOf(to) : NO_SCALAR;
}

function parse(schema: ResolvedSchema): JsonType {
  try {
    return parseJsonSchema(schema);
  } catch (error) {
    if (error instanceof DatabaseError) throw new DeserializationError(error.message);
    throw error;
  }
}

interface FieldReader {
  readonly name: string;
  readonly target: number;
  readonly read: ReadNode;
}

function fieldReaders(
  fields: readonly JsonField[],
  targets: readonly { readonly name: string; readonly type: SqlType }[],
  path: string,
): FieldReader[] {
  const slots = matchFields(fields, targets);
  return fields.flatMap(({ name, type }, i) => {
    const target = slots[i]!;
    const to = targets[target];
    if (to === undefined) return [];
    const at = path === '' ? name : `${path}.${name}`;
    return [{ name, target, read: nodeReader(type, to.type, at) }];
  });
}

function nodeReader(type: JsonType, to: SqlType, path: string): ReadNode {
  const read = presentReader(type, to, path);
  return (node) => (node === null ? null : read(node));
}

function presentReader(type: JsonType, to: SqlType, path: string): ReadNode {
  switch (type.kind) {
    case 'ANY':
      return (node) => coerceJson(node, to, path);
    case 'ARRAY': {
      if (to.kind !== 'ARRAY') return misfit(type, to, path);
      const readItem = nodeReader(type.items, to.element, path);
      return (node) => {
        if (!Array.isArray(node)) throw unexpected(node, 'an array', path);
        return node.map(readItem);
      };
    }
    case 'MAP':
      if (to.kind !== 'MAP') return misfit(type, to, path);
      return type.asEntries
        ? entriesReader(type, to, path)
        : objectMapReader(nodeReader(type.value, to.value, path), path);
    case 'STRUCT': {
      if (to.kind !== 'STRUCT') return misfit(type, to, path);
      const readers = fieldReaders(type.fields, to.fields, path);
      const template: Value[] = to.fields.map(() => null);
      return (node) => {
        if (!(node instanceof JsonObject)) throw unexpected(node, 'an object', path);
        const out = template.slice();
        for (const { name, target, read } of readers) {
          const value = node.fields.get(name);
          if (value !== undefined) out[target] = read(value);
        }
        return out;
      };
    }
    default: {
      const convert = conversionOf(type, to);
      if (convert === null) return misfit(type, to, path);
      const read = scalarReader(type, path);
      return (node) => convert(read(node));
    }
  }
}

function entriesReader(
  type: Extract<JsonType, { kind: 'MAP' }>,
  to: Extract<SqlType, { kind: 'MAP' }>,
  path: string,
): ReadNode {
  const readKey = nodeReader(type.key, to.key, path);
  const readValue = nodeReader(type.value, to.value, path);
  return (node) => {
    if (!Array.isArray(node)) throw unexpected(node, 'an array of entries', path);
    const map = new Map<Value, Value>();
    for (const entry of node) {
      if (!(entry instanceof JsonObject)) throw unexpected(entry, 'an entry', path);
      const key = readKey(entry.fields.get('key') ?? null);
      map.set(key, readValue(entry.fields.get('value') ?? null));
    }
    return map;
  };
}

function objectMapReader(readValue: ReadNode, path: string): ReadNode {
  return (node) => {
    if (!(node instanceof JsonObject)) throw unexpected(node, 'an object', path);
    const map = new Map<Value, Value>();
    for (const [key, value] of node.fields) map.set(key, readValue(value));
    return map;
  };
}

type ReadScalar = (node: JsonNode) => Exclude<Value, null>;

const INT_MIN = -(2 ** 31);
const INT_MAX = 2 ** 31 - 1;
const LONG_DIGITS_MAX = 19;

function scalarReader(type: WireScalar, path: string): ReadScalar {
  switch (type.kind) {
    case 'BOOLEAN':
      return (node) => {
        if (typeof node !== 'boolean') throw unexpected(node, 'true or false', path);
        return node;
      };
    case 'STRING':
      return (node) => {
        if (typeof node !== 'string') throw unexpected(node, 'a text', path);
        return node;
      };
    case 'BYTES':
      return (node) => {
        const bytes = typeof node === 'string' ? parseBase64(node) : null;
        if (bytes === null) throw unexpected(node, 'base64 text', path);
        return bytes;
      };
    case 'FLOAT':
    case 'DOUBLE':
      return (node) => {
        if (node instanceof JsonNumber) return Number(node.text);
        if (node === 'NaN' || node === 'Infinity' || node === '-Infinity') return Number(node);
        throw unexpected(node, 'a number', path);
      };
    case 'DECIMAL':
      return (node) => {
        const number = node instanceof JsonNumber ? parseNumberText(node.text) : null;
        const value = number && unscaledDecimal(number, type.precision, type.scale);
        if (value === null) {
          throw unexpected(node, `a DECIMAL(${type.precision}, ${type.scale})`, path);
        }
        return value;
      };
    case 'INTEGER':
    case 'TIME':
    case 'DATE':
      return (node) => {
        const number = node instanceof JsonNumber ? parseNumberText(node.text) : null;
        const value = number && boundedInteger(number, INT_MIN, INT_MAX);
        if (value === null) throw unexpected(node, 'a whole number of 32 bits', path);
        return value;
      };
    case 'BIGINT':
    case 'TIMESTAMP':
      return (node) => {
        const number = node instanceof JsonNumber ? parseNumberText(node.text) : null;
        if (number === null || number.digits.length - number.scale > LONG_DIGITS_MAX) {
          throw unexpected(node, 'a whole number of 64 bits', path);
        }
        const value = wrapNumber(number, 64);
        // Up to 19 digits are below 2 * 2^63: wrapping changes the sign of what does not fit.
        if (value !== 0 && value < 0 !== number.negative) {
          throw unexpected(node, 'a whole number of 64 bits', path);
        }
        return value;
      };
  }
}

function misfit(type: JsonType, to: SqlType, path: string): ReadNode {
  const message = `Cannot read ${formatType(to)} at ${path}: the schema of the payload has ${type.kind}`;
  return () => {
    throw new DeserializationError(message);
  };
}

function unexpected(node: JsonNode, expected: string, path: string): DeserializationError {
  const found = shorten(formatJsonNode(node));
  return new DeserializationError(`Found ${found} at ${path}, expected ${expected}`);
}
