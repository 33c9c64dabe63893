import { expect } from 'vitest';
import type { QueryNode } from '../../grammar/ast.ts';
import { parseStatement } from '../../grammar/parser.ts';
import { analyzeQuery, type QueryContext } from '../../src/analyze/query.ts';
import type { AnalyzedQuery } from '../../src/analyze/logical-plan.ts';
import { DatabaseError } from '../../src/base/errors.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import type { Source } from '../../src/catalog/source.ts';
import { printExpression } from '../../src/expressions/print.ts';
import type { LogicalNode, NamedExpression } from '../../src/analyze/logical-plan.ts';
import type { Column } from '../../src/sql/schema.ts';
import {
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  INTEGER,
  STRING,
  TIMESTAMP,
  type SqlType,
} from '../../src/sql/types.ts';

type Columns = Readonly<Record<string, SqlType>>;

const MONEY = { kind: 'DECIMAL', precision: 6, scale: 2 } as const;

/** A source with JSON values, two partitions and the topic `t-<name>`, unless said otherwise. */
export function source(
  kind: 'STREAM' | 'TABLE',
  name: string,
  columns: { readonly keys: Columns; readonly values: Columns },
  changes: Partial<Source> = {},
): Source {
  return {
    kind,
    name,
    topic: `t-${name}`,
    partitionCount: 2,
    keyFormat: { name: 'KAFKA', unwrapped: true },
    valueFormat: { name: 'JSON' },
    schema: { keys: columnsOf(columns.keys), values: columnsOf(columns.values), window: null },
    timestamp: null,
    sql: '',
    createdBy: null,
    ...changes,
  };
}

function columnsOf(columns: Columns): readonly Column[] {
  return Object.entries(columns).map(([name, type]) => ({ name, type }));
}

export const CLICKS = source('STREAM', 'CLICKS', {
  keys: { USER: STRING },
  values: { PAGE: STRING, MS: BIGINT, N: INTEGER, RATIO: DOUBLE, PRICE: MONEY, OK: BOOLEAN },
});
export const VISITS = source('STREAM', 'VISITS', {
  keys: {},
  values: { WHO: STRING, DAY: DATE, SEEN: TIMESTAMP, SEATS: INTEGER },
});
export const USERS = source('TABLE', 'USERS', {
  keys: { ID: STRING },
  values: { CITY: STRING, AGE: INTEGER, PAGE: STRING },
});
const PROFILES = source('TABLE', 'PROFILES', {
  keys: { ID: STRING },
  values: { MAIL: STRING },
});
const PAIRS = source('TABLE', 'PAIRS', {
  keys: { A: INTEGER, B: BIGINT },
  values: { V: STRING },
});
const TOTALS = source(
  'TABLE',
  'TOTALS',
  { keys: { ID: INTEGER }, values: { TOTAL: BIGINT } },
  { createdBy: 'CTAS_TOTALS_7' },
);
const HOURLY: Source = {
  ...source(
    'TABLE',
    'HOURLY',
    { keys: { ID: STRING }, values: { TOTAL: BIGINT } },
    { createdBy: 'CTAS_HOURLY_8' },
  ),
  schema: {
    keys: [{ name: 'ID', type: STRING }],
    values: [{ name: 'TOTAL', type: BIGINT }],
    window: { kind: 'TUMBLING', sizeMs: 3_600_000 },
  },
};

export const CATALOG = [
  CLICKS,
  VISITS,
  USERS,
  PROFILES,
  PAIRS,
  TOTALS,
  HOURLY,
  source(
    'STREAM',
    'ORDERS',
    { keys: { SHOP: INTEGER, NUMBER: BIGINT }, values: { PRICE: INTEGER } },
    { keyFormat: { name: 'JSON' } },
  ),
  source('STREAM', 'RAW', { keys: {}, values: { V: STRING } }, { valueFormat: { name: 'KAFKA' } }),
  source(
    'TABLE',
    'CITIES',
    { keys: { NAME: STRING }, values: { STATE: STRING } },
    { partitionCount: 5 },
  ),
]
  .reduce((catalog, added) => catalog.withSource(added), Catalog.EMPTY)
  .withQuery({
    id: 'CTAS_TOTALS_7',
    kind: 'CTAS',
    sql: '',
    reads: ['VISITS'],
    writes: 'TOTALS',
  })
  .withQuery({
    id: 'CTAS_HOURLY_8',
    kind: 'CTAS',
    sql: '',
    reads: ['CLICKS'],
    writes: 'HOURLY',
  });

/** The statement of the text, which has to be of this kind. */
export function parse<Kind extends string>(
  sql: string,
  kind: Kind,
): Extract<ReturnType<typeof parseStatement>['statement'], { readonly kind: Kind }> {
  const { statement } = parseStatement(`${sql};`);
  expect(statement.kind).toBe(kind);
  return statement as Extract<typeof statement, { readonly kind: Kind }>;
}

export function parseQuery(sql: string): QueryNode {
  return parse(sql, 'select').query;
}

/** Analyzes a SELECT against {@link CATALOG}. */
export function analyze(sql: string, mode: QueryContext['mode'] = 'push'): AnalyzedQuery {
  return analyzeQuery(parseQuery(sql), { catalog: CATALOG, mode });
}

/** The error an action ends with: code, position as `line:column`, message. */
export function refusal(action: () => unknown): {
  readonly code: string;
  readonly at: string | null;
  readonly message: string;
} {
  try {
    action();
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const { code, location, message } = error;
    return { code, at: location ? `${location.line}:${location.column}` : null, message };
  }
  throw new Error('nothing was refused');
}

/** A plan as text, one node a line, the root first. */
export function explain(node: LogicalNode): readonly string[] {
  switch (node.kind) {
    case 'source':
      return [`source ${node.source.name} AS ${node.alias}`];
    case 'filter':
      return [`filter ${node.clause} ${printExpression(node.predicate)}`, ...explain(node.input)];
    case 'partitionBy':
      return [
        `partitionBy ${named(node.keys)} | ${node.values.map(({ name }) => name).join(', ')}`,
        ...explain(node.input),
      ];
    case 'flatMap': {
      const calls = node.calls.map(
        (call) => `${call.function}(${call.arguments.map(printExpression).join(', ')})`,
      );
      return [`flatMap ${calls.join(', ')}`, ...explain(node.input)];
    }
    case 'aggregate': {
      const calls = node.aggregates.map(
        (call) =>
          `${call.function}(${[...call.arguments, ...call.literals].map(printExpression).join(', ')})`,
      );
      const window = node.window === null ? '' : ` per ${node.window.sizeMs} ms`;
      return [
        `aggregate ${named(node.groupBy)} | ${calls.join(', ')}${window}`,
        ...explain(node.input),
      ];
    }
    case 'join':
      return [
        `join ${node.type} ${printExpression(node.leftKey)} = ${printExpression(node.rightKey)}`,
        ...explain(node.left).map((line) => `  ${line}`),
        ...explain(node.right).map((line) => `  ${line}`),
      ];
    case 'project':
      return [`project ${named(node.keys)} | ${named(node.values)}`, ...explain(node.input)];
  }
}

function named(expressions: readonly NamedExpression[]): string {
  return expressions
    .map(({ name, expression }) => {
      const index =
        expression.kind === 'column' ? `#${expression.index}` : printExpression(expression);
      return `${name}=${index}`;
    })
    .join(', ');
}
