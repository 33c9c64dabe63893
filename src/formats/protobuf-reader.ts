// Hot path: once per record.
import { DatabaseError } from '../base/errors.ts';
import { formatType, type SqlType, type Value } from '../sql/types.ts';
import { unscaledOf } from './decimal-bytes.ts';
import { DeserializationError, type Decoder, type DecoderOptions } from './format.ts';
import { matchFields } from './match-fields.ts';
import { FIXED32, FIXED64, LENGTH_DELIMITED, ProtobufInput, VARINT } from './protobuf-input.ts';
import {
  parseProtobufSchema,
  wireScalarOf,
  type ProtobufField,
  type ProtobufFile,
  type ProtobufMessage,
  type ProtobufScalar,
  type ProtobufType,
  type ScalarEncoding,
} from './protobuf-schema.ts';
import type { ResolvedSchema } from './registered-schema.ts';
import { conversionOf, type Convert, type WireScalar } from './wire-convert.ts';

/** Messages inside one another; a schema may let them contain themselves. */
const NESTED_MESSAGES_MAX = 100;

/**
 * The decoder of payloads written with a Protobuf schema, without the id: which message of the schema it is comes
 * first. Fields are found by name.
 * @throws DeserializationError when the schema cannot be read.
 */
export function compileProtobufReader(schema: ResolvedSchema, options: DecoderOptions): Decoder {
  const file = parse(schema);
  const input = new ProtobufInput();
  const readers = new Map<ProtobufMessage, Decoder>();
  return (bytes, start, end, row, rowOffset) => {
    input.reset(bytes, start, end);
    const message = readMessageIndex(input, file);
    let read = readers.get(message);
    if (read === undefined) {
      read = compileMessageReader(message, options);
      readers.set(message, read);
    }
    return read(bytes, input.at, end, row, rowOffset);
  };
}

function parse(schema: ResolvedSchema): ProtobufFile {
  try {
    return parseProtobufSchema(schema);
  } catch (error) {
    if (error instanceof DatabaseError) throw new DeserializationError(error.message);
    throw error;
  }
}

/**
 * The name of the message that a payload is, by what stands at `start`, behind the id.
 * @throws DeserializationError when the schema has no such message.
 */
export function messageNameAt(schema: ResolvedSchema, bytes: Buffer, start: number): string {
  const input = new ProtobufInput();
  input.reset(bytes, start, bytes.length);
  return readMessageIndex(input, parse(schema)).name;
}

/** The path to a message, as Confluent's serializers write it: a count and that many indexes, or 0 for the first. */
function readMessageIndex(input: ProtobufInput, { messages }: ProtobufFile): ProtobufMessage {
  const count = input.readSint32();
  if (count === 0) return messageAt(messages, 0);
  if (count < 0 || count > NESTED_MESSAGES_MAX) {
    throw new DeserializationError(`Found a message index of ${count} numbers`);
  }
  let message = messageAt(messages, input.readSint32());
  for (let i = 1; i < count; i++) message = messageAt(message.nested, input.readSint32());
  return message;
}

function messageAt(messages: readonly ProtobufMessage[], index: number): ProtobufMessage {
  const message = messages[index];
  if (message !== undefined) return message;
  throw new DeserializationError(
    `The payload names message ${index} of the schema, which has ${messages.length}`,
  );
}

/** The decoder of a message without anything in front of it. */
export function compileMessageReader(
  message: ProtobufMessage,
  { columns, spec, needed }: DecoderOptions,
): Decoder {
  const input = new ProtobufInput();
  const [single] = columns;
  if (spec.unwrapped === true && columns.length === 1 && single?.type.kind === 'STRUCT') {
    const fields = compileFields(message, single.type.fields, null);
    return (bytes, start, end, row, rowOffset) => {
      input.reset(bytes, start, end);
      const struct = fields.template.slice();
      fields.read(input, struct, 0);
      row[rowOffset] = needed[0] === true ? struct : null;
      return true;
    };
  }
  const fields = compileFields(message, columns, needed);
  const { template } = fields;
  return (bytes, start, end, row, rowOffset) => {
    input.reset(bytes, start, end);
    for (let i = 0; i < template.length; i++) row[rowOffset + i] = absent(template[i]!);
    fields.read(input, row, rowOffset);
    return true;
  };
}

