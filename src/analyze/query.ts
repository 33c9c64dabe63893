import type { QueryNode } from '../../grammar/ast.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Expression } from '../expressions/expression.ts';
import { errorAt } from './error-at.ts';
import { analyzeCondition } from './expressions.ts';
import {
  analyzeGrouping,
  checkIntermediate,
  checkUndo,
  findAggregate,
  groupStage,
  requireAggregate,
} from './group-by.ts';
import type { AnalyzedQuery, LogicalFilter, LogicalNode } from './logical-plan.ts';
import { analyzePartitioning, partitionStage, partitionedColumns } from './partition-by.ts';
import { JOIN_KEY_NOUN, projectForClient, projectForSink, type Selection } from './project.ts';
import { checkPullClauses } from './pull-clauses.ts';
import { analyzeRelation, chosenKey, type Relation } from './relation.ts';
import { scopeOf } from './scope.ts';
import { checkSteady } from './steady.ts';
import { checkTableFunctions, flatMapStage, TableCalls } from './table-functions.ts';
import { allColumns, analyzeItems, type SelectedItem } from './select-items.ts';

/** What a query is analyzed against, and what for. */
export interface QueryContext {
  readonly catalog: Catalog;
  /**
   * `persistent`: writes to a sink (CREATE ... AS SELECT, INSERT INTO ... SELECT); `push`: streams changes to a
   * client; `pull`: answers from what is there now.
   */
  readonly mode: 'persistent' | 'push' | 'pull';
  /** Whether a pull query may have a LIMIT; default: yes. */
  readonly isPullLimitAllowed?: boolean;
}

/**
 * Makes the typed logical plan of a SELECT: every name resolved, every expression typed, every rule of the clauses
 * checked.
 *
 * In `persistent` mode the root project is the sink's row: `keys` are the key columns of the result, named as SELECT
 * names them, `values` all other items in order. In `push` and `pull` mode `values` are all items in order, key
 * columns included, and `keys` are the key columns of the project's input under their own names, selected or not, so
 * that a deleted row can be told apart. `output` holds the items in SELECT order in every mode, as indexes into the
 * root's row.
 * @throws DatabaseError with the position of the mistake.
 */
export function analyzeQuery(query: QueryNode, context: QueryContext): AnalyzedQuery {
  if (context.mode === 'pull') {
    checkPullClauses(query, { isLimitAllowed: context.isPullLimitAllowed ?? true });
  } else if (query.limit !== null && query.limit < 0) {
    throw errorAt('BAD_STATEMENT', query, 'LIMIT takes a whole number, not a negative one.');
  }
  checkClauses(query, context);
  const relation = analyzeRelation(query, context.catalog);
  if (context.mode === 'persistent') refuseWindowedTables(query, relation);
  const scope = scopeOf('WHERE', relation.columns);
  const where = query.where === null ? null : analyzeCondition(query.where, scope);
  const input = where === null ? relation.node : filter(relation.node, where, 'WHERE');
  const isGrouped = query.groupBy !== null || findAggregate(query) !== null;
  checkTableFunctions(query, relation, isGrouped);
  const selection = isGrouped
    ? selectGrouped(query, relation, input)
    : selectUngrouped(query, relation, input);
  const { root, output } =
    context.mode === 'persistent'
      ? projectForSink(query, relation, selection)
      : projectForClient(selection);
  if (context.mode !== 'pull') checkSteady(root);
  return {
    root,
    result: root.result,
    sources: relation.sources.map(({ source }) => source),
    output,
    emit: context.mode === 'pull' ? null : (query.emit ?? 'CHANGES'),
    limit: query.limit,
  };
}

function selectGrouped(query: QueryNode, relation: Relation, input: LogicalNode): Selection {
  const grouping = analyzeGrouping(query, relation);
  const items = analyzeItems(query, relation, grouping.selectScope, (qualifier) =>
    allColumns(relation, qualifier),
  );
  const { having } = query;
  const condition = having === null ? null : analyzeCondition(having, grouping.havingScope);
  checkUndo(grouping.calls, relation, query);
  checkIntermediate(grouping.calls, relation, query);
  const stage = groupStage(input, relation, grouping, items);
  const node =
    condition === null || having === null
      ? stage.node
      : filter(stage.node, stage.carryHaving(condition, having), 'HAVING');
  const carried = items.map((item) => ({ ...item, expression: stage.carry(item) }));
  return { node, items: carried, keyNoun: stage.keyNoun };
}

