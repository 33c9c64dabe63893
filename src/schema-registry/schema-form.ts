import type { SchemaText } from './schema-registry.ts';
import { jsonWithoutSpace } from './json-without-space.ts';
import { protobufTokens } from './protobuf-tokens.ts';

/**
 * The form in which schemas are compared: equal texts but for white space (and, in Protobuf, comments), with equal
 * references, have the same. Schemas with the same form share an id.
 */
export function schemaForm({ type, text, references }: SchemaText): string {
  const body = type === 'PROTOBUF' ? protobufTokens(text).join(' ') : jsonWithoutSpace(text);
  const links = references.map(({ name, subject, version }) => [name, subject, version]);
  return JSON.stringify([type, body, links]);
}
