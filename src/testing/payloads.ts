import type { Source } from '../catalog/source.ts';
import type { FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import { formatJsonNode, JsonNumber, type JsonNode } from '../formats/json-node.ts';
import { JsonReader } from '../formats/json-reader.ts';
import { formatDouble } from '../sql/double-text.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import { isPayload, type Column } from '../sql/schema.ts';
import { CaseFormatError, type CaseRecord, type RecordWindow } from './json-case.ts';
import type { FedRecord, PipelineRecord } from './pipeline.ts';
import { decodeWithSchema, encodeWithSchema } from './schema-payloads.ts';

const WINDOW_BYTES = 8;

/** A record of a topic as a case writes it. */
export interface DecodedRecord {
  readonly key: JsonNode;
  readonly window: RecordWindow | null;
  readonly value: JsonNode;
}

/**
 * The bytes of a record as its producer would write it, in the formats of the source over its topic.
 * @throws CaseFormatError when the record does not fit those formats.
 */
export async function encodeRecord(
  record: CaseRecord,
  source: Source,
  registry: SchemaRegistry,
): Promise<FedRecord> {
  const { schema, keyFormat, valueFormat, topic } = source;
  const key = await encodeSide(record.key, keyFormat, schema.keys, {
    subject: `${topic}-key`,
    registry,
  });
  return {
    topic: record.topic,
    key: key === null || record.window === null ? key : withWindow(key, record.window),
    value: await encodeSide(record.value, valueFormat, schema.values.filter(isPayload), {
      subject: `${topic}-value`,
      registry,
    }),
    timestamp: record.timestamp ?? 0,
    headers: record.headers,
  };
}

/** As Kafka lays windows out: the start behind the key; for sessions end and start. */
function withWindow(key: Buffer, { start, end, type }: RecordWindow): Buffer {
  const times = type === 'time' ? [start] : [end, start];
  const bytes = Buffer.alloc(WINDOW_BYTES * times.length);
  times.forEach((time, index) => bytes.writeBigInt64BE(BigInt(time), index * WINDOW_BYTES));
  return Buffer.concat([key, bytes]);
}

async function encodeSide(
  node: JsonNode,
  spec: FormatSpec,
  columns: readonly Column[],
  options: { readonly subject: string; readonly registry: SchemaRegistry },
): Promise<Buffer | null> {
  return node === null || !isOfSchema(spec)
    ? encodePayload(node, spec, columns)
    : encodeWithSchema(node, { spec, columns }, options);
}

function encodePayload(
  node: JsonNode,
  { name }: FormatSpec,
  columns: readonly Column[],
): Buffer | null {
  if (node === null) return null;
  switch (name) {
    case 'JSON':
      return Buffer.from(formatJsonNode(node));
    case 'KAFKA':
      return encodeKafka(node, columns[0] ?? null);
    case 'DELIMITED':
    case 'NONE':
      return Buffer.from(looseText(node));
    default:
      throw new CaseFormatError(`not supported: records in the format ${name}`);
  }
}

function encodeKafka(node: JsonNode, column: Column | null): Buffer {
  const kind = column?.type.kind ?? 'STRING';
  switch (kind) {
    case 'INTEGER': {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(Number(BigInt.asIntN(32, wholeNumber(node))));
      return bytes;
    }
    case 'BIGINT': {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(BigInt.asIntN(64, wholeNumber(node)));
      return bytes;
    }
    case 'DOUBLE': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(Number(numberText(node)));
      return bytes;
    }
    default:
      return Buffer.from(looseText(node));
  }
}

function numberText(node: JsonNode): string {
  const text = looseText(node);
  if (Number.isNaN(Number(text)) || text.trim() === '') {
    throw new CaseFormatError(`${formatJsonNode(node)} is no number, as the KAFKA format needs`);
  }
  return text;
}

function wholeNumber(node: JsonNode): bigint {
  const text = numberText(node);
  return /^-?\d+$/.test(text) ? BigInt(text) : BigInt(Math.trunc(Number(text)));
}

/** Text as is; anything else as its JSON. */
function looseText(node: JsonNode): string {
  return typeof node === 'string' ? node : formatJsonNode(node);
}

