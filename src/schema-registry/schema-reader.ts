import { collectReferences } from './collect-references.ts';
import { SCHEMA_LANGUAGES } from './languages.ts';
import { checkSchema } from './registry-checks.ts';
import { RegistryError } from './registry-error.ts';
import type { RegistryState } from './registry-state.ts';
import { schemaForm } from './schema-form.ts';
import type { ParsedSchema } from './schema-language.ts';
import type { SchemaReference, SchemaText } from './schema-registry.ts';

/** A schema that could be registered. */
export interface Understood {
  /** As it is kept. */
  readonly schema: SchemaText;
  readonly form: string;
  readonly parsed: ParsedSchema;
}

/** Version of a reference that means the newest one. */
const NEWEST = -1;

/** Parses schemas together with what they refer to in the registry. */
export class SchemaReader {
  readonly #state: RegistryState;

  constructor(state: RegistryState) {
    this.#state = state;
  }

  /** @throws RegistryError INVALID_SCHEMA, TOO_LARGE. */
  understand(given: SchemaText): Understood {
    const references = given.references.map((reference) => this.#fixed(reference));
    const schema = checkSchema({ ...given, references });
    const parsed = this.parse(schema);
    return { schema, form: schemaForm(schema), parsed };
  }

  /** @throws RegistryError INVALID_SCHEMA. */
  parse(schema: SchemaText): ParsedSchema {
    const references = collectReferences(schema, (reference) => this.#referred(reference));
    try {
      return SCHEMA_LANGUAGES[schema.type].parse(schema.text, references);
    } catch (cause) {
      throw invalidSchema(schema, cause);
    }
  }

  /** A reference to the newest version is kept as one to the version that is the newest now. */
  #fixed(reference: SchemaReference): SchemaReference {
    if (reference.version !== NEWEST) return reference;
    const newest = this.#state.versions(reference.subject).findLast(({ deleted }) => !deleted);
    return newest === undefined ? reference : { ...reference, version: newest.version };
  }

  #referred({ subject, version }: SchemaReference): SchemaText | null {
    const found = this.#state.versions(subject).find((kept) => kept.version === version);
    return found?.schema ?? null;
  }
}

/** What is said of a schema that could not be parsed or compared. */
export function invalidSchema({ type }: SchemaText, cause: unknown): RegistryError {
  if (cause instanceof RegistryError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RegistryError('INVALID_SCHEMA', `Invalid ${type} schema: ${reason}`, { cause });
}
