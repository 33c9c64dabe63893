import type { Incompatibility } from './incompatibility.ts';
import type { CompatibilityLevel } from './registry-change.ts';
import type { ParsedSchema } from './schema-language.ts';
import type { SchemaType } from './schema-registry.ts';

/** A schema and its place in the history of a subject. */
export interface Version {
  readonly version: number;
  readonly type: SchemaType;
  /** As written, for messages. */
  readonly text: string;
  readonly parsed: ParsedSchema;
}

/** Whether a level compares with all versions before, not just with the last. */
export function isTransitive(level: CompatibilityLevel): boolean {
  return level.endsWith('_TRANSITIVE');
}

/**
 * Why a schema cannot follow another one at a level: BACKWARD asks that the new one reads what the old one wrote,
 * FORWARD the reverse, FULL both.
 * @returns messages, empty when it can.
 */
export function whyNotAfter(
  next: { readonly type: SchemaType; readonly parsed: ParsedSchema },
  before: Version,
  level: CompatibilityLevel,
): string[] {
  if (level === 'NONE') return [];
  const at = [
    `{oldSchemaVersion: ${before.version}}`,
    `{oldSchema: '${before.text.slice(0, SHOWN_LENGTH_MAX)}'}`,
    `{compatibility: '${level}'}`,
  ];
  if (next.type !== before.type) {
    const message = `the new schema is ${next.type}, the earlier one ${before.type}`;
    return [`{errorType:'SCHEMA_TYPE_CHANGED', description:'${message}'}`, ...at];
  }
  const found: string[] = [];
  if (!level.startsWith('FORWARD')) {
    found.push(...next.parsed.incompatibilities(before.parsed).map(inNew));
  }
  if (!level.startsWith('BACKWARD')) {
    found.push(...before.parsed.incompatibilities(next.parsed).map(inOld));
  }
  return found.length === 0 ? [] : [...found, ...at];
}

const SHOWN_LENGTH_MAX = 1_000;

function inNew(problem: Incompatibility): string {
  return shown(problem, 'reading data of the earlier schema with the new one');
}

function inOld(problem: Incompatibility): string {
  return shown(problem, 'reading data of the new schema with the earlier one');
}

function shown({ kind, path, message }: Incompatibility, when: string): string {
  return `{errorType:'${kind}', description:'${when}, at ${path}: ${message}'}`;
}
