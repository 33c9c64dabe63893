import { DatabaseError } from '../base/errors.ts';
import { asDecimal, canConvertArgument, widerNumber } from '../sql/coerce.ts';
import { STRING, typesEqual, type SqlType } from '../sql/types.ts';
import type { Parameter, ParameterType, ScalarOverload } from './function.ts';

/** Which conversions an argument may undergo to fit its parameter. */
export type Conversions = 'NONE' | 'IMPLICIT';

/** The type of an argument; null is the NULL literal, which fits everywhere. */
export type ArgumentType = SqlType | LambdaArgument | IntervalUnitArgument | null;

/** A bare time unit among the arguments, such as DAYS. */
export interface IntervalUnitArgument {
  readonly kind: 'INTERVAL_UNIT';
}

/** A lambda among the arguments, which gets its types from those to its left. */
export interface LambdaArgument {
  readonly kind: 'LAMBDA';
  readonly parameterNames: readonly string[];
  /**
   * The type of the body, given one type for each parameter.
   * @throws DatabaseError when the body is wrong for these types.
   */
  bodyType(parameterTypes: readonly SqlType[]): SqlType;
}

/** An overload that takes the arguments. */
export interface BoundOverload {
  /** What each argument must be converted to; of a lambda, the type of its body. */
  readonly types: readonly SqlType[];
  /** For each argument that is a lambda, the types of its parameters; empty for the others. */
  readonly lambdaParameterTypes: readonly (readonly SqlType[])[];
}

type Generics = Map<string, SqlType>;

/** Enough for the NULL literal beside no DECIMAL at all. */
const NULL_DECIMAL: SqlType = { kind: 'DECIMAL', precision: 1, scale: 0 };

/**
 * How this overload takes the arguments; null when it does not.
 * @throws DatabaseError BAD_STATEMENT when all fits but the number of parameters of a lambda; what a lambda's body
 *   throws.
 */
export function bindOverload(
  overload: ScalarOverload,
  argumentTypes: readonly ArgumentType[],
  conversions: Conversions,
): BoundOverload | null {
  const parameters = spreadParameters(overload, argumentTypes.length);
  if (parameters === null) return null;
  const generics: Generics = new Map();
  const bound: (SqlType | null)[] = [];
  const lambdaParameterTypes: (readonly SqlType[])[] = [];
  for (const [index, { type }] of parameters.entries()) {
    const argument = argumentTypes[index] ?? null;
    let lambdaTypes: readonly SqlType[] = [];
    let result: SqlType | null = null;
    if (argument?.kind === 'LAMBDA') {
      const lambda = bindLambda(type, argument, generics);
      if (lambda === null) return null;
      lambdaTypes = lambda.parameterTypes;
      result = lambda.bodyType;
    } else if (argument?.kind === 'INTERVAL_UNIT') {
      if (type.kind !== 'INTERVAL_UNIT') return null;
      result = STRING;
    } else if (argument !== null) {
      result = bindArgument(type, argument, generics, conversions);
      if (result === null) return null;
    }
    bound.push(result);
    lambdaParameterTypes.push(lambdaTypes);
  }
  const types = completeTypes(parameters, bound, generics);
  return types === null ? null : { types, lambdaParameterTypes };
}

/** The parameter of each argument, the variadic one repeated; null when the count does not fit. */
export function spreadParameters(
  { parameters, variadic }: ScalarOverload,
  argumentCount: number,
): readonly Parameter[] | null {
  if (!variadic) return parameters.length === argumentCount ? parameters : null;
  const last = parameters.at(-1);
  const repeated = argumentCount - (parameters.length - 1);
  if (last === undefined || repeated < 0) return null;
  return [...parameters.slice(0, -1), ...Array.from({ length: repeated }, () => last)];
}

