import type { ExpressionNode, JoinNode } from '../../grammar/ast.ts';
import { assert } from '../base/assert.ts';
import type { Source } from '../catalog/source.ts';
import type { ColumnExpression, Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import type { Column } from '../sql/schema.ts';
import { formatType, typesEqual } from '../sql/types.ts';
import { columnsNamed } from './ast-walk.ts';
import { errorAt, notSupported } from './error-at.ts';
import { analyzeTyped } from './expressions.ts';
import type { JoinColumn, LogicalJoin } from './logical-plan.ts';
import type { AnalyzedSource, JoinKey, Relation } from './relation.ts';
import { isPseudoColumn, resolveColumn, scopeOf, type Scope, type ScopeColumn } from './scope.ts';

interface JoinInput {
  readonly join: JoinNode;
  readonly left: Relation;
  readonly right: Relation;
  /** Names of the pseudo columns that joined rows must carry. */
  readonly pseudoColumns: ReadonlySet<string>;
}

/** One operand of ON over the rows of its side. */
interface Operand {
  readonly expression: Expression;
  /** The column when it is a plain one. */
  readonly column: ScopeColumn | null;
  /** For messages. */
  readonly text: string;
}

/** No other column of a joined row can have this name, as theirs begin with an alias and `_`. */
const KEY_NAME = 'ROWKEY';

/**
 * Joins one more source to what stands left of it.
 *
 * A joined row is the join key, then every column of either side under the name `ALIAS_COLUMN`.
 * @throws DatabaseError BAD_STATEMENT for a kind of join or a condition there is not, TYPE_MISMATCH for keys of
 *   different types.
 */
export function analyzeJoin(input: JoinInput): Relation {
  const { join, left, right } = input;
  const rightSource = right.sources[0];
  assert(rightSource !== undefined, 'the right side of a join is a source');
  checkKind(join, left, rightSource);
  const { leftKey, rightKey } = analyzeCondition(join, left, right);
  checkTableKey(join, leftKey, rightKey, rightSource.source);
  checkPartitions(join, left, leftKey.expression, rightSource.source);

  const sources = [...left.sources, rightSource];
  const joined = joinedColumns(input);
  const columns = joined.map(({ scopeColumn }) => scopeColumn);
  const { viable, equivalent } = keyColumns(input, { leftKey, rightKey, columns });
  const key: Column = { name: KEY_NAME, type: leftKey.expression.type };
  const node: LogicalJoin = {
    kind: 'join',
    type: join.type === 'LEFT' ? 'LEFT' : 'INNER',
    left: left.node,
    right: right.node,
    leftKey: leftKey.expression,
    rightKey: rightKey.expression,
    columns: joined.map(({ joinColumn }) => joinColumn),
    result: 'stream',
    schema: {
      keys: [key],
      values: joined.map(({ joinColumn: { name, expression } }) => ({
        name,
        type: expression.type,
      })),
      window: null,
    },
  };
  return {
    node,
    columns,
    sources,
    partitionCount: rightSource.source.partitionCount,
    join: { viable, equivalent },
  };
}

/** The name of a source's column in joined rows. */
export function joinedName(alias: string, name: string): string {
  return `${alias}_${name}`;
}

function checkKind(join: JoinNode, left: Relation, right: AnalyzedSource): void {
  const leftKind = left.node.result;
  const rightKind = right.source.kind === 'STREAM' ? 'stream' : 'table';
  const names = `${left.sources.map(({ alias }) => alias).join(', ')} and ${right.alias}`;
  if (leftKind === 'table' && rightKind === 'stream') {
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `A table cannot be joined with a stream (${names}). Name the stream first: FROM ${right.alias} JOIN ...`,
    );
  }
  if (leftKind === 'stream' && rightKind === 'stream') {
    throw notSupported(join, `Joining two streams (${names}) is`);
  }
  if (leftKind === 'table') throw notSupported(join, `Joining two tables (${names}) is`);
  if (join.type === 'RIGHT' || join.type === 'FULL') {
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `A stream can be joined with a table by INNER and LEFT joins, not by a ${join.type} join.`,
    );
  }
  if (join.within !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      join.within,
      'WITHIN belongs to joins of two streams; a stream meets the current row of a table. Leave it out.',
    );
  }
  if (right.source.schema.window !== null) {
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `${right.alias} is windowed and the stream is not: windowed sources join only with windowed sources.`,
    );
  }
  const kafka = [...left.sources, right].filter(
    ({ source }) => source.valueFormat.name === 'KAFKA',
  );
  if (kafka.length > 0) {
    throw errorAt(
      'BAD_STATEMENT',
      join,
      `${kafka.map(({ source }) => source.name).join(', ')} has the value format KAFKA, which supports no JOIN. Use another VALUE_FORMAT.`,
    );
  }
}

