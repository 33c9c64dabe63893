import type { ExpressionNode } from '../../grammar/ast.ts';
import type { ColumnExpression, Expression } from '../expressions/expression.ts';
import { errorAt } from './error-at.ts';
import { analyzeExpression } from './expressions.ts';
import { expressionsEqual, replaceParts } from './expression-tree.ts';
import type { LogicalNode, LogicalPartitionBy, NamedExpression } from './logical-plan.ts';
import { nameKeys } from './name-keys.ts';
import { chosenKey, type Relation } from './relation.ts';
import { scopeOf, type ScopeColumn } from './scope.ts';
import {
  asWildcard,
  columnsToPartition,
  type SelectedItem,
  type WildcardColumn,
} from './select-items.ts';
import type { Stage } from './stage.ts';

/** The clause, resolved. */
export interface Partitioning {
  readonly nodes: readonly ExpressionNode[];
  /** Over the rows of FROM; empty for PARTITION BY NULL. */
  readonly keys: readonly Expression[];
}

/**
 * Resolves PARTITION BY.
 * @throws DatabaseError BAD_STATEMENT on a table, or for NULL among several expressions.
 */
export function analyzePartitioning(
  nodes: readonly ExpressionNode[],
  relation: Relation,
): Partitioning {
  const [first] = nodes;
  if (first === undefined) return { nodes, keys: [] };
  if (relation.node.result === 'table') {
    throw errorAt(
      'BAD_STATEMENT',
      first,
      'PARTITION BY works on streams only; the rows of a table stay where their primary key is.',
    );
  }
  const scope = scopeOf('PARTITION BY', relation.columns);
  const keys = nodes.map((node) => analyzeExpression(node, scope));
  if (keys.length === 1 && keys[0] === null) return { nodes, keys: [] };
  return {
    nodes,
    keys: keys.map((key, index) => {
      if (key !== null) return key;
      throw errorAt(
        'BAD_STATEMENT',
        nodes[index]!,
        'NULL cannot stand among several PARTITION BY expressions; alone it removes the key.',
      );
    }),
  };
}

/** What `*` is under PARTITION BY: the new keys, then all other columns, old keys last. */
export function partitionedColumns(
  relation: Relation,
  { keys }: Partitioning,
  qualifier: string | null,
): readonly WildcardColumn[] {
  const columns = columnsToPartition(relation, qualifier);
  const all = relation.columns;
  const keyColumns = keys.flatMap((expression) => {
    const column = all.find((candidate) => expressionsEqual(candidate.expression, expression));
    if (column === undefined) return qualifier === null ? [{ expression, column: null }] : [];
    return qualifier === null || column.qualifier === qualifier ? [asWildcard(column)] : [];
  });
  return [...keyColumns, ...columns.filter((column) => !isKey(column, keys)).map(asWildcard)];
}

/** Gives the rows of `input` their new key; nothing happens when that is the key they have. */
export function partitionStage(
  input: LogicalNode,
  relation: Relation,
  partitioning: Partitioning,
  items: readonly SelectedItem[],
): Stage & { readonly carryExpression: (expression: Expression) => Expression } {
  const { keys: expressions } = partitioning;
  const keyNoun = 'partitioning expression';
  if (isExistingKey(expressions, input)) {
    return {
      node: input,
      carry: (item) => item.expression,
      carryExpression: (expression) => expression,
      keyNoun,
    };
  }
  const joinKey = keyOfJoin(expressions, input, relation, items);
  if (joinKey !== null) {
    const carry = (expression: Expression): Expression => replaceParts(expression, joinKey);
    return {
      node: input,
      carry: (item) => carry(item.expression),
      carryExpression: carry,
      keyNoun,
    };
  }
  refuseWindowed(input, partitioning);
  const keys = nameKeys(expressions, relation, items);
  const kept = columnsToPartition(relation, null).filter((column) => !isKey(column, expressions));
  const values: readonly NamedExpression[] = kept.map(({ name, expression }) => ({
    name: expression.kind === 'column' ? expression.name : name,
    expression,
  }));
  const node: LogicalPartitionBy = {
    kind: 'partitionBy',
    input,
    keys,
    values,
    result: 'stream',
    schema: {
      keys: keys.map(({ name, expression }) => ({ name, type: expression.type })),
      values: values.map(({ name, expression }) => ({ name, type: expression.type })),
      window: null,
    },
  };
  const carry = (part: Expression): Expression | null => {
    const key = expressions.findIndex((expression) => expressionsEqual(expression, part));
    if (key >= 0) return column(part, key, keys[key]!.name);
    const value = values.findIndex(({ expression }) => expressionsEqual(expression, part));
    return value < 0 ? null : column(part, keys.length + value, values[value]!.name);
  };
  const carryExpression = (expression: Expression): Expression => replaceParts(expression, carry);
  return { node, carry: (item) => carryExpression(item.expression), carryExpression, keyNoun };
}

/** Rows of one window have to stay together, and the new key would not have it. */
function refuseWindowed({ schema }: LogicalNode, { nodes }: Partitioning): void {
  const [first] = nodes;
  if (schema.window === null || first === undefined) return;
  throw errorAt(
    'BAD_STATEMENT',
    first,
    'Implicit repartitioning of windowed sources is not supported. See https://github.com/confluentinc/ksql/issues/4385. Group the rows, or select WINDOWSTART under another name and write them to a topic without windows.',
  );
}

function column(part: Expression, index: number, name: string): ColumnExpression {
  return { kind: 'column', type: part.type, index, name };
}

function isKey(column: ScopeColumn, keys: readonly Expression[]): boolean {
  return keys.some((key) => expressionsEqual(key, column.expression));
}

function isExistingKey(expressions: readonly Expression[], input: LogicalNode): boolean {
  return (
    expressions.length > 0 &&
    expressions.length === input.schema.keys.length &&
    expressions.every((key, index) => key.kind === 'column' && key.index === index)
  );
}

/** Partitioning joined rows by the column that names their key changes nothing; null when it is another. */
function keyOfJoin(
  expressions: readonly Expression[],
  input: LogicalNode,
  { join }: Relation,
  items: readonly SelectedItem[],
): ((part: Expression) => Expression | null) | null {
  if (join === null) return null;
  const chosen = chosenKey(items, join);
  const isKey =
    chosen.length === expressions.length &&
    chosen.every((column, index) => expressionsEqual(column.expression, expressions[index]!));
  if (!isKey) return null;
  return (part) => {
    const index = chosen.findIndex((column) => expressionsEqual(column.expression, part));
    const key = input.schema.keys[index];
    return key === undefined ? null : column(part, index, key.name);
  };
}
