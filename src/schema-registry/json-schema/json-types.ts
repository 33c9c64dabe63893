import type { JsonSchemaObject } from './json-schema.ts';

/** Types of values: numbers are whole (`integer`) or not (`fraction`), so that each value has one. */
const ALL = ['null', 'boolean', 'integer', 'fraction', 'string', 'array', 'object'] as const;

export type JsonType = (typeof ALL)[number];

const TYPE_OF_KEYWORD: Readonly<Record<string, readonly JsonType[]>> = {
  properties: ['object'],
  additionalProperties: ['object'],
  required: ['object'],
  patternProperties: ['object'],
  minProperties: ['object'],
  maxProperties: ['object'],
  items: ['array'],
  prefixItems: ['array'],
  additionalItems: ['array'],
  minItems: ['array'],
  maxItems: ['array'],
  uniqueItems: ['array'],
  minLength: ['string'],
  maxLength: ['string'],
  pattern: ['string'],
  minimum: ['integer', 'fraction'],
  maximum: ['integer', 'fraction'],
  exclusiveMinimum: ['integer', 'fraction'],
  exclusiveMaximum: ['integer', 'fraction'],
  multipleOf: ['integer', 'fraction'],
};

/**
 * The types of values that a schema allows. A schema that names none is taken to mean the type its keywords are about,
 * as Confluent's registry takes it; without such keywords it allows all.
 */
export function typesOf(schema: JsonSchemaObject): readonly JsonType[] {
  const { type } = schema;
  if (Array.isArray(type)) return (type as string[]).flatMap(named);
  if (typeof type === 'string') return named(type);
  const keyword = Object.keys(TYPE_OF_KEYWORD).find((name) => name in schema);
  return keyword === undefined ? ALL : (TYPE_OF_KEYWORD[keyword] as readonly JsonType[]);
}

function named(type: string): JsonType[] {
  return type === 'number' ? ['integer', 'fraction'] : [type as JsonType];
}

/** The type of a value. */
export function jsonTypeOf(value: unknown): JsonType[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return [Number.isInteger(value) ? 'integer' : 'fraction'];
  return [typeof value as JsonType];
}
