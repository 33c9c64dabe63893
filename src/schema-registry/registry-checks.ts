import { jsonWithoutSpace } from './json-without-space.ts';
import { RegistryError } from './registry-error.ts';
import type { SchemaText } from './schema-registry.ts';

const SUBJECT_LENGTH_MAX = 1_000;
const SCHEMA_BYTES_MAX = 512 * 1024;
const REFERENCES_MAX = 200;
const NESTING_MAX = 100;

/** @throws RegistryError INVALID_SUBJECT for an empty, overlong or unprintable name. */
export function checkSubject(subject: string): void {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const isPrintable = !/[\u0000-\u001f\u007f]/.test(subject);
  if (subject !== '' && subject.length <= SUBJECT_LENGTH_MAX && isPrintable) return;
  throw new RegistryError(
    'INVALID_SUBJECT',
    `The specified subject '${subject.slice(0, 100)}' is not valid: it needs 1 to ${SUBJECT_LENGTH_MAX} printable characters.`,
  );
}

/**
 * The schema as it is kept: JSON without white space, or the text itself where it is a bare name.
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
  if (nestingOf(text) > NESTING_MAX) {
    throw new RegistryError(
      'INVALID_SCHEMA',
      `The schema is nested more than ${NESTING_MAX} deep.`,
    );
  }
  if (type === 'PROTOBUF') return schema;
  try {
    JSON.parse(text);
  } catch (cause) {
    // A primitive type may be given without quotes, as Avro's own parser takes it.
    if (type === 'AVRO' && /^\s*[a-z]+\s*$/.test(text)) {
      return { type, text: JSON.stringify(text.trim()), references };
    }
    const reason = (cause as Error).message;
    throw new RegistryError('INVALID_SCHEMA', `The ${type} schema is not JSON: ${reason}`, {
      cause,
    });
  }
  return { type, text: jsonWithoutSpace(text), references };
}

/** How deep brackets stand in brackets, outside of texts. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth);
    else if (token === '}' || token === ']') depth--;
  }
  return deepest;
}
