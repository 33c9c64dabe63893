import { DatabaseError } from '../base/errors.ts';
import type { ResolvedSchema } from './registered-schema.ts';
import type { WirePrimitive } from './wire-convert.ts';

/** What a JSON Schema says of a value, as far as rows go; a schema that contains itself is one object. */
export type JsonType =
  | { readonly kind: WirePrimitive }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'ARRAY'; readonly items: JsonType }
  | {
      readonly kind: 'MAP';
      /** Whether it is an array of objects with key and value, instead of an object. */
      readonly asEntries: boolean;
      readonly key: JsonType;
      readonly value: JsonType;
    }
  | JsonStruct
  /** Anything, or one of several types. */
  | { readonly kind: 'ANY' };

export interface JsonStruct {
  readonly kind: 'STRUCT';
  /** In the order of the columns. Filled after the struct itself is known. */
  readonly fields: readonly JsonField[];
}

export interface JsonField {
  readonly name: string;
  readonly type: JsonType;
}

type Json = Readonly<Record<string, unknown>>;

const CONNECT = 'org.apache.kafka.connect.data.';
const NESTING_MAX = 100;
const PRECISION_DEFAULT = 64;
const ANY: JsonType = { kind: 'ANY' };

/**
 * Parses a JSON Schema with the schemas it refers to.
 * @throws DatabaseError BAD_STATEMENT when it is not one.
 */
export function parseJsonSchema(schema: ResolvedSchema): JsonType {
  return new JsonSchemaParser(schema).parse();
}

class JsonSchemaParser {
  readonly #root: unknown;
  readonly #dependencies = new Map<string, unknown>();
  readonly #structs = new Map<Json, JsonStruct>();
  #depth = 0;

  constructor({ text, dependencies }: ResolvedSchema) {
    this.#root = parseJson(text);
    for (const { name, text } of dependencies) this.#dependencies.set(name, parseJson(text));
  }

  parse(): JsonType {
    return this.#type(this.#root, this.#root);
  }

  /** @param root of the document the schema stands in, which its local references are about. */
  #type(json: unknown, root: unknown): JsonType {
    if (json === true) return ANY;
    if (!isObject(json)) throw invalid('a schema has to be an object');
    if (++this.#depth > NESTING_MAX) throw invalid(`it is nested more than ${NESTING_MAX} deep`);
    try {
      return this.#objectType(json, root);
    } finally {
      this.#depth--;
    }
  }

