import type { CompatibilityLevel, RegistryChange, RegistryMode } from './registry-change.ts';
import type { SchemaReference, SchemaType } from './schema-registry.ts';

/** A change as the record of a topic: JSON texts in the layout of Confluent's `_schemas` topic. */
export interface RegistryRecord {
  readonly key: string;
  /** Null removes what the key names. */
  readonly value: string | null;
}

interface Key {
  readonly keytype: string;
  readonly subject?: string | null;
  readonly version?: number;
}

interface SchemaValue {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly schemaType?: SchemaType;
  readonly references?: readonly SchemaReference[];
  readonly schema: string;
  readonly deleted: boolean;
}

/** The record that keeps a change. */
export function encodeChange(change: RegistryChange): RegistryRecord {
  const { kind, subject } = change;
  switch (kind) {
    case 'schema': {
      const { version, id, schema, deleted } = change;
      const { type, text, references } = schema;
      const value: SchemaValue = {
        subject,
        version,
        id,
        ...(type === 'AVRO' ? {} : { schemaType: type }),
        ...(references.length === 0 ? {} : { references }),
        schema: text,
        deleted,
      };
      return { key: schemaKey(subject, version), value: JSON.stringify(value) };
    }
    case 'removeVersion':
      return { key: schemaKey(subject, change.version), value: null };
    case 'deleteSubject':
      return record('DELETE_SUBJECT', subject, { subject, version: change.version });
    case 'removeSubject':
      return record('CLEAR_SUBJECT', subject, { subject });
    case 'level':
      return record(
        'CONFIG',
        subject,
        change.level === null ? null : { compatibilityLevel: change.level },
      );
    case 'mode':
      return record('MODE', subject, change.mode === null ? null : { mode: change.mode });
  }
}

function schemaKey(subject: string, version: number): string {
  return JSON.stringify({ keytype: 'SCHEMA', subject, version, magic: 1 });
}

function record(keytype: string, subject: string | null, value: object | null): RegistryRecord {
  const key = JSON.stringify({ keytype, subject, magic: 0 });
  return { key, value: value === null ? null : JSON.stringify(value) };
}

/**
 * The change a record keeps; null for records that change nothing (Confluent writes such).
 * @throws Error when the record is none of those.
 */
export function decodeChange({ key, value }: RegistryRecord): RegistryChange | null {
  const { keytype, subject = null, version } = JSON.parse(key) as Key;
  const body = value === null ? null : (JSON.parse(value) as Record<string, unknown>);
  switch (keytype) {
    case 'SCHEMA':
      if (body !== null) return schemaChange(body as unknown as SchemaValue);
      if (typeof subject !== 'string' || version === undefined) break;
      return { kind: 'removeVersion', subject, version };
    case 'DELETE_SUBJECT':
      if (body === null) return null;
      return {
        kind: 'deleteSubject',
        subject: String(body['subject']),
        version: Number(body['version']),
      };
    case 'CLEAR_SUBJECT':
      return { kind: 'removeSubject', subject: String(subject) };
    case 'CONFIG':
      return {
        kind: 'level',
        subject,
        level: body === null ? null : (body['compatibilityLevel'] as CompatibilityLevel),
      };
    case 'MODE':
      return { kind: 'mode', subject, mode: body === null ? null : (body['mode'] as RegistryMode) };
    case 'NOOP':
      return null;
  }
  throw new Error(`its key is ${key}, which stands for no change of a schema registry`);
}

function schemaChange(value: SchemaValue): RegistryChange {
  const { subject, version, id, schemaType, references, schema, deleted } = value;
  return {
    kind: 'schema',
    subject,
    version,
    id,
    schema: { type: schemaType ?? 'AVRO', text: schema, references: references ?? [] },
    deleted,
  };
}
