import { checkAvroDefault } from './avro-default.ts';
import {
  AVRO_PRIMITIVES,
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroPrimitive,
  type AvroRecord,
  type AvroType,
} from './avro-type.ts';

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Parses an Avro schema.
 * @param references schemas whose named types it may use, each after those it uses itself.
 * @throws Error saying what is wrong with it.
 */
export function parseAvro(text: string, references: readonly string[]): AvroType {
  const parser = new AvroParser();
  for (const reference of references) parser.parse(JSON.parse(reference));
  return parser.parse(JSON.parse(text));
}

/** Where a type stands: the namespace its names are in, and its place for messages. */
interface Place {
  readonly namespace: string;
  readonly path: string;
}

class AvroParser {
  readonly #named = new Map<string, AvroRecord | AvroEnum | AvroFixed>();
  /** Run when all types are known: a default may be of a type that is defined around it. */
  #defaults: (() => void)[] = [];

  parse(json: Json): AvroType {
    const type = this.#type(json, { namespace: '', path: '' });
    for (const check of this.#defaults) check();
    this.#defaults = [];
    return type;
  }

  #type(json: Json, place: Place): AvroType {
    if (typeof json === 'string') return this.#byName(json, place);
    if (Array.isArray(json)) return this.#union(json, place);
    if (!isObject(json)) throw wrong(place, 'a type is a name, an object or an array of types');
    const { type } = json;
    switch (type) {
      case 'record':
      case 'error':
        return this.#record(json, place);
      case 'enum':
        return this.#enum(json, place);
      case 'fixed':
        return this.#fixed(json, place);
      case 'array':
        return { kind: 'array', items: this.#type(json['items'], within(place, 'items')) };
      case 'map':
        return { kind: 'map', values: this.#type(json['values'], within(place, 'values')) };
    }
    if (isPrimitive(type)) return { kind: type, decimalScale: decimalScale(json, place) };
    if (type === undefined) throw wrong(place, 'the type is missing');
    return this.#type(type, within(place, 'type'));
  }

  #byName(name: string, place: Place): AvroType {
    if (isPrimitive(name)) return { kind: name, decimalScale: null };
    const known = this.#named.get(fullName(name, place.namespace)) ?? this.#named.get(name);
    if (known !== undefined) return known;
    throw wrong(place, `the type ${JSON.stringify(name)} is not defined`);
  }

  #union(json: readonly Json[], place: Place): AvroType {
    const branches = json.map((branch, index) => this.#type(branch, within(place, String(index))));
    const seen = new Set<string>();
    for (const branch of branches) {
      if (branch.kind === 'union') throw wrong(place, 'a union stands directly in a union');
      const name = 'name' in branch ? branch.name : branch.kind;
      if (seen.has(name)) throw wrong(place, `${name} stands twice in a union`);
      seen.add(name);
    }
    return { kind: 'union', branches };
  }

  #record(json: JsonObject, place: Place): AvroRecord {
    const fields: AvroField[] = [];
    const { name, aliases, namespace } = names(json, place);
    const record: AvroRecord = { kind: 'record', name, aliases, fields };
    this.#define(record, place);
    const taken = new Set<string>();
    const members = json['fields'];
    if (!Array.isArray(members)) throw wrong(place, `record ${name} has no array of fields`);
    for (const [index, member] of members.entries()) {
      const at = { namespace, path: `${place.path}/fields/${index}` };
      const field = this.#field(member, at);
      if (taken.has(field.name)) {
        throw wrong(at, `record ${name} has two fields called ${field.name}`);
      }
      taken.add(field.name);
      fields.push(field);
    }
    return record;
  }

