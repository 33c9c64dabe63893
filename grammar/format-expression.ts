import type { CallNode, CaseNode, ExpressionNode, LiteralNode, TypeNode } from './ast.ts';
import { formatIdentifier, formatString, quoteIdentifier } from './names.ts';

/**
 * `canonical` is the one text form of an expression in messages and EXPLAIN: every operation in parentheses, types by
 * their full names, DOUBLE in scientific form. `source` keeps what was written and adds only the parentheses that the
 * text needs to parse back to the same tree.
 */
type Style = 'canonical' | 'source';

/** How tightly a node binds; a node in a place that asks for more needs parentheses. */
const LEVEL = {
  or: 1,
  and: 2,
  not: 3,
  predicate: 4,
  /** What may stand where the grammar has no predicate: comparison operands, list elements, subscripts. */
  value: 5,
  sum: 6,
  product: 7,
  sign: 8,
  primary: 9,
} as const;

const FULL_TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['INT', 'INTEGER'],
  ['VARCHAR', 'STRING'],
]);

/**
 * The canonical text of an expression, as messages, EXPLAIN and column defaults show it: `((A > 1) AND (B < 2))`.
 * A chain of operators of any length costs no stack.
 */
export function formatExpression(node: ExpressionNode): string {
  return print(node, LEVEL.or, 'canonical');
}

/** SQL for any place that takes an expression; parses back to the same tree. */
export function formatAnyExpression(node: ExpressionNode): string {
  return print(node, LEVEL.or, 'source');
}

/** SQL for a place that takes no bare predicate, such as a GROUP BY element; parses back to the same tree. */
export function formatOperand(node: ExpressionNode): string {
  return print(node, LEVEL.value, 'source');
}

/** SQL for what stands in front of `->`. */
export function formatPrimary(node: ExpressionNode): string {
  return print(node, LEVEL.primary, 'source');
}

/** SQL of a literal as written. */
export function formatLiteral(node: LiteralNode): string {
  return printLiteral(node, 'source');
}

/** SQL of a type that parses back to the same tree. */
export function formatType(node: TypeNode): string {
  return printType(node, 'source');
}

/** Goes down the left side in a loop, because that is where long chains are. */
function print(node: ExpressionNode, level: number, style: Style): string {
  let head = '';
  const tail: string[] = [];
  let current = node;
  let currentLevel = level;
  for (;;) {
    if (needsParentheses(current, currentLevel, style)) {
      head += '(';
      tail.push(')');
    }
    switch (current.kind) {
      case 'logical':
      case 'binary': {
        const own = levelOf(current);
        tail.push(` ${current.operator} ${print(current.right, own + 1, style)}`);
        current = current.left;
        currentLevel = own;
        continue;
      }
      case 'subscript':
        tail.push(`[${print(current.index, LEVEL.value, style)}]`);
        current = current.base;
        currentLevel = LEVEL.primary;
        continue;
      case 'dereference':
        tail.push(`->${formatIdentifier(current.field.name)}`);
        current = current.base;
        currentLevel = LEVEL.primary;
        continue;
      default:
        return head + printOther(current, style) + tail.toReversed().join('');
    }
  }
}

type OtherNode = Exclude<
  ExpressionNode,
  { kind: 'logical' | 'binary' | 'subscript' | 'dereference' }
>;

function printOther(node: OtherNode, style: Style): string {
  const any = (inner: ExpressionNode) => print(inner, LEVEL.or, style);
  const operand = (inner: ExpressionNode) => print(inner, LEVEL.value, style);
  const not = 'negated' in node && node.negated ? 'NOT ' : '';
  switch (node.kind) {
    case 'literal':
      return printLiteral(node, style);
    case 'column': {
      if (node.qualifier !== null) {
        return `${formatIdentifier(node.qualifier.name)}.${formatIdentifier(node.name.name)}`;
      }
      // `ARRAY[1]` would be a constructor.
      return node.name.name === 'ARRAY'
        ? quoteIdentifier(node.name.name)
        : formatIdentifier(node.name.name);
    }
    case 'call':
      return printCall(node, style);
    case 'cast':
      return `CAST(${any(node.operand)} AS ${printType(node.type, style)})`;
    case 'unary':
      return printSign(node.operator, print(node.operand, LEVEL.sign, style));
    case 'comparison':
      return `${operand(node.left)} ${node.operator} ${operand(node.right)}`;
    case 'distinct':
      return `${operand(node.left)} IS ${not}DISTINCT FROM ${operand(node.right)}`;
    case 'not':
      return `NOT ${print(node.operand, LEVEL.not, style)}`;
    case 'isNull':
      return `${operand(node.operand)} IS ${not}NULL`;
    case 'between':
      return `${operand(node.operand)} ${not}BETWEEN ${operand(node.low)} AND ${operand(node.high)}`;
    case 'in':
      return `${operand(node.operand)} ${not}IN (${node.options.map(any).join(', ')})`;
    case 'like': {
      const escape = node.escape === null ? '' : ` ESCAPE ${formatString(node.escape)}`;
      return `${operand(node.operand)} ${not}LIKE ${operand(node.pattern)}${escape}`;
    }
    case 'case':
      return printCase(node, style);
    case 'array':
      return `ARRAY[${node.elements.map(any).join(', ')}]`;
    case 'map': {
      const entries = node.entries.map(({ key, value }) => `${any(key)}:=${any(value)}`);
      return `MAP(${entries.join(', ')})`;
    }
    case 'struct': {
      const fields = node.fields.map(
        ({ name, value }) => `${formatIdentifier(name.name)}:=${any(value)}`,
      );
      return `STRUCT(${fields.join(', ')})`;
    }
    case 'lambda': {
      const parameters = node.parameters.map(({ name }) => formatIdentifier(name)).join(', ');
      const head = node.parameters.length === 1 ? parameters : `(${parameters})`;
      return `${head} => ${any(node.body)}`;
    }
    case 'intervalUnit':
      return node.unit;
  }
}

