import { isDeepStrictEqual } from 'node:util';
import { type Incompatibility, INCOMPATIBILITIES_MAX } from '../incompatibility.ts';
import { compareArrays } from './compare-arrays.ts';
import { compareObjects } from './compare-objects.ts';
import { compareNumbers, compareStrings } from './compare-scalars.ts';
import {
  ANNOTATIONS,
  isObject,
  isSchema,
  type JsonSchema,
  type JsonSchemaObject,
  type PlacedSchema,
} from './json-schema.ts';
import { jsonTypeOf, typesOf } from './json-types.ts';
import { sortedJson } from './sorted-json.ts';
import type { ParsedJsonSchema } from './parse-json-schema.ts';

/**
 * Why documents that are valid by one schema need not be valid by another; empty when all are, as far as the keywords
 * tell. Judged keyword by keyword, as Confluent's registry does: a property that is new in an open object counts as
 * incompatible, because the writer may have put anything there.
 */
export function jsonSchemaIncompatibilities(
  reader: ParsedJsonSchema,
  writer: ParsedJsonSchema,
): Incompatibility[] {
  const budget = { left: COMPARISONS_MAX };
  const comparison = new Comparison({ reader, writer, seen: new Map(), budget });
  comparison.compare(reader, writer, '');
  return comparison.found.slice(0, INCOMPATIBILITIES_MAX);
}

/** Two schemas with the keywords in one place, references followed. */
export interface SchemaPair {
  readonly reader: JsonSchemaObject;
  readonly writer: JsonSchemaObject;
  readonly path: string;
  add(kind: string, message: string): void;
  /** Compares schemas inside the two. */
  compare(reader: JsonSchema, writer: JsonSchema, step: string): void;
  /** Whether all that the writer's allows is allowed by the reader's. */
  reads(reader: JsonSchema, writer: JsonSchema): boolean;
}

interface Sides {
  readonly reader: ParsedJsonSchema;
  readonly writer: ParsedJsonSchema;
  /** Pairs being compared or done: those of a recursive schema come up again. */
  readonly seen: Map<JsonSchema, Set<JsonSchema>>;
  /** Alternatives within alternatives could be tried for ever. */
  readonly budget: { left: number };
}

const COMPARISONS_MAX = 20_000;

