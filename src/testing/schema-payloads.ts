import { ByteWriter } from '../base/byte-writer.ts';
import { DatabaseError } from '../base/errors.ts';
import { DeserializationError, type Format, type FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import { formatJsonNode, JsonNumber, JsonObject, type JsonNode } from '../formats/json-node.ts';
import { parseNumberText, wrapNumber } from '../formats/number-text.ts';
import { messageNameAt } from '../formats/protobuf-reader.ts';
import type { ResolvedSchema } from '../formats/registered-schema.ts';
import { resolveSchema, SchemaCache } from '../formats/schema-cache.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import { parseDecimalText, formatDecimal, rescale } from '../sql/decimal.ts';
import { formatDouble } from '../sql/double-text.ts';
import type { Column } from '../sql/schema.ts';
import type { Row, SqlType, Value } from '../sql/types.ts';
import { doubleNode } from './compare.ts';
import { CaseFormatError } from './json-case.ts';

/** Name of the column that stands for a whole schema. */
const WHOLE = 'WHOLE';

/** What a schema describes, with its own names, and how payloads of it are read and written. */
interface Described {
  readonly format: Format;
  readonly columns: readonly Column[];
  readonly spec: FormatSpec;
}

/**
 * The bytes of a value as a producer writes it with the latest schema of the subject, or with the one that the columns
 * make when the format has no registry.
 * @throws CaseFormatError when there is no schema or the value does not fit it.
 */
export async function encodeWithSchema(
  node: JsonNode,
  { spec, columns }: { readonly spec: FormatSpec; readonly columns: readonly Column[] },
  { subject, registry }: { readonly subject: string; readonly registry: SchemaRegistry },
): Promise<Buffer> {
  const format = findFormat(spec.name);
  if (format.schemas === null) return encodeDescribed(node, { format, columns, spec });
  const latest = await registry.latest(subject);
  if (latest === null) throw new CaseFormatError(`there is no schema under ${subject}`);
  const resolved = await resolveSchema(registry, latest.schema);
  const described = describe(resolved, spec);
  const writer = { ...resolved, id: latest.id };
  return encodeDescribed(node, { ...described, spec: { ...described.spec, writer } });
}

function encodeDescribed(node: JsonNode, { format, columns, spec }: Described): Buffer {
  const row: Row =
    spec.unwrapped === true
      ? [valueOf(node, columns[0]!.type)]
      : columns.map(({ name, type }) => valueOf(fieldOf(node, name), type));
  return encodeRow(format.createEncoder({ columns, spec }), row);
}

function encodeRow(encode: ReturnType<Format['createEncoder']>, row: Row): Buffer {
  const writer = new ByteWriter();
  try {
    if (encode(row, 0, writer)) return writer.copy();
  } catch (error) {
    if (error instanceof DatabaseError) throw new CaseFormatError(error.message);
    throw error;
  }
  throw new CaseFormatError('a payload is null');
}

/**
 * What a payload holds, by the schema it was written with: all its fields under its names.
 * @throws CaseFormatError when the bytes are not of the format.
 */
export async function decodeWithSchema(
  bytes: Buffer,
  { spec, columns }: { readonly spec: FormatSpec; readonly columns: readonly Column[] },
  registry: SchemaRegistry,
): Promise<JsonNode> {
  const format = findFormat(spec.name);
  const schemas = new SchemaCache(registry);
  if (format.schemas === null) return decodeDescribed(bytes, { format, columns, spec }, schemas);
  if (bytes.length < HEADER_BYTES) throw new CaseFormatError('a payload has no schema id');
  const id = bytes.readInt32BE(1);
  await schemas.load(id);
  const schema = schemas.find(id);
  if (!schema) throw new CaseFormatError(`a payload names the schema ${id}, which there is not`);
  // Which message it is stands in the payload, whatever the source says.
  const fullName =
    schema.type === 'PROTOBUF' ? { fullName: messageNameAt(schema, bytes, HEADER_BYTES) } : {};
  return decodeDescribed(bytes, describe(schema, { ...spec, ...fullName }), schemas);
}

function decodeDescribed(
  bytes: Buffer,
  { format, columns, spec }: Described,
  schemas: SchemaCache,
): JsonNode {
  const needed = columns.map(() => true);
  const decode = format.createDecoder({ columns, spec, needed, schemas });
  const row: Row = columns.map(() => null);
  try {
    decode(bytes, 0, bytes.length, row, 0);
  } catch (error) {
    if (error instanceof DeserializationError) throw new CaseFormatError(error.message);
    throw error;
  }
  if (spec.unwrapped === true) return nodeOf(row[0]!, columns[0]!.type);
  // Empty bytes stand for nothing, but only here, not inside of structs.
  const values = row.map((value) => {
    return value instanceof Uint8Array && value.length === 0 ? null : value;
  });
  return objectOf(values, columns);
}

const HEADER_BYTES = 5;

/** A schema is one value where the source says so, or where it has no fields. */
function describe(schema: ResolvedSchema, spec: FormatSpec): Described {
  const format = findFormat(spec.name);
  const { schemas } = format;
  if (schemas === null) throw new CaseFormatError(`${spec.name} has no schemas`);
  const infer = (whole: string | null): readonly Column[] =>
    schemas.infer(schema, { side: 'value', whole, fullName: spec.fullName }).columns;
  if (spec.unwrapped === true) return { format, columns: infer(WHOLE), spec: unwrapped(spec) };
  try {
    return { format, columns: infer(null), spec: { ...spec, unwrapped: false } };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { format, columns: infer(WHOLE), spec: unwrapped(spec) };
  }
}

function unwrapped(spec: FormatSpec): FormatSpec {
  return { ...spec, unwrapped: true };
}

/** In any case, the exact one first. */
function fieldOf(node: JsonNode, name: string): JsonNode {
  if (!(node instanceof JsonObject)) {
    throw new CaseFormatError(`${formatJsonNode(node)} is no object, as the schema has it`);
  }
  const exact = node.fields.get(name);
  if (exact !== undefined) return exact;
  const upper = name.toUpperCase();
  const found = [...node.fields].find(([other]) => other.toUpperCase() === upper);
  return found?.[1] ?? null;
}

/**
 * A value as a lenient producer takes it from a case.
 * @throws CaseFormatError when it does not fit the type.
 */
export function valueOf(node: JsonNode, type: SqlType): Value {
  if (node === null) return null;
  switch (type.kind) {
    case 'BOOLEAN':
      if (typeof node === 'boolean') return node;
      throw misfit(node, type);
    case 'INTEGER':
    case 'TIME':
    case 'DATE':
      return integerOf(node, type, 32);
    case 'BIGINT':
    case 'TIMESTAMP':
      return integerOf(node, type, 64);
    case 'DOUBLE': {
      const value = Number(textOf(node));
      if (Number.isNaN(value) && textOf(node) !== 'NaN') throw misfit(node, type);
      return value;
    }
    case 'DECIMAL': {
      const decimal = parseDecimalText(textOf(node));
      if (decimal === null) throw misfit(node, type);
      return rescale(decimal.unscaled, decimal.scale, type.scale, 'HALF_UP');
    }
    case 'STRING':
      return textOf(node);
    case 'BYTES':
      if (typeof node === 'string') return new Uint8Array(Buffer.from(node, 'base64'));
      throw misfit(node, type);
    case 'ARRAY':
      if (Array.isArray(node)) return node.map((item) => valueOf(item, type.element));
      throw misfit(node, type);
    case 'MAP': {
      if (!(node instanceof JsonObject)) throw misfit(node, type);
      const entries = [...node.fields].map(
        ([key, item]) => [key, valueOf(item, type.value)] as const,
      );
      return new Map<Value, Value>(entries);
    }
    case 'STRUCT':
      return type.fields.map(({ name, type: field }) => valueOf(fieldOf(node, name), field));
  }
}

function integerOf(node: JsonNode, type: SqlType, bits: 32 | 64): number | bigint {
  const number = parseNumberText(textOf(node));
  if (number === null) throw misfit(node, type);
  return wrapNumber(number, bits);
}

function textOf(node: JsonNode): string {
  return typeof node === 'string' ? node : formatJsonNode(node);
}

function misfit(node: JsonNode, type: SqlType): CaseFormatError {
  return new CaseFormatError(`${formatJsonNode(node)} is no ${type.kind}, as the schema has it`);
}

function objectOf(
  values: readonly Value[],
  fields: readonly { readonly name: string; readonly type: SqlType }[],
): JsonObject {
  const object = new JsonObject();
  fields.forEach(({ name, type }, index) => object.set(name, nodeOf(values[index]!, type)));
  return object;
}

function nodeOf(value: Value, type: SqlType): JsonNode {
  if (value === null) return null;
  switch (type.kind) {
    case 'BOOLEAN':
    case 'STRING':
      return value as boolean | string;
    case 'DOUBLE':
      return Number.isFinite(value) ? doubleNode(value as number) : formatDouble(value as number);
    case 'DECIMAL':
      return new JsonNumber(formatDecimal(value as number | bigint, type.scale));
    case 'BYTES':
      return Buffer.from(value as Uint8Array).toString('base64');
    case 'ARRAY':
      return (value as Value[]).map((item) => nodeOf(item, type.element));
    case 'MAP': {
      const object = new JsonObject();
      for (const [key, item] of value as Map<Value, Value>) {
        object.set(String(key), nodeOf(item, type.value));
      }
      return object;
    }
    case 'STRUCT':
      return objectOf(value as Value[], type.fields);
    default:
      return new JsonNumber(String(value));
  }
}
