import type {
  Entity,
  FieldInfo,
  QueryDescription,
  RunningQuery,
  SourceDescription,
  SourceSummary,
} from '../src/api/entities.ts';
import { renderConnector, renderConnectorPlugins, renderConnectors } from './render-connectors.ts';
import {
  renderFunction,
  renderFunctions,
  renderTypes,
  renderVariables,
} from './render-metadata.ts';
import { formatSchema } from './schema-text.ts';
import { formatTable } from './table.ts';
import { safeLine, safeLines } from './text.ts';

/** The remark about a column stands this far behind the start of its type, or further. */
const TYPE_WIDTH = 16;

export interface RenderOptions {
  /** Columns of the terminal; rules are cut to it. */
  readonly width?: number;
}

/** What a statement answered, for people: text of whole lines, safe for a terminal. */
export function renderEntity(entity: Entity, options: RenderOptions = {}): string {
  return renderBody(entity, options) + renderWarnings(entity);
}

function renderBody(entity: Entity, options: RenderOptions): string {
  switch (entity['@type']) {
    case 'currentStatus':
      return renderMessage(entity.commandStatus.message, options);
    case 'warning_entity':
      return `WARNING: ${safeLines(entity.message)}\n`;
    case 'streams':
      return renderSources('Stream Name', entity.streams, options);
    case 'tables':
      return renderSources('Table Name', entity.tables, options);
    case 'kafka_topics':
    case 'kafka_topics_extended':
      return renderTopics(entity, options);
    case 'queries':
      return renderQueries(entity.queries, options);
    case 'sourceDescription':
      return renderSource(entity.sourceDescription, options);
    case 'source_descriptions':
      return entity.sourceDescriptions.map((source) => renderSource(source, options)).join('\n');
    case 'queryDescription':
      return renderQuery(entity.queryDescription, options);
    case 'query_descriptions':
      return entity.queryDescriptions.map((query) => renderQuery(query, options)).join('\n');
    case 'properties':
      return renderProperties(entity, options);
    case 'function_names':
      return renderFunctions(entity, options);
    case 'describe_function':
      return renderFunction(entity);
    case 'type_list':
      return renderTypes(entity, options);
    case 'variables':
      return renderVariables(entity, options);
    case 'assert_topic':
      return renderMessage(
        `Topic ${entity.topicName} ${entity.exists ? 'exists' : 'does not exist'}.`,
        options,
      );
    case 'assert_schema': {
      const { subject, id, exists } = entity;
      const subjectText = subject === null ? '' : ` subject ${subject}`;
      const idText = id === null ? '' : ` id ${id}`;
      return renderMessage(
        `Schema with${subjectText}${idText} ${exists ? 'exists' : 'does not exist'}.`,
        options,
      );
    }
    case 'terminate_query':
      return renderMessage(
        `Query ${entity.queryId} ${entity.wasTerminated ? 'was terminated.' : 'was not running.'}`,
        options,
      );
    case 'connector_info':
      return renderMessage(`Created connector ${entity.info.name}`, options);
    case 'drop_connector':
      return renderMessage(`Dropped connector "${entity.connectorName}"`, options);
    case 'connector_list':
      return renderConnectors(entity, options);
    case 'connector_plugins_list':
      return renderConnectorPlugins(entity, options);
    case 'connector_description':
      return renderConnector(entity, options);
    default:
      // A newer server may answer with kinds that this shell has not heard of.
      return `${safeLines(JSON.stringify(entity, null, 2))}\n`;
  }
}

function renderWarnings({ warnings }: Entity): string {
  return warnings.map(({ message }) => `WARNING: ${safeLines(message)}\n`).join('');
}

function renderMessage(message: string, options: RenderOptions): string {
  return formatTable({ headings: ['Message'], rows: [[message]], ...options });
}

