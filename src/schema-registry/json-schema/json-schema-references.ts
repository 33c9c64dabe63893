import {
  isObject,
  isSchema,
  type JsonSchema,
  type PlacedSchema,
  subschemas,
} from './json-schema.ts';

/** Finds what `$ref`s stand for: in their own document, or in documents that are referred to by name. */
export class JsonSchemaReferences {
  readonly #documents: ReadonlyMap<string, JsonSchema>;

  /** @param documents by the name they are referred to by. */
  constructor(documents: ReadonlyMap<string, JsonSchema>) {
    const byId = [...documents.values()].flatMap((document): [string, JsonSchema][] => {
      const id = idOf(document);
      return id === null ? [] : [[id, document]];
    });
    this.#documents = new Map([...byId, ...documents]);
  }

  /**
   * The schema a `$ref` in the document stands for; references to references are followed.
   * @returns null when there is none, or only a circle of references.
   */
  resolve(ref: string, from: JsonSchema): PlacedSchema | null {
    let target = this.#lookUp(ref, from);
    const seen = new Set<JsonSchema>();
    while (target !== null) {
      const { schema, document } = target;
      if (!isObject(schema) || typeof schema['$ref'] !== 'string') return target;
      if (seen.has(schema)) return null;
      seen.add(schema);
      target = this.#lookUp(schema['$ref'], document);
    }
    return null;
  }

  #lookUp(ref: string, from: JsonSchema): PlacedSchema | null {
    const [base = '', fragment = ''] = ref.split('#', 2);
    const document = base === '' || base === idOf(from) ? from : this.#document(base, from);
    if (document === null) return null;
    const schema = fragment.startsWith('/')
      ? byPointer(document, fragment)
      : fragment === ''
        ? document
        : byAnchor(document, fragment);
    return schema === null ? null : { schema, document };
  }

  /** By its name, by its `$id`, or by its place relative to the `$id` of the document that refers to it. */
  #document(base: string, from: JsonSchema): JsonSchema | null {
    const known = this.#documents.get(base);
    if (known !== undefined) return known;
    const id = idOf(from);
    if (id === null || !URL.canParse(base, id)) return null;
    return this.#documents.get(new URL(base, id).href) ?? null;
  }
}

function idOf(document: JsonSchema): string | null {
  if (!isObject(document)) return null;
  const id = document['$id'] ?? document['id'];
  return typeof id === 'string' ? id.replace(/#$/, '') : null;
}

function byPointer(document: JsonSchema, pointer: string): JsonSchema | null {
  let place: unknown = document;
  for (const step of pointer.slice(1).split('/')) {
    const name = decodeStep(step);
    if (Array.isArray(place)) place = place[Number(name)];
    else if (isObject(place) && Object.hasOwn(place, name)) place = place[name];
    else return null;
  }
  return isSchema(place) ? place : null;
}

function decodeStep(step: string): string {
  const plain = step.replaceAll('~1', '/').replaceAll('~0', '~');
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

function byAnchor(schema: unknown, anchor: string): JsonSchema | null {
  if (!isObject(schema)) return null;
  if (schema['$anchor'] === anchor || idOf(schema) === `#${anchor}`) return schema;
  if (schema['$id'] === `#${anchor}` || schema['id'] === `#${anchor}`) return schema;
  for (const [, inner] of subschemas(schema)) {
    const found = byAnchor(inner, anchor);
    if (found !== null) return found;
  }
  return null;
}
