import { assert, unreachable } from '../base/assert.ts';
import { joinCode, js, type Code, type FunctionBuilder } from '../base/generate.ts';
import type { ScalarOverload } from '../functions/function.ts';
import { spreadParameters } from '../functions/overload.ts';
import { scalarFunction } from '../functions/resolve.ts';
import { compileCast, isFallibleCast, isSameRepresentation } from '../sql/cast.ts';
import { compileEquality } from '../sql/compare.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { SqlType, Value } from '../sql/types.ts';
import type { Ambient } from './ambient.ts';
import {
  afterLoading,
  anyNull,
  emitCondition,
  emitIsolated,
  failure,
  load,
  type Emission,
  type Loaded,
} from './emission.ts';
import { emitArithmetic, emitNegation } from './emit-arithmetic.ts';
import { emitComparison, emitDistinct, isIdentityComparable } from './emit-comparison.ts';
import { emitConstructor, emitDereference, emitSubscript } from './emit-nested.ts';
import type {
  CallExpression,
  CaseExpression,
  CastExpression,
  Expression,
  InExpression,
  LikeExpression,
  LogicalExpression,
  PseudoColumn,
} from './expression.ts';
import { compileDynamicLike, compileLike } from './like.ts';
import { literalValue } from './literal.ts';
import { printExpression } from './print.ts';
import { isFallible, isIsolated, type EvaluationRules } from './properties.ts';

/**
 * What emits code into the builder.
 * @param onNestedError is told of every error that is kept inside a part of an expression.
 */
export function createEmission(
  builder: FunctionBuilder,
  rules: EvaluationRules,
  onNestedError: (error: EvaluationError) => void,
  ambient: Ambient,
): Emission {
  const emission: Emission = {
    builder,
    rules,
    ambient,
    onNestedError,
    emit: (expression) => emitExpression(expression, emission),
  };
  return emission;
}

function emitExpression(expression: Expression, emission: Emission): Code {
  switch (expression.kind) {
    case 'literal':
      return emitConstant(literalValue(expression), emission);
    case 'column':
      return js`row[${expression.index}]`;
    case 'pseudo':
      return PSEUDO_COLUMNS[expression.column];
    case 'call':
      return emitCall(expression, emission);
    case 'cast':
      return emitCast(expression, emission);
    case 'negate':
      return emitNegation(expression, emission);
    case 'arithmetic':
      return emitArithmetic(expression, emission);
    case 'comparison':
      return emitComparison(expression, emission);
    case 'distinct':
      return emitDistinct(expression, emission);
    case 'logical':
      return emitLogical(expression, emission);
    case 'not':
      return js`!${emitCondition(expression.operand, emission)}`;
    case 'isNull': {
      const operand = emission.emit(expression.operand);
      return expression.negated ? js`(${operand} !== null)` : js`(${operand} === null)`;
    }
    case 'in':
      return emitIn(expression, emission);
    case 'like':
      return emitLike(expression, emission);
    case 'case':
      return emitCase(expression, emission);
    case 'subscript':
      return emitSubscript(expression, emission);
    case 'dereference':
      return emitDereference(expression, emission);
    case 'array':
    case 'map':
    case 'struct':
      return emitConstructor(expression, emission);
    case 'lambda':
      return emission.builder.lambda(
        expression.parameters.map(({ slot }) => js`p${slot}`),
        () => emission.emit(expression.body),
      );
    case 'lambdaParameter':
      return js`p${expression.slot}`;
    default:
      return unreachable(expression);
  }
}

const PSEUDO_COLUMNS: { readonly [K in PseudoColumn]: Code } = {
  ROWTIME: js`context.time`,
  ROWPARTITION: js`context.partition`,
  ROWOFFSET: js`context.offset`,
  WINDOWSTART: js`context.windowStart`,
  WINDOWEND: js`context.windowEnd`,
};

function emitConstant(value: Value, { builder }: Emission): Code {
  if (value === null) return js`null`;
  if (typeof value === 'boolean') return value ? js`true` : js`false`;
  return builder.constant(value);
}

/** `a AND b AND c` as one flat chain, however long; the right sides are emitted after the left ones. */
function emitLogical(expression: LogicalExpression, emission: Emission): Code {
  const rights: Expression[] = [];
  let left: Expression = expression;
  while (left.kind === 'logical' && left.operator === expression.operator) {
    rights.push(left.right);
    left = left.left;
  }
  const conditions = [left, ...rights.toReversed()].map((operand) =>
    emitCondition(operand, emission),
  );
  return js`(${joinCode(conditions, expression.operator === 'AND' ? js` && ` : js` || `)})`;
}

function emitCast(expression: CastExpression, emission: Emission): Code {
  const fallible =
    isFallible(expression.operand, emission.rules) ||
    isFallibleCast(expression.operand.type, expression.type);
  if (!fallible || !isIsolated(expression, emission.rules)) {
    return emitPlainCast(expression, emission);
  }
  return emitIsolated(() => emitPlainCast(expression, emission), emission);
}

function emitPlainCast({ operand, type }: CastExpression, emission: Emission): Code {
  if (isSameRepresentation(operand.type, type)) return emission.emit(operand);
  const cast = compileCast(operand.type, type);
  return js`${emission.builder.constant(cast)}(${emission.emit(operand)})`;
}

