import type { BinaryNode, ExpressionNode, Location, LogicalNode } from './ast.ts';

/** An operator and the operand to the right of it, as read from the text. */
export interface Operation {
  /** The operator; words in upper case. */
  readonly operator: string;
  readonly right: ExpressionNode;
  readonly location: Location;
}

type Combine = (operator: string, left: ExpressionNode, right: ExpressionNode) => ExpressionNode;

/** AND and OR by precedence, left associative. */
export function foldLogical(first: ExpressionNode, rest: readonly Operation[]): ExpressionNode {
  return fold(first, rest, (operator) => (operator === 'AND' ? 2 : 1), combineLogical);
}

/**
 * `* / %`, `+ -` and `||` by precedence, left associative. A chain of `||` becomes one call of CONCAT with all the
 * operands, which means the same as calls within calls and keeps the tree flat.
 */
export function foldArithmetic(first: ExpressionNode, rest: readonly Operation[]): ExpressionNode {
  const concats = rest.filter(({ operator }) => operator === '||');
  const [firstConcat] = concats;
  if (firstConcat === undefined) return fold(first, rest, arithmeticPrecedence, combineBinary);
  const parts: ExpressionNode[] = [];
  let partFirst = first;
  let partRest: Operation[] = [];
  for (const operation of rest) {
    if (operation.operator === '||') {
      parts.push(fold(partFirst, partRest, arithmeticPrecedence, combineBinary));
      partFirst = operation.right;
      partRest = [];
    } else {
      partRest.push(operation);
    }
  }
  parts.push(fold(partFirst, partRest, arithmeticPrecedence, combineBinary));
  return {
    kind: 'call',
    name: { kind: 'identifier', name: 'CONCAT', location: firstConcat.location },
    star: false,
    arguments: parts,
    location: span(first, parts.at(-1) ?? first),
  };
}

/** The location from the start of one node to the end of another. */
export function span(
  from: { readonly location: Location },
  to: { readonly location: Location },
): Location {
  const { line, column, start } = from.location;
  return { line, column, start, end: to.location.end };
}

/** Operator precedence parsing with explicit stacks: the length of a chain costs no depth. */
function fold(
  first: ExpressionNode,
  rest: readonly Operation[],
  precedence: (operator: string) => number,
  combine: Combine,
): ExpressionNode {
  const operands = [first];
  const operators: string[] = [];
  const reduce = () => {
    const right = operands.pop();
    const left = operands.pop();
    const operator = operators.pop();
    if (left === undefined || right === undefined || operator === undefined) {
      throw new Error('an operator must have two operands');
    }
    operands.push(combine(operator, left, right));
  };
  for (const { operator, right } of rest) {
    const own = precedence(operator);
    for (;;) {
      const previous = operators.at(-1);
      if (previous === undefined || precedence(previous) < own) break;
      reduce();
    }
    operators.push(operator);
    operands.push(right);
  }
  while (operators.length > 0) reduce();
  return operands[0] ?? first;
}

function arithmeticPrecedence(operator: string): number {
  return operator === '+' || operator === '-' ? 1 : 2;
}

function combineLogical(
  operator: string,
  left: ExpressionNode,
  right: ExpressionNode,
): LogicalNode {
  return {
    kind: 'logical',
    operator: operator as LogicalNode['operator'],
    left,
    right,
    location: span(left, right),
  };
}

function combineBinary(operator: string, left: ExpressionNode, right: ExpressionNode): BinaryNode {
  return {
    kind: 'binary',
    operator: operator as BinaryNode['operator'],
    left,
    right,
    location: span(left, right),
  };
}
