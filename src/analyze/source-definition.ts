import { DatabaseError } from '../base/errors.ts';
import type { Source, TimestampColumn } from '../catalog/source.ts';
import { avroKeyName } from '../formats/avro-derive.ts';
import type { FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import { columnsOf, type Column, type RowSchema } from '../sql/schema.ts';
import { formatType } from '../sql/types.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import { errorAt, locating, type Located } from './error-at.ts';
import type { ParsedProperties } from './properties.ts';

/** A source but for what only running the statement tells: its topic's partitions and its query. */
export type SourceDefinition = Omit<Source, 'partitionCount' | 'createdBy'>;

/** What the statement says about its topic, null where it says nothing. */
export interface TopicRequest {
  readonly partitions: number | null;
  readonly replicas: number | null;
  readonly retentionMs: number | null;
}

/** Server settings for what a statement leaves out. */
export interface FormatDefaults {
  readonly keyFormat: string;
  /** Null: VALUE_FORMAT has to be given. */
  readonly valueFormat: string | null;
  /** Whether a single value column is wrapped; null: as the format does by itself. */
  readonly wrapSingleValues: boolean | null;
  /** In front of the name of a sink, for its topic. */
  readonly topicPrefix: string;
}

const COLUMNS_MAX = 1_000;

/**
 * Checks that a source does not have too many columns.
 * @throws DatabaseError BAD_STATEMENT.
 */
export function checkColumnCount(schema: RowSchema, at: Located): void {
  const count = columnsOf(schema).length;
  if (count <= COLUMNS_MAX) return;
  throw errorAt(
    'BAD_STATEMENT',
    at,
    `${count} columns are too many: a source can have ${COLUMNS_MAX}. Group some in a STRUCT.`,
  );
}

/** What is asked of the schema of one side; members that are undefined are left to the format. */
export interface SchemaRequest {
  readonly fullName: string | undefined;
  readonly nullable: 'OPTIONAL' | 'WRAPPER' | undefined;
  readonly schemaId: number | undefined;
}

/** What the WITH clause says of the schema of one side. */
export function schemaRequest({ values }: ParsedProperties, side: 'key' | 'value'): SchemaRequest {
  return side === 'key'
    ? {
        fullName: values.KEY_SCHEMA_FULL_NAME,
        nullable: values.KEY_PROTOBUF_NULLABLE_REPRESENTATION,
        schemaId: values.KEY_SCHEMA_ID,
      }
    : {
        fullName: values.VALUE_SCHEMA_FULL_NAME ?? values.VALUE_AVRO_SCHEMA_FULL_NAME,
        nullable: values.VALUE_PROTOBUF_NULLABLE_REPRESENTATION,
        schemaId: values.VALUE_SCHEMA_ID,
      };
}

/** One side of a source whose format is to be settled. */
export interface FormatRequest {
  readonly side: 'key' | 'value';
  readonly format: string;
  /** Undefined: the format's own. */
  readonly delimiter: string | undefined;
  /** What the statement says of the schema, or a schema says of itself. */
  readonly schema: SchemaRequest;
  /** Whether a single column is to be wrapped; undefined: as the format does by itself. */
  readonly wrap: boolean | undefined;
  readonly columns: readonly Column[];
  /** Name of the source. */
  readonly source: string;
  /** Where to point when the columns do not fit. */
  readonly at: Located;
}

/**
 * The format of one side, checked against its columns.
 * @throws DatabaseError BAD_STATEMENT naming the column that does not fit.
 */
export function settleFormat(request: FormatRequest): FormatSpec {
  const { side, columns, delimiter, wrap, at, source } = request;
  const format = locating(at, () => findFormat(request.format));
  const single = columns.length === 1;
  const { nullable, schemaId } = request.schema;
  // Keys of AVRO always have a name, for it tells the keys of one source from those of another.
  const named = format.name === 'AVRO' && side === 'key' ? avroKeyName(source) : undefined;
  const fullName = request.schema.fullName ?? named;
  const spec: FormatSpec = {
    name: format.name,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(single ? { unwrapped: wrap === undefined ? format.unwrappedByDefault(side) : !wrap } : {}),
    ...(fullName === undefined ? {} : { fullName }),
    ...(nullable === undefined ? {} : { nullable }),
    ...(schemaId === undefined ? {} : { schemaId }),
  };
  locating(at, () => checkSchemaId(spec, side));
  locating(at, () => format.check(columns, spec, side));
  return spec;
}

/** @throws DatabaseError BAD_STATEMENT for the id of a schema beside a format that has none. */
export function checkSchemaId(
  { name, schemaId }: { readonly name: string; readonly schemaId?: number | undefined },
  side: 'key' | 'value',
): void {
  if (schemaId === undefined || findFormat(name).schemas !== null) return;
  const prefix = side.toUpperCase();
  throw new DatabaseError(
    'BAD_STATEMENT',
    `${prefix}_FORMAT should support schema inference when ${prefix}_SCHEMA_ID is provided. Current format is ${name}; AVRO, PROTOBUF and JSON_SR support it.`,
  );
}

/**
 * How a single value column is wrapped: as WRAP_SINGLE_VALUE says, else as the server's default, where the format has
 * that choice.
 * @throws DatabaseError BAD_STATEMENT when WRAP_SINGLE_VALUE is given and there is not exactly one value column.
 */
export function settleWrapping(
  { values, nodes }: ParsedProperties,
  columns: readonly Column[],
  options: { readonly format: string; readonly defaults: FormatDefaults },
): boolean | undefined {
  const node = nodes.get('WRAP_SINGLE_VALUE');
  const { WRAP_SINGLE_VALUE: wrap } = values;
  if (node === undefined) {
    const choice = options.defaults.wrapSingleValues;
    const { wrappingIsChoice } = findFormat(options.format);
    return choice !== null && wrappingIsChoice ? choice : undefined;
  }
  if (columns.length === 1) return wrap;
  throw errorAt(
    'BAD_STATEMENT',
    node,
    `WRAP_SINGLE_VALUE is for a single value column, but there are ${columns.length}. Leave it out.`,
  );
}

/**
 * The column of WITH (TIMESTAMP = ...), null when it is not given.
 * @throws DatabaseError UNKNOWN_COLUMN; TYPE_MISMATCH for a column that is neither BIGINT, TIMESTAMP, nor STRING
 *   with a format.
 */
export function settleTimestamp(
  { values, nodes }: ParsedProperties,
  schema: RowSchema,
): TimestampColumn | null {
  const { TIMESTAMP: name } = values;
  const node = nodes.get('TIMESTAMP');
  if (name === undefined || node === undefined) return null;
  const columns = columnsOf(schema);
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) {
    const hint = didYouMean(
      name,
      columns.map((candidate) => candidate.name),
    );
    throw errorAt(
      'UNKNOWN_COLUMN',
      node.value,
      `The TIMESTAMP column ${name} is not among the columns of the source.${hint}`,
    );
  }
  const { TIMESTAMP_FORMAT: format = null } = values;
  const { kind } = column.type;
  const isNumber = kind === 'BIGINT' || kind === 'TIMESTAMP';
  if (format === null ? isNumber : kind === 'STRING') return { column: name, format };
  throw errorAt(
    'TYPE_MISMATCH',
    node.value,
    format === null
      ? `The TIMESTAMP column must be BIGINT (epoch milliseconds), TIMESTAMP, or STRING with a TIMESTAMP_FORMAT, but ${name} is ${formatType(column.type)}.`
      : `With TIMESTAMP_FORMAT the TIMESTAMP column must be STRING, but ${name} is ${formatType(column.type)}.`,
  );
}

/**
 * What the WITH clause says about the topic.
 * @throws DatabaseError BAD_STATEMENT for RETENTION_MS on a table that is not windowed, which keeps every key.
 */
export function topicRequest(
  { values, nodes }: ParsedProperties,
  source: Pick<SourceDefinition, 'kind' | 'schema'>,
): TopicRequest {
  const retention = nodes.get('RETENTION_MS');
  if (retention !== undefined && source.kind === 'TABLE' && source.schema.window === null) {
    throw errorAt(
      'BAD_STATEMENT',
      retention,
      'RETENTION_MS does not go with a table that is not windowed: it keeps the latest row of every key.',
    );
  }
  return {
    partitions: values.PARTITIONS ?? null,
    replicas: values.REPLICAS ?? null,
    retentionMs: values.RETENTION_MS ?? null,
  };
}
