import { DatabaseError } from '../base/errors.ts';
import { avroFormat } from '../formats/avro.ts';
import { DeserializationError, type Format } from '../formats/format.ts';
import { protobufFormat } from '../formats/protobuf.ts';
import {
  type ResolvedSchema,
  SchemaNeeded,
  type SchemaLookup,
} from '../formats/registered-schema.ts';
import { compileResultRow } from '../formats/result-json.ts';
import { formatDouble } from '../sql/double-text.ts';
import type { Column } from '../sql/schema.ts';
import type { Row } from '../sql/types.ts';

/** A way to read a payload as text. */
export interface Reading {
  /** What PRINT calls the format. */
  readonly name: string;
  /** Whether these bytes, though they can be read, look like something else: any word of four letters is an INT. */
  isDoubtful(bytes: Buffer): boolean;
  /**
   * Null when these bytes are not of that kind.
   * @throws SchemaNeeded when the schema that the payload names has to be fetched first.
   */
  read(bytes: Buffer): string | null;
}

/** In front of a payload with a schema: a byte 0 and the id of the schema. */
const HEADER_BYTES = 5;
const READERS_MAX = 1_000;
/** Behind it a number is no time: nearly 300,000 years from now. */
const TIME_MS_MAX = 8.64e15;

/** All kinds of values, in the order in which they are tried. */
export function valueReadings(schemas: SchemaLookup): Reading[] {
  return [
    reading('AVRO', schemaReader(avroFormat, schemas)),
    reading('PROTOBUF', schemaReader(protobufFormat, schemas)),
    reading('JSON', jsonText),
    reading('JSON_SR', (bytes) => jsonBehindHeader(bytes, schemas)),
    number('KAFKA_INT', (bytes) => (bytes.length === 4 ? String(bytes.readInt32BE()) : null)),
    number('KAFKA_BIGINT', (bytes) => (bytes.length === 8 ? String(bytes.readBigInt64BE()) : null)),
    number('KAFKA_DOUBLE', (bytes) =>
      bytes.length === 8 ? formatDouble(bytes.readDoubleBE()) : null,
    ),
    reading('KAFKA_STRING', textOf),
  ];
}

/** Those of keys: each kind with a window behind it, then without. */
export function keyReadings(schemas: SchemaLookup): Reading[] {
  return valueReadings(schemas).flatMap((inner) => [
    windowed('SESSION', inner),
    windowed('HOPPING', inner),
    windowed('TUMBLING', inner),
    inner,
  ]);
}

function reading(name: string, read: Reading['read']): Reading {
  return { name, isDoubtful: () => false, read };
}

function number(name: string, read: Reading['read']): Reading {
  return { name, isDoubtful: isPrintable, read };
}

function isPrintable(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string | null {
  if (bytes.length === 0) return null;
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function jsonText(bytes: Buffer): string | null {
  const text = textOf(bytes);
  if (text === null) return null;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

/** The id of the schema a payload names; null when it names none. */
function schemaId(bytes: Buffer): number | null {
  return bytes.length >= HEADER_BYTES && bytes[0] === 0 ? bytes.readInt32BE(1) : null;
}

/** Null when it is not registered. */
function schemaOf(id: number, schemas: SchemaLookup): ResolvedSchema | null {
  const schema = schemas.find(id);
  if (schema === undefined) throw new SchemaNeeded(id);
  return schema;
}

function jsonBehindHeader(bytes: Buffer, schemas: SchemaLookup): string | null {
  const id = schemaId(bytes);
  if (id === null || schemaOf(id, schemas)?.type !== 'JSON') return null;
  return jsonText(bytes.subarray(HEADER_BYTES));
}

/** Reads payloads of a format with schemas as the JSON of what the schema describes. */
function schemaReader(format: Format, schemas: SchemaLookup): Reading['read'] {
  const readers = new Map<number, Reading['read']>();
  return (bytes) => {
    const id = schemaId(bytes);
    if (id === null) return null;
    let read = readers.get(id);
    if (read === undefined) {
      const schema = schemaOf(id, schemas);
      if (schema?.type !== format.schemas?.type || schema === null) return null;
      read = compileReader(format, schema, schemas);
      if (readers.size >= READERS_MAX) readers.clear();
      readers.set(id, read);
    }
    return read(bytes);
  };
}

function compileReader(
  format: Format,
  schema: ResolvedSchema,
  schemas: SchemaLookup,
): Reading['read'] {
  const columns = columnsOf(format, schema);
  if (columns === null) return () => null;
  const isWhole = format.wrappingIsChoice;
  const decode = format.createDecoder({
    columns,
    spec: { name: format.name, unwrapped: isWhole },
    needed: columns.map(() => true),
    schemas,
  });
  const types = columns.map(({ type }) => type);
  const print = compileResultRow(isWhole ? types : [{ kind: 'STRUCT', fields: columns }]);
  return (bytes) => {
    const row: Row = columns.map(() => null);
    try {
      if (!decode(bytes, 0, bytes.length, row, 0)) return 'null';
    } catch (error) {
      if (error instanceof DeserializationError) return null;
      throw error;
    }
    return print(isWhole ? row : [row]).slice(1, -1);
  };
}

/** One column for the whole payload where the format has such, else one for each field; null: nothing to be read. */
function columnsOf(format: Format, schema: ResolvedSchema): readonly Column[] | null {
  const whole = format.wrappingIsChoice ? 'VALUE' : null;
  try {
    return (
      format.schemas?.infer(schema, { side: 'value', whole, fullName: undefined }).columns ?? null
    );
  } catch (error) {
    if (error instanceof DatabaseError) return null;
    throw error;
  }
}

/**
 * A key with a window behind it, shown `[key@start/end]`. What stands behind the key of a TUMBLING or HOPPING window is
 * its start alone. Times have to be such: the letters at the end of a word, taken for a number, lie far beyond.
 */
function windowed(kind: 'SESSION' | 'HOPPING' | 'TUMBLING', inner: Reading): Reading {
  const timesBytes = kind === 'SESSION' ? 16 : 8;
  return {
    name: `${kind}(${inner.name})`,
    isDoubtful: (bytes) => inner.isDoubtful(bytes.subarray(0, -timesBytes)),
    read(bytes) {
      const keyEnd = bytes.length - timesBytes;
      if (keyEnd < 0) return null;
      const first = Number(bytes.readBigInt64BE(keyEnd));
      const start = kind === 'SESSION' ? Number(bytes.readBigInt64BE(keyEnd + 8)) : first;
      const end = kind === 'SESSION' ? first : TIME_MS_MAX;
      if (start < 0 || end < start || end > TIME_MS_MAX) return null;
      const key = inner.read(bytes.subarray(0, keyEnd));
      return key === null ? null : `[${key}@${start}/${kind === 'SESSION' ? end : '-'}]`;
    },
  };
}
