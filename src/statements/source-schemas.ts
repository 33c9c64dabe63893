import { errorAt, type Located, locating } from '../analyze/error-at.ts';
import {
  NOTHING_INFERRED,
  upperCased,
  type Inference,
  type InferredSide,
  type InferredSides,
} from '../analyze/inference.ts';
import type { SourceDefinition } from '../analyze/source-definition.ts';
import { DatabaseError } from '../base/errors.ts';
import type { FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { ResolvedSchema, WriterSchema } from '../formats/registered-schema.ts';
import { resolveSchema } from '../formats/schema-cache.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import type {
  SchemaRegistry,
  SchemaText,
  SubjectVersion,
} from '../schema-registry/schema-registry.ts';
import { isPayload, type Column } from '../sql/schema.ts';
import { formatType, typesEqual } from '../sql/types.ts';
import { type World, withSubjects } from './world.ts';

/** The parts of a source that its schemas are about. */
export type SchemaSides = Pick<SourceDefinition, 'topic' | 'schema' | 'keyFormat' | 'valueFormat'>;

type Side = 'key' | 'value';
const SIDES: readonly Side[] = ['key', 'value'];

/** The subject under which a side of a topic has its schemas. */
export function subjectOf(topic: string, side: Side): string {
  return `${topic}-${side}`;
}

/** The subjects of a topic. */
export function subjectsOf(topic: string): readonly string[] {
  return SIDES.map((side) => subjectOf(topic, side));
}

/** Which version of a subject was the newest. Plain JSON. */
export type LatestVersion = Pick<SubjectVersion, 'subject' | 'version' | 'id'>;

/** The newest versions of the subjects of a topic that have some. */
export async function latestVersions(
  topic: string,
  registry: SchemaRegistry,
): Promise<LatestVersion[]> {
  const found: LatestVersion[] = [];
  for (const name of subjectsOf(topic)) {
    const latest = await registry.latest(name);
    if (latest === null) continue;
    const { subject, version, id } = latest;
    found.push({ subject, version, id });
  }
  return found;
}

/**
 * Removes the subjects of a topic that is gone, as far as they are still there: a crash may have come before. What was
 * registered since stays.
 */
export async function deleteSubjects(
  subjects: readonly LatestVersion[],
  registry: SchemaRegistry,
): Promise<void> {
  for (const { subject, version, id } of subjects) {
    const latest = await registry.latest(subject);
    if (latest?.version === version && latest.id === id) await registry.deleteSubject(subject);
  }
}

/** A registry as the earlier statements of a request will leave it. */
interface Schemas {
  readonly registry: SchemaRegistry;
  readonly world: World;
}

/**
 * The columns that registered schemas give to the sides of a source that declare none.
 * @throws DatabaseError NOT_FOUND when there is no schema, BAD_STATEMENT when it is of another format or gives no columns.
 */
export async function inferSides(
  inferences: readonly Inference[],
  schemas: Schemas,
): Promise<InferredSides> {
  let sides = NOTHING_INFERRED;
  for (const inference of inferences) {
    sides = { ...sides, [inference.side]: await inferSide(inference, schemas) };
  }
  return sides;
}

async function inferSide(inference: Inference, schemas: Schemas): Promise<InferredSide> {
  const { format, options, schemaId, at } = inference;
  const text = await schemaToInfer(inference, schemas);
  const formatSchemas = format.schemas;
  if (formatSchemas === null || text.type !== formatSchemas.type) {
    const side = inference.side === 'key' ? 'Key' : 'Value';
    throw errorAt(
      'BAD_STATEMENT',
      at,
      `${side} schema is not in the expected format. Found ${text.type}, expected ${formatSchemas?.type} for ${format.name}.`,
    );
  }
  const resolved = await resolveSchema(schemas.registry, text);
  const { columns, fullName } = locating(at, () => formatSchemas.infer(resolved, options));
  if (inference.side === 'key' && columns.length > 1) {
    throw errorAt(
      'BAD_STATEMENT',
      at,
      `The schema of the keys gives ${columns.length} columns, and a key whose columns are not declared has one. Declare the key columns.`,
    );
  }
  return { columns: schemaId === undefined ? upperCased(columns) : columns, fullName };
}

