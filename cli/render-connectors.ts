import type {
  ConnectorDescriptionEntity,
  ConnectorListEntity,
  ConnectorPluginsListEntity,
} from '../src/api/entities.ts';
import { formatTable } from './table.ts';
import { safeLine, safeLines } from './text.ts';

interface Options {
  readonly width?: number;
}

/** SHOW CONNECTORS; what Kafka Connect does not tell is left empty. */
export function renderConnectors({ connectors }: ConnectorListEntity, options: Options): string {
  const rows = connectors.map(({ name, type, className = '', state = '' }) => [
    name,
    type.toUpperCase(),
    className,
    state,
  ]);
  const headings = ['Connector Name', 'Type', 'Class', 'Status'];
  return formatTable({ headings, rows, ...options });
}

/** SHOW CONNECTOR PLUGINS. */
export function renderConnectorPlugins(
  { connectorsPlugins }: ConnectorPluginsListEntity,
  options: Options,
): string {
  const rows = connectorsPlugins.map(({ className, type, version = '' }) => [
    className,
    type.toUpperCase(),
    version,
  ]);
  return formatTable({ headings: ['Class', 'Type', 'Version'], rows, ...options });
}

/** DESCRIBE CONNECTOR: what it is and how, then its tasks, the sources over its topics, and these. */
export function renderConnector(entity: ConnectorDescriptionEntity, options: Options): string {
  const { connectorClass, status, sources, topics } = entity;
  const { connector } = status;
  const facts = [
    ['Name', status.name],
    ['Class', connectorClass],
    ['Type', status.type],
    ['State', connector.state],
    ['WorkerId', connector.worker_id],
  ] as const;
  const trace = connector.trace ?? '';
  return [
    ...facts.map(([name, value]) => `${name.padEnd(20)} : ${safeLine(value)}\n`),
    trace === '' ? '' : `${'Trace'.padEnd(20)} : ${safeLines(trace).trimEnd()}\n`,
    section(
      ['Task ID', 'State', 'Error Trace'],
      status.tasks.map((task) => [String(task.id), task.state, firstLine(task.trace ?? '')]),
      options,
    ),
    section(
      ['KSQL Source Name', 'Kafka Topic', 'Type'],
      sources.map(({ name, topic, type }) => [name, topic, type]),
      options,
    ),
    section(
      ['Related Topics'],
      topics.map((topic) => [topic]),
      options,
    ),
  ].join('');
}

/** A table behind a blank line; nothing when it would be empty. */
function section(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  options: Options,
): string {
  return rows.length === 0 ? '' : `\n${formatTable({ headings, rows, ...options })}`;
}

/** A cell holds one line; a stack trace says in its first one what went wrong. */
function firstLine(text: string): string {
  return text.trimStart().split('\n')[0]?.trimEnd() ?? '';
}
