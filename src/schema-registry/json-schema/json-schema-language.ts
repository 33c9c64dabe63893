import { jsonWithoutSpace } from '../json-without-space.ts';
import type { ParsedSchema, SchemaLanguage } from '../schema-language.ts';
import { jsonSchemaIncompatibilities } from './json-schema-compatibility.ts';
import { type ParsedJsonSchema, parseJsonSchema } from './parse-json-schema.ts';

interface ParsedJson extends ParsedSchema {
  readonly json: ParsedJsonSchema;
}

/** The order of properties counts in the form: columns are made in that order. */
export const jsonSchemaLanguage: SchemaLanguage<ParsedJson> = {
  type: 'JSON',
  parse(text, references) {
    const json = parseJsonSchema(
      text,
      new Map(references.map(({ name, schema }) => [name, schema.text])),
    );
    return {
      json,
      normalForm: JSON.stringify(sorted(JSON.parse(text))),
      incompatibilities: (writer) => jsonSchemaIncompatibilities(json, (writer as ParsedJson).json),
    };
  },
  form: jsonWithoutSpace,
};

function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (typeof json !== 'object' || json === null) return json;
  const members = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, value]) => [name, sorted(value)]));
}
