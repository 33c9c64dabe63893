import { jsonWithoutSpace } from './json-without-space.ts';
import { protobufTokens } from './protobuf/protobuf-tokens.ts';
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
  if (type === 'PROTOBUF') {
    checkNesting(protobufTokens(text));
    return schema;
  }
  const json = jsonText(schema);
  // Only now: in a text that is JSON every string has an end, and the search for brackets is one pass.
  checkNesting(json.match(STRINGS_AND_BRACKETS) ?? []);
  return { type, text: jsonWithoutSpace(json), references };
}

const STRINGS_AND_BRACKETS = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;

/** @throws RegistryError INVALID_SCHEMA when it is no JSON. */
function jsonText({ type, text }: SchemaText): string {
  try {
    JSON.parse(text);
    return text;
  } catch (cause) {
    // A primitive type may be given without quotes, as Avro's own parser takes it.
    if (type === 'AVRO' && /^\s*[a-z]+\s*$/.test(text)) return JSON.stringify(text.trim());
    const reason = (cause as Error).message;
    throw new RegistryError('INVALID_SCHEMA', `The ${type} schema is not JSON: ${reason}`, {
      cause,
    });
  }
}

/** @throws RegistryError INVALID_SCHEMA when brackets stand too deep in brackets. */
function checkNesting(tokens: readonly string[]): void {
  let depth = 0;
  for (const token of tokens) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    if (depth > NESTING_MAX) {
      throw new RegistryError(
        'INVALID_SCHEMA',
        `The schema is nested more than ${NESTING_MAX} deep.`,
      );
    }
  }
}
