import { parseExpression } from '../../grammar/parser.ts';
import { analyzeTyped } from '../../src/analyze/expressions.ts';
import { pseudoColumn, scopeOf } from '../../src/analyze/scope.ts';
import type { RowContext } from '../../src/expressions/evaluation.ts';
import type { Expression } from '../../src/expressions/expression.ts';
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
  type Row,
  type SqlType,
  type Value,
} from '../../src/sql/types.ts';

/** The columns that expressions in these tests may name, in row order. */
export const COLUMNS = {
  I: INTEGER,
  J: INTEGER,
  L: BIGINT,
  D: DOUBLE,
  M: { kind: 'DECIMAL', precision: 4, scale: 2 },
  S: STRING,
  B: BOOLEAN,
  Y: BYTES,
  DT: DATE,
  TM: TIME,
  TS: TIMESTAMP,
  A: { kind: 'ARRAY', element: INTEGER },
} as const satisfies Readonly<Record<string, SqlType>>;

export const CONTEXT: RowContext = {
  time: 1_000,
  partition: 2,
  offset: 3,
  windowStart: 4_000,
  windowEnd: 5_000,
};

/** A column of {@link COLUMNS}. */
export function column(name: keyof typeof COLUMNS): Expression {
  return { kind: 'column', type: COLUMNS[name], index: Object.keys(COLUMNS).indexOf(name), name };
}

/** A row with these columns; the others are null. */
export function row(values: { readonly [K in keyof typeof COLUMNS]?: Value }): Row {
  return Object.keys(COLUMNS).map((name) => values[name as keyof typeof COLUMNS] ?? null);
}

const scope = scopeOf('SELECT', [
  ...(Object.keys(COLUMNS) as (keyof typeof COLUMNS)[]).map((name) => ({
    qualifier: 'T',
    name,
    expression: column(name),
  })),
  { qualifier: 'T', name: 'ROWTIME', expression: pseudoColumn('ROWTIME') },
  { qualifier: 'T', name: 'WINDOWEND', expression: pseudoColumn('WINDOWEND') },
]);

/** The typed expression of a SQL text over {@link COLUMNS}, ROWTIME and WINDOWEND. */
export function typed(sql: string): Expression {
  return analyzeTyped(parseExpression(sql), scope, 'An expression');
}
