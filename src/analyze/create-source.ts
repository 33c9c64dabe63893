import type { ColumnDefinition, CreateSourceNode } from '../../grammar/ast.ts';
import type { DatabaseError } from '../base/errors.ts';
import { isPayload, type Column, type RowSchema } from '../sql/schema.ts';
import { errorAt, type Located } from './error-at.ts';
import { headerOf } from './header-columns.ts';
import {
  NOTHING_INFERRED,
  valueFormatOf,
  type InferredSide,
  type InferredSides,
} from './inference.ts';
import { parseProperties } from './properties.ts';
import { isPseudoColumn } from './scope.ts';
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
import { resolveType } from './types.ts';
import { settleWindow } from './windowed-source.ts';

/** What a CREATE STREAM or TABLE over a topic is analyzed with. */
export interface CreateSourceContext {
  readonly defaults: FormatDefaults;
  /** The statement as written. */
  readonly sql: string;
  /** The columns that registered schemas give, of sides that declare none; see `inferencesOf`. */
  readonly inferred?: InferredSides;
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
  { defaults, sql, inferred = NOTHING_INFERRED }: CreateSourceContext,
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
  const schema = { ...analyzeColumns(statement, inferred), window: settleWindow(properties) };
  if (schema.window !== null && schema.keys.length === 0) {
    throw errorAt('BAD_STATEMENT', statement.name, 'Windowed sources require a key column.');
  }
  const payload = schema.values.filter(isPayload);
  const keyFormat = settleFormat({
    side: 'key',
    format: values.KEY_FORMAT ?? values.FORMAT ?? defaults.keyFormat,
    delimiter: values.KEY_DELIMITER,
    wrap: undefined,
    schema: inferredRequest(schemaRequest(properties, 'key'), inferred.key),
    columns: schema.keys,
    source: statement.name.name,
    at: nodes.get('KEY_FORMAT') ?? nodes.get('FORMAT') ?? statement.name,
  });
  const valueFormatName = valueFormatOf(statement, properties, defaults);
  const valueFormat = settleFormat({
    side: 'value',
    format: valueFormatName,
    delimiter: values.VALUE_DELIMITER,
    wrap: settleWrapping(properties, payload, { format: valueFormatName, defaults }),
    schema: inferredRequest(schemaRequest(properties, 'value'), inferred.value),
    columns: payload,
    source: statement.name.name,
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

/** With the id of a schema goes its name. */
function inferredRequest(request: SchemaRequest, side: InferredSide | null): SchemaRequest {
  if (side === null || request.schemaId === undefined || side.fullName === null) return request;
  return { ...request, fullName: request.fullName ?? side.fullName };
}

function analyzeColumns(statement: CreateSourceNode, inferred: InferredSides): RowSchema {
  const { columns, sourceKind, name } = statement;
  const inferredKeys = inferred.key?.columns ?? [];
  const inferredValues = inferred.value?.columns ?? [];
  if (columns.length + inferredKeys.length + inferredValues.length === 0) {
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
  for (const [side, list] of [
    [keys, inferredKeys],
    [values, inferredValues],
  ] as const) {
    for (const column of list) {
      checkInferred(column, names, name);
      names.add(column.name);
      side.push(column);
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

/** A column that a registered schema gives. */
function checkInferred(column: Column, names: ReadonlySet<string>, at: Located): void {
  const problem = names.has(column.name)
    ? 'is there twice'
    : isPseudoColumn(column.name)
      ? 'has a reserved name'
      : null;
  if (problem === null) return;
  throw errorAt(
    'BAD_STATEMENT',
    at,
    `The column \`${column.name}\` that the registered schema gives ${problem}. Declare the columns in the statement.`,
  );
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
