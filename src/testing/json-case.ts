import { formatJsonNode, JsonNumber, JsonObject, type JsonNode } from '../formats/json-node.ts';
import { JsonReader } from '../formats/json-reader.ts';
import type { SchemaType } from '../schema-registry/schema-registry.ts';

/** A case file that is not what its format says; the message names the place. */
export class CaseFormatError extends Error {
  override readonly name = 'CaseFormatError';
}

/** One case: statements, the records they are given and what has to come out. Members nobody knows are left out. */
export interface TestCase {
  readonly name: string;
  readonly statements: readonly string[];
  /** Session properties, and switches of the runner. */
  readonly properties: ReadonlyMap<string, string>;
  readonly topics: readonly TopicDefinition[];
  readonly inputs: readonly CaseRecord[];
  readonly outputs: readonly CaseRecord[];
  readonly expectsError: boolean;
  readonly sources: readonly SourceExpectation[];
  readonly topicExpectations: readonly TopicExpectation[];
  /** Regular expression that must not occur in the name of any topic. */
  readonly topicBlacklist: string | null;
}

/** A topic that exists before the first statement. */
export interface TopicDefinition {
  readonly name: string;
  /** Null when the case leaves it open. */
  readonly partitionCount: number | null;
  readonly keyFormat: string | null;
  readonly valueFormat: string | null;
  readonly schemas: { readonly key: DefinedSchema | null; readonly value: DefinedSchema | null };
}

/** A schema that is registered before the first statement. */
export interface DefinedSchema extends DefinedReference {
  /** Null: the next free one. */
  readonly id: number | null;
  readonly references: readonly (DefinedReference & { readonly name: string })[];
}

export interface DefinedReference {
  readonly type: SchemaType;
  readonly text: string;
}

/** A record that is fed, or expected. */
export interface CaseRecord {
  readonly topic: string;
  /** Null also when the case leaves it out. */
  readonly key: JsonNode;
  readonly value: JsonNode;
  /** Null when the case leaves it out: 0 for an input, not compared for an output. */
  readonly timestamp: number | null;
  readonly window: RecordWindow | null;
  readonly headers: readonly CaseHeader[];
}

export interface RecordWindow {
  readonly start: number;
  readonly end: number;
  readonly type: 'time' | 'session';
}

export interface CaseHeader {
  readonly key: string;
  readonly value: Buffer | null;
}

/** What must be known of a source at the end; null members are not compared. */
export interface SourceExpectation {
  readonly name: string;
  readonly kind: string;
  /** Column list as text. */
  readonly schema: string | null;
  readonly keyFormat: KeyFormatExpectation | null;
  readonly valueFormat: string | null;
  readonly keyFeatures: readonly string[] | null;
  readonly valueFeatures: readonly string[] | null;
  readonly isSource: boolean | null;
}

export interface KeyFormatExpectation {
  readonly format: string;
  readonly windowKind: string | null;
  readonly windowSizeMs: number | null;
}

/** What must be known of a topic at the end. */
export interface TopicExpectation {
  readonly name: string;
  readonly key: TopicFormatExpectation;
  readonly value: TopicFormatExpectation;
  /** Null: not compared. */
  readonly partitionCount: number | null;
  /** Ids that the statements name; null for none. */
  readonly schemaIds: { readonly key: number | null; readonly value: number | null };
  /** Latest registered schemas; null: not compared. */
  readonly schemas: { readonly key: JsonNode; readonly value: JsonNode };
}

export interface TopicFormatExpectation {
  readonly format: string;
  readonly features: readonly string[];
  readonly windowKind: string | null;
  readonly windowSizeMs: number | null;
  readonly properties: ReadonlyMap<string, string>;
}

/**
 * The cases of a file, in order.
 * @throws CaseFormatError when the text is no array of cases.
 */
export function parseCases(text: string): TestCase[] {
  return parseCaseArray(text).map(parseCase);
}