async function schemaToInfer(
  { side, topic, schemaId, at }: Inference,
  schemas: Schemas,
): Promise<SchemaText> {
  if (schemaId !== undefined) return schemaOfId(schemaId, schemas.registry, at);
  const latest = await latestOf(subjectOf(topic, side), schemas);
  if (latest !== null) return latest;
  throw errorAt(
    'BAD_STATEMENT',
    at,
    `Schema for message ${side}s on topic '${topic}' does not exist in the Schema Registry. Register one under the subject ${subjectOf(topic, side)}, or declare the ${side} columns.`,
  );
}

async function schemaOfId(
  schemaId: number,
  registry: SchemaRegistry,
  at: Located,
): Promise<SchemaText> {
  const schema = await registry.byId(schemaId);
  if (schema !== null) return schema;
  throw errorAt('BAD_STATEMENT', at, `There is no schema ${schemaId} in the Schema Registry.`);
}

async function latestOf(subject: string, { registry, world }: Schemas): Promise<SchemaText | null> {
  const imagined = world.subjects.get(subject);
  if (imagined !== undefined) return imagined;
  return (await registry.latest(subject))?.schema ?? null;
}

function columnsOfSide({ schema }: SchemaSides, side: Side): readonly Column[] {
  return side === 'key' ? schema.keys : schema.values.filter(isPayload);
}

function specOf({ keyFormat, valueFormat }: SchemaSides, side: Side): FormatSpec {
  return side === 'key' ? keyFormat : valueFormat;
}

/** The schema that the columns of a side make; null for a format without schemas and for no columns. */
export function derivedSchema(source: SchemaSides, side: Side): SchemaText | null {
  const spec = specOf(source, side);
  const columns = columnsOfSide(source, side);
  const { schemas } = findFormat(spec.name);
  if (schemas === null || columns.length === 0) return null;
  return { type: schemas.type, text: schemas.derive(columns, spec), references: [] };
}

/**
 * The world after the schemas of a source are registered.
 * @param options.always whether they become the newest of their subjects, or only the first.
 */
export async function worldWithSchemas(
  source: SchemaSides,
  { always, ...schemas }: Schemas & { readonly always: boolean },
): Promise<World> {
  const subjects = new Map<string, SchemaText>();
  for (const side of SIDES) {
    const schema = derivedSchema(source, side);
    if (schema === null || specOf(source, side).schemaId !== undefined) continue;
    const subject = subjectOf(source.topic, side);
    if (always || (await latestOf(subject, schemas)) === null) subjects.set(subject, schema);
  }
  return withSubjects(schemas.world, subjects);
}

/**
 * Registers the schemas of a sink, each as the newest version, and says in the formats what rows are written with.
 * @throws DatabaseError when the registry refuses one.
 */
export async function withSinkSchemas<S extends SchemaSides>(
  source: S,
  registry: SchemaRegistry,
): Promise<S> {
  return withWriters(source, (side) => {
    const { schemaId } = specOf(source, side);
    const schema = derivedSchema(source, side);
    if (schema === null) return null;
    const subject = subjectOf(source.topic, side);
    return schemaId === undefined
      ? registered(registry, { subject, schema })
      : registeredId(registry, { subject, schemaId });
  });
}

/**
 * Registers the schemas of a source declared over a topic where there is none, and says in the formats what keys are
 * written with, which decides their partitions.
 * @throws DatabaseError when the registry refuses one, or a schema of another id has the place.
 */
export async function withDeclaredSchemas<S extends SchemaSides>(
  source: S,
  registry: SchemaRegistry,
): Promise<S> {
  return withWriters(source, async (side) => {
    const { schemaId } = specOf(source, side);
    const schema = derivedSchema(source, side);
    if (schema === null) return null;
    const subject = subjectOf(source.topic, side);
    if (schemaId !== undefined) return registeredId(registry, { subject, schemaId });
    const latest = await registry.latest(subject);
    const version = latest ?? (await registry.register(subject, schema));
    if (version.schema.type !== schema.type) return null;
    const writer = await writerOf(version, registry);
    return fits(source, side, writer) ? writer : null;
  });
}