function selectUngrouped(query: QueryNode, relation: Relation, input: LogicalNode): Selection {
  const tableCalls = new TableCalls(scopeOf('The argument of a table function', relation.columns));
  const scope = { ...scopeOf('SELECT', relation.columns), tableCalls };
  if (query.partitionBy === null) {
    const items = analyzeItems(query, relation, scope, (qualifier) =>
      allColumns(relation, qualifier),
    );
    const keyNoun = relation.join === null ? 'key column' : JOIN_KEY_NOUN;
    const selection = { node: input, items: withJoinKey(items, relation), keyNoun };
    return flatMapStage(selection, tableCalls, (expression) => expression);
  }
  const partitioning = analyzePartitioning(query.partitionBy, relation);
  const items = analyzeItems(query, relation, scope, (qualifier) =>
    partitionedColumns(relation, partitioning, qualifier),
  );
  const stage = partitionStage(input, relation, partitioning, items);
  const carried = items.map((item) => ({ ...item, expression: stage.carry(item) }));
  const selection = { node: stage.node, items: carried, keyNoun: stage.keyNoun };
  return flatMapStage(selection, tableCalls, stage.carryExpression);
}

/**
 * The first viable column that is selected stands for the key of a join and holds the key's value; of a foreign-key
 * join every key column stands for itself.
 */
function withJoinKey(
  items: readonly SelectedItem[],
  { join, node }: Relation,
): readonly SelectedItem[] {
  if (join === null) return items;
  const chosen = chosenKey(items, join);
  return items.map((item) => {
    const index = item.column === null ? -1 : chosen.indexOf(item.column);
    const key = node.schema.keys[index];
    if (key === undefined) return item;
    const name = item.aliased ? key.name : item.name;
    return { ...item, expression: { kind: 'column', type: key.type, index, name } };
  });
}

function filter(
  input: LogicalNode,
  predicate: Expression,
  clause: LogicalFilter['clause'],
): LogicalFilter {
  return { kind: 'filter', input, predicate, clause, result: input.result, schema: input.schema };
}

/** What can be refused before any name is looked up. */
function checkClauses(query: QueryNode, { mode }: QueryContext): void {
  const { groupBy, partitionBy, having, window } = query;
  const aggregate = findAggregate(query);
  if (query.emit === 'FINAL' && (window === null || groupBy === null)) {
    throw errorAt(
      'BAD_STATEMENT',
      query,
      'EMIT FINAL is only supported for windowed aggregations. Add WINDOW and GROUP BY, or use EMIT CHANGES.',
    );
  }
  if (mode === 'persistent' && query.limit !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      query,
      'A persistent query runs until it is terminated: LIMIT belongs to a SELECT of its own.',
    );
  }
  if (window !== null && groupBy === null) {
    throw errorAt('BAD_STATEMENT', window, 'The WINDOW clause requires a GROUP BY clause.');
  }
  if (partitionBy !== null && (groupBy !== null || aggregate !== null)) {
    throw errorAt(
      'BAD_STATEMENT',
      partitionBy[0] ?? query,
      'PARTITION BY cannot be combined with GROUP BY or aggregate functions, which set the key themselves.',
    );
  }
  requireAggregate(query);
  if (having !== null && groupBy === null && aggregate === null) {
    throw errorAt('BAD_STATEMENT', having, 'HAVING filters groups: add GROUP BY, or use WHERE.');
  }
  if (mode === 'persistent' && groupBy === null && aggregate !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      aggregate,
      'A persistent query needs a GROUP BY clause to use aggregate functions.',
    );
  }
}

function refuseWindowedTables(query: QueryNode, relation: Relation): void {
  for (const { source } of relation.sources) {
    if (source.kind === 'STREAM' || source.schema.window === null) continue;
    throw errorAt(
      'BAD_STATEMENT',
      query.from,
      `${source.name} is a windowed table; persistent queries cannot read it. Declare a stream over its topic, or query it with SELECT.`,
    );
  }
}