/** The elements of a file that is an array. @throws CaseFormatError when it is none. */
export function parseCaseArray(text: string): readonly JsonNode[] {
  return listOf(parseJson(text), 'the file');
}

/** The value of JSON text, numbers with their spelling. */
export function parseJson(text: string): JsonNode {
  const bytes = Buffer.from(text);
  return new JsonReader().readAll(bytes, 0, bytes.length);
}

function parseCase(node: JsonNode, index: number): TestCase {
  const object = objectOf(node, `case ${index}`);
  const name = textOf(object.fields.get('name'), `name of case ${index}`);
  const at = (member: string): string => `${member} of case "${name}"`;
  const records = (member: string): CaseRecord[] =>
    optionalList(object.fields.get(member), at(member)).map((record, i) =>
      parseRecord(record, at(`${member}[${i}]`)),
    );
  const post = optionalObject(object.fields.get('post'), at('post'));
  const postTopics = optionalObject(post.fields.get('topics'), at('post.topics'));
  return {
    name,
    statements: listOf(object.fields.get('statements'), at('statements')).map((statement) =>
      textOf(statement, at('statements')),
    ),
    properties: textsOf(optionalObject(object.fields.get('properties'), at('properties'))),
    topics: optionalList(object.fields.get('topics'), at('topics')).map((topic) =>
      parseTopic(objectOf(topic, at('topics')), at('topics')),
    ),
    inputs: records('inputs'),
    outputs: records('outputs'),
    expectsError: object.fields.has('expectedException'),
    sources: optionalList(post.fields.get('sources'), at('post.sources')).map((source) =>
      parseSource(objectOf(source, at('post.sources')), at('post.sources')),
    ),
    topicExpectations: optionalList(postTopics.fields.get('topics'), at('post.topics.topics')).map(
      (topic) => parseTopicExpectation(objectOf(topic, at('post.topics')), at('post.topics')),
    ),
    topicBlacklist: optionalText(postTopics.fields.get('blacklist')),
  };
}

/** A record of a case. @throws CaseFormatError naming the place. */
export function parseRecord(node: JsonNode, at: string): CaseRecord {
  const { fields } = objectOf(node, at);
  const value = fields.get('value');
  if (value === undefined) throw new CaseFormatError(`${at} has no member value`);
  const timestamp = fields.get('timestamp') ?? null;
  return {
    topic: textOf(fields.get('topic'), `topic in ${at}`),
    key: fields.get('key') ?? null,
    value,
    timestamp: timestamp === null ? null : numberOf(timestamp, `timestamp in ${at}`),
    window: parseWindow(fields.get('window') ?? null, at),
    headers: optionalList(fields.get('headers'), `headers in ${at}`).map((header) =>
      parseHeader(objectOf(header, at), at),
    ),
  };
}

function parseWindow(node: JsonNode, at: string): RecordWindow | null {
  if (node === null) return null;
  const { fields } = objectOf(node, `window in ${at}`);
  const type = textOf(fields.get('type'), `window type in ${at}`).toLowerCase();
  if (type !== 'time' && type !== 'session') {
    throw new CaseFormatError(`window type in ${at} is ${type}, expected time or session`);
  }
  return {
    start: numberOf(fields.get('start'), `window start in ${at}`),
    end: numberOf(fields.get('end'), `window end in ${at}`),
    type,
  };
}

function parseHeader({ fields }: JsonObject, at: string): CaseHeader {
  const value = optionalText(fields.get('VALUE'));
  return {
    key: textOf(fields.get('KEY'), `header in ${at}`),
    value: value === null ? null : Buffer.from(value, 'base64'),
  };
}