async function withWriters<S extends SchemaSides>(
  source: S,
  find: (side: Side) => Promise<WriterSchema | null> | null,
): Promise<S> {
  const key = await find('key');
  const value = await find('value');
  if (key === null && value === null) return source;
  return {
    ...source,
    keyFormat: withWriter(source.keyFormat, key),
    valueFormat: withWriter(source.valueFormat, value),
  };
}

function withWriter(spec: FormatSpec, writer: WriterSchema | null): FormatSpec {
  return writer === null ? spec : { ...spec, writer };
}

async function registered(
  registry: SchemaRegistry,
  { subject, schema }: { subject: string; schema: SchemaText },
): Promise<WriterSchema> {
  return writerOf(await registry.register(subject, schema), registry);
}

async function registeredId(
  registry: SchemaRegistry,
  { subject, schemaId }: { subject: string; schemaId: number },
): Promise<WriterSchema> {
  const schema = await registry.byId(schemaId);
  if (schema === null) {
    throw new DatabaseError(
      'BAD_STATEMENT',
      `There is no schema ${schemaId} in the Schema Registry.`,
    );
  }
  const version = await registry.register(subject, schema);
  if (version.id === schemaId) return writerOf(version, registry);
  throw new DatabaseError(
    'BAD_STATEMENT',
    `Schema ${schemaId} is registered under the subject ${subject} with the id ${version.id}. Use that id.`,
  );
}

/** The schema of a version as rows are written with it. */
export async function writerOf(
  { id, schema }: SubjectVersion,
  registry: SchemaRegistry,
): Promise<WriterSchema> {
  const resolved: ResolvedSchema = await resolveSchema(registry, schema);
  return { ...resolved, id };
}

/** Whether rows can be written with the schema at all. */
function fits(source: SchemaSides, side: Side, writer: WriterSchema): boolean {
  const spec = { ...specOf(source, side), writer };
  try {
    findFormat(spec.name).createEncoder({ columns: columnsOfSide(source, side), spec });
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return false;
    throw error;
  }
}

/**
 * Checks the columns of a sink against the schemas whose ids its statement names: the first of theirs must be the same,
 * and those that the sink lacks are filled when a row is written.
 * @throws DatabaseError BAD_STATEMENT saying which columns differ.
 */
export async function checkSinkSchemaIds(
  source: SchemaSides,
  { registry, at }: { readonly registry: SchemaRegistry; readonly at: Located },
): Promise<void> {
  for (const side of SIDES) {
    const spec = specOf(source, side);
    const { schemas, wrappingIsChoice } = findFormat(spec.name);
    if (spec.schemaId === undefined || schemas === null) continue;
    const schema = await schemaOfId(spec.schemaId, registry, at);
    if (schema.type !== schemas.type) {
      throw errorAt(
        'BAD_STATEMENT',
        at,
        `Schema ${spec.schemaId} is ${schema.type}, but the format of the ${side}s is ${spec.name}.`,
      );
    }
    const isWhole = wrappingIsChoice && spec.unwrapped === true;
    const whole = isWhole ? (side === 'key' ? 'ROWKEY' : 'ROWVAL') : null;
    const resolved = await resolveSchema(registry, schema);
    const { columns } = locating(at, () =>
      schemas.infer(resolved, { side, whole, fullName: spec.fullName }),
    );
    const changed = columnsOfSide(source, side).filter((column, index) => {
      const other = columns[index];
      return other?.name !== column.name || !typesEqual(other.type, column.type);
    });
    if (changed.length === 0) continue;
    throw errorAt(
      'BAD_STATEMENT',
      at,
      `The following ${side} columns are changed, missing or reordered: ${listed(changed)}. Schema from schema registry is ${listed(columns)}.`,
    );
  }
}

function listed(columns: readonly Column[]): string {
  return `[${columns.map(({ name, type }) => `\`${name}\` ${formatType(type)}`).join(', ')}]`;
}

/** The same plan, writing to the sink as it is now. */
export function withSink(plan: PhysicalPlan, sink: SinkOf): PhysicalPlan {
  return {
    ...plan,
    steps: plan.steps.map((step) => (step.kind === 'Sink' ? { ...step, sink } : step)),
  };
}

type SinkOf = Extract<PhysicalPlan['steps'][number], { kind: 'Sink' }>['sink'];
