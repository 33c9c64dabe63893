import type { InsertValuesNode } from '../../grammar/ast.ts';
import { parseStatement } from '../../grammar/parser.ts';
import { analyzeExpression } from '../../src/analyze/expressions.ts';
import { scopeOf } from '../../src/analyze/scope.ts';
import { coerceStrictly } from '../../src/analyze/strict-coercion.ts';
import type { Source } from '../../src/catalog/source.ts';
import { evaluateConstant } from '../../src/expressions/fold.ts';
import { compileResultRow } from '../../src/formats/result-json.ts';
import type { Change } from '../../src/operators/change.ts';
import { columnsOf } from '../../src/sql/schema.ts';
import { BIGINT, INTEGER, type SqlType, type Value } from '../../src/sql/types.ts';

/** What an ASSERT says of the next record of a source. */
export type Assertion =
  | { readonly kind: 'values' | 'tombstone'; readonly node: InsertValuesNode }
  | { readonly kind: 'end'; readonly name: string };

const FORMS = [
  { kind: 'tombstone', start: /^ASSERT\s+NULL\s+VALUES\b/i, values: /\)\s*KEY\s*\(/i },
  { kind: 'values', start: /^ASSERT\s+VALUES\b/i, values: null },
] as const;

const END = /^ASSERT\s+NO\s+MORE\s+VALUES\s+(\S+)\s*;$/i;

/**
 * Understands `ASSERT VALUES s (columns) VALUES (...)`, `ASSERT NULL VALUES s (key columns) KEY (...)` and
 * `ASSERT NO MORE VALUES s`; null for any other statement.
 */
export function parseAssertion(sql: string): Assertion | null {
  const name = END.exec(sql)?.[1];
  if (name !== undefined) return { kind: 'end', name: nameOf(name) };
  for (const { kind, start, values } of FORMS) {
    if (!start.test(sql)) continue;
    // The rest reads like an INSERT, so the parser of the dialect takes it.
    let insert = sql.replace(start, 'INSERT INTO');
    if (values !== null) insert = insert.replace(values, ') VALUES (');
    const { statement } = parseStatement(insert);
    if (statement.kind !== 'insertValues' || statement.columns === null) {
      throw new Error(`an ASSERT names its columns and their values: ${sql}`);
    }
    return { kind, node: statement };
  }
  // Statements of the dialect itself.
  if (/^ASSERT\s+(?:NOT\s+EXISTS\s+)?(?:TOPIC|SCHEMA)\b/i.test(sql)) return null;
  if (/^ASSERT\b/i.test(sql)) throw new Error(`no such form of ASSERT: ${sql}`);
  return null;
}

function nameOf(text: string): string {
  return /^[`"]/.test(text) ? text.slice(1, -1) : text.toUpperCase();
}

/** What was expected and what was found, over the columns the assertion names; equal when it holds. */
export function compareRecord(
  assertion: Assertion & { readonly node: InsertValuesNode },
  source: Source,
  record: Change,
): { readonly expected: Readonly<Record<string, string>>; readonly found: typeof expected } {
  const expected: Record<string, string> = Object.create(null);
  const found: Record<string, string> = Object.create(null);
  expected['(record)'] = assertion.kind;
  found['(record)'] = record.after === null ? 'tombstone' : 'values';
  const { columns, values } = assertion.node;
  if (columns === null || columns.length !== values.length) {
    throw new Error('an ASSERT has as many values as columns');
  }
  columns.forEach(({ name }, index) => {
    const { type, value } = columnOf(name, source, record);
    const print = compileResultRow([type]);
    const node = values[index] as (typeof values)[number];
    const expression = analyzeExpression(node, scopeOf('ASSERT', []));
    const wanted =
      expression === null
        ? null
        : coerceStrictly(evaluateConstant(expression), expression.type, type);
    expected[name] = print([wanted]).slice(1, -1);
    found[name] = print([value]).slice(1, -1);
  });
  return { expected, found };
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
      if (column === undefined) {
        const names = columns.map((known) => known.name).join(', ');
        throw new Error(`${source.name} has no column ${name}; it has ${names}`);
      }
      const row = record.after ?? record.key;
      return { type: column.type, value: row[index] ?? null };
    }
  }
}
