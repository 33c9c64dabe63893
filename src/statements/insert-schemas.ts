import { upperCased } from '../analyze/inference.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Source } from '../catalog/source.ts';
import type { FormatSchemas, FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { ResolvedSchema } from '../formats/registered-schema.ts';
import { resolveSchema } from '../formats/schema-cache.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import { isPayload, type Column } from '../sql/schema.ts';
import { formatType, typesEqual } from '../sql/types.ts';
import { subjectOf, writerOf } from './source-schemas.ts';

interface Insertable {
  /** Id of the schema of keys; null where keys have none. */
  readonly keyId: number | null;
  readonly valueId: number | null;
  readonly source: Source;
}

/** The latest by source; catalog snapshots share their sources. */
const insertable = new WeakMap<Source, Insertable>();

/** Whether a source has a format whose payloads name their schema. */
export function hasSchemas({ keyFormat, valueFormat }: Source): boolean {
  return (
    findFormat(keyFormat.name).schemas !== null || findFormat(valueFormat.name).schemas !== null
  );
}

/**
 * The source with the schemas that INSERT VALUES writes its rows with: keys with the latest of the topic, which has to
 * be there and to have these columns; values with the one of the columns, which is registered if it is new (PROTOBUF:
 * with the latest of the topic if it has all columns), or the one whose id the source names.
 *
 * @throws DatabaseError BAD_STATEMENT when there is no schema for keys or it has other columns.
 */
export async function withInsertSchemas(source: Source, registry: SchemaRegistry): Promise<Source> {
  const known = insertable.get(source);
  const key = await keyVersion(source, registry);
  const value = known?.valueId ?? null;
  if (known !== undefined && known.keyId === (key?.id ?? null) && value !== null) {
    const latest = await latestValueId(source, registry);
    if (latest === null || latest === value) return known.source;
  }
  const next = await insertableSource(source, registry);
  insertable.set(source, next);
  return next.source;
}

async function keyVersion(
  source: Source,
  registry: SchemaRegistry,
): Promise<Awaited<ReturnType<SchemaRegistry['latest']>>> {
  const { schemas } = findFormat(source.keyFormat.name);
  if (schemas === null || source.schema.keys.length === 0) return null;
  return registry.latest(subjectOf(source.topic, 'key'));
}

/** Where values follow the latest schema of the topic, its id; else null. */
async function latestValueId(source: Source, registry: SchemaRegistry): Promise<number | null> {
  const { name, schemaId } = source.valueFormat;
  if (name !== 'PROTOBUF' || schemaId !== undefined) return null;
  return (await registry.latest(subjectOf(source.topic, 'value')))?.id ?? null;
}

async function insertableSource(source: Source, registry: SchemaRegistry): Promise<Insertable> {
  const keyFormat = await keySpec(source, registry);
  const valueFormat = await valueSpec(source, registry);
  return {
    keyId: keyFormat.writer?.id ?? null,
    valueId: valueFormat.writer?.id ?? null,
    source: { ...source, keyFormat, valueFormat },
  };
}

async function keySpec(source: Source, registry: SchemaRegistry): Promise<Source['keyFormat']> {
  const { keyFormat: spec, schema } = source;
  const { keys } = schema;
  const { schemas, wrappingIsChoice } = findFormat(spec.name);
  if (schemas === null || keys.length === 0) return spec;
  const version = await keyVersion(source, registry);
  const subject = subjectOf(source.topic, 'key');
  if (version === null) {
    throw refuse(source, `there is no schema for its keys under the subject ${subject}`);
  }
  const writer = await writerOf(version, registry);
  const isWhole = wrappingIsChoice && spec.unwrapped === true;
  const { fullName } = spec;
  const whole = isWhole ? 'ROWKEY' : null;
  const resolved = await resolveSchema(registry, version.schema);
  const columns =
    version.schema.type === schemas.type
      ? upperCased(schemas.infer(resolved, { side: 'key', whole, fullName }).columns)
      : [];
  const expected = upperCased(keys);
  const matches =
    columns.length === keys.length &&
    columns.every(({ name, type }, index) => {
      const key = expected[index]!;
      return (isWhole || key.name === name) && typesEqual(key.type, type);
    });
  if (matches) return { ...spec, writer };
  const list = columns.map(({ name, type }) => `\`${name}\` ${formatType(type)}`).join(', ');
  throw refuse(
    source,
    `the latest schema of its keys under the subject ${subject} has the columns ${list}, which are others than those of ${source.name}`,
  );
}

async function valueSpec(source: Source, registry: SchemaRegistry): Promise<Source['valueFormat']> {
  const { valueFormat: spec, schema } = source;
  const columns = schema.values.filter(isPayload);
  const { schemas } = findFormat(spec.name);
  if (schemas === null || columns.length === 0) return spec;
  if (spec.schemaId !== undefined) return spec;
  const subject = subjectOf(source.topic, 'value');
  const latest = spec.name === 'PROTOBUF' ? await registry.latest(subject) : null;
  if (latest?.schema.type === schemas.type) {
    const writer = await writerOf(latest, registry);
    // A schema of another without all the columns would lose what is inserted.
    if (hasColumns(schemas, writer, { columns, spec })) return { ...spec, writer };
  }
  const text = { type: schemas.type, text: schemas.derive(columns, spec), references: [] };
  const version = await registry.register(subject, text);
  return { ...spec, writer: await writerOf(version, registry) };
}

function hasColumns(
  schemas: FormatSchemas,
  schema: ResolvedSchema,
  { columns, spec }: { readonly columns: readonly Column[]; readonly spec: FormatSpec },
): boolean {
  const options = { side: 'value', whole: null, fullName: spec.fullName } as const;
  const names = new Set(
    schemas.infer(schema, options).columns.map(({ name }) => name.toUpperCase()),
  );
  return columns.every(({ name }) => names.has(name.toUpperCase()));
}

function refuse({ name }: Source, reason: string): DatabaseError {
  return new DatabaseError('BAD_STATEMENT', `Failed to insert values into '${name}'. ${reason}.`);
}