function emitCall(expression: CallExpression, emission: Emission): Code {
  const definition = scalarFunction(expression.name);
  const overload = definition.overloads[expression.overload];
  assert(overload !== undefined, () => `${expression.name} has the overload the plan names`);
  const parameters = spreadParameters(overload, expression.arguments.length);
  assert(parameters !== null, () => `${expression.name} takes as many arguments as the plan has`);
  const body = overload.create(expression.arguments.map((argument) => argument.type));
  const loaded = expression.arguments.map((argument) => loadArgument(argument, emission));
  const names = joinCode(
    [...loaded.map((argument) => argument.name), ...emitNeeds(overload, emission)],
    js`, `,
  );
  let result = js`${emission.builder.constant(body)}(${names})`;
  const returning = anyNull(
    loaded.filter((_, index) => parameters[index]?.onNull === 'RETURN_NULL'),
  );
  if (returning !== null) result = js`${returning} ? null : ${result}`;
  const failing = anyNull(loaded.filter((_, index) => parameters[index]?.onNull === 'FAIL'));
  if (failing !== null) {
    const failed = failure(
      `${printExpression(expression)}: an argument that must not be null is`,
      emission,
    );
    result = js`${failing} ? ${failed} : ${result}`;
  }
  return afterLoading(loaded, result);
}

function emitNeeds({ needs }: ScalarOverload, { builder, ambient }: Emission): readonly Code[] {
  switch (needs) {
    case 'TIME':
      return [js`${builder.constant(ambient)}.now`];
    case 'RANDOM':
      return [js`() => ${builder.constant(ambient)}.draw(context)`];
    case undefined:
      return [];
    default:
      return unreachable(needs);
  }
}

/** An argument that is itself a call or `->` keeps its errors to itself; casts do so everywhere. */
function loadArgument(argument: Expression, emission: Emission): Loaded {
  const isolated = argument.kind === 'call' || argument.kind === 'dereference';
  const { rules } = emission;
  if (!isolated || !isFallible(argument, rules) || !isIsolated(argument, rules)) {
    return load(argument, emission);
  }
  const name = emission.builder.variable();
  const code = emitIsolated(() => emission.emit(argument), emission);
  return { load: js`${name} = ${code}`, name, nullable: true };
}

/** From how many constants on a Set beats comparing one after the other. */
const SET_SIZE_MIN = 5;

function emitIn(expression: InExpression, emission: Emission): Code {
  const { operand, options, negated } = expression;
  const value = load(operand, emission);
  const loaded = options.map((option) => load(option, emission));
  const parts = [value, ...loaded];
  const constant = options.every((option) => option.kind === 'literal' && option.value !== null);
  const found =
    constant && options.length >= SET_SIZE_MIN && isIdentityComparable(operand.type)
      ? emitMembership(value, options, emission)
      : emitEqualToAny(value, loaded, operand.type, emission);
  const present = value.nullable ? js`${value.name} !== null && (${found})` : js`(${found})`;
  return afterLoading(parts, negated ? js`!(${present})` : present);
}

function emitMembership(
  value: Loaded,
  options: readonly Expression[],
  { builder }: Emission,
): Code {
  const values = new Set(
    options.flatMap((option) => (option.kind === 'literal' ? [literalValue(option)] : [])),
  );
  return js`${builder.constant(values)}.has(${value.name})`;
}

function emitEqualToAny(
  value: Loaded,
  options: readonly Loaded[],
  type: SqlType,
  { builder }: Emission,
): Code {
  if (options.length === 0) return js`false`;
  const equality = isIdentityComparable(type)
    ? null
    : builder.constant(compileEquality(type, type));
  const tests = options.map((option) => {
    // A null option equals nothing: the value was checked before.
    if (equality === null) return js`${value.name} === ${option.name}`;
    return js`${equality}(${value.name}, ${option.name})`;
  });
  return joinCode(tests, js` || `);
}

function emitLike(expression: LikeExpression, emission: Emission): Code {
  const { operand, pattern, escape, negated } = expression;
  const text = load(operand, emission);
  const loadedPattern = load(pattern, emission);
  const matcher = constantMatcher(pattern, escape);
  const match =
    matcher === null
      ? js`${emission.builder.constant(compileDynamicLike(escape))}(${text.name}, ${loadedPattern.name})`
      : js`${emission.builder.constant(matcher)}(${text.name})`;
  const result = negated ? js`!${match}` : match;
  const parts = [text, loadedPattern];
  const missing = anyNull(parts);
  if (missing === null) return afterLoading(parts, result);
  const failed = failure(`Text or pattern of ${printExpression(expression)} is null`, emission);
  return afterLoading(parts, js`${missing} ? ${failed} : ${result}`);
}

/** Null when the pattern is not constant or is wrong, which is an error of each row. */
function constantMatcher(pattern: Expression, escape: string | null) {
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') return null;
  try {
    return compileLike(pattern.value, escape);
  } catch (error) {
    if (error instanceof EvaluationError) return null;
    throw error;
  }
}

function emitCase({ branches, otherwise }: CaseExpression, emission: Emission): Code {
  const alternatives = branches.map(
    ({ when, then }) => js`${emitCondition(when, emission)} ? ${emission.emit(then)} : `,
  );
  const last = otherwise === null ? js`null` : emission.emit(otherwise);
  return js`(${joinCode([...alternatives, last], js``)})`;
}
