import type { ExpressionNode, Identifier, InsertValuesNode } from '../../grammar/ast.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import { didYouMean } from '../catalog/did-you-mean.ts';
import type { Ambient } from '../expressions/ambient.ts';
import { evaluateConstant } from '../expressions/fold.ts';
import { printExpression } from '../expressions/print.ts';
import { columnsOf, isPayload } from '../sql/schema.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { BIGINT, formatType, type Row, type SqlType, type Value } from '../sql/types.ts';
import { errorAt, type Located } from './error-at.ts';
import { analyzeExpression } from './expressions.ts';
import { lookupSource } from './lookup-source.ts';
import { scopeOf } from './scope.ts';
import { coerceStrictly } from './strict-coercion.ts';

/** One row to append. */
export interface AnalyzedInsertValues {
  readonly source: Source;
  /** Over keys and values of the source's schema; columns that were not listed are null. */
  readonly row: Row;
  /** Epoch milliseconds of ROWTIME; null when it was not given: the time of the insert. */
  readonly timestamp: number | null;
}

/** The largest distance from 1970 that a time can have. */
const TIMESTAMP_MAX = 8.64e15;

/**
 * Analyzes INSERT INTO ... VALUES and computes its row (section 4.6 of the dialect reference).
 * @throws DatabaseError UNKNOWN_SOURCE, UNKNOWN_COLUMN, or BAD_STATEMENT and TYPE_MISMATCH naming the column.
 */
export function analyzeInsertValues(
  statement: InsertValuesNode,
  { catalog, ambient }: { readonly catalog: Catalog; readonly ambient: Ambient },
): AnalyzedInsertValues {
  const source = lookupSource(catalog, statement.target);
  checkInsertable(source, statement.target);
  refuseHeaders(statement, source);
  const columns = columnsOf(source.schema);
  const row: Row = columns.map(() => null);
  let timestamp: number | null = null;
  const { names, at } = targetColumns(statement, source);
  for (const [position, node] of statement.values.entries()) {
    const name = names[position]!;
    if (name === 'ROWTIME') {
      timestamp = timestampOf(constant(node, { name, type: BIGINT }, ambient), node);
    } else {
      const index = columns.findIndex((column) => column.name === name);
      const column = columns[index];
      if (column === undefined) throw unknownColumn(name, source, at(position));
      row[index] = constant(node, column, ambient);
    }
  }
  requireKey(statement, source, names);
  return { source, row, timestamp };
}

/**
 * Checks that rows can be inserted into a source.
 * @param at where it was named; absent when it was not named in SQL.
 * @throws DatabaseError BAD_STATEMENT for one that is read-only or windowed.
 */
export function checkInsertable(source: Source, at?: Located): void {
  if (source.readOnly === true) {
    const kind = source.kind.toLowerCase();
    const message = `Cannot insert values into read-only ${kind}: ${source.name}. It was made by CREATE SOURCE ${source.kind}.`;
    throw refusal(message, at);
  }
  if (source.schema.window === null) return;
  throw refusal(
    `Cannot insert values into windowed stream/table! Rows get into ${source.name} only through the query that makes the windows.`,
    at,
  );
}

function refusal(message: string, at: Located | undefined): DatabaseError {
  if (at === undefined) return new DatabaseError('BAD_STATEMENT', message);
  return errorAt('BAD_STATEMENT', at, message);
}

/** What comes from headers cannot be inserted, neither named nor as one of all columns. */
function refuseHeaders(statement: InsertValuesNode, source: Source): void {
  const headers = source.schema.values.filter((column) => !isPayload(column));
  const listed = statement.columns;
  const named = headers.filter(({ name }) => {
    return listed === null || listed.some((column) => column.name === name);
  });
  if (named.length === 0) return;
  const hint = listed === null ? ' List the columns to insert into.' : '';
  throw errorAt(
    'BAD_STATEMENT',
    listed?.find((column) => column.name === named[0]?.name) ?? statement.target,
    `Cannot insert into HEADER columns: ${named.map(({ name }) => name).join(', ')}.${hint}`,
  );
}

interface TargetColumns {
  /** One per value. */
  readonly names: readonly string[];
  /** Where the n-th name was written. */
  readonly at: (position: number) => Located;
}

function targetColumns(statement: InsertValuesNode, source: Source): TargetColumns {
  const listed = statement.columns;
  const names =
    listed === null
      ? columnsOf(source.schema).map((column) => column.name)
      : listed.map((column) => column.name);
  const count = statement.values.length;
  if (count !== names.length) {
    throw errorAt(
      'BAD_STATEMENT',
      statement.values.at(-1) ?? statement,
      `Expected a value for each column: the ${names.length} columns are ${names.join(', ')}, but found ${count} value${count === 1 ? '' : 's'}.`,
    );
  }
  if (listed !== null) checkList(listed);
  return { names, at: (position) => listed?.[position] ?? statement };
}

function checkList(listed: readonly Identifier[]): void {
  const names = new Set<string>();
  for (const column of listed) {
    const { name } = column;
    if (name === 'ROWPARTITION' || name === 'ROWOFFSET') {
      throw errorAt(
        'BAD_STATEMENT',
        column,
        `Inserting into column \`${name}\` is not allowed: the log decides it.`,
      );
    }
    if (names.has(name)) {
      throw errorAt('BAD_STATEMENT', column, `The column list contains \`${name}\` twice.`);
    }
    names.add(name);
  }
}

function unknownColumn(name: string, source: Source, at: Located): Error {
  const names = columnsOf(source.schema).map((column) => column.name);
  return errorAt(
    'UNKNOWN_COLUMN',
    at,
    `Column name \`${name}\` does not exist in ${source.name}.${didYouMean(name, names)}`,
  );
}

/** The value of one expression as a value of its column. */
function constant(
  node: ExpressionNode,
  column: { readonly name: string; readonly type: SqlType },
  ambient: Ambient,
): Value {
  const expression = analyzeExpression(node, scopeOf('VALUES', []));
  if (expression === null) return null;
  try {
    return coerceStrictly(evaluateConstant(expression, ambient), expression.type, column.type);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw errorAt(
      'TYPE_MISMATCH',
      node,
      `Column \`${column.name}\` is ${formatType(column.type)} and cannot take ${printExpression(expression)} (${formatType(expression.type)}): ${error.message}.`,
    );
  }
}

function timestampOf(value: Value, node: Located): number | null {
  if (value === null) return null;
  const timestamp = Number(value);
  if (timestamp >= 0 && timestamp <= TIMESTAMP_MAX) return timestamp;
  throw errorAt(
    'TYPE_MISMATCH',
    node,
    `ROWTIME must be epoch milliseconds from 0 to ${TIMESTAMP_MAX}, but found ${String(value)}.`,
  );
}

/** A row of a table is known by its key, so all of it must be named; an explicit NULL is a record without a key. */
function requireKey(statement: InsertValuesNode, source: Source, names: readonly string[]): void {
  if (source.kind === 'STREAM') return;
  const missing = source.schema.keys.filter(({ name }) => !names.includes(name));
  if (missing.length === 0) return;
  const described = missing.map(({ name, type }) => `${name} (${formatType(type)})`).join(', ');
  throw errorAt(
    'BAD_STATEMENT',
    statement,
    `Value for primary key column(s) ${described} is required for tables.`,
  );
}
