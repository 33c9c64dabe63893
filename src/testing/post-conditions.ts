import { isDeepStrictEqual } from 'node:util';
import { parseStatement } from '../../grammar/parser.ts';
import { resolveType } from '../analyze/types.ts';
import type { Source } from '../catalog/source.ts';
import type { FormatSpec } from '../formats/format.ts';
import { formatJsonNode, type JsonNode } from '../formats/json-node.ts';
import type { RowSchema } from '../sql/schema.ts';
import { formatType } from '../sql/types.ts';
import type {
  SourceExpectation,
  TestCase,
  TopicExpectation,
  TopicFormatExpectation,
} from './json-case.ts';
import type { Pipeline } from './pipeline.ts';
import { type PhysicalPlan, type Step, stepOf } from '../plan/physical-plan.ts';

/** Every sink counts as a topic of this many partitions. */
const SINK_PARTITIONS = 4;
/** What says that a topic is one of those an engine of its kind would keep for itself. */
const INTERNAL_TOPIC = /-(?:repartition|changelog|store)$|-FK-JOIN-|^_/;

export interface PostConditions {
  /** What does not hold, expected and actual. */
  readonly differences: readonly string[];
  /** How many expectations about internal topics were left out. */
  readonly skippedCount: number;
}

/** Compares the sources and topics a case ends with with what it expects of them. */
export async function checkPostConditions(
  testCase: TestCase,
  pipeline: Pipeline,
): Promise<PostConditions> {
  const { sources, topicExpectations, topicBlacklist } = testCase;
  const checked = topicExpectations.filter(({ name }) => !INTERNAL_TOPIC.test(name));
  const differences = [
    ...sources.flatMap((source) => sourceDifferences(source, pipeline)),
    ...(await Promise.all(checked.map((topic) => topicDifferences(topic, pipeline)))).flat(),
    ...(topicBlacklist === null ? [] : forbiddenTopics(topicBlacklist, pipeline)),
  ];
  return { differences, skippedCount: topicExpectations.length - checked.length };
}

function sourceDifferences(expected: SourceExpectation, { catalog }: Pipeline): string[] {
  const source = catalog.source(expected.name);
  if (source === null) return [`source ${expected.name}: expected to exist, found none`];
  const compare = comparing(`source ${expected.name}`);
  return [
    compare('type', expected.kind, source.kind),
    expected.schema === null
      ? null
      : compare('schema', declaredSchema(expected.schema), schemaText(source.schema)),
    ...(expected.keyFormat === null
      ? []
      : [
          compare('key format', expected.keyFormat.format, source.keyFormat.name),
          compare('window type', expected.keyFormat.windowKind, windowKind(source)),
          compare('window size', expected.keyFormat.windowSizeMs, windowSizeMs(source)),
        ]),
    expected.valueFormat === null
      ? null
      : compare('value format', expected.valueFormat, source.valueFormat.name),
    expected.keyFeatures === null
      ? null
      : compare('key features', wrapping(expected.keyFeatures), keyWrapping(source)),
    expected.valueFeatures === null
      ? null
      : compare('value features', wrapping(expected.valueFeatures), valueWrapping(source)),
    expected.isSource === null
      ? null
      : compare('read-only', expected.isSource, source.readOnly === true),
  ].filter((difference) => difference !== null);
}

async function topicDifferences(expected: TopicExpectation, pipeline: Pipeline): Promise<string[]> {
  const { name } = expected;
  const partitionCount = pipeline.partitionCount(name);
  if (partitionCount === undefined) return [`topic ${name}: expected to exist, found none`];
  const source = pipeline.sourceOf(name);
  if (source === null) return [`topic ${name}: no source stands over it`];
  const compare = comparing(`topic ${name}`);
  const isSink = source.createdBy !== null && source.readOnly !== true;
  const counted = !isSink ? partitionCount : SINK_PARTITIONS;
  return [
    compare('key format', expected.key.format, source.keyFormat.name),
    compare('value format', expected.value.format, source.valueFormat.name),
    compare('key features', wrapping(expected.key.features), keyWrapping(source)),
    compare('value features', wrapping(expected.value.features), valueWrapping(source)),
    compare('window type', expected.key.windowKind, windowKind(source)),
    compare('window size', expected.key.windowSizeMs, windowSizeMs(source)),
    compare('key properties', propertiesText(expected.key), formatProperties(source.keyFormat)),
    compare(
      'value properties',
      propertiesText(expected.value),
      formatProperties(source.valueFormat),
    ),
    expected.partitionCount === null
      ? null
      : compare('partitions', expected.partitionCount, counted),
    compare('key schema id', expected.schemaIds.key, isSink ? null : schemaId(source.keyFormat)),
    compare(
      'value schema id',
      expected.schemaIds.value,
      isSink ? null : schemaId(source.valueFormat),
    ),
    await schemaDifference(`${name}-key`, expected.schemas.key, pipeline),
    await schemaDifference(`${name}-value`, expected.schemas.value, pipeline),
  ].filter((difference) => difference !== null);
}

