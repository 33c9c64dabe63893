import {
  isObject,
  isSchema,
  type JsonSchema,
  type PlacedSchema,
  SCHEMA_LIST_KEYWORDS,
  SCHEMA_MAP_KEYWORDS,
  subschemas,
} from './json-schema.ts';
import { JsonSchemaReferences } from './json-schema-references.ts';

export interface ParsedJsonSchema extends PlacedSchema {
  readonly references: JsonSchemaReferences;
}

const TYPES: readonly unknown[] = [
  'array',
  'boolean',
  'integer',
  'null',
  'number',
  'object',
  'string',
];
const COUNTS = ['maxItems', 'maxLength', 'maxProperties', 'minItems', 'minLength', 'minProperties'];

/**
 * Parses a JSON Schema and checks its keywords and references.
 * @param documents texts of other schemas by the name they are referred to by.
 * @throws Error saying what is wrong with it.
 */
export function parseJsonSchema(
  text: string,
  documents: ReadonlyMap<string, string>,
): ParsedJsonSchema {
  const parsed = [...documents].map(
    ([name, body]) => [name, JSON.parse(body) as JsonSchema] as const,
  );
  const references = new JsonSchemaReferences(new Map(parsed));
  const schema = JSON.parse(text) as unknown;
  if (!isSchema(schema)) throw new Error('a schema is an object, true or false');
  check(schema, { path: '', document: schema, references });
  return { schema, document: schema, references };
}

interface Place {
  readonly path: string;
  readonly document: JsonSchema;
  readonly references: JsonSchemaReferences;
}

function check(schema: unknown, place: Place): void {
  if (typeof schema === 'boolean') return;
  if (!isObject(schema)) throw wrong(place, `found ${shown(schema)}, expected a schema`);
  const { type, required, pattern, $ref } = schema;
  if (type !== undefined && !isType(type)) {
    throw wrong(place, `${shown(type)} is no type; there are ${TYPES.join(', ')}`);
  }
  if (required !== undefined && typeof required !== 'boolean' && !areNames(required)) {
    throw wrong(place, `required is ${shown(required)}, expected an array of names`);
  }
  if ('enum' in schema && !Array.isArray(schema['enum'])) {
    throw wrong(place, `enum is ${shown(schema['enum'])}, expected an array`);
  }
  for (const keyword of COUNTS) checkCount(keyword, schema[keyword], place);
  checkContainers(schema, place);
  if (pattern !== undefined && typeof pattern !== 'string') {
    throw wrong(place, `pattern is ${shown(pattern)}, expected a text`);
  }
  if (typeof $ref === 'string' && place.references.resolve($ref, place.document) === null) {
    throw wrong(
      place,
      `nothing is found at $ref ${shown($ref)}; other schemas are registered as references`,
    );
  }
  for (const [step, inner] of subschemas(schema)) {
    check(inner, { ...place, path: `${place.path}/${step}` });
  }
}

function checkCount(keyword: string, value: unknown, place: Place): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0)) return;
  throw wrong(place, `${keyword} is ${shown(value)}, expected a count`);
}

function checkContainers(schema: Readonly<Record<string, unknown>>, place: Place): void {
  for (const keyword of SCHEMA_LIST_KEYWORDS) {
    if (keyword in schema && !Array.isArray(schema[keyword])) {
      throw wrong(place, `${keyword} is ${shown(schema[keyword])}, expected an array of schemas`);
    }
  }
  for (const keyword of SCHEMA_MAP_KEYWORDS) {
    if (keyword in schema && !isObject(schema[keyword])) {
      throw wrong(place, `${keyword} is ${shown(schema[keyword])}, expected an object of schemas`);
    }
  }
}

function isType(type: unknown): boolean {
  if (Array.isArray(type)) return type.length > 0 && type.every((one) => TYPES.includes(one));
  return TYPES.includes(type);
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

const SHOWN_LENGTH_MAX = 100;

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, SHOWN_LENGTH_MAX);
}

function wrong({ path }: Place, what: string): Error {
  return new Error(path === '' ? what : `at #${path}: ${what}`);
}
