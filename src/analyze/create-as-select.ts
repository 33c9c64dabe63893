import type { CreateAsSelectNode } from '../../grammar/ast.ts';
import { assert } from '../base/assert.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import type { FormatSpec } from '../formats/format.ts';
import { refuseCycle } from './cycle.ts';
import { errorAt } from './error-at.ts';
import type { AnalyzedQuery } from './logical-plan.ts';
import { parseProperties, type ParsedProperties } from './properties.ts';
import { analyzeQuery } from './query.ts';
import {
  checkColumnCount,
  schemaRequest,
  settleFormat,
  settleTimestamp,
  settleWrapping,
  topicRequest,
  type FormatDefaults,
  type SchemaRequest,
  type SourceDefinition,
  type TopicRequest,
} from './source-definition.ts';
import { checkTopicName } from './topic-name.ts';

/** What a CREATE ... AS SELECT is analyzed against. */
export interface CreateAsSelectContext {
  readonly catalog: Catalog;
  readonly defaults: FormatDefaults;
  /** The statement as written. */
  readonly sql: string;
}

/** The query and its sink. Whether the name is free is for the executor to find out. */
export interface AnalyzedCreateAsSelect {
  readonly query: AnalyzedQuery;
  readonly definition: SourceDefinition;
  /** `partitions` is never null: by default those of the first source. */
  readonly topic: TopicRequest & { readonly partitions: number };
}

/**
 * Analyzes CREATE STREAM or TABLE ... AS SELECT (section 4.3 of the dialect reference).
 * @throws DatabaseError with the position of the mistake.
 */
export function analyzeCreateAsSelect(
  statement: CreateAsSelectNode,
  { catalog, defaults, sql }: CreateAsSelectContext,
): AnalyzedCreateAsSelect {
  const properties = parseProperties(statement.properties, 'CREATE AS SELECT');
  const query = analyzeQuery(statement.query, { catalog, mode: 'persistent' });
  checkResultKind(statement, query);
  const { name } = statement.name;
  const topicName =
    properties.values.KAFKA_TOPIC ??
    checkTopicName(`${defaults.topicPrefix}${name}`, statement.name);
  const sink = { name, topic: topicName };
  refuseCycle(catalog, { sink, reads: query.sources }, statement.query.from);
  const { schema } = query.root;
  checkColumnCount(schema, statement.query);
  const [first] = query.sources;
  assert(first !== undefined, 'a query reads at least one source');
  const definition: SourceDefinition = {
    kind: statement.sourceKind,
    name,
    topic: topicName,
    keyFormat: settleKeyFormat({ statement, properties, query, first, defaults }),
    valueFormat: settleValueFormat({ statement, properties, query, first, defaults }),
    schema,
    timestamp: settleTimestamp(properties, schema),
    sql,
  };
  const topic = topicRequest(properties, definition);
  return {
    query,
    definition,
    topic: { ...topic, partitions: topic.partitions ?? first.partitionCount },
  };
}

function checkResultKind(statement: CreateAsSelectNode, query: AnalyzedQuery): void {
  const kind = query.result === 'stream' ? 'STREAM' : 'TABLE';
  if (kind === statement.sourceKind) return;
  throw errorAt(
    'BAD_STATEMENT',
    statement.name,
    `Invalid result type. Your SELECT query produces a ${kind}. Please use CREATE ${kind} AS SELECT statement instead.`,
  );
}

interface SinkInput {
  readonly statement: CreateAsSelectNode;
  readonly properties: ParsedProperties;
  readonly query: AnalyzedQuery;
  /** The left-most source, whose formats are inherited. */
  readonly first: Source;
  readonly defaults: FormatDefaults;
}

function settleKeyFormat(input: SinkInput): FormatSpec {
  const { statement, query, first, defaults } = input;
  const { values, nodes } = input.properties;
  const { keys } = query.root.schema;
  const node = nodes.get('KEY_FORMAT') ?? nodes.get('FORMAT');
  const given = values.KEY_FORMAT ?? values.FORMAT;
  const inherited = first.keyFormat.name;
  let format = given ?? inherited;
  if (removesKey(query)) {
    if (values.KEY_FORMAT !== undefined && values.KEY_FORMAT !== 'NONE' && node !== undefined) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        `KEY_FORMAT is ${values.KEY_FORMAT}, but PARTITION BY NULL removes the key. Leave KEY_FORMAT out.`,
      );
    }
    format = 'NONE';
  } else if (given === undefined && inherited === 'NONE' && keys.length > 0) {
    format = defaults.keyFormat;
  }
  return settleFormat({
    side: 'key',
    format,
    delimiter: values.KEY_DELIMITER ?? inheritedDelimiter(format, first.keyFormat),
    wrap: undefined,
    schema: inheriting(schemaRequest(input.properties, 'key'), format, first.keyFormat),
    columns: keys,
    source: statement.name.name,
    at: node ?? statement.name,
  });
}

function settleValueFormat(input: SinkInput): FormatSpec {
  const { statement, properties, query, first, defaults } = input;
  const { values, nodes } = properties;
  const columns = query.root.schema.values;
  const format = values.VALUE_FORMAT ?? values.FORMAT ?? first.valueFormat.name;
  return settleFormat({
    side: 'value',
    format,
    delimiter: values.VALUE_DELIMITER ?? inheritedDelimiter(format, first.valueFormat),
    wrap: settleWrapping(properties, columns, { format, defaults }),
    schema: inheriting(schemaRequest(properties, 'value'), format, first.valueFormat),
    columns,
    source: statement.name.name,
    at: nodes.get('VALUE_FORMAT') ?? nodes.get('FORMAT') ?? statement.name,
  });
}

function inheritedDelimiter(format: string, source: FormatSpec): string | undefined {
  return format === source.name ? source.delimiter : undefined;
}

/** Of the same format a message keeps its name, and nulls their way of writing. */
function inheriting(request: SchemaRequest, format: string, source: FormatSpec): SchemaRequest {
  if (format !== source.name) return request;
  switch (format) {
    case 'PROTOBUF':
      return { ...request, fullName: request.fullName ?? source.fullName };
    case 'PROTOBUF_NOSR':
      return { ...request, nullable: request.nullable ?? source.nullable };
    default:
      return request;
  }
}

/** PARTITION BY NULL. */
function removesKey({ root }: AnalyzedQuery): boolean {
  const input = root.input.kind === 'flatMap' ? root.input.input : root.input;
  return input.kind === 'partitionBy' && input.keys.length === 0;
}