class Comparison {
  readonly found: Incompatibility[] = [];
  readonly #sides: Sides;
  /** What this comparison added to the pairs seen: taken back when it was a trial that failed. */
  readonly #added: [JsonSchema, JsonSchema][] = [];

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  compare(givenReader: PlacedSchema, givenWriter: PlacedSchema, path: string): void {
    if (this.#sides.budget.left-- <= 0) {
      throw new Error('the schema has too many alternatives to be compared');
    }
    const reader = followed(givenReader, this.#sides.reader);
    const writer = followed(givenWriter, this.#sides.writer);
    if (acceptsAll(reader.schema) || writer.schema === false) return;
    if (reader.schema === false) {
      return this.#add('TYPE_CHANGED', path, 'nothing is allowed here any more');
    }
    if (this.#isKnown(reader.schema, writer.schema)) return;
    this.#conjuncts(reader, writer, path);
  }

  #isKnown(reader: JsonSchema, writer: JsonSchema): boolean {
    if (typeof reader === 'boolean' || typeof writer === 'boolean') return false;
    const { seen } = this.#sides;
    const partners = seen.get(reader) ?? new Set();
    if (partners.has(writer)) return true;
    seen.set(reader, partners.add(writer));
    this.#added.push([reader, writer]);
    return false;
  }

  /** All that the reader asks for must follow from one of the things that hold for what was written. */
  #conjuncts(reader: PlacedSchema, writer: PlacedSchema, path: string): void {
    const asked = conjunctsOf(reader, this.#sides.reader);
    const given = conjunctsOf(writer, this.#sides.writer);
    for (const one of asked) {
      if (given.length > 1 && given.some((other) => this.#reads(one, other))) continue;
      const closest = given.find((other) => likeness(one, other)) ?? given[0];
      if (closest !== undefined) this.#alternatives(one, closest, path);
    }
  }

  /** Each alternative of the writer must be one the reader takes. */
  #alternatives(reader: PlacedSchema, writer: PlacedSchema, path: string): void {
    const written = alternativesOf(writer);
    const read = alternativesOf(reader);
    if (written.length === 1 && read.length === 1) {
      return this.#keywords(
        { ...reader, schema: read[0] as JsonSchema },
        { ...writer, schema: written[0] as JsonSchema },
        path,
      );
    }
    for (const [index, schema] of written.entries()) {
      const taken = read.some((other) =>
        this.#reads({ ...reader, schema: other }, { ...writer, schema }),
      );
      if (taken) continue;
      this.#add(
        written.length > 1 ? 'SUM_TYPE_NARROWED' : 'TYPE_CHANGED',
        path,
        `alternative ${index} of what may have been written (${shown(schema)}) is none that is allowed`,
      );
    }
  }

  #keywords(reader: PlacedSchema, writer: PlacedSchema, path: string): void {
    const { schema: readerSchema } = reader;
    const { schema: writerSchema } = writer;
    if (!isObject(readerSchema)) return this.compare(reader, writer, path);
    const isReferenced =
      '$ref' in readerSchema || (isObject(writerSchema) && '$ref' in writerSchema);
    if (isReferenced) return this.compare(reader, writer, path);
    const written = isObject(writerSchema) ? writerSchema : {};
    if (this.#values(readerSchema, written, path)) return;
    this.#types(readerSchema, written, path);
    const pair: SchemaPair = {
      reader: readerSchema,
      writer: written,
      path,
      add: (kind, message) => this.#add(kind, path, message),
      compare: (inner, other, step) =>
        this.compare({ ...reader, schema: inner }, { ...writer, schema: other }, `${path}/${step}`),
      reads: (inner, other) =>
        this.#reads({ ...reader, schema: inner }, { ...writer, schema: other }),
    };
    this.#negation(pair, { reader, writer });
    compareStrings(pair);
    compareNumbers(pair);
    compareObjects(pair);
    compareArrays(pair);
    this.#condition(pair);
  }

  /** `enum` and `const`. @returns whether they tell all. */
  #values(reader: JsonSchemaObject, writer: JsonSchemaObject, path: string): boolean {
    const allowed = valuesOf(reader);
    const written = valuesOf(writer);
    if (allowed === null && written === null) return false;
    if (allowed === null) {
      const types = typesOf(reader);
      const odd = (written ?? []).filter(
        (value) => !jsonTypeOf(value).some((type) => types.includes(type)),
      );
      if (odd.length > 0) this.#add('TYPE_CHANGED', path, `${shown(odd)} may have been written`);
      return true;
    }
    if (written === null) {
      this.#add('ENUM_ARRAY_ADDED', path, `only ${shown(allowed)} is allowed now`);
      return true;
    }
    const known = new Set(allowed.map((value) => JSON.stringify(sortedJson(value))));
    const missing = written.filter((value) => !known.has(JSON.stringify(sortedJson(value))));
    if (missing.length > 0) {
      this.#add('ENUM_ARRAY_NARROWED', `${path}/enum`, `${shown(missing)} is no longer allowed`);
    }
    return true;
  }

  #types(reader: JsonSchemaObject, writer: JsonSchemaObject, path: string): void {
    const allowed = typesOf(reader);
    const missing = typesOf(writer).filter((type) => !allowed.includes(type));
    if (missing.length === 0) return;
    this.#add(
      missing.length === 1 && missing[0] === 'fraction' ? 'TYPE_NARROWED' : 'TYPE_CHANGED',
      `${path}/type`,
      `${missing.join(', ')} may have been written, but only ${allowed.join(', ')} is allowed`,
    );
  }

  /** What the reader excludes must have been excluded for the writer. */
  #negation(
    { reader, writer, path }: SchemaPair,
    placed: { reader: PlacedSchema; writer: PlacedSchema },
  ): void {
    const excluded = reader['not'];
    if (!isSchema(excluded)) return;
    const before = writer['not'];
    const { reader: readerSide, writer: writerSide } = this.#sides;
    const swapped = new Comparison({
      reader: writerSide,
      writer: readerSide,
      seen: new Map(),
      budget: this.#sides.budget,
    });
    if (isSchema(before)) {
      swapped.compare(
        { ...placed.writer, schema: before },
        { ...placed.reader, schema: excluded },
        '',
      );
    }
    if (isSchema(before) && swapped.found.length === 0) return;
    this.#add('NOT_TYPE_EXTENDED', `${path}/not`, `${shown(excluded)} is not allowed any more`);
  }

  #condition({ reader, writer, path }: SchemaPair): void {
    if (!('if' in reader)) return;
    const same = ['if', 'then', 'else'].every((keyword) =>
      isDeepStrictEqual(reader[keyword], writer[keyword]),
    );
    if (!same) this.#add('CONDITION_CHANGED', `${path}/if`, 'the condition is not the same');
  }

  /** A comparison apart, of which only the result counts. */
  #reads(reader: PlacedSchema, writer: PlacedSchema): boolean {
    const comparison = new Comparison(this.#sides);
    comparison.compare(reader, writer, '');
    if (comparison.found.length === 0) {
      this.#added.push(...comparison.#added);
      return true;
    }
    for (const [one, other] of comparison.#added) this.#sides.seen.get(one)?.delete(other);
    return false;
  }

  #add(kind: string, path: string, message: string): void {
    this.found.push({ kind, path: `#${path}`, message });
  }
}