/** Collections belong to one row alone. */
function absent(value: Value): Value {
  if (Array.isArray(value)) return [];
  return value instanceof Map ? new Map() : value;
}

interface MessageFields {
  /** What is there when the payload has nothing. */
  readonly template: readonly Value[];
  /** Reads up to the end of the input. */
  readonly read: (input: ProtobufInput, out: Value[], offset: number) => void;
}

/** Reads one occurrence of a field into its place. */
type ReadField = (input: ProtobufInput, out: Value[], index: number, wireType: number) => void;

/** Numbers of fields that are found by index: nearly all are small. */
const LISTED_IDS = 64;

interface Handler {
  readonly index: number;
  readonly read: ReadField;
}

function compileFields(
  message: ProtobufMessage,
  targets: readonly { readonly name: string; readonly type: SqlType }[],
  needed: readonly boolean[] | null,
): MessageFields {
  const slots = matchFields(message.fields, targets);
  const template: Value[] = targets.map(() => null);
  const handlers = new Map<number, Handler>();
  let failure: string | null = null;
  message.fields.forEach((field, i) => {
    const index = slots[i]!;
    const to = targets[index];
    if (to === undefined || (needed !== null && needed[index] !== true)) return;
    const compiled = compileField(field, to.type);
    handlers.set(field.id, { index, read: compiled.read });
    template[index] = compiled.fallback;
    failure ??= compiled.failure;
  });
  const listed = Array.from({ length: LISTED_IDS }, (_, id) => handlers.get(id));
  return {
    template,
    read(input, out, offset) {
      // A field that is not written has a value too, and it does not fit.
      if (failure !== null) throw new DeserializationError(failure);
      while (input.at < input.end) {
        const tag = input.readUint32();
        const id = tag >>> 3;
        const handler = id < LISTED_IDS ? listed[id] : handlers.get(id);
        if (handler === undefined) input.skipField(tag);
        else handler.read(input, out, offset + handler.index, tag & 7);
      }
    },
  };
}

interface CompiledField {
  readonly read: ReadField;
  /** What stands for a field that is not written. */
  readonly fallback: Value;
  /** Why no row can have the field; null when it fits. */
  readonly failure: string | null;
}

function compileField(field: ProtobufField, to: SqlType): CompiledField {
  const { type, repeated } = field;
  if (type.kind === 'entry') {
    return to.kind === 'MAP' ? mapField(type, to) : misfit(field, to);
  }
  if (!repeated) return compileSingle(field, type, to);
  if (to.kind !== 'ARRAY') return misfit(field, to);
  const element = compileSingle({ ...field, repeated: false }, type, to.element);
  return { read: repeatedReader(type, element.read), fallback: [], failure: element.failure };
}

function compileSingle(
  field: ProtobufField,
  type: Exclude<ProtobufType, { kind: 'entry' }>,
  to: SqlType,
): CompiledField {
  switch (type.kind) {
    case 'message':
      return to.kind === 'STRUCT' ? structField(type.message, to.fields) : misfit(field, to);
    case 'wrapper':
      return wrapperField(field, type.value, to);
    case 'scalar':
    case 'enum': {
      const convert = conversionOf(wireScalarOf(type), to);
      if (convert === null) return misfit(field, to);
      const fallback = field.hasPresence ? null : convert(defaultOf(type));
      const read = scalarReader(type);
      const wireType = wireTypeOf(type);
      return {
        fallback,
        failure: null,
        read: (input, out, index, found) => {
          if (found !== wireType) throw wrongWireType(field, found);
          out[index] = convert(read(input));
        },
      };
    }
    default:
      return logicalField(field, type, to);
  }
}

function misfit(field: ProtobufField, to: SqlType): CompiledField {
  const message = `Cannot read ${formatType(to)} at ${field.name}: the payload has ${nameOf(field)}`;
  return {
    fallback: null,
    // A message may be absent, and then it is null whatever the column is.
    failure: field.hasPresence ? null : message,
    read: () => {
      throw new DeserializationError(message);
    },
  };
}

function nameOf({ type, repeated }: ProtobufField): string {
  const name = type.kind === 'scalar' ? type.encoding : type.kind;
  return repeated ? `repeated ${name}` : name;
}

