import type { ExpressionNode, QueryNode } from '../../grammar/ast.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { isAggregate, scalarFunction } from '../functions/resolve.ts';
import { AggregateCalls, aggregateColumn } from './aggregate-calls.ts';
import { selectExpressions, walk } from './ast-walk.ts';
import { errorAt, locating, type Located } from './error-at.ts';
import { analyzeTyped } from './expressions.ts';
import { expressionsEqual, replaceParts } from './expression-tree.ts';
import type { LogicalAggregate, LogicalNode, LogicalWindow } from './logical-plan.ts';
import { nameKeys } from './name-keys.ts';
import type { Relation } from './relation.ts';
import { isWindowBound, pseudoColumn, scopeOf, type Scope, type ScopeColumn } from './scope.ts';
import { columnCount, type SelectedItem } from './select-items.ts';
import type { Stage } from './stage.ts';
import { analyzeWindow, windowInfo } from './window.ts';

/** GROUP BY and WINDOW, resolved, and the calls that SELECT and HAVING will add. */
export interface Grouping {
  /** Over the rows of FROM; empty for the one group of a query without GROUP BY. */
  readonly groupBy: readonly Expression[];
  readonly window: LogicalWindow | null;
  /** EMIT FINAL. */
  readonly isFinal: boolean;
  readonly calls: AggregateCalls;
  readonly selectScope: Scope;
  readonly havingScope: Scope;
}

/** The first call of an aggregate function in SELECT or HAVING, null when there is none. */
export function findAggregate(query: QueryNode): ExpressionNode | null {
  const clauses = [...selectExpressions(query), ...(query.having === null ? [] : [query.having])];
  for (const clause of clauses) {
    for (const node of walk(clause)) {
      if (node.kind === 'call' && isAggregate(node.name.name)) return node;
    }
  }
  return null;
}

/**
 * Refuses GROUP BY in a query without aggregates. When a function is unknown, that is the mistake.
 * @throws DatabaseError BAD_STATEMENT or UNKNOWN_FUNCTION.
 */
export function requireAggregate(query: QueryNode): void {
  if (query.groupBy === null || findAggregate(query) !== null) return;
  for (const expression of selectExpressions(query)) {
    for (const node of walk(expression)) {
      if (node.kind === 'call') locating(node, () => scalarFunction(node.name.name));
    }
  }
  throw errorAt(
    'BAD_STATEMENT',
    query.groupBy[0] ?? query,
    'GROUP BY requires an aggregate function in SELECT or HAVING, such as COUNT(*).',
  );
}

/**
 * Resolves GROUP BY and WINDOW.
 * @throws DatabaseError BAD_STATEMENT for duplicate expressions, aggregates in the clause, and what tables, windowed
 *   sources and the KAFKA format do not allow.
 */
export function analyzeGrouping(query: QueryNode, relation: Relation): Grouping {
  const at = query.groupBy?.[0] ?? query;
  const window = query.window === null ? null : analyzeWindow(query.window, query.emit);
  if (query.window !== null && relation.node.result === 'table') {
    throw errorAt(
      'BAD_STATEMENT',
      query.window,
      'WINDOW works on streams only; a table can be grouped without it.',
    );
  }
  checkSources(at, relation);
  const groupScope = scopeOf('GROUP BY', relation.columns);
  const groupBy: Expression[] = [];
  for (const node of query.groupBy ?? []) {
    const expression = analyzeTyped(node, groupScope, 'A GROUP BY expression');
    if (groupBy.some((other) => expressionsEqual(other, expression))) {
      throw errorAt(
        'BAD_STATEMENT',
        node,
        `GROUP BY contains ${printExpression(expression)} twice.`,
      );
    }
    groupBy.push(expression);
  }
  const calls = new AggregateCalls({
    argumentScope: scopeOf('The argument of an aggregate function', relation.columns),
    firstIndex: columnCount(relation),
  });
  const columns =
    window === null || relation.join !== null
      ? relation.columns
      : [...relation.columns, ...windowBounds(relation)];
  return {
    groupBy,
    window,
    isFinal: query.emit === 'FINAL',
    calls,
    selectScope: { ...scopeOf('SELECT', columns), aggregates: calls },
    havingScope: { ...scopeOf('HAVING', relation.columns), aggregates: calls },
  };
}

/**
 * Groups the rows of `input`. Every item and the HAVING condition must be made of grouping expressions, aggregate
 * calls and constants only.
 */
