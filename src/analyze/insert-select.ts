import type { InsertSelectNode } from '../../grammar/ast.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import type { Expression } from '../expressions/expression.ts';
import { asDecimal } from '../sql/coerce.ts';
import { formatSchema, isPayload, type Column } from '../sql/schema.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { typesEqual, type SqlType } from '../sql/types.ts';
import { evaluateConstant } from '../expressions/fold.ts';
import { refuseCycle } from './cycle.ts';
import { errorAt, type Located } from './error-at.ts';
import { literalOf } from './literals.ts';
import type { AnalyzedQuery, NamedExpression } from './logical-plan.ts';
import { lookupSource } from './lookup-source.ts';
import { parseProperties } from './properties.ts';
import { analyzeQuery } from './query.ts';
import { coerceStrictly } from './strict-coercion.ts';

/** A persistent query into a stream that exists. */
export interface AnalyzedInsertSelect {
  readonly target: Source;
  /** Its root row has exactly the target's columns and types. */
  readonly query: AnalyzedQuery;
  /** WITH (QUERY_ID = ...); null: generate one. */
  readonly queryId: string | null;
}

/**
 * Analyzes INSERT INTO ... SELECT (section 4.7 of the dialect reference).
 * @throws DatabaseError BAD_STATEMENT when the target is no stream, the schemas differ or rows would go in a circle.
 */
export function analyzeInsertSelect(
  statement: InsertSelectNode,
  { catalog }: { readonly catalog: Catalog },
): AnalyzedInsertSelect {
  const { values } = parseProperties(statement.properties, 'INSERT INTO SELECT');
  const target = lookupSource(catalog, statement.target);
  if (target.kind === 'TABLE') {
    throw errorAt(
      'BAD_STATEMENT',
      statement.target,
      `INSERT INTO can only be used to insert into a stream. ${target.name} is a table.`,
    );
  }
  if (!target.schema.values.every(isPayload)) {
    throw errorAt(
      'BAD_STATEMENT',
      statement.target,
      `Cannot insert into ${target.name} because it has header columns.`,
    );
  }
  if (target.readOnly === true) {
    throw errorAt(
      'BAD_STATEMENT',
      statement.target,
      `Cannot insert into read-only stream: ${target.name}. It was made by CREATE SOURCE STREAM.`,
    );
  }
  const query = analyzeQuery(statement.query, { catalog, mode: 'persistent' });
  if (query.result === 'table') {
    throw errorAt(
      'BAD_STATEMENT',
      statement.query,
      `${target.name} is a stream, but the SELECT produces a table. Use CREATE TABLE AS SELECT for its result.`,
    );
  }
  const fitted = fitTo(query, target, statement.query);
  refuseCycle(catalog, { sink: target, reads: query.sources }, statement.query.from);
  return { target, query: fitted, queryId: values.QUERY_ID ?? null };
}

/** The query with the target's exact types. */
function fitTo(query: AnalyzedQuery, target: Source, at: Located): AnalyzedQuery {
  const { root } = query;
  const keys = fitColumns(root.keys, target.schema.keys);
  const values = fitColumns(root.values, target.schema.values);
  const sameWindow = JSON.stringify(root.schema.window) === JSON.stringify(target.schema.window);
  if (keys === null || values === null || !sameWindow) {
    throw errorAt(
      'BAD_STATEMENT',
      at,
      `Incompatible schema between results and sink. Column by column, names, roles and types must be the same.\nResult schema is ${formatSchema(root.schema)}\nSink schema is ${formatSchema(target.schema)}`,
    );
  }
  const columns = [...target.schema.keys, ...target.schema.values];
  return {
    ...query,
    root: { ...root, keys, values, schema: target.schema },
    output: query.output.map((column) => ({ ...column, type: columns[column.index]!.type })),
  };
}

function fitColumns(
  results: readonly NamedExpression[],
  columns: readonly Column[],
): readonly NamedExpression[] | null {
  if (results.length !== columns.length) return null;
  const fitted: NamedExpression[] = [];
  for (const [index, { name, expression }] of results.entries()) {
    const column = columns[index]!;
    const converted = name === column.name ? fit(expression, column.type) : null;
    if (converted === null) return null;
    fitted.push({ name, expression: converted });
  }
  return fitted;
}

/** Equal types fit; a DECIMAL widens, and a number written in the statement may become a DECIMAL that holds it. */
function fit(expression: Expression, type: SqlType): Expression | null {
  if (typesEqual(expression.type, type)) return expression;
  if (type.kind !== 'DECIMAL') return null;
  if (expression.kind === 'literal') return fitLiteral(expression, type);
  const { type: from } = expression;
  if (from.kind !== 'DECIMAL') return null;
  const widens =
    from.scale <= type.scale && from.precision - from.scale <= type.precision - type.scale;
  return widens ? { kind: 'cast', type, operand: expression, implicit: true } : null;
}

function fitLiteral(literal: Expression, type: SqlType): Expression | null {
  if (asDecimal(literal.type) === null) return null;
  try {
    return literalOf(type, coerceStrictly(evaluateConstant(literal), literal.type, type));
  } catch (error) {
    if (error instanceof EvaluationError) return null;
    throw error;
  }
}