/** A topic of a case. @throws CaseFormatError naming the place. */
export function parseTopic({ fields }: JsonObject, at: string): TopicDefinition {
  return {
    name: textOf(fields.get('name'), `name in ${at}`),
    partitionCount: optionalNumber(fields.get('partitions'), `partitions in ${at}`),
    keyFormat: optionalText(fields.get('keyFormat')),
    valueFormat: optionalText(fields.get('valueFormat')),
    schemas: {
      key: parseSchema(fields, 'key', at),
      value: parseSchema(fields, 'value', at),
    },
  };
}

const FORMAT_DEFAULT = 'AVRO';

function parseSchema(
  fields: ReadonlyMap<string, JsonNode>,
  side: 'key' | 'value',
  at: string,
): DefinedSchema | null {
  const schema = fields.get(`${side}Schema`) ?? null;
  if (schema === null) return null;
  const format = optionalText(fields.get(`${side}Format`)) ?? FORMAT_DEFAULT;
  const id = fields.get(`${side}SchemaId`) ?? null;
  const references = optionalList(fields.get(`${side}SchemaReferences`), at);
  return {
    ...parseReference(schema, format),
    id: id === null ? null : numberOf(id, `schema id in ${at}`),
    references: references.map((reference) => {
      const member = objectOf(reference, at).fields;
      const of = optionalText(member.get('format')) ?? format;
      const name = textOf(member.get('name'), `reference in ${at}`);
      return { name, ...parseReference(member.get('schema') ?? null, of) };
    }),
  };
}

/** Protobuf is text; the others are JSON. */
function parseReference(schema: JsonNode, format: string): DefinedReference {
  switch (format) {
    case 'PROTOBUF':
      return { type: 'PROTOBUF', text: textOf(schema, 'a schema') };
    case 'AVRO':
      return { type: 'AVRO', text: formatJsonNode(schema) };
    default:
      return { type: 'JSON', text: formatJsonNode(schema) };
  }
}

function parseSource({ fields }: JsonObject, at: string): SourceExpectation {
  const keyFormat = fields.get('keyFormat') ?? null;
  const isSource = fields.get('isSource');
  return {
    name: textOf(fields.get('name'), `name in ${at}`),
    kind: textOf(fields.get('type'), `type in ${at}`).toUpperCase(),
    schema: optionalText(fields.get('schema')),
    keyFormat: keyFormat === null ? null : parseKeyFormat(objectOf(keyFormat, at), at),
    valueFormat: formatName(fields.get('valueFormat') ?? null),
    keyFeatures: optionalTexts(fields.get('keyFeatures'), at),
    valueFeatures: optionalTexts(fields.get('valueFeatures'), at),
    isSource: typeof isSource === 'boolean' ? isSource : null,
  };
}

/** A format is given by its name, or as an object that says more. */
function formatName(node: JsonNode): string | null {
  return optionalText(node instanceof JsonObject ? (node.fields.get('format') ?? null) : node);
}

function parseKeyFormat({ fields }: JsonObject, at: string): KeyFormatExpectation {
  const size = fields.get('windowSize') ?? null;
  return {
    format: textOf(fields.get('format'), `key format in ${at}`),
    windowKind: optionalText(fields.get('windowType')),
    windowSizeMs: size === null ? null : numberOf(size, `window size in ${at}`),
  };
}

function parseTopicExpectation({ fields }: JsonObject, at: string): TopicExpectation {
  const partitions = fields.get('partitions');
  return {
    name: textOf(fields.get('name'), `name in ${at}`),
    key: parseTopicFormat(objectOf(fields.get('keyFormat'), `keyFormat in ${at}`), at),
    value: parseTopicFormat(objectOf(fields.get('valueFormat'), `valueFormat in ${at}`), at),
    partitionCount: partitions === undefined ? null : numberOf(partitions, `partitions in ${at}`),
    schemaIds: {
      key: optionalNumber(fields.get('keySchemaId'), at),
      value: optionalNumber(fields.get('valueSchemaId'), at),
    },
    schemas: {
      key: fields.get('keySchema') ?? null,
      value: fields.get('valueSchema') ?? null,
    },
  };
}

