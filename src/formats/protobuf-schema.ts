import type protobuf from 'protobufjs';
import { protobufjs } from '../base/protobufjs.ts';
import { DatabaseError } from '../base/errors.ts';
import { WELL_KNOWN_FILES } from './protobuf-well-known.ts';
import type { ResolvedSchema } from './registered-schema.ts';
import type { WireScalar } from './wire-convert.ts';

/** A Protobuf message; one that contains itself is one object that refers to itself. */
export interface ProtobufMessage {
  /** With its package, dots between. */
  readonly name: string;
  /** In the order of the file. Filled after the message itself is known. */
  readonly fields: readonly ProtobufField[];
  /** Messages declared inside, in the order of the file. */
  readonly nested: readonly ProtobufMessage[];
}

export interface ProtobufField {
  readonly id: number;
  readonly name: string;
  readonly type: ProtobufType;
  readonly repeated: boolean;
  /** Whether repeated numbers are written together. */
  readonly packed: boolean;
  /** Whether absence is told from the default: of messages, and of scalars marked so. */
  readonly hasPresence: boolean;
}

export type ProtobufType =
  | ProtobufScalar
  /** A message that stands for a scalar. */
  | { readonly kind: 'wrapper'; readonly value: ProtobufScalar }
  | { readonly kind: 'date' | 'time' | 'timestamp' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'message'; readonly message: ProtobufMessage }
  /** Always repeated: messages with key and value, or a map of the language. */
  | {
      readonly kind: 'entry';
      readonly key: ProtobufField;
      readonly value: ProtobufField;
      /** Of a map of the language key and value are always written. */
      readonly isMap: boolean;
    };

export type ProtobufScalar =
  | { readonly kind: 'scalar'; readonly encoding: ScalarEncoding }
  | { readonly kind: 'enum'; readonly names: ReadonlyMap<number, string> };

const ENCODINGS = [
  'double',
  'float',
  'int32',
  'uint32',
  'sint32',
  'fixed32',
  'sfixed32',
  'int64',
  'uint64',
  'sint64',
  'fixed64',
  'sfixed64',
  'bool',
  'string',
  'bytes',
] as const;

export type ScalarEncoding = (typeof ENCODINGS)[number];

/** What is in a file. */
export interface ProtobufFile {
  /** Messages on the outermost level, in the order of the file. */
  readonly messages: readonly ProtobufMessage[];
}

const PRECISION_DEFAULT = 64;
const MESSAGES_MAX = 10_000;

/**
 * Parses a Protobuf schema with the schemas it imports.
 * @throws DatabaseError BAD_STATEMENT saying what is wrong with it.
 */
export function parseProtobufSchema(schema: ResolvedSchema): ProtobufFile {
  try {
    return new ProtobufSchemaParser().parse(schema);
  } catch (error) {
    if (error instanceof DatabaseError || !(error instanceof Error)) throw error;
    throw new DatabaseError(
      'BAD_STATEMENT',
      `The Protobuf schema cannot be read: ${error.message}.`,
      { cause: error },
    );
  }
}

class ProtobufSchemaParser {
  readonly #messages = new Map<protobuf.Type, ProtobufMessage>();

