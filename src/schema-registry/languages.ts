import { avroLanguage } from './avro/avro-language.ts';
import { jsonSchemaLanguage } from './json-schema/json-schema-language.ts';
import { protobufLanguage } from './protobuf/protobuf-language.ts';
import type { SchemaLanguage } from './schema-language.ts';
import type { SchemaType } from './schema-registry.ts';

/** The languages that schemas can be written in. */
export const SCHEMA_LANGUAGES: { readonly [K in SchemaType]: SchemaLanguage } = {
  AVRO: avroLanguage,
  JSON: jsonSchemaLanguage,
  PROTOBUF: protobufLanguage,
};