function parseTopicFormat({ fields }: JsonObject, at: string): TopicFormatExpectation {
  const window = optionalObject(fields.get('windowInfo'), at);
  const size = window.fields.get('size') ?? null;
  return {
    format: textOf(fields.get('format'), `format in ${at}`),
    features: optionalTexts(fields.get('features'), at) ?? [],
    windowKind: optionalText(window.fields.get('type')),
    windowSizeMs: size === null ? null : numberOf(size, `window size in ${at}`) * 1000,
    properties: textsOf(optionalObject(fields.get('properties'), at)),
  };
}

function textsOf(object: JsonObject): ReadonlyMap<string, string> {
  return new Map([...object.fields].map(([name, value]) => [name, scalarText(value)]));
}

/** The text of a scalar; numbers as they are spelled. */
function scalarText(node: JsonNode): string {
  if (node instanceof JsonNumber) return node.text;
  if (node === null || Array.isArray(node) || node instanceof JsonObject) {
    throw new CaseFormatError('a text, a number or a boolean is expected');
  }
  return String(node);
}

/** The value as an object. @throws CaseFormatError when it is none. */
export function objectOf(node: JsonNode | undefined, at: string): JsonObject {
  if (node instanceof JsonObject) return node;
  throw new CaseFormatError(`${at} is not an object`);
}

/** The same; an empty object when it is absent or null. */
export function optionalObject(node: JsonNode | undefined, at: string): JsonObject {
  return node === undefined || node === null ? new JsonObject() : objectOf(node, at);
}

/** The elements of an array. @throws CaseFormatError when it is none. */
export function listOf(node: JsonNode | undefined, at: string): readonly JsonNode[] {
  if (Array.isArray(node)) return node;
  throw new CaseFormatError(`${at} is not an array`);
}

/** The same; none when it is absent or null. */
export function optionalList(node: JsonNode | undefined, at: string): readonly JsonNode[] {
  return node === undefined || node === null ? [] : listOf(node, at);
}

/** The value as text. @throws CaseFormatError when it is none. */
export function textOf(node: JsonNode | undefined, at: string): string {
  if (typeof node === 'string') return node;
  throw new CaseFormatError(`${at} is not a text`);
}

/** The value as text; null when it is anything else. */
export function optionalText(node: JsonNode | undefined): string | null {
  return typeof node === 'string' ? node : null;
}

function optionalTexts(node: JsonNode | undefined, at: string): string[] | null {
  if (node === undefined || node === null) return null;
  return listOf(node, at).map((text) => textOf(text, at));
}

function optionalNumber(node: JsonNode | undefined, at: string): number | null {
  return node === undefined || node === null ? null : numberOf(node, at);
}

function numberOf(node: JsonNode | undefined, at: string): number {
  if (node instanceof JsonNumber) return Number(node.text);
  throw new CaseFormatError(`${at} is not a number`);
}

/**
 * The records of a file `{"inputs": [...]}` or `{"outputs": [...]}`, as ksqlDB's test runner takes them.
 * @throws CaseFormatError when the text is no such object.
 */
export function parseRecords(text: string, member: 'inputs' | 'outputs'): CaseRecord[] {
  const bytes = Buffer.from(text);
  const file = objectOf(new JsonReader().readAll(bytes, 0, bytes.length), 'the file');
  return listOf(file.fields.get(member), member).map((record, index) =>
    parseRecord(record, `${member}[${index}]`),
  );
}

/** A case of statements, records to feed and records to expect, and nothing else. */
export function caseOfRecords(
  statements: string,
  { inputs, outputs }: Pick<TestCase, 'inputs' | 'outputs'>,
): TestCase {
  return {
    name: 'test',
    statements: [statements],
    properties: new Map(),
    topics: [],
    inputs,
    outputs,
    expectsError: false,
    sources: [],
    topicExpectations: [],
    topicBlacklist: null,
  };
}