function renderSources(
  heading: string,
  sources: readonly SourceSummary[],
  options: RenderOptions,
): string {
  return formatTable({
    headings: [heading, 'Kafka Topic', 'Key Format', 'Value Format', 'Windowed'],
    rows: sources.map(({ name, topic, keyFormat, valueFormat, isWindowed }) => [
      name,
      topic,
      keyFormat,
      valueFormat,
      String(isWindowed),
    ]),
    ...options,
  });
}

type TopicsEntity = Extract<Entity, { '@type': 'kafka_topics' | 'kafka_topics_extended' }>;

function renderTopics(entity: TopicsEntity, options: RenderOptions): string {
  const headings = ['Kafka Topic', 'Partitions', 'Partition Replicas'];
  if (entity['@type'] === 'kafka_topics') {
    return formatTable({ headings, rows: entity.topics.map(topicCells), ...options });
  }
  return formatTable({
    headings: [...headings, 'Consumers', 'ConsumerGroups'],
    rows: entity.topics.map((topic) => [
      ...topicCells(topic),
      String(topic.consumerCount),
      String(topic.consumerGroupCount),
    ]),
    ...options,
  });
}

function topicCells({ name, replicaInfo }: TopicsEntity['topics'][number]): string[] {
  // One number says it when all partitions have as many replicas.
  const counts = new Set(replicaInfo);
  const replicas = counts.size === 1 ? [...counts] : replicaInfo;
  return [name, String(replicaInfo.length), replicas.join(', ')];
}

function renderQueries(queries: readonly RunningQuery[], options: RenderOptions): string {
  const table = formatTable({
    headings: ['Query ID', 'Query Type', 'Status', 'Sink Name', 'Sink Kafka Topic', 'Query String'],
    rows: queries.map((query) => [
      query.id,
      query.queryType,
      Object.entries(query.statusCount)
        .map(([state, count]) => `${state}:${count}`)
        .join(', '),
      query.sinks.join(', '),
      query.sinkKafkaTopics.join(', '),
      onOneLine(query.queryString),
    ]),
    ...options,
  });
  return `${table}More about a query: EXPLAIN <Query ID>;\n`;
}

function renderSource(source: SourceDescription, options: RenderOptions): string {
  const name = formatFacts([['Name', source.name]]);
  const fields = renderFields(source.fields, source, options);
  if (!source.extended) {
    return `${name}${fields}More about it: DESCRIBE ${safeLine(source.name)} EXTENDED;\n`;
  }
  const topic = `${source.topic} (partitions: ${source.partitions}, replication: ${source.replication})`;
  const facts = formatFacts([
    ['Name', source.name],
    ['Type', source.type],
    ['Timestamp field', source.timestamp === '' ? 'not set: ROWTIME is used' : source.timestamp],
    ['Key format', source.keyFormat],
    ['Value format', source.valueFormat],
    ['Kafka topic', topic],
    ['Statement', onOneLine(source.statement)],
  ]);
  return [
    facts,
    fields,
    renderList('Constraints: the sources that must be dropped first', source.sourceConstraints),
    renderList('Queries that read from it', source.readQueries.map(queryLine)),
    renderList('Queries that write to it', source.writeQueries.map(queryLine)),
    renderText('Statistics', [source.statistics, source.errorStats].join('\n').trim()),
    ...source.queryOffsetSummaries.map((summary) => renderOffsets(summary, options)),
  ].join('');
}

function renderOffsets(
  summary: SourceDescription['queryOffsetSummaries'][number],
  options: RenderOptions,
): string {
  const rows = summary.topicSummaries.flatMap(({ kafkaTopic, offsets }) =>
    offsets.map(({ partition, logStartOffset, logEndOffset, consumerOffset }) => [
      kafkaTopic,
      String(partition),
      String(logStartOffset),
      String(logEndOffset),
      String(consumerOffset),
      String(logEndOffset - consumerOffset),
    ]),
  );
  const headings = ['Kafka Topic', 'Partition', 'Start Offset', 'End Offset', 'Offset', 'Lag'];
  const table = formatTable({ headings, rows, ...options });
  return `\nConsumer group ${safeLine(summary.groupId)}\n${table}`;
}

