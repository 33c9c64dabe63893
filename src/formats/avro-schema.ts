import { DatabaseError } from '../base/errors.ts';
import type { ResolvedSchema } from './registered-schema.ts';

/** An Avro schema, names resolved: a record that contains itself is one object that refers to itself. */
export type AvroType =
  | { readonly kind: AvroPrimitive; readonly logical: AvroLogical | null }
  | {
      readonly kind: 'fixed';
      readonly name: string;
      readonly size: number;
      readonly logical: AvroLogical | null;
    }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType; readonly isMap: boolean }
  | { readonly kind: 'map'; readonly values: AvroType }
  | AvroRecord
  | { readonly kind: 'union'; readonly branches: readonly AvroType[] };

export type AvroPrimitive =
  'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string';

/** What stands behind an int, a long or bytes, of the logical types that mean something here. */
export type AvroLogical =
  | { readonly kind: 'TIME' | 'DATE' | 'TIMESTAMP' }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number };

export interface AvroRecord {
  readonly kind: 'record';
  readonly name: string;
  /** Filled after the record itself is known, for they may refer to it. */
  readonly fields: readonly AvroField[];
}

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  /** As the schema has it, JSON; undefined: it has none. */
  readonly fallback: unknown;
}

const PRIMITIVES: readonly string[] = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
] satisfies AvroPrimitive[];
const NESTING_MAX = 100;
const FIXED_BYTES_MAX = 1024 * 1024;
const PRECISION_DEFAULT = 64;
/** What Connect calls a record that stands for an entry of a map whose keys need not be text. */
const MAP_ENTRY = 'MapEntry';

type Json = Readonly<Record<string, unknown>>;

/**
 * Parses an Avro schema with the schemas it refers to.
 * @throws DatabaseError BAD_STATEMENT saying what is wrong with it.
 */
export function parseAvroSchema({ text, dependencies }: ResolvedSchema): AvroType {
  const parser = new AvroSchemaParser();
  for (const dependency of dependencies) parser.parse(dependency.text);
  return parser.parse(text);
}

class AvroSchemaParser {
  readonly #named = new Map<string, AvroType>();
  #depth = 0;

  parse(text: string): AvroType {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      // A lone name needs no quotes.
      if (!/^\s*[A-Za-z_][\w.]*\s*$/.test(text)) throw invalid('it is not JSON');
      json = text.trim();
    }
    return this.#type(json, '');
  }

  #type(json: unknown, namespace: string): AvroType {
    if (++this.#depth > NESTING_MAX) throw invalid(`it is nested more than ${NESTING_MAX} deep`);
    const type = this.#anyType(json, namespace);
    this.#depth--;
    return type;
  }

  #anyType(json: unknown, namespace: string): AvroType {
    if (typeof json === 'string') return this.#byName(json, namespace, null);
    if (Array.isArray(json)) {
      return { kind: 'union', branches: json.map((branch) => this.#type(branch, namespace)) };
    }
    if (!isObject(json)) throw invalid(`${shown(json)} is no type`);
    const { type } = json;
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(json, namespace);
      case 'enum':
        return this.#define(fullName(json, namespace), (name) => {
          return { kind: 'enum', name, symbols: listOf(json, 'symbols').map(String) };
        });
      case 'fixed':
        return this.#fixed(json, namespace);
      case 'array': {
        const items = this.#type(json['items'], namespace);
        const isMap = isObject(json['items']) && isMapEntry(json['items']);
        return { kind: 'array', items, isMap: isMap && isEntry(items) };
      }
      case 'map':
        return { kind: 'map', values: this.#type(json['values'], namespace) };
      default:
        // {"type": "int", "logicalType": ...}, and also {"type": {...}}.
        return typeof type === 'string'
          ? this.#byName(type, namespace, json)
          : this.#type(type, namespace);
    }
  }

  #byName(name: string, namespace: string, json: Json | null): AvroType {
    if (PRIMITIVES.includes(name)) {
      const kind = name as AvroPrimitive;
      return { kind, logical: json === null ? null : logicalOf(kind, json) };
    }
    const found = this.#named.get(qualified(name, namespace)) ?? this.#named.get(name);
    if (found !== undefined) return found;
    throw invalid(`the type ${name} is not defined`);
  }

  #record(json: Json, namespace: string): AvroType {
    const fields: AvroField[] = [];
    return this.#define(
      fullName(json, namespace),
      (name) => ({ kind: 'record', name, fields }),
      (name) => {
        for (const field of listOf(json, 'fields')) {
          if (!isObject(field)) throw invalid(`${shown(field)} is no field`);
          fields.push({
            name: textOf(field, 'name'),
            type: this.#type(field['type'], namespaceOf(name)),
            fallback: field['default'],
          });
        }
      },
    );
  }

  #fixed(json: Json, namespace: string): AvroType {
    const { size } = json;
    if (typeof size !== 'number' || !(size >= 0 && size <= FIXED_BYTES_MAX)) {
      throw invalid(`the size of a fixed is ${shown(size)}, expected 0 to ${FIXED_BYTES_MAX}`);
    }
    return this.#define(fullName(json, namespace), (name) => {
      return { kind: 'fixed', name, size, logical: logicalOf('bytes', json) };
    });
  }

  /** Makes a named type known, then completes it. */
  #define(
    name: string,
    make: (name: string) => AvroType,
    complete: (name: string) => void = () => {},
  ): AvroType {
    if (this.#named.has(name)) throw invalid(`the type ${name} is defined twice`);
    const type = make(name);
    this.#named.set(name, type);
    complete(name);
    return type;
  }
}

function logicalOf(kind: AvroPrimitive, json: Json): AvroLogical | null {
  switch (json['logicalType']) {
    case 'date':
      return kind === 'int' ? { kind: 'DATE' } : null;
    case 'time-millis':
      return kind === 'int' ? { kind: 'TIME' } : null;
    case 'timestamp-millis':
      return kind === 'long' ? { kind: 'TIMESTAMP' } : null;
    case 'decimal': {
      if (kind !== 'bytes') return null;
      const { precision = PRECISION_DEFAULT, scale = 0 } = json;
      if (!isCount(precision) || !isCount(scale)) return null;
      return { kind: 'DECIMAL', precision, scale };
    }
    default:
      return null;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isMapEntry(items: Json): boolean {
  return items['connect.internal.type'] === MAP_ENTRY || items['name'] === MAP_ENTRY;
}

function isEntry(items: AvroType): boolean {
  return (
    items.kind === 'record' &&
    items.fields.length === 2 &&
    items.fields[0]?.name === 'key' &&
    items.fields[1]?.name === 'value'
  );
}

function fullName(json: Json, enclosing: string): string {
  const name = textOf(json, 'name');
  const { namespace } = json;
  return qualified(name, typeof namespace === 'string' ? namespace : enclosing);
}

function qualified(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('.'), 0));
}

function listOf(json: Json, member: string): readonly unknown[] {
  const list = json[member];
  if (Array.isArray(list)) return list;
  throw invalid(`${member} is ${shown(list)}, expected an array`);
}

function textOf(json: Json, member: string): string {
  const text = json[member];
  if (typeof text === 'string' && text !== '') return text;
  throw invalid(`${member} is ${shown(text)}, expected a text`);
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function shown(json: unknown): string {
  return (JSON.stringify(json) ?? 'missing').slice(0, 60);
}

function invalid(reason: string): DatabaseError {
  return new DatabaseError('BAD_STATEMENT', `The Avro schema cannot be read: ${reason}.`);
}