  #field(json: Json, place: Place): AvroField {
    if (!isObject(json)) throw wrong(place, 'a field is an object');
    const { name } = json;
    if (typeof name !== 'string' || !NAME.test(name)) {
      throw wrong(place, `${JSON.stringify(name)} is no name for a field`);
    }
    const type = this.#type(json['type'], within(place, 'type'));
    const hasDefault = 'default' in json;
    if (hasDefault) {
      this.#defaults.push(() => {
        const problem = checkAvroDefault(json['default'], type);
        if (problem !== null) throw wrong(place, `the default of field ${name} ${problem}`);
      });
    }
    return { name, aliases: strings(json['aliases'], place), type, hasDefault };
  }

  #enum(json: JsonObject, place: Place): AvroEnum {
    const { name, aliases } = names(json, place);
    const symbols = strings(json['symbols'], place);
    if (json['symbols'] === undefined) throw wrong(place, `enum ${name} has no symbols`);
    const seen = new Set<string>();
    const odd = symbols.find((symbol) => {
      const isOdd = !NAME.test(symbol) || seen.has(symbol);
      seen.add(symbol);
      return isOdd;
    });
    if (odd !== undefined) {
      throw wrong(place, `enum ${name}: ${JSON.stringify(odd)} is no name, or stands there twice`);
    }
    const fallback = json['default'] ?? null;
    if (fallback !== null && !symbols.includes(String(fallback))) {
      throw wrong(place, `the default ${JSON.stringify(fallback)} is no symbol of enum ${name}`);
    }
    const type: AvroEnum = {
      kind: 'enum',
      name,
      aliases,
      symbols,
      default: fallback === null ? null : String(fallback),
    };
    this.#define(type, place);
    return type;
  }

  #fixed(json: JsonObject, place: Place): AvroFixed {
    const { name, aliases } = names(json, place);
    const { size } = json;
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      throw wrong(place, `the size of fixed ${name} is ${JSON.stringify(size)}, expected a count`);
    }
    const scale = decimalScale(json, place);
    const type: AvroFixed = { kind: 'fixed', name, aliases, size, decimalScale: scale };
    this.#define(type, place);
    return type;
  }

  #define(type: AvroRecord | AvroEnum | AvroFixed, place: Place): void {
    if (this.#named.has(type.name)) throw wrong(place, `${type.name} is defined twice`);
    this.#named.set(type.name, type);
  }
}

/** The full name of a named type, its aliases, and the namespace that names inside it are in. */
function names(
  json: JsonObject,
  place: Place,
): { name: string; aliases: string[]; namespace: string } {
  const { name: given, namespace: own } = json;
  if (typeof given !== 'string' || !given.split('.').every((part) => NAME.test(part))) {
    throw wrong(place, `${JSON.stringify(given)} is no name for a type`);
  }
  if (isPrimitive(given)) throw wrong(place, `${given} cannot be the name of a type`);
  const name = fullName(given, typeof own === 'string' ? own : place.namespace);
  const namespace = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const aliases = strings(json['aliases'], place).map((alias) => fullName(alias, namespace));
  return { name, aliases, namespace };
}

/** A name with its namespace, as Avro's specification resolves it. */
export function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function decimalScale(json: JsonObject, place: Place): number | null {
  if (json['logicalType'] !== 'decimal') return null;
  const { scale = 0, precision } = json;
  const isDecimal = isCount(scale) && isCount(precision) && precision > 0 && scale <= precision;
  if (isDecimal) return scale;
  throw wrong(
    place,
    `a decimal has a precision above 0 and a scale up to it; found ${JSON.stringify(precision)} and ${JSON.stringify(scale)}`,
  );
}

function isCount(value: Json): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function strings(json: Json, place: Place): string[] {
  if (json === undefined) return [];
  if (Array.isArray(json) && json.every((item): item is string => typeof item === 'string')) {
    return json;
  }
  throw wrong(place, `found ${JSON.stringify(json)}, expected an array of names`);
}

function within({ namespace, path }: Place, member: string): Place {
  return { namespace, path: `${path}/${member}` };
}

function wrong({ path }: Place, what: string): Error {
  return new Error(path === '' ? what : `at ${path}: ${what}`);
}

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Whether it names one of Avro's primitive types. */
export function isPrimitive(name: unknown): name is AvroPrimitive['kind'] {
  return (AVRO_PRIMITIVES as readonly unknown[]).includes(name);
}
