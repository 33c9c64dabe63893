import { jsonWithoutSpace } from '../json-without-space.ts';
import type { ParsedSchema, SchemaLanguage } from '../schema-language.ts';
import { jsonSchemaIncompatibilities } from './json-schema-compatibility.ts';
import { type ParsedJsonSchema, parseJsonSchema } from './parse-json-schema.ts';
import { sortedJson } from './sorted-json.ts';

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
      normalForm: JSON.stringify(sortedJson(JSON.parse(text))),
      incompatibilities: (writer) => jsonSchemaIncompatibilities(json, (writer as ParsedJson).json),
    };
  },
  form: jsonWithoutSpace,
};
