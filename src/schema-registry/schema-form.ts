import { SCHEMA_LANGUAGES } from './languages.ts';
import type { SchemaText } from './schema-registry.ts';

/**
 * The form in which schemas are compared: texts that differ in nothing but white space, comments and, in Avro, the way
 * names and attributes are written, with equal references, have the same. Schemas with the same form share an id.
 * @throws Error for a text that is no schema.
 */
export function schemaForm({ type, text, references }: SchemaText): string {
  const links = references.map(({ name, subject, version }) => [name, subject, version]);
  return JSON.stringify([type, SCHEMA_LANGUAGES[type].form(text), links]);
}
