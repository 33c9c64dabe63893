import type { ExpressionNode } from '../../grammar/ast.ts';
import type { Expression, StructExpression } from '../expressions/expression.ts';
import { evaluateConstant } from '../expressions/fold.ts';
import { printExpression } from '../expressions/print.ts';
import { commonType, isNumber, isTime, widerNumber } from '../sql/coerce.ts';
import { parseDecimalText } from '../sql/decimal.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { BIGINT, BOOLEAN, INTEGER, STRING, formatType, typesEqual } from '../sql/types.ts';
import type { SqlType } from '../sql/types.ts';
import { errorAt } from './error-at.ts';
import { isStringLiteral, literalOf, nullOf } from './literals.ts';

/** An expression and where it was written. */
export interface Member {
  readonly node: ExpressionNode;
  readonly expression: Expression;
}

const INTEGER_MAX = 2n ** 31n - 1n;
const BIGINT_MAX = 2n ** 63n - 1n;

/** How many struct fields may be gone through for one list. */
const FIELDS_MAX = 100_000;

/**
 * What may still be spent on one list: each of many structs gets the fields of all others, so that a short statement
 * could ask for more than there is memory for.
 */
interface Effort {
  fieldsLeft: number;
}

/**
 * Brings the members of a list to one type (section 2.2 of the dialect reference): the type starts as that of the
 * first and takes in the others from left to right. Constructors of arrays, maps and structs are taken in member by
 * member, so that literals in them adapt as well. Literals are converted here and now, all else is cast.
 * @throws DatabaseError TYPE_MISMATCH naming the first member that does not fit.
 */
export function toCommonType(members: readonly Member[]): readonly Expression[] {
  const [first, ...others] = members;
  if (first === undefined) return [];
  const effort = { fieldsLeft: FIELDS_MAX };
  let type = first.expression.type;
  for (const member of others) type = takeIn(type, member, effort);
  return members.map((member) => convert(member, type, effort));
}

function takeIn(type: SqlType, member: Member, effort: Effort): SqlType {
  const { expression } = member;
  if (typesEqual(type, expression.type)) return type;
  charge(effort, type, member);
  const constructed = takeInConstructor(type, member, effort);
  if (constructed !== null) return constructed;
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
    `${printExpression(expression)} is ${formatType(expression.type)}, but what it stands in a list with is ${formatType(type)}. Add a CAST to one of them.`,
  );
}

/** Null when the member is no constructor, or one of another kind. */
function takeInConstructor(
  type: SqlType,
  { node, expression }: Member,
  effort: Effort,
): SqlType | null {
  const takeInPart = (taken: SqlType, part: Expression): SqlType => {
    // A bare NULL has the type of its neighbours, which may be texts that spell numbers.
    if (isNullLiteral(part)) return commonType(taken, part.type) ?? taken;
    return takeIn(taken, { node, expression: part }, effort);
  };
  const takeInAll = (start: SqlType, parts: readonly Expression[]): SqlType =>
    parts.reduce(takeInPart, start);
  if (expression.kind === 'array' && type.kind === 'ARRAY') {
    return { kind: 'ARRAY', element: takeInAll(type.element, expression.elements) };
  }
  if (expression.kind === 'map' && type.kind === 'MAP') {
    const keys = expression.entries.map(({ key }) => key);
    const values = expression.entries.map(({ value }) => value);
    return { kind: 'MAP', key: takeInAll(type.key, keys), value: takeInAll(type.value, values) };
  }
  if (expression.kind === 'struct' && type.kind === 'STRUCT') {
    const fields = type.fields.map(({ name, type: fieldType }) => {
      const value = fieldValue(expression, name);
      return {
        name,
        type: value === null ? fieldType : takeInPart(fieldType, value),
      };
    });
    const added = expression.type.fields.filter(({ name }) =>
      type.fields.every((field) => field.name !== name),
    );
    return { kind: 'STRUCT', fields: [...fields, ...added] };
  }
  return null;
}

function isNullLiteral(expression: Expression): boolean {
  return expression.kind === 'literal' && expression.value === null;
}

function fieldValue({ type, values }: StructExpression, name: string): Expression | null {
  return values[type.fields.findIndex((field) => field.name === name)] ?? null;
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

function convert(member: Member, type: SqlType, effort: Effort): Expression {
  const { expression } = member;
  if (typesEqual(expression.type, type)) return expression;
  charge(effort, type, member);
  const constructed = convertConstructor(member, type, effort);
  if (constructed !== null) return constructed;
  if (isNullLiteral(expression)) return nullOf(type);
  const cast: Expression = { kind: 'cast', type, operand: expression, implicit: true };
  if (expression.kind !== 'literal') return cast;
  try {
    return literalOf(type, evaluateConstant(cast)) ?? cast;
  } catch (error) {
    if (error instanceof EvaluationError) throw invalidText(member, type);
    throw error;
  }
}

/** Null when the member is no constructor. */
function convertConstructor(
  { node, expression }: Member,
  type: SqlType,
  effort: Effort,
): Expression | null {
  const convertPart = (part: Expression, to: SqlType): Expression =>
    convert({ node, expression: part }, to, effort);
  if (expression.kind === 'array' && type.kind === 'ARRAY') {
    const elements = expression.elements.map((element) => convertPart(element, type.element));
    return { kind: 'array', type, elements };
  }
  if (expression.kind === 'map' && type.kind === 'MAP') {
    const entries = expression.entries.map(({ key, value }) => ({
      key: convertPart(key, type.key),
      value: convertPart(value, type.value),
    }));
    return { kind: 'map', type, entries };
  }
  if (expression.kind === 'struct' && type.kind === 'STRUCT') {
    const values = type.fields.map((field) => {
      const value = fieldValue(expression, field.name);
      return value === null ? nullOf(field.type) : convertPart(value, field.type);
    });
    return { kind: 'struct', type, values };
  }
  return null;
}

function invalidText(member: Member, type: SqlType): Error {
  return errorAt(
    'TYPE_MISMATCH',
    member.node,
    `${printExpression(member.expression)} does not spell a value of type ${formatType(type)}.`,
  );
}

function charge(effort: Effort, type: SqlType, { node }: Member): void {
  effort.fieldsLeft -= fieldCount(type);
  if (effort.fieldsLeft >= 0) return;
  throw errorAt(
    'BAD_STATEMENT',
    node,
    `The structs of this list have too many different fields: giving each the fields of all takes more than ${FIELDS_MAX} steps. Give them the same fields, or split the list.`,
  );
}

/** The fields of all structs in the type. */
function fieldCount(type: SqlType): number {
  switch (type.kind) {
    case 'ARRAY':
      return fieldCount(type.element);
    case 'MAP':
      return fieldCount(type.key) + fieldCount(type.value);
    case 'STRUCT':
      return type.fields.reduce((count, field) => count + 1 + fieldCount(field.type), 0);
    default:
      return 0;
  }
}
