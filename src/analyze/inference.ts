import type { CreateSourceNode } from '../../grammar/ast.ts';
import type { Format, InferOptions } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { Column } from '../sql/schema.ts';
import type { SqlType } from '../sql/types.ts';
import { errorAt, locating, type Located } from './error-at.ts';
import { parseProperties, type ParsedProperties } from './properties.ts';
import { checkSchemaId, schemaRequest, type FormatDefaults } from './source-definition.ts';

/** A side of a source whose columns a registered schema has to give. */
export interface Inference {
  readonly side: 'key' | 'value';
  readonly topic: string;
  readonly format: Format;
  /** The schema to take; undefined: the latest of the topic. */
  readonly schemaId: number | undefined;
  readonly options: InferOptions;
  /** Where to point when it fails. */
  readonly at: Located;
}

/** The columns a registered schema gives, named as the source has them. */
export interface InferredSide {
  readonly columns: readonly Column[];
  /** The schema's own name; null when it has none. */
  readonly fullName: string | null;
}

/** By side; null for a side that declares its columns or has none. */
export interface InferredSides {
  readonly key: InferredSide | null;
  readonly value: InferredSide | null;
}

export const NOTHING_INFERRED: InferredSides = { key: null, value: null };

/**
 * Which columns of a CREATE STREAM or TABLE come from registered schemas (section 4.2 of the dialect): those of a side
 * that declares none, if its format has schemas.
 * @throws DatabaseError BAD_STATEMENT when a schema id is given beside columns.
 */
export function inferencesOf(
  statement: CreateSourceNode,
  { defaults }: { readonly defaults: FormatDefaults },
): readonly Inference[] {
  const properties = parseProperties(statement.properties, 'CREATE');
  const { values } = properties;
  const topic = values.KAFKA_TOPIC;
  if (topic === undefined) return [];
  const formats = {
    key: findFormat(values.KEY_FORMAT ?? values.FORMAT ?? defaults.keyFormat),
    value: findFormat(valueFormatOf(statement, properties, defaults)),
  };
  return (['key', 'value'] as const).flatMap((side) => {
    const { schemaId, fullName } = schemaRequest(properties, side);
    const format = formats[side];
    const idNode = properties.nodes.get(`${side.toUpperCase()}_SCHEMA_ID`);
    if (declaresColumns(statement, side)) {
      if (schemaId === undefined) return [];
      throw errorAt(
        'BAD_STATEMENT',
        idNode ?? statement,
        `Table elements and ${side.toUpperCase()}_SCHEMA_ID cannot both exist for create statement. Leave out the ${side} columns or the id.`,
      );
    }
    locating(idNode ?? statement, () => checkSchemaId({ name: format.name, schemaId }, side));
    if (format.schemas === null) return [];
    const at = idNode ?? properties.nodes.get(`${side.toUpperCase()}_FORMAT`) ?? statement.name;
    const options: InferOptions = { side, whole: wholeName(side, format, properties), fullName };
    return [{ side, topic, format, schemaId, options, at }];
  });
}

/** Headers are no columns of the payload. */
function declaresColumns({ columns }: CreateSourceNode, side: 'key' | 'value'): boolean {
  return columns.some(({ role }) =>
    side === 'key' ? role === 'KEY' || role === 'PRIMARY KEY' : role === null,
  );
}

function wholeName(
  side: 'key' | 'value',
  { wrappingIsChoice }: Format,
  { values }: ParsedProperties,
): string | null {
  if (!wrappingIsChoice) return null;
  if (side === 'key') return 'ROWKEY';
  return values.WRAP_SINGLE_VALUE === false ? 'ROWVAL' : null;
}

/**
 * The format of values.
 * @throws DatabaseError BAD_STATEMENT when neither the statement nor a default says it.
 */
export function valueFormatOf(
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

/** The columns of a schema with all names, those inside of structs too, in upper case. */
export function upperCased(columns: readonly Column[]): readonly Column[] {
  return columns.map(({ name, type }) => ({
    name: name.toUpperCase(),
    type: upperCasedType(type),
  }));
}

function upperCasedType(type: SqlType): SqlType {
  switch (type.kind) {
    case 'ARRAY':
      return { ...type, element: upperCasedType(type.element) };
    case 'MAP':
      return { ...type, key: upperCasedType(type.key), value: upperCasedType(type.value) };
    case 'STRUCT':
      return { ...type, fields: upperCased(type.fields) };
    default:
      return type;
  }
}