/** ON is one equality between an expression over one source of the left side and one over the right source. */
function analyzeCondition(
  join: JoinNode,
  left: Relation,
  right: Relation,
): { readonly leftKey: Operand; readonly rightKey: Operand } {
  const { on } = join;
  if (on.kind !== 'comparison' || on.operator !== '=') {
    throw errorAt(
      'BAD_STATEMENT',
      on,
      `A join condition must be a single equality, ON a.x = b.y; found ${describeCondition(on)}.`,
    );
  }
  const combined = combinedColumns(left, right);
  const scope = scopeOf('JOIN ON', combined);
  const rightAlias = right.sources[0]?.alias;
  const leftSource = sourceOf(on.left, scope);
  const rightSource = sourceOf(on.right, scope);
  if (leftSource === rightSource || (leftSource !== rightAlias && rightSource !== rightAlias)) {
    throw errorAt(
      'BAD_STATEMENT',
      on,
      `Each side of a join condition must refer to another source, one of them ${rightAlias}; found ${leftSource} and ${rightSource}.`,
    );
  }
  const swapped = leftSource === rightAlias;
  const operand = (node: ExpressionNode, side: Relation): Operand => {
    const overBoth = analyzeTyped(node, scope, 'A join key');
    return {
      expression: analyzeTyped(node, scopeOf('JOIN ON', side.columns), 'A join key'),
      column: overBoth.kind === 'column' ? combined[overBoth.index]! : null,
      text: printExpression(overBoth),
    };
  };
  const leftKey = operandOfKey(operand(swapped ? on.right : on.left, left), left);
  const rightKey = operand(swapped ? on.left : on.right, right);
  const leftType = leftKey.expression.type;
  const rightType = rightKey.expression.type;
  if (!typesEqual(leftType, rightType)) {
    throw errorAt(
      'TYPE_MISMATCH',
      on,
      `The two sides of a join condition must have the same type: ${leftKey.text} is ${formatType(leftType)}, ${rightKey.text} is ${formatType(rightType)}. Add a CAST on the stream's side.`,
    );
  }
  return { leftKey, rightKey };
}

function describeCondition(on: ExpressionNode): string {
  if (on.kind === 'logical') return `several conditions joined by ${on.operator}`;
  return on.kind === 'comparison' ? `the operator ${on.operator}` : 'another condition';
}

/** An operand that always equals the key of rows already joined is that key: they need not be re-keyed. */
function operandOfKey(operand: Operand, left: Relation): Operand {
  const [key] = left.node.schema.keys;
  if (key === undefined || left.join === null || operand.column === null) return operand;
  if (!includesColumn(left.join.equivalent, operand.column)) return operand;
  return { ...operand, expression: { kind: 'column', type: key.type, index: 0, name: key.name } };
}

/** The alias of the one source an operand refers to. */
function sourceOf(operand: ExpressionNode, scope: Scope): string {
  const aliases = new Set<string>();
  for (const column of columnsNamed(operand)) aliases.add(resolveColumn(column, scope).qualifier);
  const [alias] = aliases;
  if (alias !== undefined && aliases.size === 1) return alias;
  throw errorAt(
    'BAD_STATEMENT',
    operand,
    `Each side of a join condition must contain columns of exactly one source; this one has columns of ${aliases.size === 0 ? 'none' : [...aliases].join(' and ')}.`,
  );
}

/** The columns of both sides as if they were one row; only names and types of the expressions count. */
function combinedColumns(left: Relation, right: Relation): readonly ScopeColumn[] {
  return [...left.columns, ...right.columns].map((column, index) => ({
    ...column,
    expression: {
      kind: 'column',
      type: column.expression.type,
      index,
      name: joinedName(column.qualifier, column.name),
    },
  }));
}

