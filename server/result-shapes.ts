import { formatType } from '../src/sql/types.ts';
import type { QueryColumn, QueryResult } from '../src/engine.ts';
import type { ErrorBody } from './errors.ts';
import { compileProtobufRow, resultSchema } from '../src/formats/result-protobuf.ts';
import type { Row } from '../src/sql/types.ts';
import {
  MEDIA_DELIMITED,
  MEDIA_JSON,
  MEDIA_KSQL_V1,
  MEDIA_PROTOBUF,
  type MediaType,
} from './media-types.ts';

/** What a shape shows of a result besides its rows. */
export type ShownResult = Pick<QueryResult, 'kind' | 'queryId' | 'columns' | 'finalMessage'>;

/**
 * How the answer of a query is laid out as text. Section 9.5 of the dialect reference shows each
 * shape.
 */
export interface ResultShape {
  readonly contentType: MediaType;
  /** What comes before the rows; sent at once. */
  header(result: ShownResult): string;
  /**
   * One row.
   * @param columns the row as a JSON array, or what `compileRow` made of it.
   * @returns null when rows of this sort are not shown.
   */
  row(result: ShownResult, columns: string, tombstone: boolean): string | null;
  readonly compileRow?: (columns: readonly QueryColumn[]) => (row: Row) => string;
  /** Instead of the end, after an error. */
  error(result: ShownResult, body: ErrorBody): string;
  end(result: ShownResult): string;
}

/**
 * An array of objects, a member a line. The rows of a push query carry the comma behind them, so
 * that a client that reads lines has each row when it happens; those of a pull query before them,
 * because nothing may follow the last.
 */
const versionOne: ResultShape = {
  contentType: MEDIA_KSQL_V1,
  header(result) {
    const header = JSON.stringify({
      header: { queryId: result.queryId, schema: schemaText(result) },
    });
    return isPull(result) ? `[${header}` : `[${header},\n`;
  },
  row(result, columns, tombstone) {
    const row = `{"row":{"columns":${columns}${tombstone ? ',"tombstone":true' : ''}}}`;
    return isPull(result) ? `,\n${row}` : `${row},\n`;
  },
  error: (result, body) => lastMember(result, { errorMessage: body }),
  end(result) {
    if (result.finalMessage === null) return ']';
    return lastMember(result, { finalMessage: result.finalMessage });
  },
};

/** The version 1 shape with protobuf messages for rows; the header says how to read them. */
const protobuf: ResultShape = {
  ...versionOne,
  contentType: MEDIA_PROTOBUF,
  compileRow: compileProtobufRow,
  header(result) {
    const { queryId, columns } = result;
    const header = JSON.stringify({
      header: { queryId, schema: schemaText(result), protoSchema: resultSchema(columns) },
    });
    return isPull(result) ? `[${header}` : `[${header},\n`;
  },
  row(result, bytes, tombstone) {
    const row = `{"row":{"protobufBytes":"${bytes}"${tombstone ? ',"tombstone":true' : ''}}}`;
    return isPull(result) ? `,\n${row}` : `${row},\n`;
  },
};

/** A header line, then an array per row, each line ended by a newline. */
const delimited: ResultShape = {
  contentType: MEDIA_DELIMITED,
  header: (result) => `${metadata(result)}\n`,
  row: (_result, columns, tombstone) => (tombstone ? null : `${columns}\n`),
  error: (_result, body) => `${JSON.stringify(body)}\n`,
  end: () => '',
};

/** One array on one line: the header, then the rows. */
const jsonArray: ResultShape = {
  contentType: MEDIA_JSON,
  header: (result) => `[${metadata(result)}`,
  row: (_result, columns, tombstone) => (tombstone ? null : `,${columns}`),
  error: (_result, body) => `,${JSON.stringify(body)}]`,
  end: () => ']',
};

/** The shape of each media type on /query-stream. */
export const RESULT_SHAPES: { readonly [type in MediaType]: ResultShape } = {
  [MEDIA_KSQL_V1]: versionOne,
  [MEDIA_DELIMITED]: delimited,
  [MEDIA_JSON]: jsonArray,
  [MEDIA_PROTOBUF]: protobuf,
};

function lastMember(result: ShownResult, member: object): string {
  const text = JSON.stringify(member);
  return isPull(result) ? `,\n${text}]` : `${text}]`;
}

function isPull(result: ShownResult): boolean {
  return result.kind === 'pull';
}

/** What is the same for all results of these columns; pull queries of one plan share them. */
interface HeaderTexts {
  /** The members behind the query id in a header line. */
  readonly metadata: string;
  readonly pullSchema: string;
  readonly pushSchema: string;
}

const headerTexts = new WeakMap<readonly QueryColumn[], HeaderTexts>();

function textsOf(columns: readonly QueryColumn[]): HeaderTexts {
  let texts = headerTexts.get(columns);
  if (texts === undefined) {
    const columnNames = columns.map((column) => column.name);
    const columnTypes = columns.map((column) => formatType(column.type));
    const schema = (withKeys: boolean): string =>
      columns
        .map(({ name, type, isKey }) => {
          return `\`${name}\` ${formatType(type)}${isKey && withKeys ? ' KEY' : ''}`;
        })
        .join(', ');
    texts = {
      metadata: JSON.stringify({ columnNames, columnTypes }).slice(1),
      pullSchema: schema(true),
      pushSchema: schema(false),
    };
    headerTexts.set(columns, texts);
  }
  return texts;
}

function metadata({ queryId, columns }: ShownResult): string {
  return `{"queryId":${JSON.stringify(queryId)},${textsOf(columns).metadata}`;
}

function schemaText(result: ShownResult): string {
  const { pullSchema, pushSchema } = textsOf(result.columns);
  return isPull(result) ? pullSchema : pushSchema;
}
