import type { LiteralNode } from '../../grammar/ast.ts';
import type { Expression, LiteralExpression } from '../expressions/expression.ts';
import { parseDate, parseTime, parseTimestamp } from '../sql/time-text.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  STRING,
  type SqlType,
  type Value,
} from '../sql/types.ts';
import { unreachable } from '../base/assert.ts';
import { errorAt, type Located } from './error-at.ts';

/** A literal as a typed expression; null for the NULL literal, which has no type of its own. */
export function analyzeLiteral(node: LiteralNode): LiteralExpression | null {
  switch (node.type) {
    case 'NULL':
      return null;
    case 'BOOLEAN':
      return { kind: 'literal', type: BOOLEAN, value: node.value };
    case 'STRING':
      return { kind: 'literal', type: STRING, value: node.value };
    case 'INTEGER':
      return { kind: 'literal', type: INTEGER, value: Number(node.text) };
    case 'BIGINT':
      return { kind: 'literal', type: BIGINT, value: BigInt(node.text).toString() };
    case 'DECIMAL':
      return decimalLiteral(node.text);
    case 'DOUBLE':
      return { kind: 'literal', type: DOUBLE, value: Number(node.text) };
    default:
      return unreachable(node);
  }
}

/** Section 1.3 of the dialect reference: the scale is the digits after the point, the precision all that count. */
function decimalLiteral(text: string): LiteralExpression {
  const [whole = '', fraction = ''] = text.split('.');
  const unscaled = BigInt(`${whole.replace(/^[+-]/, '')}${fraction}`);
  const scale = fraction.length;
  const digits = unscaled.toString().length;
  const precision = unscaled < 10n ** BigInt(scale) ? scale + 1 : digits;
  const signed = whole.startsWith('-') ? -unscaled : unscaled;
  return {
    kind: 'literal',
    type: { kind: 'DECIMAL', precision, scale },
    value: signed.toString(),
  };
}

/** NULL of a type that the place it stands in gives it. */
export function nullOf(type: SqlType): LiteralExpression {
  return { kind: 'literal', type, value: null };
}

/** A value as a literal; null for values that have none (BYTES, collections, DOUBLEs that are not finite). */
export function literalOf(type: SqlType, value: Value): LiteralExpression | null {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return { kind: 'literal', type, value };
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') return null;
  if (type.kind === 'BIGINT' || type.kind === 'DECIMAL') {
    return { kind: 'literal', type, value: value.toString() };
  }
  const number = Number(value);
  return Number.isFinite(number) ? { kind: 'literal', type, value: number } : null;
}

/** Whether the expression is a STRING written in the statement. */
export function isStringLiteral(
  expression: Expression,
): expression is LiteralExpression & { readonly value: string } {
  return (
    expression.kind === 'literal' &&
    expression.type.kind === 'STRING' &&
    typeof expression.value === 'string'
  );
}

const TIME_PARSERS = { DATE: parseDate, TIME: parseTime, TIMESTAMP: parseTimestamp } as const;

/**
 * Text compared with a time, read once when the query is planned. A BIGINT target means epoch milliseconds.
 * @throws DatabaseError TYPE_MISMATCH when the text is no time.
 */
export function timeLiteral(node: Located, text: string, type: SqlType): LiteralExpression {
  const kind = type.kind === 'DATE' || type.kind === 'TIME' ? type.kind : 'TIMESTAMP';
  try {
    const value = TIME_PARSERS[kind](text);
    return { kind: 'literal', type, value: type.kind === 'BIGINT' ? value.toString() : value };
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw errorAt('TYPE_MISMATCH', node, error.message);
  }
}