  parse({ text, dependencies }: ResolvedSchema): ProtobufFile {
    const root = new (protobufjs().Root)();
    const parsed = new Set<string>();
    for (const { name, text } of dependencies) {
      parsed.add(name);
      this.#parseInto(root, text, parsed);
    }
    const before = new Set(topLevel(root));
    const packageName = this.#parseInto(root, text, parsed);
    root.resolveAll();
    const space = packageName === undefined ? root : root.lookup(packageName);
    const types = space instanceof protobufjs().Namespace ? topLevelOf(space) : [];
    return { messages: types.filter((type) => !before.has(type)).map((t) => this.#message(t)) };
  }

  /** Returns the package of the text. */
  #parseInto(root: protobuf.Root, text: string, parsed: Set<string>): string | undefined {
    const options = { keepCase: true };
    const file = protobufjs().parse(text, root, options);
    for (const name of file.imports ?? []) {
      const wellKnown = WELL_KNOWN_FILES.get(name);
      if (wellKnown === undefined || parsed.has(name)) continue;
      parsed.add(name);
      protobufjs().parse(wellKnown, root, options);
    }
    return file.package;
  }

  #message(type: protobuf.Type): ProtobufMessage {
    const known = this.#messages.get(type);
    if (known !== undefined) return known;
    if (this.#messages.size >= MESSAGES_MAX)
      throw new Error(`it has over ${MESSAGES_MAX} messages`);
    const fields: ProtobufField[] = [];
    const nested: ProtobufMessage[] = [];
    const message: ProtobufMessage = { name: type.fullName.slice(1), fields, nested };
    this.#messages.set(type, message);
    for (const field of type.fieldsArray) fields.push(this.#field(field));
    for (const inner of topLevelOf(type)) nested.push(this.#message(inner));
    return message;
  }

  #field(field: protobuf.Field): ProtobufField {
    const type = field.map ? this.#map(field as unknown as protobuf.MapField) : this.#type(field);
    const repeated = field.repeated || field.map;
    return {
      id: field.id,
      name: field.name,
      type,
      repeated,
      packed: field.packed,
      hasPresence: !repeated && (isMessage(type) || isMarked(field)),
    };
  }

  #map(field: protobuf.MapField): ProtobufType {
    const valueType = this.#type(field);
    const member = { repeated: false, packed: false };
    const key = scalarOf(field.keyType) ?? { kind: 'scalar', encoding: 'string' };
    return {
      kind: 'entry',
      key: { ...member, id: 1, name: 'key', type: key, hasPresence: false },
      value: {
        ...member,
        id: 2,
        name: 'value',
        type: valueType,
        hasPresence: isMessage(valueType),
      },
      isMap: true,
    };
  }

  #type(field: protobuf.FieldBase): ProtobufType {
    const { resolvedType } = field;
    if (resolvedType instanceof protobufjs().Enum) {
      const names = Object.entries(resolvedType.values).map(([name, number]) => {
        return [number, name] as const;
      });
      // Of names for the same number the first counts.
      return { kind: 'enum', names: new Map(names.toReversed()) };
    }
    if (resolvedType instanceof protobufjs().Type) return this.#messageType(field, resolvedType);
    const scalar = scalarOf(field.type);
    if (scalar === null)
      throw new Error(`the field ${field.name} has the unknown type ${field.type}`);
    return scalar;
  }

  #messageType(field: protobuf.FieldBase, type: protobuf.Type): ProtobufType {
    const name = type.fullName.slice(1);
    switch (name) {
      case 'google.protobuf.Timestamp':
        return { kind: 'timestamp' };
      case 'google.type.Date':
        return { kind: 'date' };
      case 'google.type.TimeOfDay':
        return { kind: 'time' };
      case 'confluent.type.Decimal':
        return { kind: 'decimal', ...decimalParameters(field) };
      default: {
        const wrapped = WRAPPERS.get(name);
        if (wrapped !== undefined) {
          return { kind: 'wrapper', value: { kind: 'scalar', encoding: wrapped } };
        }
        const message = this.#message(type);
        const entry = field.repeated ? entryOf(type.name, message) : null;
        return entry ?? { kind: 'message', message };
      }
    }
  }
}

const WRAPPERS: ReadonlyMap<string, ScalarEncoding> = new Map([
  ['google.protobuf.DoubleValue', 'double'],
  ['google.protobuf.FloatValue', 'float'],
  ['google.protobuf.Int64Value', 'int64'],
  ['google.protobuf.UInt64Value', 'uint64'],
  ['google.protobuf.Int32Value', 'int32'],
  ['google.protobuf.UInt32Value', 'uint32'],
  ['google.protobuf.BoolValue', 'bool'],
  ['google.protobuf.StringValue', 'string'],
  ['google.protobuf.BytesValue', 'bytes'],
]);

