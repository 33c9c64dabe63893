import { assert, unreachable } from '../base/assert.ts';
import { joinCode, js, type Code } from '../base/generate.ts';
import type { Value } from '../sql/types.ts';
import {
  afterLoading,
  emitIsolated,
  failure,
  load,
  type Emission,
  type Loaded,
} from './emission.ts';
import type {
  ArrayExpression,
  DereferenceExpression,
  Expression,
  MapExpression,
  StructExpression,
  SubscriptExpression,
} from './expression.ts';
import { literalValue } from './literal.ts';
import { printExpression } from './print.ts';
import { isConstructor, isFallible, isIsolated } from './properties.ts';
import { childrenOf } from './walk.ts';

/** `a[i]` and `m[k]`: null where there is nothing; only a null index of an array is an error. */
export function emitSubscript(expression: SubscriptExpression, emission: Emission): Code {
  const base = load(expression.base, emission);
  const index = load(expression.index, emission);
  if (expression.base.type.kind === 'MAP') {
    const value = js`${emission.builder.constant(valueOf)}(${base.name}, ${index.name})`;
    return afterLoading([base, index], orNull(base, value));
  }
  const element = js`${emission.builder.constant(elementAt)}(${base.name}, ${index.name})`;
  const found = orNull(base, element);
  if (!index.nullable) return afterLoading([base, index], found);
  const failed = failure(`The index of ${printExpression(expression)} is null`, emission);
  return afterLoading([base, index], js`${index.name} === null ? ${failed} : ${found}`);
}

/** `s->f`: null when the struct is. */
export function emitDereference(expression: DereferenceExpression, emission: Emission): Code {
  const base = load(expression.base, emission);
  return afterLoading([base], orNull(base, js`${base.name}[${expression.fieldIndex}]`));
}

function orNull(base: Loaded, value: Code): Code {
  return base.nullable ? js`${base.name} === null ? null : ${value}` : value;
}

/** Zero falls on the place behind the last element, where there is never one. */
function elementAt(array: readonly Value[], index: number): Value {
  return array[index > 0 ? index - 1 : array.length + index] ?? null;
}

function valueOf(map: ReadonlyMap<Value, Value>, key: Value): Value {
  return map.get(key) ?? null;
}

type Constructor = ArrayExpression | MapExpression | StructExpression;

/**
 * ARRAY[...], MAP(...) and STRUCT(...): a member that fails is null (or, in predicates, false). What is made of literals
 * alone is made once and shared by all rows.
 */
export function emitConstructor(expression: Constructor, emission: Emission): Code {
  if (isConstant(expression)) return emission.builder.constant(constantValue(expression));
  const member = (part: Expression): Code => emitMember(part, emission);
  switch (expression.kind) {
    case 'array':
      return list(expression.elements.map(member));
    case 'struct':
      return list(expression.values.map(member));
    case 'map': {
      const entries = expression.entries.map(({ key, value }) =>
        list([member(key), member(value)]),
      );
      return js`new Map(${list(entries)})`;
    }
    default:
      return unreachable(expression);
  }
}

function isConstant(expression: Expression): boolean {
  if (expression.kind === 'literal') return true;
  return isConstructor(expression) && childrenOf(expression).every(isConstant);
}

/** Of what {@link isConstant} allows. */
function constantValue(expression: Expression): Value {
  switch (expression.kind) {
    case 'literal':
      return literalValue(expression);
    case 'array':
      return expression.elements.map(constantValue);
    case 'struct':
      return expression.values.map(constantValue);
    default:
      assert(expression.kind === 'map', 'only literals and constructors are constant');
      return new Map(
        expression.entries.map(({ key, value }) => [constantValue(key), constantValue(value)]),
      );
  }
}

function list(parts: readonly Code[]): Code {
  return js`[${joinCode(parts, js`, `)}]`;
}

function emitMember(member: Expression, emission: Emission): Code {
  if (!isFallible(member, emission.rules) || !isIsolated(member, emission.rules)) {
    return emission.emit(member);
  }
  return emitIsolated(() => emission.emit(member), emission);
}
