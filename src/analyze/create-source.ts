import type { ColumnDefinition, CreateSourceNode } from '../../grammar/ast.ts';
import type { DatabaseError } from '../base/errors.ts';
import { isPayload, type Column, type RowSchema } from '../sql/schema.ts';
import { errorAt } from './error-at.ts';
import { headerOf } from './header-columns.ts';
import { parseProperties, type ParsedProperties } from './properties.ts';
import { isPseudoColumn } from './scope.ts';
import {
  checkColumnCount,
  settleFormat,
  settleTimestamp,
  settleWrapping,
  topicRequest,
  type FormatDefaults,
  type SourceDefinition,
  type TopicRequest,
} from './source-definition.ts';
import { resolveType } from './types.ts';
import { settleWindow } from './windowed-source.ts';

/** What a CREATE STREAM or TABLE over a topic is analyzed with. */
export interface CreateSourceContext {
  readonly defaults: FormatDefaults;
  /** The statement as written. */
  readonly sql: string;
}

/** All that a CREATE STREAM or TABLE says. Whether topic and name are free is for its executor to find out. */
export interface AnalyzedCreateSource {
  readonly definition: SourceDefinition;
  readonly topic: TopicRequest;
}

/**
 * Analyzes CREATE STREAM and CREATE TABLE with columns (sections 4.1 and 4.2 of the dialect reference).
 * @throws DatabaseError BAD_STATEMENT, UNKNOWN_TYPE, UNKNOWN_COLUMN, TYPE_MISMATCH or FORBIDDEN, with the position.
 */
export function analyzeCreateSource(
  statement: CreateSourceNode,
  { defaults, sql }: CreateSourceContext,
): AnalyzedCreateSource {
  if (statement.readOnly && statement.orReplace) throw notReplaceable(statement);
  const properties = parseProperties(statement.properties, 'CREATE');
  const { values, nodes } = properties;
  if (values.KAFKA_TOPIC === undefined) {
    throw errorAt(
      'BAD_STATEMENT',
      statement,
      "The WITH clause has to name the topic: WITH (KAFKA_TOPIC='name', ...).",
    );
  }
  const schema = { ...analyzeColumns(statement), window: settleWindow(properties) };
  if (schema.window !== null && schema.keys.length === 0) {
    throw errorAt('BAD_STATEMENT', statement.name, 'Windowed sources require a key column.');
  }
  const payload = schema.values.filter(isPayload);
  const keyFormat = settleFormat({
    side: 'key',
    format: values.KEY_FORMAT ?? values.FORMAT ?? defaults.keyFormat,
    delimiter: values.KEY_DELIMITER,
    wrap: undefined,
    columns: schema.keys,
    at: nodes.get('KEY_FORMAT') ?? nodes.get('FORMAT') ?? statement.name,
  });
  const valueFormatName = settleValueFormatName(statement, properties, defaults);
  const valueFormat = settleFormat({
    side: 'value',
    format: valueFormatName,
    delimiter: values.VALUE_DELIMITER,
    wrap: settleWrapping(properties, payload, { format: valueFormatName, defaults }),
    columns: payload,
    at: nodes.get('VALUE_FORMAT') ?? nodes.get('FORMAT') ?? statement.name,
  });
  const definition: SourceDefinition = {
    kind: statement.sourceKind,
    name: statement.name.name,
    topic: values.KAFKA_TOPIC,
    keyFormat,
    valueFormat,
    schema,
    timestamp: settleTimestamp(properties, schema),
    sql,
    ...(statement.readOnly ? { readOnly: true } : {}),
  };
  return { definition, topic: topicRequest(properties, definition) };
}

/** The error for CREATE OR REPLACE of a read-only source, the old one or the new. */
export function notReplaceable({
  name,
  sourceKind,
}: Pick<CreateSourceNode, 'name' | 'sourceKind'>): DatabaseError {
  const kind = sourceKind.toLowerCase();
  return errorAt(
    'BAD_STATEMENT',
    name,
    `Cannot add ${kind} '${name.name}': CREATE OR REPLACE is not supported on source ${kind}s. Leave OR REPLACE out; if it exists, DROP ${sourceKind} ${name.name} first.`,
  );
}

function settleValueFormatName(
  statement: CreateSourceNode,
  { values }: ParsedProperties,
  defaults: FormatDefaults,
): string {
  const name = values.VALUE_FORMAT ?? values.FORMAT ?? defaults.valueFormat;
  if (name !== null) return name;
  throw errorAt(
    'BAD_STATEMENT',
    statement,
    "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Add one, such as VALUE_FORMAT='JSON', or set the default 'ksql.persistence.default.format.value'.",
  );
}

function analyzeColumns(statement: CreateSourceNode): RowSchema {
  const { columns, sourceKind, name } = statement;
  if (columns.length === 0) {
    throw errorAt('BAD_STATEMENT', name, `${name.name} has no columns. Declare at least one.`);
  }
  const keys: Column[] = [];
  const values: Column[] = [];
  const names = new Set<string>();
  for (const definition of columns) {
    checkColumn(definition, sourceKind);
    if (names.has(definition.name.name)) {
      throw errorAt(
        'BAD_STATEMENT',
        definition,
        `Duplicate column names: \`${definition.name.name}\`.`,
      );
    }
    names.add(definition.name.name);
    const column: Column = { name: definition.name.name, type: resolveType(definition.type) };
    switch (definition.role) {
      case 'KEY':
      case 'PRIMARY KEY':
        keys.push(column);
        break;
      case 'HEADER':
      case 'HEADERS':
        values.push({ ...column, header: headerOf(definition, column.type, values) });
        break;
      case null:
        values.push(column);
    }
  }
  if (sourceKind === 'TABLE' && keys.length === 0) {
    throw errorAt(
      'BAD_STATEMENT',
      name,
      'Tables require a PRIMARY KEY. Please define the PRIMARY KEY: (id INT PRIMARY KEY, ...).',
    );
  }
  const schema: RowSchema = { keys, values, window: null };
  checkColumnCount(schema, name);
  return schema;
}

function checkColumn(definition: ColumnDefinition, sourceKind: 'STREAM' | 'TABLE'): void {
  const { name, role } = definition;
  if (isPseudoColumn(name.name)) {
    throw errorAt(
      'BAD_STATEMENT',
      name,
      `'${name.name}' is a reserved column name. You cannot use it as a name for a column.`,
    );
  }
  if (name.name.trim() === '') {
    throw errorAt('BAD_STATEMENT', name, 'A column needs a name that is not blank.');
  }
  switch (role) {
    case 'PRIMARY KEY':
      if (sourceKind === 'TABLE') return;
      throw errorAt(
        'BAD_STATEMENT',
        definition,
        `Column \`${name.name}\` is a 'PRIMARY KEY' column: please use 'KEY' for streams, whose keys need not be unique.`,
      );
    case 'KEY':
      if (sourceKind === 'STREAM') return;
      throw errorAt(
        'BAD_STATEMENT',
        definition,
        `Column \`${name.name}\` is a 'KEY' column: please use 'PRIMARY KEY' for tables, which hold one row per key.`,
      );
    default:
  }
}
