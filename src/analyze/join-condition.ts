import type { ExpressionNode, JoinNode } from '../../grammar/ast.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { formatType, typesEqual } from '../sql/types.ts';
import { columnsNamed } from './ast-walk.ts';
import { errorAt } from './error-at.ts';
import { analyzeTyped } from './expressions.ts';
import type { JoinOperand, Relation } from './relation.ts';
import { resolveColumn, scopeOf, type Scope, type ScopeColumn } from './scope.ts';

/** One operand of ON over the rows of its side. */
export interface Operand extends JoinOperand {
  readonly expression: Expression;
  /** For messages: `A.X`, or the text of the expression. */
  readonly shown: string;
}

export interface Condition {
  readonly leftKey: Operand;
  readonly rightKey: Operand;
}

/** The name of a source's column in joined rows; a synthetic key has no source. */
export function joinedName(alias: string, name: string): string {
  return alias === '' ? name : `${alias}_${name}`;
}

/**
 * ON is one equality between an expression over one source of the left side and one over the right source.
 * @throws DatabaseError BAD_STATEMENT for any other condition, TYPE_MISMATCH for operands of different types.
 */
export function analyzeJoinCondition(join: JoinNode, left: Relation, right: Relation): Condition {
  const { on } = join;
  if (on.kind !== 'comparison' || on.operator !== '=') {
    const what =
      on.kind === 'logical'
        ? 'joins on multiple conditions are not yet supported.'
        : 'only equality join conditions are supported.';
    throw errorAt(
      'BAD_STATEMENT',
      on,
      `Invalid join condition: ${what} Got ${describeCondition(on)}; a join condition is a single equality, ON a.x = b.y.`,
    );
  }
  const combined = combinedColumns(left, right);
  const scope = scopeOf('JOIN ON', combined);
  const rightAlias = right.sources[0]?.alias ?? '';
  const leftSource = sourceOf(on.left, scope);
  const rightSource = sourceOf(on.right, scope);
  if (leftSource === rightSource) {
    throw errorAt(
      'BAD_STATEMENT',
      on,
      `Each side of the join must reference exactly one source and not the same source. Left side references \`${leftSource}\` and right references \`${rightSource}\`.`,
    );
  }
  if (leftSource !== rightAlias && rightSource !== rightAlias) {
    throw errorAt(
      'BAD_STATEMENT',
      on,
      `A join criteria is expected to reference the source (\`${rightAlias}\`) in the FROM clause, instead the right source references \`${rightSource}\` and the left source references \`${leftSource}\`.`,
    );
  }
  const swapped = leftSource === rightAlias;
  const operand = (node: ExpressionNode, side: Relation): Operand => {
    const overBoth = analyzeTyped(node, scope, 'A join key');
    const column = overBoth.kind === 'column' ? combined[overBoth.index]! : null;
    const text = printExpression(overBoth);
    return {
      expression: analyzeTyped(node, scopeOf('JOIN ON', side.columns), 'A join key'),
      column,
      text,
      shown: column === null ? text : `${column.qualifier}.${column.name}`,
    };
  };
  const leftKey = operand(swapped ? on.right : on.left, left);
  const rightKey = operand(swapped ? on.left : on.right, right);
  const leftType = leftKey.expression.type;
  const rightType = rightKey.expression.type;
  if (!typesEqual(leftType, rightType)) {
    throw errorAt(
      'TYPE_MISMATCH',
      on,
      `Invalid join condition: types don't match. Got ${leftKey.shown}{${formatType(leftType)}} = ${rightKey.shown}{${formatType(rightType)}}. Add a CAST to one side.`,
    );
  }
  return { leftKey, rightKey };
}

function describeCondition(on: ExpressionNode): string {
  if (on.kind === 'logical') return `several conditions joined by ${on.operator}`;
  return on.kind === 'comparison' ? `the operator ${on.operator}` : 'another condition';
}

/** The alias of the one source an operand refers to. */
function sourceOf(operand: ExpressionNode, scope: Scope): string {
  const aliases = new Set<string>();
  for (const column of columnsNamed(operand)) aliases.add(resolveColumn(column, scope).qualifier);
  const [alias] = aliases;
  if (alias !== undefined && aliases.size === 1) return alias;
  const found = aliases.size === 0 ? 'none' : [...aliases].join(' and ');
  throw errorAt(
    'BAD_STATEMENT',
    operand,
    `Invalid comparison expression in join: each side of the join comparison must contain references from exactly one source; this one refers to ${found}.`,
  );
}

/** The columns of both sides as if they were one row; only names and types of the expressions count. */
function combinedColumns(left: Relation, right: Relation): readonly ScopeColumn[] {
  const named = [...left.columns, ...right.columns].filter(({ qualifier }) => qualifier !== '');
  return named.map((column, index) => ({
    ...column,
    expression: {
      kind: 'column',
      type: column.expression.type,
      index,
      name: joinedName(column.qualifier, column.name),
    },
  }));
}