  #objectType(json: Json, root: unknown): JsonType {
    const { $ref, oneOf, anyOf, allOf, type } = json;
    if (typeof $ref === 'string') return this.#referred($ref, root);
    for (const choice of [oneOf, anyOf, allOf]) {
      if (Array.isArray(choice) && type === undefined) return this.#choice(choice, root);
    }
    if (Array.isArray(type)) {
      const types = type.filter((name) => name !== 'null');
      return types.length === 1 ? this.#ofType(types[0], json, root) : ANY;
    }
    if (type === undefined && Array.isArray(json['enum'])) return { kind: 'STRING' };
    if (type === undefined && isObject(json['properties'])) return this.#struct(json, root);
    return this.#ofType(type, json, root);
  }

  /** Null and one more is that one; what else is left open is anything. */
  #choice(choice: readonly unknown[], root: unknown): JsonType {
    const others = choice.filter((branch) => !(isObject(branch) && branch['type'] === 'null'));
    return others.length === 1 ? this.#type(others[0], root) : ANY;
  }

  #referred(reference: string, root: unknown): JsonType {
    const [name = '', pointer = ''] = reference.split('#');
    const document = name === '' ? root : this.#dependencies.get(name);
    if (document === undefined) throw invalid(`it refers to ${name}, which is not known`);
    let target: unknown = document;
    for (const part of pointer.split('/').slice(1)) {
      const member = part.replaceAll('~1', '/').replaceAll('~0', '~');
      target = isObject(target) && Object.hasOwn(target, member) ? target[member] : undefined;
    }
    if (target === undefined) throw invalid(`it refers to ${reference}, which is not there`);
    return this.#type(target, document);
  }

  #ofType(type: unknown, json: Json, root: unknown): JsonType {
    const connectType = json['connect.type'];
    switch (type) {
      case 'boolean':
        return { kind: 'BOOLEAN' };
      case 'integer':
        return integerType(json, connectType);
      case 'number':
        return numberType(json, connectType);
      case 'string':
        return { kind: connectType === 'bytes' ? 'BYTES' : 'STRING' };
      case 'array':
        return this.#array(json, root);
      case 'object':
        return this.#object(json, root);
      default:
        return ANY;
    }
  }

  #array(json: Json, root: unknown): JsonType {
    const items = json['items'] === undefined ? ANY : this.#type(json['items'], root);
    if (json['connect.type'] !== 'map') return { kind: 'ARRAY', items };
    if (items.kind !== 'STRUCT') return ANY;
    const key = items.fields.find(({ name }) => name === 'key')?.type ?? ANY;
    const value = items.fields.find(({ name }) => name === 'value')?.type ?? ANY;
    return { kind: 'MAP', asEntries: true, key, value };
  }

  #object(json: Json, root: unknown): JsonType {
    const { additionalProperties } = json;
    const isMap = json['connect.type'] === 'map' || !isObject(json['properties']);
    if (isMap && isObject(additionalProperties)) {
      const value = this.#type(additionalProperties, root);
      return { kind: 'MAP', asEntries: false, key: { kind: 'STRING' }, value };
    }
    return this.#struct(json, root);
  }

  #struct(json: Json, root: unknown): JsonStruct {
    const known = this.#structs.get(json);
    if (known !== undefined) return known;
    const fields: JsonField[] = [];
    const struct: JsonStruct = { kind: 'STRUCT', fields };
    this.#structs.set(json, struct);
    const properties = json['properties'];
    const entries = isObject(properties) ? Object.entries(properties) : [];
    for (const [name, property] of entries.sort(byIndex)) {
      fields.push({ name, type: this.#type(property, root) });
    }
    return struct;
  }
}

/** Those with an index by it; sorting keeps the order of the others. */
function byIndex([, a]: [string, unknown], [, b]: [string, unknown]): number {
  return indexOf(a) - indexOf(b) || 0;
}

function indexOf(property: unknown): number {
  const index = isObject(property) ? property['connect.index'] : undefined;
  return typeof index === 'number' ? index : Infinity;
}

function integerType(json: Json, connectType: unknown): JsonType {
  switch (json['title']) {
    case `${CONNECT}Time`:
      return { kind: 'TIME' };
    case `${CONNECT}Date`:
      return { kind: 'DATE' };
    case `${CONNECT}Timestamp`:
      return { kind: 'TIMESTAMP' };
    default: {
      const isSmall = ['int8', 'int16', 'int32'].includes(String(connectType));
      return { kind: isSmall ? 'INTEGER' : 'BIGINT' };
    }
  }
}

function numberType(json: Json, connectType: unknown): JsonType {
  if (json['title'] !== `${CONNECT}Decimal`) {
    return { kind: connectType === 'float32' ? 'FLOAT' : 'DOUBLE' };
  }
  const parameters = json['connect.parameters'];
  const digits = (name: string, otherwise: number): number => {
    const text = isObject(parameters) ? parameters[name] : undefined;
    return /^\d{1,3}$/.test(String(text)) ? Number(text) : otherwise;
  };
  return {
    kind: 'DECIMAL',
    precision: digits('connect.decimal.precision', PRECISION_DEFAULT),
    scale: digits('scale', 0),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
}

function isObject(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function invalid(reason: string): DatabaseError {
  return new DatabaseError('BAD_STATEMENT', `The JSON Schema cannot be read: ${reason}.`);
}