/** Hand-overs between tasks stand for the topics they would be elsewhere. */
function forbiddenTopics(blacklist: string, pipeline: Pipeline): string[] {
  const pattern = new RegExp(blacklist);
  const handovers = pipeline.queries.flatMap(({ id, plan }) =>
    plan.steps.filter((step) => isRepartition(plan, step)).map(() => `${id}-repartition`),
  );
  return [...pipeline.topicNames, ...handovers]
    .filter((name) => pattern.test(name))
    .map((name) => `topics: expected none like /${blacklist}/, found ${name}`);
}

/** The ways to and from the right side of a foreign-key join have topics of other names elsewhere. */
function isRepartition(plan: PhysicalPlan, step: Step): boolean {
  if (step.kind !== 'Repartition') return false;
  const feeding = step.inputs.map((id) => stepOf(plan, id).kind);
  return !feeding.includes('JoinForeignKeyLeft') && !feeding.includes('JoinForeignKey');
}

type Compare = (
  what: string,
  expected: string | number | boolean | null,
  actual: string | number | boolean | null,
) => string | null;

function comparing(subject: string): Compare {
  return (what, expected, actual) =>
    expected === actual ? null : `${subject}: ${what}: expected ${expected}, found ${actual}`;
}

function windowKind({ schema }: Source): string | null {
  return schema.window?.kind ?? null;
}

function windowSizeMs({ schema }: Source): number | null {
  return schema.window?.sizeMs ?? null;
}

/** The columns of a text like `ID INT KEY, V STRING`, in the form of {@link schemaText}. */
function declaredSchema(text: string): string {
  const { statement } = parseStatement(
    `CREATE STREAM declared (${text}) WITH (KAFKA_TOPIC='declared', FORMAT='JSON');`,
  );
  if (statement.kind !== 'createSource') throw new TypeError('a CREATE is parsed as one');
  const columns = statement.columns.map(({ name, type, role }) => {
    const isKey = role === 'KEY' || role === 'PRIMARY KEY';
    return { isKey, text: `\`${name.name}\` ${formatType(resolveType(type))}` };
  });
  const keys = columns.filter(({ isKey }) => isKey).map((column) => `${column.text} KEY`);
  const values = columns.filter(({ isKey }) => !isKey).map((column) => column.text);
  return [...keys, ...values].join(', ');
}

function schemaText({ keys, values }: RowSchema): string {
  return [
    ...keys.map(({ name, type }) => `\`${name}\` ${formatType(type)} KEY`),
    ...values.map(({ name, type }) => `\`${name}\` ${formatType(type)}`),
  ].join(', ');
}

/** Formats in which a single column can be written bare or as an object. */
const FORMATS_WITH_CHOICE = new Set(['JSON', 'JSON_SR', 'AVRO', 'PROTOBUF_NOSR']);

/** A source knows how a single column is written, not whether that was said: no feature means the usual way. */
function wrapping(features: readonly string[]): string {
  return features.includes('UNWRAP_SINGLES') ? 'unwrapped' : 'wrapped';
}

function keyWrapping({ keyFormat, schema }: Source): string {
  return wrappingOf(keyFormat, schema.keys.length);
}

function valueWrapping({ valueFormat, schema }: Source): string {
  return wrappingOf(valueFormat, schema.values.length);
}

function wrappingOf({ name, unwrapped }: FormatSpec, columnCount: number): string {
  const hasChoice = columnCount === 1 && FORMATS_WITH_CHOICE.has(name);
  return hasChoice && unwrapped === true ? 'unwrapped' : 'wrapped';
}

function propertiesText({ properties }: TopicFormatExpectation): string {
  return [...properties]
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(', ');
}

function formatProperties({ name, delimiter, fullName, nullable, schemaId }: FormatSpec): string {
  const properties = {
    delimiter,
    fullSchemaName: fullName,
    nullableRepresentation: nullable?.toLowerCase(),
    schemaId,
    unwrapPrimitives: name === 'PROTOBUF' ? true : undefined,
  };
  return Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([property, value]) => `${property}=${String(value)}`)
    .join(', ');
}

function schemaId(spec: FormatSpec): number | null {
  return spec.schemaId ?? null;
}

/** Compares the latest schema of a subject: JSON member by member, Protobuf as text. */
async function schemaDifference(
  subject: string,
  expected: JsonNode,
  { registry }: Pipeline,
): Promise<string | null> {
  if (expected === null) return null;
  const schema = (await registry.latest(subject))?.schema ?? null;
  if (schema === null) return `${subject}: expected a schema, found none`;
  const differs =
    schema.type === 'PROTOBUF'
      ? typeof expected === 'string' && expected.trim() === schema.text.trim()
        ? null
        : `expected ${formatJsonNode(expected)}, found ${JSON.stringify(schema.text)}`
      : isDeepStrictEqual(JSON.parse(formatJsonNode(expected)), JSON.parse(schema.text))
        ? null
        : `expected ${formatJsonNode(expected)}, found ${schema.text}`;
  return differs === null ? null : `schema of ${subject}: ${differs}`;
}