function checkTableKey(join: JoinNode, leftKey: Operand, rightKey: Operand, table: Source): void {
  const { keys } = table.schema;
  const { expression } = rightKey;
  if (keys.length === 1 && expression.kind === 'column' && expression.index === 0) return;
  const names = keys.map((key) => key.name).join(', ');
  throw errorAt(
    'BAD_STATEMENT',
    join.on,
    `A stream joins a table on the table's primary key, a single column; the key of ${table.name} is ${names}, but found ${leftKey.text} = ${rightKey.text}.`,
  );
}

/** Rows that are not re-keyed keep their partitions, so these must be as many as the table's. */
function checkPartitions(join: JoinNode, left: Relation, leftKey: Expression, table: Source): void {
  const { partitionCount } = left;
  const { keys } = left.node.schema;
  const keyed = leftKey.kind === 'column' && leftKey.index === 0 && keys.length === 1;
  if (!keyed || partitionCount === table.partitionCount) return;
  const names = left.sources.map(({ source }) => source.name).join(', ');
  throw errorAt(
    'BAD_STATEMENT',
    join,
    `Can't join ${names} with ${table.name}: partition counts are ${partitionCount} and ${table.partitionCount}, but to join on their keys they must be the same. Copy one with CREATE ... WITH (PARTITIONS=n) AS SELECT.`,
  );
}

interface JoinedColumn {
  readonly joinColumn: JoinColumn;
  readonly scopeColumn: ScopeColumn;
}

function joinedColumns({ left, right, pseudoColumns }: JoinInput): readonly JoinedColumn[] {
  const sides = [
    ...left.columns.map((column) => ({ side: 'left', column }) as const),
    ...right.columns.map((column) => ({ side: 'right', column }) as const),
  ];
  const joined: JoinedColumn[] = [];
  for (const { side, column } of sides) {
    const { qualifier } = column;
    if (isPseudoColumn(column.name) && !pseudoColumns.has(column.name)) continue;
    const name = joinedName(qualifier, column.name);
    const expression: ColumnExpression = {
      kind: 'column',
      type: column.expression.type,
      index: 1 + joined.length,
      name,
    };
    joined.push({
      joinColumn: { name, side, expression: column.expression },
      scopeColumn: { qualifier, name: column.name, expression },
    });
  }
  return joined;
}

interface KeyOperands {
  readonly leftKey: Operand;
  readonly rightKey: Operand;
  /** Of the joined row. */
  readonly columns: readonly ScopeColumn[];
}

/**
 * Plain columns that equal the join key: the operands of this condition, and those of earlier ones when this one
 * continues them. The right one may be null instead in a LEFT join, so it is not `equivalent`.
 */
function keyColumns(
  { join, left }: JoinInput,
  { leftKey, rightKey, columns }: KeyOperands,
): Pick<JoinKey, 'viable' | 'equivalent'> {
  const viable: ScopeColumn[] = [];
  const equivalent: ScopeColumn[] = [];
  if (leftKey.column !== null) {
    const earlier = left.join;
    if (earlier !== null && includesColumn(earlier.viable, leftKey.column)) {
      viable.push(...earlier.viable);
    } else {
      viable.push(leftKey.column);
    }
    if (earlier !== null && includesColumn(earlier.equivalent, leftKey.column)) {
      equivalent.push(...earlier.equivalent);
    } else {
      equivalent.push(leftKey.column);
    }
  }
  if (rightKey.column !== null) {
    viable.push(rightKey.column);
    if (join.type === 'INNER') equivalent.push(rightKey.column);
  }
  return {
    viable: inJoinedRow(viable, columns),
    equivalent: inJoinedRow(equivalent, columns),
  };
}

function inJoinedRow(
  wanted: readonly ScopeColumn[],
  columns: readonly ScopeColumn[],
): readonly ScopeColumn[] {
  return wanted.flatMap((column) => columns.filter((joined) => sameColumn(joined, column)));
}

function includesColumn(columns: readonly ScopeColumn[], column: ScopeColumn): boolean {
  return columns.some((other) => sameColumn(other, column));
}

function sameColumn(a: ScopeColumn, b: ScopeColumn): boolean {
  return a.qualifier === b.qualifier && a.name === b.name;
}
