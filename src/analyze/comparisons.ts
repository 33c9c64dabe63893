import type {
  BetweenNode,
  ComparisonNode,
  DistinctNode,
  ExpressionNode,
} from '../../grammar/ast.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { isComparable, isTime } from '../sql/coerce.ts';
import { BIGINT, BOOLEAN, formatType, type SqlType } from '../sql/types.ts';
import { errorAt, type Located } from './error-at.ts';
import { logical } from './expression-tree.ts';
import type { ExpressionAnalyzer } from './expressions.ts';
import { isStringLiteral, timeLiteral } from './literals.ts';

type ComparisonOperator = ComparisonNode['operator'];

/** One side of a comparison: what was written and what it became. */
interface Side {
  readonly node: ExpressionNode;
  readonly expression: Expression;
}

/** `a < b` and its like. */
export function analyzeComparison(node: ComparisonNode, analyzer: ExpressionAnalyzer): Expression {
  return compare(
    node,
    node.operator,
    side(node, node.left, analyzer),
    side(node, node.right, analyzer),
  );
}

/** `a IS [NOT] DISTINCT FROM b`. */
export function analyzeDistinct(node: DistinctNode, analyzer: ExpressionAnalyzer): Expression {
  const [left, right] = checked(
    node,
    '=',
    side(node, node.left, analyzer),
    side(node, node.right, analyzer),
  );
  return { kind: 'distinct', type: BOOLEAN, negated: node.negated, left, right };
}

/** `x BETWEEN a AND b` is `x >= a AND x <= b`; NOT BETWEEN is its negation. */
export function analyzeBetween(node: BetweenNode, analyzer: ExpressionAnalyzer): Expression {
  const operand = side(node, node.operand, analyzer);
  const within = logical(
    'AND',
    compare(node, '>=', operand, side(node, node.low, analyzer)),
    compare(node, '<=', operand, side(node, node.high, analyzer)),
  );
  return node.negated ? { kind: 'not', type: BOOLEAN, operand: within } : within;
}

function side(parent: Located, node: ExpressionNode, analyzer: ExpressionAnalyzer): Side {
  const expression = analyzer.analyze(node);
  if (expression !== null) return { node, expression };
  throw errorAt(
    'BAD_STATEMENT',
    parent,
    'Nothing can be compared with NULL. Use IS NULL or IS NOT NULL instead.',
  );
}

function compare(node: Located, operator: ComparisonOperator, a: Side, b: Side): Expression {
  const [left, right] = checked(node, operator, a, b);
  return { kind: 'comparison', type: BOOLEAN, operator, left, right };
}

function checked(
  node: Located,
  operator: ComparisonOperator,
  a: Side,
  b: Side,
): readonly [Expression, Expression] {
  const left = readTime(a, b);
  const right = readTime(b, a);
  if (isComparable(operator, left.type, right.type)) return [left, right];
  throw errorAt(
    'TYPE_MISMATCH',
    node,
    `${printExpression(left)} (${formatType(left.type)}) cannot be compared with ${printExpression(right)} (${formatType(right.type)}) by ${operator}. Add a CAST to one of them.`,
  );
}

/** Text beside a time or one of the columns that hold epoch milliseconds is read as that time. */
function readTime(text: Side, other: Side): Expression {
  const target = timeBeside(other);
  if (target === null || !isStringLiteral(text.expression)) return text.expression;
  return timeLiteral(text.node, text.expression.value, target);
}

function timeBeside({ node, expression }: Side): SqlType | null {
  if (isTime(expression.type)) return expression.type;
  if (node.kind !== 'column') return null;
  const { name } = node.name;
  return name === 'ROWTIME' || name === 'WINDOWSTART' || name === 'WINDOWEND' ? BIGINT : null;
}