function renderQuery(query: QueryDescription, options: RenderOptions): string {
  const facts = formatFacts([
    ['ID', query.id === '' ? '(not running)' : query.id],
    ['Query type', query.queryType],
    ...(query.state === null ? [] : [['State', query.state] as const]),
    ['SQL', onOneLine(query.statementText)],
  ]);
  const source = { type: 'STREAM', windowType: query.windowType } as const;
  const fields = query.fields.length === 0 ? '' : renderFields(query.fields, source, options);
  const states = Object.entries(query.ksqlHostQueryStatus);
  const properties = Object.entries(query.overriddenProperties);
  const errors = query.queryErrors.map(
    ({ timestamp, type, errorMessage }) =>
      `${new Date(timestamp).toISOString()} ${type}: ${errorMessage}`,
  );
  return [
    facts,
    fields,
    renderList(
      'Status by host',
      states.map(([host, state]) => `${host}: ${state}`),
    ),
    renderList('Sources', query.sources),
    renderList('Sinks', query.sinks),
    renderText('Execution plan', query.executionPlan),
    renderText('Processing topology', query.topology),
    renderList(
      'Overridden properties',
      properties.map(([name, value]) => `${name} = ${value}`),
    ),
    renderList('Errors', errors),
  ].join('');
}

function renderProperties(
  entity: Extract<Entity, { '@type': 'properties' }>,
  options: RenderOptions,
): string {
  const overwritten = new Set(entity.overwrittenProperties);
  const builtIn = new Set(entity.defaultProperties);
  const source = (name: string): string =>
    overwritten.has(name) ? 'SESSION' : builtIn.has(name) ? '' : 'SERVER';
  return formatTable({
    headings: ['Property', 'Scope', 'Default override', 'Effective Value'],
    rows: entity.properties
      .map(({ name, scope, value }) => [name, scope, source(name), value ?? 'null'])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ...options,
  });
}

function renderFields(
  fields: readonly FieldInfo[],
  source: Pick<SourceDescription, 'type' | 'windowType'>,
  options: RenderOptions,
): string {
  const rows = fields.map((field) => [field.name, formatFieldType(field, source)]);
  return formatTable({ headings: ['Field', 'Type'], rows, ...options });
}

function formatFieldType(
  field: FieldInfo,
  source: Pick<SourceDescription, 'type' | 'windowType'>,
): string {
  const type = formatSchema(field.schema);
  const remark = columnRemark(field, source);
  return remark === '' ? type : `${type.padEnd(TYPE_WIDTH)} ${remark}`;
}

function columnRemark(
  { type, headerKey }: FieldInfo,
  source: Pick<SourceDescription, 'type' | 'windowType'>,
): string {
  if (type === 'HEADER') return headerKey === undefined ? '(headers)' : `(header('${headerKey}'))`;
  if (type !== 'KEY') return '';
  const key = source.type === 'TABLE' ? '(primary key)' : '(key)';
  return source.windowType === null ? key : `${key} (Window type: ${source.windowType})`;
}

function formatFacts(facts: readonly (readonly [string, string])[]): string {
  return facts.map(([name, value]) => `${name.padEnd(20)} : ${safeLine(value)}\n`).join('');
}

function renderList(title: string, items: readonly string[]): string {
  return renderText(title, items.map(safeLine).join('\n'));
}

function renderText(title: string, text: string): string {
  if (text === '') return '';
  return `\n${title}\n${'-'.repeat(title.length)}\n${safeLines(text)}\n`;
}

function queryLine({ id, state, queryString }: RunningQuery): string {
  return `${id} (${state}): ${onOneLine(queryString)}`;
}

/** A statement in a single line; only whitespace with a line end in it is changed. */
function onOneLine(statement: string): string {
  return statement.trim().replace(/\s*\n\s*/g, ' ');
}