/**
 * What a record holds, by the formats of the source over its topic: numbers keep the spelling they were written with.
 * @throws CaseFormatError when the bytes are not of those formats.
 */
export async function decodeRecord(
  record: PipelineRecord,
  source: Source,
  registry: SchemaRegistry,
): Promise<DecodedRecord> {
  const { schema, keyFormat, valueFormat } = source;
  const { key, window } = splitWindow(record.key, source);
  return {
    key: await decodeSide(key, keyFormat, schema.keys, registry),
    window,
    value: await decodeSide(record.value, valueFormat, schema.values.filter(isPayload), registry),
  };
}

function splitWindow(
  key: Buffer | null,
  { schema }: Source,
): { key: Buffer | null; window: RecordWindow | null } {
  const { window } = schema;
  if (key === null || window === null) return { key, window: null };
  const timeCount = window.kind === 'SESSION' ? 2 : 1;
  const end = key.length - WINDOW_BYTES * timeCount;
  if (end < 0) throw new CaseFormatError(`a windowed key has only ${key.length} bytes`);
  const timeAt = (index: number): number => Number(key.readBigInt64BE(end + WINDOW_BYTES * index));
  const inner = key.subarray(0, end);
  if (window.kind === 'SESSION') {
    return { key: inner, window: { start: timeAt(1), end: timeAt(0), type: 'session' } };
  }
  const start = timeAt(0);
  return { key: inner, window: { start, end: start + (window.sizeMs ?? 0), type: 'time' } };
}

async function decodeSide(
  bytes: Buffer | null,
  spec: FormatSpec,
  columns: readonly Column[],
  registry: SchemaRegistry,
): Promise<JsonNode> {
  return bytes === null || columns.length === 0 || !isOfSchema(spec)
    ? decodePayload(bytes, spec, columns)
    : decodeWithSchema(bytes, { spec, columns }, registry);
}

/** Whether payloads mean nothing without a schema. */
function isOfSchema({ name }: FormatSpec): boolean {
  return name === 'PROTOBUF_NOSR' || findFormat(name).schemas !== null;
}

function decodePayload(
  bytes: Buffer | null,
  { name }: FormatSpec,
  columns: readonly Column[],
): JsonNode {
  if (bytes === null) return null;
  switch (name) {
    case 'JSON':
      return decodeJson(bytes);
    case 'KAFKA':
      return decodeKafka(bytes, columns[0] ?? null);
    case 'DELIMITED':
      return bytes.toString();
    case 'NONE':
      return null;
    default:
      throw new CaseFormatError(`not supported: records in the format ${name}`);
  }
}

function decodeJson(bytes: Buffer): JsonNode {
  try {
    return new JsonReader().readAll(bytes, 0, bytes.length);
  } catch (error) {
    throw new CaseFormatError(`a payload is not JSON: ${bytes.toString().slice(0, 100)}`, {
      cause: error,
    });
  }
}

/** A side without columns is not looked at. */
function decodeKafka(bytes: Buffer, column: Column | null): JsonNode {
  if (column === null) return null;
  const size = SIZES[column.type.kind] ?? bytes.length;
  if (bytes.length !== size) {
    throw new CaseFormatError(
      `a payload of ${column.name} ${column.type.kind} has ${bytes.length} bytes, expected ${size}`,
    );
  }
  switch (column.type.kind) {
    case 'INTEGER':
      return new JsonNumber(String(bytes.readInt32BE()));
    case 'BIGINT':
      return new JsonNumber(String(bytes.readBigInt64BE()));
    case 'DOUBLE':
      return decodeDouble(bytes.readDoubleBE());
    default:
      return bytes.toString();
  }
}

const SIZES: Readonly<Record<string, number>> = { INTEGER: 4, BIGINT: 8, DOUBLE: 8 };

function decodeDouble(value: number): JsonNode {
  const text = formatDouble(value);
  return Number.isFinite(value) ? new JsonNumber(text) : text;
}

/** The value as short JSON text, for messages. */
export function shown(node: JsonNode): string {
  const text = formatJsonNode(node);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

const SHOWN_MAX = 300;
