import type { CreateSourceNode, InsertValuesNode, StatementNode } from '../../grammar/ast.ts';
import { parseStatement } from '../../grammar/parser.ts';
import { analyzeExpression } from '../analyze/expressions.ts';
import { parseProperties } from '../analyze/properties.ts';
import { scopeOf } from '../analyze/scope.ts';
import { coerceStrictly } from '../analyze/strict-coercion.ts';
import { resolveType } from '../analyze/types.ts';
import type { Source } from '../catalog/source.ts';
import { evaluateConstant } from '../expressions/fold.ts';
import { compileResultRow } from '../formats/result-json.ts';
import type { Change } from '../operators/change.ts';
import { columnsOf, isPayload } from '../sql/schema.ts';
import { BIGINT, formatType, INTEGER, type SqlType, type Value } from '../sql/types.ts';

/** What an ASSERT of a SQL test says: of the next record of a source, or of what is known of the source. */
export type SqlAssertion =
  | { readonly kind: 'values' | 'tombstone'; readonly node: InsertValuesNode }
  | { readonly kind: 'source'; readonly node: CreateSourceNode };

/** An assertion that does not hold; the message says what was expected and what was found. */
export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure';
}

/**
 * Understands `ASSERT VALUES s (columns) VALUES (...)`, `ASSERT NULL VALUES s (key columns) KEY (...)` and
 * `ASSERT STREAM|TABLE s [(columns)] WITH (...)`; null for any other statement.
 * @throws SqlSyntaxError when what follows the first words makes no sense.
 */
export function parseSqlAssertion(sql: string): SqlAssertion | null {
  // Behind their first words they read like statements of the dialect, so its parser takes them.
  if (/^ASSERT\s+NULL\s+VALUES\b/i.test(sql)) {
    const insert = sql.replace(/^ASSERT\s+NULL\s+VALUES/i, 'INSERT INTO');
    return { kind: 'tombstone', node: insertOf(insert.replace(/\)\s*KEY\s*\(/i, ') VALUES (')) };
  }
  if (/^ASSERT\s+VALUES\b/i.test(sql)) {
    return { kind: 'values', node: insertOf(sql.replace(/^ASSERT\s+VALUES/i, 'INSERT INTO')) };
  }
  if (/^ASSERT\s+(?:STREAM|TABLE)\b/i.test(sql)) {
    const { statement } = parseStatement(sql.replace(/^ASSERT/i, 'CREATE'));
    return { kind: 'source', node: as(statement, 'createSource') };
  }
  return null;
}

function insertOf(sql: string): InsertValuesNode {
  return as(parseStatement(sql).statement, 'insertValues');
}

function as<K extends StatementNode['kind']>(
  statement: StatementNode,
  kind: K,
): Extract<StatementNode, { kind: K }> {
  if (statement.kind === kind) return statement as Extract<StatementNode, { kind: K }>;
  throw new AssertionFailure(
    'no such form of ASSERT; there are VALUES, NULL VALUES, STREAM, TABLE',
  );
}

/**
 * Compares the columns an assertion names with a record.
 * @param record null when there is none any more.
 * @throws AssertionFailure naming the first difference.
 */
export function checkRecord(
  assertion: SqlAssertion & { readonly node: InsertValuesNode },
  source: Source,
  record: Change | null,
): void {
  const { columns, values } = assertion.node;
  if (record === null) {
    throw new AssertionFailure(`expected another record of ${source.name}, found none`);
  }
  const found = record.after === null ? 'tombstone' : 'values';
  if (found !== assertion.kind) {
    throw new AssertionFailure(
      `expected ${assertion.kind}, found ${found}: ${shownRow(source, record)}`,
    );
  }
  const names =
    columns?.map(({ name }) => name) ?? columnsOf(source.schema).map(({ name }) => name);
  if (names.length !== values.length) {
    throw new AssertionFailure(`${names.length} columns, but ${values.length} values`);
  }
  for (const [index, name] of names.entries()) {
    const { type, value } = columnOf(name, source, record);
    const print = compileResultRow([type]);
    const expression = analyzeExpression(values[index]!, scopeOf('ASSERT', []));
    const wanted =
      expression === null
        ? null
        : coerceStrictly(evaluateConstant(expression), expression.type, type);
    const [expected, actual] = [print([wanted]).slice(1, -1), print([value]).slice(1, -1)];
    if (expected !== actual) {
      throw new AssertionFailure(`${name}: expected ${expected}, found ${actual}`);
    }
  }
}

function shownRow(source: Source, record: Change): string {
  const row = record.after ?? record.key;
  const types = columnsOf(source.schema).map(({ type }) => type);
  return compileResultRow(types.slice(0, row.length))(row);
}

function columnOf(name: string, source: Source, record: Change): { type: SqlType; value: Value } {
  switch (name) {
    case 'ROWTIME':
      return { type: BIGINT, value: record.time };
    case 'WINDOWSTART':
      return { type: BIGINT, value: record.windowStart };
    case 'WINDOWEND':
      return { type: BIGINT, value: record.windowEnd };
    case 'ROWPARTITION':
      return { type: INTEGER, value: record.partition };
    default: {
      const columns = columnsOf(source.schema);
      const index = columns.findIndex((column) => column.name === name);
      const column = columns[index];
      if (column !== undefined) {
        return { type: column.type, value: (record.after ?? record.key)[index] ?? null };
      }
      const names = columns.map((known) => known.name).join(', ');
      throw new AssertionFailure(`${source.name} has no column ${name}; it has ${names}`);
    }
  }
}

/**
 * Compares what an ASSERT STREAM or TABLE says with what is known of the source; what it leaves out is not compared.
 * @throws AssertionFailure naming the first difference.
 */
export function checkSource(node: CreateSourceNode, source: Source): void {
  const { values } = parseProperties(node.properties, 'CREATE');
  compare('kind', node.sourceKind, source.kind);
  if (node.columns.length > 0) compare('schema', declaredSchema(node), schemaOf(source));
  compare('topic', values.KAFKA_TOPIC, source.topic);
  compare('partitions', values.PARTITIONS, source.partitionCount);
  compare('key format', values.KEY_FORMAT ?? values.FORMAT, source.keyFormat.name);
  compare('value format', values.VALUE_FORMAT ?? values.FORMAT, source.valueFormat.name);
  compare('key delimiter', values.KEY_DELIMITER, source.keyFormat.delimiter ?? ',');
  compare('value delimiter', values.VALUE_DELIMITER, source.valueFormat.delimiter ?? ',');
  compare('wrapping', values.WRAP_SINGLE_VALUE, source.valueFormat.unwrapped !== true);
  compare('timestamp column', values.TIMESTAMP, source.timestamp?.column ?? 'none');
  compare('timestamp format', values.TIMESTAMP_FORMAT, source.timestamp?.format ?? 'none');
}

function compare(what: string, expected: unknown, found: unknown): void {
  if (expected === undefined || expected === found) return;
  throw new AssertionFailure(`${what}: expected ${String(expected)}, found ${String(found)}`);
}

function declaredSchema({ columns }: CreateSourceNode): string {
  return columns
    .map(({ name, type, role }) => columnText(name.name, resolveType(type), role !== null))
    .join(', ');
}

function schemaOf({ schema }: Source): string {
  return [
    ...schema.keys.map(({ name, type }) => columnText(name, type, true)),
    ...schema.values.map((column) => columnText(column.name, column.type, !isPayload(column))),
  ].join(', ');
}

function columnText(name: string, type: SqlType, marked: boolean): string {
  return `\`${name}\` ${formatType(type)}${marked ? ' KEY' : ''}`;
}