export function groupStage(
  input: LogicalNode,
  relation: Relation,
  grouping: Grouping,
  items: readonly SelectedItem[],
): Stage & { readonly carryHaving: (condition: Expression, node: Located) => Expression } {
  const { groupBy, window, calls } = grouping;
  const keys = nameKeys(groupBy, relation, items);
  const node: LogicalAggregate = {
    kind: 'aggregate',
    input,
    groupBy: keys.map(({ name, expression }) => ({
      name,
      expression: keyOfJoin(expression, relation),
    })),
    aggregates: calls.calls,
    window,
    isFinal: grouping.isFinal,
    result: 'table',
    schema: {
      keys: keys.map(({ name, expression }) => ({ name, type: expression.type })),
      values: calls.calls.map(({ type }, index) => ({ name: aggregateColumn(index), type })),
      window: window === null ? null : windowInfo(window),
    },
  };
  const firstCall = columnCount(relation);
  const carry = (clause: string, expression: Expression, at: Located): Expression => {
    const ungrouped = new Set<string>();
    const carried = replaceParts(expression, (part) => {
      const key = groupBy.findIndex((candidate) => expressionsEqual(candidate, part));
      if (key >= 0) {
        return { kind: 'column', type: part.type, index: key, name: keys[key]!.name };
      }
      if (part.kind === 'column' && part.index >= firstCall) {
        const call = part.index - firstCall;
        return { ...part, index: keys.length + call, name: aggregateColumn(call) };
      }
      const isBound = part.kind === 'pseudo' && window !== null && isWindowBound(part.column);
      if ((part.kind === 'column' || part.kind === 'pseudo') && !isBound) {
        ungrouped.add(printExpression(part));
      }
      return null;
    });
    if (ungrouped.size === 0) return carried;
    throw errorAt(
      'BAD_STATEMENT',
      at,
      `${clause} contains ${[...ungrouped].join(', ')} outside of aggregate functions. Add it to GROUP BY, or take it out of ${clause}.`,
    );
  };
  return {
    node,
    carry: (item) => carry('SELECT', item.expression, item.node),
    carryHaving: (condition, at) => carry('HAVING', condition, at),
    keyNoun: 'grouping expression',
  };
}

/**
 * @throws DatabaseError BAD_STATEMENT when a table is grouped with functions that cannot take a row back.
 */
export function checkUndo(calls: AggregateCalls, relation: Relation, at: Located): void {
  if (relation.node.result === 'stream' || calls.withoutUndo.length === 0) return;
  const names = calls.withoutUndo.join(', ');
  throw errorAt(
    'BAD_STATEMENT',
    at,
    `${names} cannot be applied to a table, only to a stream: a row of a table can change, and ${names} cannot take the old one back.`,
  );
}

/**
 * Between rows the dialect holds the state of an aggregate in the value format of the first source.
 * @throws DatabaseError BAD_STATEMENT when that is DELIMITED, which has no collections, and a function needs them.
 */
export function checkIntermediate(calls: AggregateCalls, relation: Relation, at: Located): void {
  const [first] = relation.sources;
  if (first?.source.valueFormat.name !== 'DELIMITED' || calls.nested.length === 0) return;
  throw errorAt(
    'BAD_STATEMENT',
    at,
    `The state of ${calls.nested.join(', ')} has an intermediate type that the value format DELIMITED of ${first.source.name} cannot hold. Leave the function out, or copy the stream into one with another format first: CREATE STREAM ... WITH (VALUE_FORMAT='JSON') AS SELECT * FROM ${first.source.name};`,
  );
}

function checkSources(at: Located, relation: Relation): void {
  for (const { source } of relation.sources) {
    if (source.valueFormat.name === 'KAFKA') {
      throw errorAt(
        'BAD_STATEMENT',
        at,
        `${source.name} has the value format KAFKA, which supports no GROUP BY. Use another VALUE_FORMAT.`,
      );
    }
  }
}

function windowBounds(relation: Relation): readonly ScopeColumn[] {
  const columns = (['WINDOWSTART', 'WINDOWEND'] as const).map((name) => ({
    name,
    expression: pseudoColumn(name),
  }));
  return relation.sources.flatMap(({ alias }) =>
    columns.map((column) => ({ qualifier: alias, ...column })),
  );
}

/** Grouping by a column that equals the join key is grouping by the key: the rows are where they belong. */
function keyOfJoin(expression: Expression, relation: Relation): Expression {
  const isKey = relation.join?.equivalent.some((column) =>
    expressionsEqual(column.expression, expression),
  );
  if (isKey !== true) return expression;
  const key = relation.node.schema.keys[0]!;
  return { kind: 'column', type: key.type, index: 0, name: key.name };
}