function followed(placed: PlacedSchema, side: ParsedJsonSchema): PlacedSchema {
  const { schema, document } = placed;
  if (!isObject(schema) || typeof schema['$ref'] !== 'string') return placed;
  return side.references.resolve(schema['$ref'], document) ?? placed;
}

function acceptsAll(schema: JsonSchema): boolean {
  if (typeof schema === 'boolean') return schema;
  return Object.keys(schema).every((keyword) => ANNOTATIONS.has(keyword));
}

/** The schema as a list of which all hold: `allOf`, and alternatives that stand beside other keywords. */
function conjunctsOf(placed: PlacedSchema, side: ParsedJsonSchema): PlacedSchema[] {
  const { schema } = placed;
  if (!isObject(schema)) return [placed];
  const { allOf, anyOf, oneOf, ...rest } = schema;
  const alternatives = [anyOf, oneOf].filter((list) => list !== undefined);
  const hasRest = !acceptsAll(rest);
  if (!Array.isArray(allOf) && alternatives.length + (hasRest ? 1 : 0) <= 1) return [placed];
  const parts: JsonSchema[] = hasRest ? [rest] : [];
  if (anyOf !== undefined) parts.push({ anyOf });
  if (oneOf !== undefined) parts.push({ oneOf });
  const own = parts.map((part) => ({ ...placed, schema: part }));
  const inner = (Array.isArray(allOf) ? (allOf as JsonSchema[]) : []).flatMap((part) =>
    conjunctsOf(followed({ ...placed, schema: part }, side), side),
  );
  return [...own, ...inner];
}

/** The schemas of which one holds: those of `anyOf` or `oneOf`, or one for each of several types. */
function alternativesOf({ schema }: PlacedSchema): readonly JsonSchema[] {
  if (!isObject(schema)) return [schema];
  const { anyOf, oneOf, type } = schema;
  const list = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : null;
  if (list !== null) return list as JsonSchema[];
  if (Array.isArray(type)) return type.map((one) => ({ ...schema, type: one as unknown }));
  return [schema];
}

/** Whether two parts are about values of the same types, so that comparing them says something. */
function likeness({ schema: a }: PlacedSchema, { schema: b }: PlacedSchema): boolean {
  if (!isObject(a) || !isObject(b)) return false;
  return isDeepStrictEqual(typesOf(a), typesOf(b)) && 'anyOf' in a === 'anyOf' in b;
}

function valuesOf(schema: JsonSchemaObject): readonly unknown[] | null {
  if ('const' in schema) return [schema['const']];
  const values = schema['enum'];
  return Array.isArray(values) ? values : null;
}

const SHOWN_LENGTH_MAX = 80;

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, SHOWN_LENGTH_MAX);
}
