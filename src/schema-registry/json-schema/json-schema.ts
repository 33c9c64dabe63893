/** A JSON Schema, drafts 4 to 2020-12: an object of keywords, or a yes or no to everything. */
export type JsonSchema = boolean | JsonSchemaObject;

export type JsonSchemaObject = Readonly<Record<string, unknown>>;

/** A schema with the document its references are looked up in. */
export interface PlacedSchema {
  readonly schema: JsonSchema;
  readonly document: JsonSchema;
}

/** Whether the value is a JSON object. */
export function isObject(value: unknown): value is JsonSchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value may stand where a schema is expected. */
export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isObject(value);
}

/** Keywords whose value is a schema. */
export const SCHEMA_KEYWORDS: readonly string[] = [
  'additionalItems',
  'additionalProperties',
  'contains',
  'else',
  'if',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
];

/** Keywords whose value is an array of schemas. */
export const SCHEMA_LIST_KEYWORDS: readonly string[] = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];

/** Keywords whose value is an object of schemas. */
export const SCHEMA_MAP_KEYWORDS: readonly string[] = [
  '$defs',
  'definitions',
  'dependentSchemas',
  'patternProperties',
  'properties',
];

/** Says about a value, not what values are allowed. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  '$anchor',
  '$comment',
  '$defs',
  '$id',
  '$schema',
  'default',
  'definitions',
  'deprecated',
  'description',
  'examples',
  'id',
  'readOnly',
  'title',
  'writeOnly',
]);

/** The schemas directly inside one, with the path to each. */
export function* subschemas(schema: JsonSchemaObject): Generator<[string, unknown]> {
  for (const keyword of SCHEMA_KEYWORDS) {
    if (keyword in schema) yield [keyword, schema[keyword]];
  }
  for (const keyword of SCHEMA_LIST_KEYWORDS) {
    const list = schema[keyword];
    if (Array.isArray(list)) {
      for (const [index, item] of list.entries()) yield [`${keyword}/${index}`, item];
    }
  }
  for (const keyword of SCHEMA_MAP_KEYWORDS) {
    const map = schema[keyword];
    if (isObject(map)) {
      for (const [name, item] of Object.entries(map)) yield [`${keyword}/${name}`, item];
    }
  }
  const { items, dependencies } = schema;
  if (Array.isArray(items)) {
    for (const [index, item] of items.entries()) yield [`items/${index}`, item];
  } else if (items !== undefined) yield ['items', items];
  if (isObject(dependencies)) {
    for (const [name, item] of Object.entries(dependencies)) {
      if (!Array.isArray(item)) yield [`dependencies/${name}`, item];
    }
  }
}