function printCall(node: CallNode, style: Style): string {
  const { name } = node.name;
  // `MAP(` and `STRUCT(` would be constructors.
  const called =
    name === 'MAP' || name === 'STRUCT' ? quoteIdentifier(name) : formatIdentifier(name);
  const countsRows = style === 'canonical' && name === 'COUNT' && node.arguments.length === 0;
  if (node.star || countsRows) return `${called}(*)`;
  return `${called}(${node.arguments.map((each) => print(each, LEVEL.or, style)).join(', ')})`;
}

function printCase(node: CaseNode, style: Style): string {
  const any = (inner: ExpressionNode) => print(inner, LEVEL.or, style);
  const operand = node.operand === null ? '' : ` ${print(node.operand, LEVEL.value, style)}`;
  const branches = node.branches.map(({ when, then }) => ` WHEN ${any(when)} THEN ${any(then)}`);
  const otherwise = node.otherwise === null ? '' : ` ELSE ${any(node.otherwise)}`;
  return `CASE${operand}${branches.join('')}${otherwise} END`;
}

/** A minus must neither become part of a number nor, with another minus, the start of a comment. */
function printSign(sign: '+' | '-', operand: string): string {
  if (sign === '-' && /^[0-9.]/.test(operand)) return `-(${operand})`;
  if (sign === '-' && operand.startsWith('-')) return `- ${operand}`;
  return sign + operand;
}

function printLiteral(node: LiteralNode, style: Style): string {
  switch (node.type) {
    case 'NULL':
      return 'null';
    case 'BOOLEAN':
      return String(node.value);
    case 'STRING':
      return formatString(node.value);
    case 'DOUBLE':
      return style === 'canonical' ? formatScientific(Number(node.text)) : node.text;
    default:
      return node.text;
  }
}

function formatScientific(number: number): string {
  return number.toExponential().replace('e+', 'E').replace('e', 'E');
}

function printType(node: TypeNode, style: Style): string {
  switch (node.kind) {
    case 'namedType': {
      const full = style === 'canonical' ? FULL_TYPE_NAMES.get(node.name) : undefined;
      return full ?? formatIdentifier(node.name);
    }
    case 'decimalType':
      return `DECIMAL(${node.precision}, ${node.scale})`;
    case 'arrayType':
      return `ARRAY<${printType(node.element, style)}>`;
    case 'mapType':
      return `MAP<${printType(node.key, style)}, ${printType(node.value, style)}>`;
    case 'structType': {
      // `<>` is one token, the inequality.
      if (node.fields.length === 0) return 'STRUCT< >';
      const quote = style === 'canonical' ? quoteIdentifier : formatIdentifier;
      const fields = node.fields.map(
        ({ name, type }) => `${quote(name.name)} ${printType(type, style)}`,
      );
      return `STRUCT<${fields.join(', ')}>`;
    }
  }
}

function needsParentheses(node: ExpressionNode, level: number, style: Style): boolean {
  const own = levelOf(node);
  if (own < level) return true;
  return style === 'canonical' && (own < LEVEL.sign || node.kind === 'case');
}

function levelOf(node: ExpressionNode): number {
  switch (node.kind) {
    case 'logical':
      return node.operator === 'OR' ? LEVEL.or : LEVEL.and;
    case 'not':
      return LEVEL.not;
    case 'comparison':
    case 'distinct':
    case 'isNull':
    case 'between':
    case 'in':
    case 'like':
      return LEVEL.predicate;
    case 'binary':
      return node.operator === '+' || node.operator === '-' ? LEVEL.sum : LEVEL.product;
    case 'unary':
      return LEVEL.sign;
    default:
      return LEVEL.primary;
  }
}
