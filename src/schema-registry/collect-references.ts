import { RegistryError } from './registry-error.ts';
import type { NamedSchema } from './schema-language.ts';
import type { SchemaReference, SchemaText } from './schema-registry.ts';

const COLLECTED_MAX = 1_000;
const DEPTH_MAX = 50;

/**
 * All schemas that a schema refers to, directly or not, each behind those it refers to itself.
 * @param lookUp finds a version of a subject; null when there is none.
 * @throws RegistryError INVALID_SCHEMA for a reference to nothing, or for too many of them.
 */
export function collectReferences(
  schema: SchemaText,
  lookUp: (reference: SchemaReference) => SchemaText | null,
): NamedSchema[] {
  const collected = new Map<string, NamedSchema>();
  const collect = ({ references }: SchemaText, depth: number): void => {
    for (const reference of references) {
      const { name, subject, version } = reference;
      const key = JSON.stringify([name, subject, version]);
      if (collected.has(key)) continue;
      const found = lookUp(reference);
      if (found === null) {
        throw new RegistryError(
          'INVALID_SCHEMA',
          `No schema reference found for subject "${subject}" and version ${version}, which is referred to as ${JSON.stringify(name)}.`,
        );
      }
      if (depth >= DEPTH_MAX || collected.size >= COLLECTED_MAX) {
        throw new RegistryError('INVALID_SCHEMA', 'The schema refers to too many others.');
      }
      collect(found, depth + 1);
      collected.set(key, { name, schema: found });
    }
  };
  collect(schema, 0);
  return [...collected.values()];
}
