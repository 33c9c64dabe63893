import { RegistryError } from '../../../src/schema-registry/registry-error.ts';
import {
  SCHEMA_TYPES,
  type SchemaReference,
  type SchemaText,
  type SchemaType,
  type SubjectVersion,
} from '../../../src/schema-registry/schema-registry.ts';

/** Members of a request's body. @throws RegistryError INVALID_REQUEST unless it is an object. */
export function membersOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body as Record<string, unknown>;
  }
  throw new RegistryError('INVALID_REQUEST', 'The body is not a JSON object.');
}

/**
 * The schema in the body of a request.
 * @throws RegistryError INVALID_SCHEMA, INVALID_REQUEST.
 */
export function schemaOf(body: unknown): SchemaText {
  const { schema: text, schemaType, references } = membersOf(body);
  if (typeof text !== 'string' || text.trim() === '') {
    throw new RegistryError('INVALID_SCHEMA', 'Empty schema: the member "schema" has no text.');
  }
  const type = SCHEMA_TYPES.find((known) => known === (schemaType ?? 'AVRO'));
  if (type === undefined) {
    throw new RegistryError(
      'INVALID_SCHEMA',
      `Invalid schema type ${JSON.stringify(schemaType)}; valid types are ${SCHEMA_TYPES.join(', ')}.`,
    );
  }
  return { type, text, references: referencesOf(references) };
}

function referencesOf(given: unknown): SchemaReference[] {
  if (given === undefined || given === null) return [];
  const items = Array.isArray(given) ? (given as Partial<SchemaReference>[]) : [null];
  return items.map((item) => {
    const { name, subject, version } = item ?? {};
    const isReference =
      typeof name === 'string' && typeof subject === 'string' && Number.isInteger(version);
    if (isReference) return { name, subject, version: version as number };
    throw new RegistryError(
      'INVALID_REQUEST',
      'The member "references" is an array of objects with name, subject and version.',
    );
  });
}

/** An optional whole number of the body. @throws RegistryError INVALID_REQUEST. */
export function numberOf(body: unknown, name: string): number | undefined {
  const value = membersOf(body)[name];
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value)) return value as number;
  throw new RegistryError('INVALID_REQUEST', `The member "${name}" is not a whole number.`);
}

/** What an answer says of a schema; Avro, which was there first, goes without saying. */
export function schemaJson({ type, text, references }: SchemaText): {
  schemaType?: SchemaType;
  references?: readonly SchemaReference[];
  schema: string;
} {
  return {
    ...(type === 'AVRO' ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
    schema: text,
  };
}

/** What an answer says of a version. */
export function versionJson({ subject, version, id, schema }: SubjectVersion): object {
  return { subject, version, id, ...schemaJson(schema) };
}