/** A repeated message whose name ends in Entry, of key and value, is a map whose keys need not be scalars. */
function entryOf(name: string, { fields }: ProtobufMessage): ProtobufType | null {
  const [key, value] = fields;
  const isEntry =
    name.endsWith('Entry') &&
    fields.length === 2 &&
    key?.name === 'key' &&
    value?.name === 'value' &&
    !key.repeated;
  return isEntry ? { kind: 'entry', key, value, isMap: false } : null;
}

function isMessage({ kind }: ProtobufType): boolean {
  return kind !== 'scalar' && kind !== 'enum';
}

/** `optional`, or one of several in a `oneof`. */
function isMarked(field: protobuf.Field): boolean {
  return field.hasPresence || (field.partOf ?? null) !== null;
}

function scalarOf(type: string): ProtobufScalar | null {
  const encoding = ENCODINGS.find((name) => name === type);
  return encoding === undefined ? null : { kind: 'scalar', encoding };
}

function decimalParameters(field: protobuf.FieldBase): { precision: number; scale: number } {
  const found = { precision: PRECISION_DEFAULT, scale: 0 };
  const options: unknown = field.parsedOptions;
  for (const option of Array.isArray(options) ? (options as Record<string, unknown>[]) : []) {
    const meta = option['(confluent.field_meta)'];
    for (const { key, value } of paramsOf(meta)) {
      if (!/^\d{1,3}$/.test(value)) continue;
      if (key === 'precision') found.precision = Number(value);
      if (key === 'scale') found.scale = Number(value);
    }
  }
  return found;
}

function paramsOf(meta: unknown): { key: string; value: string }[] {
  if (typeof meta !== 'object' || meta === null || !('params' in meta)) return [];
  const { params } = meta;
  const list: unknown[] = Array.isArray(params) ? params : [params];
  return list.map((param) => {
    const { key, value } = (param ?? {}) as { key?: unknown; value?: unknown };
    return { key: String(key), value: String(value) };
  });
}

function topLevel(root: protobuf.Namespace): protobuf.Type[] {
  return root.nestedArray.flatMap((object) => {
    if (object instanceof protobufjs().Type) return [object];
    return object instanceof protobufjs().Namespace ? topLevel(object) : [];
  });
}

function topLevelOf(space: protobuf.NamespaceBase): protobuf.Type[] {
  return space.nestedArray.filter((object) => object instanceof protobufjs().Type);
}

/** What a scalar is for the rules of conversion. */
export function wireScalarOf(type: ProtobufScalar): WireScalar {
  if (type.kind === 'enum') return { kind: 'STRING' };
  switch (type.encoding) {
    case 'double':
      return { kind: 'DOUBLE' };
    case 'float':
      return { kind: 'FLOAT' };
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      return { kind: 'INTEGER' };
    case 'bool':
      return { kind: 'BOOLEAN' };
    case 'string':
      return { kind: 'STRING' };
    case 'bytes':
      return { kind: 'BYTES' };
    default:
      return { kind: 'BIGINT' };
  }
}

/**
 * The message of this name, with or without its package; when no name is given the only one of the file.
 * @throws DatabaseError BAD_STATEMENT when there is none, or several to choose from.
 */
export function messageNamed(
  { messages }: ProtobufFile,
  fullName: string | undefined,
): ProtobufMessage {
  const [first, second] = messages;
  if (fullName === undefined) {
    if (first !== undefined && second === undefined) return first;
    throw new DatabaseError(
      'BAD_STATEMENT',
      first === undefined
        ? 'The Protobuf schema has no message.'
        : `The Protobuf schema has several messages: ${namesOf(messages)}. Name one with KEY_SCHEMA_FULL_NAME or VALUE_SCHEMA_FULL_NAME.`,
    );
  }
  const found =
    messages.find(({ name }) => name === fullName) ??
    messages.find(({ name }) => simpleName(name) === fullName);
  if (found !== undefined) return found;
  throw new DatabaseError(
    'BAD_STATEMENT',
    `The Protobuf schema has no message ${fullName}; it has ${namesOf(messages)}.`,
  );
}

function namesOf(messages: readonly ProtobufMessage[]): string {
  return messages.map(({ name }) => name).join(', ');
}

/** A name without its package. */
export function simpleName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