function bindArgument(
  parameter: ParameterType,
  argument: SqlType,
  generics: Generics,
  conversions: Conversions,
): SqlType | null {
  switch (parameter.kind) {
    case 'GENERIC': {
      const known = generics.get(parameter.letter) ?? argument;
      generics.set(parameter.letter, known);
      return typesEqual(known, argument) ? known : null;
    }
    case 'ANY_DECIMAL':
    case 'COMMON_DECIMAL':
      return argument.kind === 'DECIMAL' || conversions === 'IMPLICIT' ? asDecimal(argument) : null;
    case 'ARRAY': {
      if (argument.kind !== 'ARRAY') return null;
      const element = bindArgument(parameter.element, argument.element, generics, conversions);
      return element && { kind: 'ARRAY', element };
    }
    case 'MAP': {
      if (argument.kind !== 'MAP') return null;
      const key = bindArgument(parameter.key, argument.key, generics, conversions);
      const value = key && bindArgument(parameter.value, argument.value, generics, conversions);
      return key && value && { kind: 'MAP', key, value };
    }
    case 'LAMBDA':
    case 'INTERVAL_UNIT':
      return null;
    default:
      if (typesEqual(argument, parameter)) return parameter;
      return conversions === 'IMPLICIT' && canConvertArgument(argument, parameter)
        ? parameter
        : null;
  }
}

/** Lambdas are never converted: the body must have the type the letters to the left ask for. */
function bindLambda(
  parameter: ParameterType,
  lambda: LambdaArgument,
  generics: Generics,
): { readonly parameterTypes: readonly SqlType[]; readonly bodyType: SqlType } | null {
  if (parameter.kind !== 'LAMBDA') return null;
  const parameterTypes: SqlType[] = [];
  for (const type of parameter.parameters) {
    const known = instantiate(type, generics);
    if (known === null) return null;
    parameterTypes.push(known);
  }
  const names = lambda.parameterNames;
  if (names.length !== parameterTypes.length) {
    throw new DatabaseError(
      'BAD_STATEMENT',
      `Was expecting ${parameterTypes.length} arguments but found ${names.length}, [${names.join(', ')}]. Check your lambda statement.`,
    );
  }
  const bodyType = bindArgument(parameter.body, lambda.bodyType(parameterTypes), generics, 'NONE');
  return bodyType && { parameterTypes, bodyType };
}

/** Gives NULL literals the type of their parameter and DECIMALs that share a type that type. */
function completeTypes(
  parameters: readonly Parameter[],
  bound: readonly (SqlType | null)[],
  generics: Generics,
): readonly SqlType[] | null {
  const widest = bound.reduce<SqlType>((widest, type, index) => {
    if (type === null || parameters[index]?.type.kind !== 'COMMON_DECIMAL') return widest;
    return widerNumber(widest, type) ?? widest;
  }, NULL_DECIMAL);
  const types: SqlType[] = [];
  for (const [index, { type }] of parameters.entries()) {
    const complete =
      type.kind === 'COMMON_DECIMAL' ? widest : (bound[index] ?? instantiate(type, generics));
    if (complete === null) return null;
    types.push(complete);
  }
  return types;
}

/** The type a pattern stands for once its letters are known; null while one is not, and for what is no value. */
function instantiate(pattern: ParameterType, generics: Generics): SqlType | null {
  switch (pattern.kind) {
    case 'COMMON_DECIMAL':
    case 'ANY_DECIMAL':
      return NULL_DECIMAL;
    case 'GENERIC':
      return generics.get(pattern.letter) ?? null;
    case 'ARRAY': {
      const element = instantiate(pattern.element, generics);
      return element && { kind: 'ARRAY', element };
    }
    case 'MAP': {
      const key = instantiate(pattern.key, generics);
      const value = instantiate(pattern.value, generics);
      return key && value && { kind: 'MAP', key, value };
    }
    case 'LAMBDA':
    case 'INTERVAL_UNIT':
      return null;
    default:
      return pattern;
  }
}

/**
 * Below zero when the first overload is to be preferred: a fixed number of arguments before a variadic one, more
 * declared parameters before fewer, fewer generic ones before more. Zero: neither.
 */
export function compareOverloads(a: ScalarOverload, b: ScalarOverload): number {
  return (
    Number(a.variadic) - Number(b.variadic) ||
    b.parameters.length - a.parameters.length ||
    genericCount(a) - genericCount(b)
  );
}

function genericCount({ parameters }: ScalarOverload): number {
  return parameters.filter(({ type }) => isGeneric(type)).length;
}

function isGeneric(type: ParameterType): boolean {
  switch (type.kind) {
    case 'GENERIC':
      return true;
    case 'ARRAY':
      return isGeneric(type.element);
    case 'MAP':
      return isGeneric(type.key) || isGeneric(type.value);
    case 'LAMBDA':
      return type.parameters.some(isGeneric) || isGeneric(type.body);
    default:
      return false;
  }
}
