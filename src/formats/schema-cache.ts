import type {
  SchemaReference,
  SchemaRegistry,
  SchemaText,
} from '../schema-registry/schema-registry.ts';
import type { ResolvedSchema, SchemaDependency, SchemaLookup } from './registered-schema.ts';

const SCHEMAS_MAX = 10_000;
const MISSING_MAX = 1_000;
const REFERENCES_MAX = 1_000;

/**
 * The schemas that decoders have met, with what they refer to. An id never changes its schema, so what was found stays;
 * of ids that are not registered it is remembered only until {@link forgetMissing}, for they may be registered later.
 */
export class SchemaCache implements SchemaLookup {
  readonly #registry: SchemaRegistry;
  readonly #found = new Map<number, ResolvedSchema>();
  readonly #missing = new Set<number>();

  constructor(registry: SchemaRegistry) {
    this.#registry = registry;
  }

  find(id: number): ResolvedSchema | null | undefined {
    const found = this.#found.get(id);
    if (found !== undefined) return found;
    if (this.#missing.has(id)) return null;
    const schema = this.#registry.peek(id);
    if (schema === null || schema === undefined) return schema;
    // What a schema refers to cannot be peeked at.
    return schema.references.length === 0 ? this.#keep(id, withoutDependencies(schema)) : undefined;
  }

  /** Fetches the schema of an id, so that `find` knows it, or knows that there is none. */
  async load(id: number): Promise<void> {
    const schema = await this.#registry.byId(id);
    if (schema !== null) {
      this.#keep(id, await resolveSchema(this.#registry, schema));
      return;
    }
    if (this.#missing.size >= MISSING_MAX) this.#missing.clear();
    this.#missing.add(id);
  }

  /** Lets ids that were not registered be asked for again. */
  forgetMissing(): void {
    if (this.#missing.size > 0) this.#missing.clear();
  }

  #keep(id: number, schema: ResolvedSchema): ResolvedSchema {
    if (this.#found.size >= SCHEMAS_MAX) this.#found.clear();
    this.#found.set(id, schema);
    return schema;
  }
}

function withoutDependencies({ type, text }: SchemaText): ResolvedSchema {
  return { type, text, dependencies: [] };
}

/** The schema with the texts of all it refers to; references that lead nowhere are left out. */
export async function resolveSchema(
  registry: SchemaRegistry,
  schema: SchemaText,
): Promise<ResolvedSchema> {
  if (schema.references.length === 0) return withoutDependencies(schema);
  const dependencies = new Map<string, SchemaDependency>();
  const visited = new Set<string>();
  const visit = async (references: readonly SchemaReference[]): Promise<void> => {
    for (const { name, subject, version } of references) {
      const place = `${subject}/${version}/${name}`;
      if (visited.has(place) || visited.size >= REFERENCES_MAX) continue;
      visited.add(place);
      const found = await registry.version(subject, version);
      if (found === null) continue;
      await visit(found.schema.references);
      if (!dependencies.has(name)) dependencies.set(name, { name, text: found.schema.text });
    }
  };
  await visit(schema.references);
  const { type, text } = schema;
  return { type, text, dependencies: [...dependencies.values()] };
}
