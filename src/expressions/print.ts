import { formatIdentifier, formatString } from '../../grammar/names.ts';
import { unreachable } from '../base/assert.ts';
import { formatType } from '../sql/types.ts';
import { valueFormatter } from '../sql/value-text.ts';
import type { Expression, LiteralExpression } from './expression.ts';
import { literalValue } from './literal.ts';

/**
 * The canonical text of an expression (section 1.10 of the dialect reference): every operation in parentheses,
 * keywords in upper case, names quoted where needed. Conversions the user did not write are left out.
 */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression);
    case 'column':
      return formatIdentifier(expression.name);
    case 'pseudo':
      return expression.column;
    case 'call':
      return `${expression.name}(${printList(expression.arguments)})`;
    case 'cast': {
      const operand = printExpression(expression.operand);
      return expression.implicit ? operand : `CAST(${operand} AS ${formatType(expression.type)})`;
    }
    case 'negate':
      return printNegation(printExpression(expression.operand));
    case 'arithmetic':
    case 'comparison':
    case 'logical':
      return `(${printExpression(expression.left)} ${expression.operator} ${printExpression(expression.right)})`;
    case 'distinct': {
      const not = expression.negated ? 'NOT ' : '';
      return `(${printExpression(expression.left)} IS ${not}DISTINCT FROM ${printExpression(expression.right)})`;
    }
    case 'not':
      return `(NOT ${printExpression(expression.operand)})`;
    case 'isNull':
      return `(${printExpression(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}NULL)`;
    case 'in': {
      const not = expression.negated ? 'NOT ' : '';
      return `(${printExpression(expression.operand)} ${not}IN (${printList(expression.options)}))`;
    }
    case 'like': {
      const not = expression.negated ? 'NOT ' : '';
      const escape = expression.escape === null ? '' : ` ESCAPE ${formatString(expression.escape)}`;
      return `(${printExpression(expression.operand)} ${not}LIKE ${printExpression(expression.pattern)}${escape})`;
    }
    case 'case': {
      const branches = expression.branches.map(
        ({ when, then }) => ` WHEN ${printExpression(when)} THEN ${printExpression(then)}`,
      );
      const otherwise =
        expression.otherwise === null ? '' : ` ELSE ${printExpression(expression.otherwise)}`;
      return `(CASE${branches.join('')}${otherwise} END)`;
    }
    case 'subscript':
      return `${printExpression(expression.base)}[${printExpression(expression.index)}]`;
    case 'dereference':
      return `${printExpression(expression.base)}->${formatIdentifier(expression.field)}`;
    case 'array':
      return `ARRAY[${printList(expression.elements)}]`;
    case 'map': {
      const entries = expression.entries.map(
        ({ key, value }) => `${printExpression(key)}:=${printExpression(value)}`,
      );
      return `MAP(${entries.join(', ')})`;
    }
    case 'struct': {
      const fields = expression.values.map((value, index) => {
        const name = formatIdentifier(expression.type.fields[index]!.name);
        return `${name}:=${printExpression(value)}`;
      });
      return `STRUCT(${fields.join(', ')})`;
    }
    case 'lambda': {
      const names = expression.parameters.map(({ name }) => formatIdentifier(name));
      return `(${names.join(', ')}) => ${printExpression(expression.body)}`;
    }
    case 'lambdaParameter':
      return formatIdentifier(expression.name);
    default:
      return unreachable(expression);
  }
}

function printList(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(', ');
}

/** `--` would start a comment. */
function printNegation(operand: string): string {
  return operand.startsWith('-') ? `- ${operand}` : `-${operand}`;
}

/** A literal as the dialect writes it; types without literals are quoted text, as they are given. */
export function printLiteral(literal: LiteralExpression): string {
  const value = literalValue(literal);
  if (value === null) return 'null';
  if (literal.bare === true) return String(value);
  switch (literal.type.kind) {
    case 'DOUBLE':
      return printDouble(value as number);
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'DECIMAL':
      return valueFormatter(literal.type)(value);
    default:
      return formatString(valueFormatter(literal.type)(value));
  }
}

/** `1.5E-2`: only an exponent makes a DOUBLE. */
function printDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0E0';
  return value.toExponential().replace('e+', 'E').replace('e', 'E');
}
