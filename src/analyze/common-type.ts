import type { ExpressionNode } from '../../grammar/ast.ts';
import type { Expression } from '../expressions/expression.ts';
import { evaluateConstant } from '../expressions/fold.ts';
import { printExpression } from '../expressions/print.ts';
import { commonType, isNumber, isTime, widerNumber } from '../sql/coerce.ts';
import { parseDecimalText } from '../sql/decimal.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { BIGINT, BOOLEAN, INTEGER, STRING, formatType, typesEqual } from '../sql/types.ts';
import type { SqlType } from '../sql/types.ts';
import { errorAt } from './error-at.ts';
import { isStringLiteral, literalOf } from './literals.ts';

/** An expression and where it was written. */
export interface Member {
  readonly node: ExpressionNode;
  readonly expression: Expression;
}

const INTEGER_MAX = 2n ** 31n - 1n;
const BIGINT_MAX = 2n ** 63n - 1n;

/**
 * Brings the members of a list to one type (section 2.2 of the dialect reference): the type starts as that of the
 * first and takes in the others from left to right. Literals are converted here and now, all else is cast.
 * @throws DatabaseError TYPE_MISMATCH naming the first member that does not fit.
 */
export function toCommonType(members: readonly Member[]): readonly Expression[] {
  const [first, ...others] = members;
  if (first === undefined) return [];
  let type = first.expression.type;
  for (const member of others) type = takeIn(type, member);
  return members.map((member) => convert(member, type));
}

function takeIn(type: SqlType, member: Member): SqlType {
  const { expression } = member;
  if (isStringLiteral(expression)) {
    if (isNumber(type)) {
      const number = numberTypeOf(expression.value);
      const wider = number === null ? null : widerNumber(type, number);
      if (wider === null) throw invalidText(member, type);
      return wider;
    }
    if (type.kind === 'BOOLEAN') {
      if (!isBooleanText(expression.value)) throw invalidText(member, type);
      return BOOLEAN;
    }
  }
  const common = commonType(type, expression.type);
  if (common !== null) return common;
  if (expression.kind === 'literal' && type.kind === 'STRING' && hasLiteralText(expression.type)) {
    return STRING;
  }
  throw errorAt(
    'TYPE_MISMATCH',
    member.node,
    `${printExpression(expression)} is ${formatType(expression.type)}, but is compared with ${formatType(type)}. Add a CAST to one of them.`,
  );
}

/** The type of the number the text spells, null when it spells none. */
function numberTypeOf(text: string): SqlType | null {
  const number = parseDecimalText(text.trim());
  if (number === null) return null;
  if (/^[+-]?\d+$/.test(text.trim())) {
    const magnitude = number.unscaled < 0n ? -number.unscaled : number.unscaled;
    if (magnitude < INTEGER_MAX) return INTEGER;
    if (magnitude < BIGINT_MAX) return BIGINT;
  }
  const scale = Math.max(number.scale, 0);
  const digits = number.unscaled.toString().replace('-', '').length - Math.min(number.scale, 0);
  return { kind: 'DECIMAL', precision: Math.max(digits, scale + 1), scale };
}

/** What BOOLEAN accepts as text: the beginnings of true, yes, false and no, in any case. */
function isBooleanText(text: string): boolean {
  const word = text.trim().toLowerCase();
  return word !== '' && ['true', 'yes', 'false', 'no'].some((full) => full.startsWith(word));
}

function hasLiteralText(type: SqlType): boolean {
  return type.kind === 'BOOLEAN' || isNumber(type) || isTime(type);
}

function convert(member: Member, type: SqlType): Expression {
  const { expression } = member;
  if (typesEqual(expression.type, type)) return expression;
  const cast: Expression = { kind: 'cast', type, operand: expression, implicit: true };
  if (expression.kind !== 'literal') return cast;
  try {
    return literalOf(type, evaluateConstant(cast)) ?? cast;
  } catch (error) {
    if (error instanceof EvaluationError) throw invalidText(member, type);
    throw error;
  }
}

function invalidText(member: Member, type: SqlType): Error {
  return errorAt(
    'TYPE_MISMATCH',
    member.node,
    `${printExpression(member.expression)} does not spell a value of type ${formatType(type)}.`,
  );
}
