import { jsonWithoutSpace } from './json-without-space.ts';
import { RegistryError } from './registry-error.ts';
import type { SchemaText } from './schema-registry.ts';

const SUBJECT_LENGTH_MAX = 1_000;
const SCHEMA_BYTES_MAX = 512 * 1024;
const REFERENCES_MAX = 200;

/** @throws RegistryError INVALID_SUBJECT for an empty, overlong or unprintable name. */
export function checkSubject(subject: string): void {
  // eslint-disable-next-line no-control-regex
  const isPrintable = !/[\u0000-\u001f\u007f]/.test(subject);
  if (subject !== '' && subject.length <= SUBJECT_LENGTH_MAX && isPrintable) return;
  throw new RegistryError(
    'INVALID_SUBJECT',
    `The specified subject '${subject.slice(0, 100)}' is not valid: it needs 1 to ${SUBJECT_LENGTH_MAX} printable characters.`,
  );
}

/**
 * The schema as it is kept: JSON without white space.
 * @throws RegistryError INVALID_SCHEMA, TOO_LARGE.
 */
export function checkSchema(schema: SchemaText): SchemaText {
  const { type, text, references } = schema;
  const bytes = Buffer.byteLength(text);
  if (bytes > SCHEMA_BYTES_MAX) {
    throw new RegistryError(
      'TOO_LARGE',
      `The schema has ${bytes} bytes; at most ${SCHEMA_BYTES_MAX} are allowed.`,
    );
  }
  if (references.length > REFERENCES_MAX) {
    throw new RegistryError(
      'TOO_LARGE',
      `The schema has ${references.length} references; at most ${REFERENCES_MAX} are allowed.`,
    );
  }
  if (type === 'PROTOBUF') return schema;
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new RegistryError(
      'INVALID_SCHEMA',
      `The ${type} schema is not JSON: ${(cause as Error).message}`,
      { cause },
    );
  }
  return { type, text: jsonWithoutSpace(text), references };
}
