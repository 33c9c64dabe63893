import type { JoinNode } from '../../grammar/ast.ts';
import { assert } from '../base/assert.ts';
import type { ColumnExpression, Expression } from '../expressions/expression.ts';
import type { Column, RowSchema } from '../sql/schema.ts';
import { analyzeJoinCondition, joinedName, type Operand } from './join-condition.ts';
import { joinKey, keyColumns, syntheticKeyName } from './join-key.ts';
import { checkWindowedKeys, joinKind, joinWindow } from './join-kind.ts';
import type { JoinColumn, LogicalJoin } from './logical-plan.ts';
import type { Relation } from './relation.ts';
import { isPseudoColumn, type ScopeColumn } from './scope.ts';

interface JoinInput {
  readonly join: JoinNode;
  readonly left: Relation;
  readonly right: Relation;
  /** Names of the pseudo columns that joined rows must carry. */
  readonly pseudoColumns: ReadonlySet<string>;
}

/**
 * Joins one more source to what stands left of it.
 *
 * A joined row is its key, then every column of either side under the name `ALIAS_COLUMN`.
 * @throws DatabaseError BAD_STATEMENT for a kind of join or a condition there is not, TYPE_MISMATCH for keys of
 *   different types.
 */
export function analyzeJoin(input: JoinInput): Relation {
  const { join, left, right } = input;
  const [rightSource] = right.sources;
  assert(rightSource !== undefined, 'the right side of a join is a source');
  assert(right.node.kind === 'source', 'the right side of a join is a source');
  const condition = analyzeJoinCondition(join, left, right);
  const kind = joinKind(join, left, rightSource, condition);
  const leftKey = operandOfKey(condition.leftKey, left);
  const sources = [...left.sources, rightSource];
  const keys: readonly Column[] =
    kind === 'foreign-key'
      ? keyColumns(
          left.node.schema.keys.map(({ type }) => type),
          sources,
        )
      : [{ name: syntheticKeyName(sources), type: leftKey.type }];
  const joined = joinedColumns(input, keys.length);
  const schema: RowSchema = {
    keys,
    values: joined.map(({ joinColumn: { name, expression } }) => ({ name, type: expression.type })),
    window: left.node.schema.window,
  };
  const node: LogicalJoin = {
    kind: 'join',
    join: kind,
    type: join.type,
    left: left.node,
    right: right.node,
    leftKey,
    rightKey: condition.rightKey.expression,
    within: joinWindow(join),
    columns: joined.map(({ joinColumn }) => joinColumn),
    result: kind === 'table-table' || kind === 'foreign-key' ? 'table' : 'stream',
    schema,
  };
  checkWindowedKeys(join, node);
  const columns = joined.map(({ scopeColumn }) => scopeColumn);
  const key = joinKey({ kind, type: join.type, left, condition, columns, schema });
  const named = key.synthetic === null ? columns : [key.synthetic, ...columns];
  return { node, columns: named, sources, join: key };
}

/** An operand that equals the key of rows already joined is that key: they need not be re-keyed. */
function operandOfKey(operand: Operand, left: Relation): Expression {
  const [key] = left.node.schema.keys;
  const isKey = left.join?.equal.some(({ text }) => text === operand.text) === true;
  if (!isKey || key === undefined) return operand.expression;
  return { kind: 'column', type: key.type, index: 0, name: key.name };
}

interface JoinedColumn {
  readonly joinColumn: JoinColumn;
  readonly scopeColumn: ScopeColumn;
}

function joinedColumns(
  { left, right, pseudoColumns }: JoinInput,
  keyCount: number,
): readonly JoinedColumn[] {
  const sides = [
    ...left.columns.map((column) => ({ side: 'left', column }) as const),
    ...right.columns.map((column) => ({ side: 'right', column }) as const),
  ];
  const joined: JoinedColumn[] = [];
  for (const { side, column } of sides) {
    const { qualifier } = column;
    // The synthetic key of an earlier join is no column of the rows.
    if (qualifier === '') continue;
    if (isPseudoColumn(column.name) && !pseudoColumns.has(column.name)) continue;
    const name = joinedName(qualifier, column.name);
    const expression: ColumnExpression = {
      kind: 'column',
      type: column.expression.type,
      index: keyCount + joined.length,
      name,
    };
    joined.push({
      joinColumn: { name, side, expression: column.expression },
      scopeColumn: { qualifier, name: column.name, expression },
    });
  }
  return joined;
}
