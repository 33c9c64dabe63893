import { compareMaximum, compareMinimum } from './compare-scalars.ts';
import { isObject, isSchema, type JsonSchema, type JsonSchemaObject } from './json-schema.ts';
import type { SchemaPair } from './json-schema-compatibility.ts';

/** Properties, and what an object may or must have besides. */
export function compareObjects(pair: SchemaPair): void {
  compareMaximum(pair, { keyword: 'maxProperties', kind: 'MAX_PROPERTIES' });
  compareMinimum(pair, { keyword: 'minProperties', kind: 'MIN_PROPERTIES' });
  if (!isAboutObjects(pair.reader)) return;
  compareProperties(pair);
  compareRequired(pair);
  compareAdditional(pair);
  comparePatterns(pair);
  compareDependencies(pair);
}

function isAboutObjects(schema: JsonSchemaObject): boolean {
  const keywords = [
    'properties',
    'required',
    'additionalProperties',
    'patternProperties',
    'dependencies',
    'dependentRequired',
    'dependentSchemas',
  ];
  return keywords.some((keyword) => keyword in schema);
}

function compareProperties(pair: SchemaPair): void {
  const read = schemasOf(pair.reader, 'properties');
  const written = schemasOf(pair.writer, 'properties');
  for (const [name, schema] of read) {
    const before = written.get(name);
    if (before !== undefined) pair.compare(schema, before, `properties/${name}`);
    else propertyAdded(pair, name, schema);
  }
  for (const [name, schema] of written) {
    if (!read.has(name)) propertyRemoved(pair, name, schema);
  }
}

/** What the writer may have put under a name it says nothing of must be what the reader takes there. */
function propertyAdded(pair: SchemaPair, name: string, schema: JsonSchema): void {
  const covering = coveringOf(pair.writer, name);
  if (covering === false) return;
  if (covering.every((before) => pair.reads(schema, before))) return;
  const kind =
    covering.includes(true) && covering.length === 1
      ? 'PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL'
      : 'PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL';
  pair.add(kind, `property ${name} is new, but anything may have been written under that name`);
}

function propertyRemoved(pair: SchemaPair, name: string, schema: JsonSchema): void {
  if (schema === false) return;
  const covering = coveringOf(pair.reader, name);
  if (covering === false) {
    pair.add(
      'PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL',
      `property ${name} may have been written, but only the named properties are allowed`,
    );
  } else if (!covering.every((allowed) => pair.reads(allowed, schema))) {
    pair.add(
      'PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL',
      `property ${name} may have been written, and is not what is allowed under that name`,
    );
  }
}

/** The schemas that hold for a property that is not named: by pattern, else the additional ones; false: not allowed. */
function coveringOf(schema: JsonSchemaObject, name: string): readonly JsonSchema[] | false {
  const byPattern = [...schemasOf(schema, 'patternProperties')]
    .filter(([pattern]) => matches(pattern, name))
    .map(([, inner]) => inner);
  if (byPattern.length > 0) return byPattern;
  const { additionalProperties } = schema;
  if (additionalProperties === false) return false;
  return [isSchema(additionalProperties) ? additionalProperties : true];
}

/** Only patterns that are plain prefixes, suffixes or texts are tried; others may match anything. */
function matches(pattern: string, name: string): boolean {
  const [, start, text = '', end] = /^(\^?)([\w -]*)(\$?)$/.exec(pattern) ?? [];
  if (start === undefined) return pattern === '.*' || pattern === '^.*$' || pattern === '';
  if (start !== '' && end !== '') return name === text;
  if (start !== '') return name.startsWith(text);
  return end === '' ? name.includes(text) : name.endsWith(text);
}

function compareRequired(pair: SchemaPair): void {
  const before = namesOf(pair.writer['required']);
  const properties = schemasOf(pair.reader, 'properties');
  for (const name of namesOf(pair.reader['required'])) {
    const schema = properties.get(name);
    const hasDefault = isObject(schema) && 'default' in schema;
    if (before.includes(name) || hasDefault) continue;
    pair.add('REQUIRED_ATTRIBUTE_ADDED', `property ${name} is required now and has no default`);
  }
}

function compareAdditional(pair: SchemaPair): void {
  const { additionalProperties: allowed = true } = pair.reader;
  const { additionalProperties: written = true } = pair.writer;
  if (!isSchema(allowed) || !isSchema(written) || written === false || allowed === true) return;
  if (allowed === false) {
    pair.add('ADDITIONAL_PROPERTIES_REMOVED', 'other properties are not allowed any more');
  } else if (written === true) {
    if (!pair.reads(allowed, true)) {
      pair.add('ADDITIONAL_PROPERTIES_NARROWED', 'other properties may not be anything any more');
    }
  } else pair.compare(allowed, written, 'additionalProperties');
}

function comparePatterns(pair: SchemaPair): void {
  const written = schemasOf(pair.writer, 'patternProperties');
  for (const [pattern, schema] of schemasOf(pair.reader, 'patternProperties')) {
    const before = written.get(pattern) ?? additionalOf(pair.writer);
    if (before !== false) pair.compare(schema, before, `patternProperties/${pattern}`);
  }
}

function additionalOf({ additionalProperties }: JsonSchemaObject): JsonSchema {
  return isSchema(additionalProperties) ? additionalProperties : true;
}

function compareDependencies(pair: SchemaPair): void {
  const written = dependenciesOf(pair.writer);
  for (const [name, dependency] of dependenciesOf(pair.reader)) {
    const before = written.get(name);
    if (before === undefined) {
      pair.add('DEPENDENCY_ADDED', `property ${name} now depends on others`);
    } else if (Array.isArray(dependency) && Array.isArray(before)) {
      const added = (dependency as unknown[]).filter((other) => !before.includes(other));
      if (added.length > 0) {
        pair.add('DEPENDENCY_ARRAY_EXTENDED', `property ${name} now needs ${added.join(', ')}`);
      }
    } else if (isSchema(dependency) && isSchema(before)) {
      pair.compare(dependency, before, `dependencies/${name}`);
    } else pair.add('DEPENDENCY_CHANGED', `property ${name} depends on others in another way`);
  }
}

function dependenciesOf(schema: JsonSchemaObject): Map<string, unknown> {
  const kinds = ['dependencies', 'dependentRequired', 'dependentSchemas'];
  return new Map(
    kinds.flatMap((kind) => Object.entries((schema[kind] ?? {}) as Record<string, unknown>)),
  );
}

function schemasOf(schema: JsonSchemaObject, keyword: string): Map<string, JsonSchema> {
  const map = schema[keyword];
  return new Map(isObject(map) ? (Object.entries(map) as [string, JsonSchema][]) : []);
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as string[]) : [];
}