function wrongWireType({ name }: ProtobufField, found: number): DeserializationError {
  return new DeserializationError(
    `The field ${name} has the wire type ${found}, which is not that of its type`,
  );
}

/** Reads what is inside a field that says its length. */
function within(input: ProtobufInput, wireType: number, read: () => void): void {
  if (wireType !== LENGTH_DELIMITED) {
    throw new DeserializationError(`A message has the wire type ${wireType}`);
  }
  const length = input.readLength();
  const { end } = input;
  input.end = input.at + length;
  read();
  input.end = end;
}

function structField(
  message: ProtobufMessage,
  targets: readonly { readonly name: string; readonly type: SqlType }[],
): CompiledField {
  const fields = compileFields(message, targets, null);
  return {
    fallback: null,
    failure: null,
    read(input, out, index, wireType) {
      // A message in two parts is one.
      const struct = (out[index] as Value[] | null) ?? fields.template.map(absent);
      within(input, wireType, () => fields.read(input, struct, 0));
      out[index] = struct;
    },
  };
}

function mapField(
  type: Extract<ProtobufType, { kind: 'entry' }>,
  to: Extract<SqlType, { kind: 'MAP' }>,
): CompiledField {
  const message: ProtobufMessage = { name: 'entry', fields: [type.key, type.value], nested: [] };
  const targets = [
    { name: 'key', type: to.key },
    { name: 'value', type: to.value },
  ];
  const fields = compileFields(message, targets, null);
  return {
    fallback: new Map(),
    failure: null,
    read(input, out, index, wireType) {
      const entry = fields.template.map(absent);
      within(input, wireType, () => fields.read(input, entry, 0));
      (out[index] as Map<Value, Value>).set(entry[0]!, entry[1]!);
    },
  };
}

function repeatedReader(type: ProtobufType, readElement: ReadField): ReadField {
  const isPackable = type.kind === 'scalar' || type.kind === 'enum';
  const wireType = isPackable ? wireTypeOf(type) : LENGTH_DELIMITED;
  const scratch: Value[] = [null];
  const readOne = (input: ProtobufInput, list: Value[], found: number): void => {
    scratch[0] = null;
    readElement(input, scratch, 0, found);
    list.push(scratch[0]);
  };
  return (input, out, index, found) => {
    const list = out[index] as Value[];
    // Numbers may be written one by one or together, whatever the schema says.
    if (found !== LENGTH_DELIMITED || wireType === LENGTH_DELIMITED) {
      readOne(input, list, found);
      return;
    }
    within(input, found, () => {
      while (input.at < input.end) readOne(input, list, wireType);
    });
  };
}

function wrapperField(field: ProtobufField, value: ProtobufScalar, to: SqlType): CompiledField {
  const inner: ProtobufField = { ...field, id: 1, name: 'value', type: value, hasPresence: false };
  const message: ProtobufMessage = { name: 'wrapper', fields: [inner], nested: [] };
  if (conversionOf(wireScalarOf(value), to) === null) return misfit(field, to);
  const fields = compileFields(message, [{ name: 'value', type: to }], null);
  return {
    fallback: null,
    failure: null,
    read(input, out, index, wireType) {
      const scalar = fields.template.slice();
      within(input, wireType, () => fields.read(input, scalar, 0));
      out[index] = scalar[0]!;
    },
  };
}

/** Times and decimals: messages of up to four numbers. */
function logicalField(
  field: ProtobufField,
  type: Extract<ProtobufType, { kind: 'date' | 'time' | 'timestamp' | 'decimal' }>,
  to: SqlType,
): CompiledField {
  const scalar = logicalScalar(type);
  const convert = conversionOf(scalar, to);
  if (convert === null) return misfit(field, to);
  const parts = LOGICAL_PARTS[type.kind];
  return {
    fallback: null,
    failure: null,
    read(input, out, index, wireType) {
      const values: Value[] = parts.map(() => 0);
      within(input, wireType, () => {
        while (input.at < input.end) {
          const tag = input.readUint32();
          const at = (tag >>> 3) - 1;
          const part = parts[at];
          if (part === undefined) input.skipField(tag);
          else if ((tag & 7) !== wireTypeOf(part)) throw wrongWireType(field, tag & 7);
          else values[at] = scalarReader(part)(input);
        }
      });
      out[index] =
        type.kind === 'decimal'
          ? decimalOf(values, convert, to)
          : convert(LOGICAL[type.kind](values));
    },
  };
}

