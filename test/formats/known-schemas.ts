import type {
  ResolvedSchema,
  SchemaLookup,
  WriterSchema,
} from '../../src/formats/registered-schema.ts';

/** Finds the schemas it is given, by id. */
export function knownSchemas(...schemas: readonly WriterSchema[]): SchemaLookup {
  const byId = new Map<number, ResolvedSchema>(schemas.map((schema) => [schema.id, schema]));
  return { find: (id) => byId.get(id) ?? null };
}

/** An Avro schema under an id. */
export function avroWriter(id: number, schema: unknown): WriterSchema {
  return { id, type: 'AVRO', text: JSON.stringify(schema), dependencies: [] };
}

/** A JSON Schema under an id. */
export function jsonWriter(id: number, schema: unknown): WriterSchema {
  return { id, type: 'JSON', text: JSON.stringify(schema), dependencies: [] };
}

/** The bytes in front of a payload. */
export function header(id: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeInt32BE(id, 1);
  return bytes;
}