function logicalScalar(
  type: Extract<ProtobufType, { kind: 'date' | 'time' | 'timestamp' | 'decimal' }>,
): WireScalar {
  switch (type.kind) {
    case 'date':
      return { kind: 'DATE' };
    case 'time':
      return { kind: 'TIME' };
    case 'timestamp':
      return { kind: 'TIMESTAMP' };
    case 'decimal':
      return { kind: 'DECIMAL', precision: type.precision, scale: type.scale };
  }
}

const INT32: ProtobufScalar = { kind: 'scalar', encoding: 'int32' };
const INT64: ProtobufScalar = { kind: 'scalar', encoding: 'int64' };
const UINT32: ProtobufScalar = { kind: 'scalar', encoding: 'uint32' };
const BYTES: ProtobufScalar = { kind: 'scalar', encoding: 'bytes' };

/** The fields of the messages that stand for times and decimals, numbered from 1. */
const LOGICAL_PARTS: Readonly<Record<string, readonly ProtobufScalar[]>> & {
  readonly [K in 'date' | 'time' | 'timestamp' | 'decimal']: readonly ProtobufScalar[];
} = {
  date: [INT32, INT32, INT32],
  time: [INT32, INT32, INT32, INT32],
  timestamp: [INT64, INT32],
  decimal: [BYTES, UINT32, INT32],
};

const DAY_MS = 86_400_000;
const NANOS_PER_MS = 1e6;

const LOGICAL = {
  date: ([year, month, day]: readonly Value[]): number => {
    const date = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, Number(day));
    return Math.floor(date / DAY_MS);
  },
  time: ([hours, minutes, seconds, nanos]: readonly Value[]): number =>
    ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 +
    Math.floor(Number(nanos) / NANOS_PER_MS),
  timestamp: ([seconds, nanos]: readonly Value[]): number =>
    Number(seconds) * 1000 + Math.floor(Number(nanos) / NANOS_PER_MS),
};

/** A decimal brings its own scale. */
function decimalOf(values: readonly Value[], convert: Convert, to: SqlType): Value {
  const [bytes, , scale] = values;
  const unscaled = bytes instanceof Uint8Array ? unscaledOf(bytes) : 0;
  const own = conversionOf(
    { kind: 'DECIMAL', precision: 0, scale: checkedScale(Number(scale)) },
    to,
  );
  return (own ?? convert)(unscaled);
}

const SCALE_MAX = 1_000;

function checkedScale(scale: number): number {
  if (scale >= 0 && scale <= SCALE_MAX) return scale;
  throw new DeserializationError(`Found a decimal of the scale ${scale}`);
}

function defaultOf(type: ProtobufScalar): Exclude<Value, null> {
  if (type.kind === 'enum') return type.names.get(0) ?? '';
  switch (type.encoding) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'bytes':
      return new Uint8Array(0);
    default:
      return 0;
  }
}

function wireTypeOf(type: ProtobufScalar): number {
  if (type.kind === 'enum') return VARINT;
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

type ReadScalar = (input: ProtobufInput) => Exclude<Value, null>;

function scalarReader(type: ProtobufScalar): ReadScalar {
  if (type.kind === 'scalar') return SCALAR_READERS[type.encoding];
  const { names } = type;
  return (input) => {
    const number = input.readInt32();
    return names.get(number) ?? String(number);
  };
}

const SCALAR_READERS: { readonly [K in ScalarEncoding]: ReadScalar } = {
  double: (input) => input.readDouble(),
  float: (input) => input.readFloat(),
  int32: (input) => input.readInt32(),
  uint32: (input) => input.readUint32(),
  sint32: (input) => input.readSint32(),
  fixed32: (input) => input.readFixed32(),
  sfixed32: (input) => input.readSfixed32(),
  int64: (input) => input.readInt64(),
  uint64: (input) => input.readInt64(),
  sint64: (input) => input.readSint64(),
  fixed64: (input) => input.readFixed64(),
  sfixed64: (input) => input.readFixed64(),
  bool: (input) => input.readBool(),
  string: (input) => input.readText(),
  bytes: (input) => input.readBytes(),
};
