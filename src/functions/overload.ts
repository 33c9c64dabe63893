import { asDecimal, canConvertArgument, widerNumber } from '../sql/coerce.ts';
import { typesEqual, type SqlType } from '../sql/types.ts';
import type { Parameter, ParameterType, ScalarOverload } from './function.ts';

/** Which conversions an argument may undergo to fit its parameter. */
export type Conversions = 'NONE' | 'IMPLICIT';

/** Enough for the NULL literal beside no DECIMAL at all. */
const NULL_DECIMAL: SqlType = { kind: 'DECIMAL', precision: 1, scale: 0 };

/**
 * The type each argument must have for this overload; null when it does not take them. A null argument type is
 * the NULL literal, which fits everywhere.
 */
export function bindOverload(
  overload: ScalarOverload,
  argumentTypes: readonly (SqlType | null)[],
  conversions: Conversions,
): readonly SqlType[] | null {
  const parameters = spreadParameters(overload, argumentTypes.length);
  if (parameters === null) return null;
  const generics = new Map<string, SqlType>();
  const bound: (SqlType | null)[] = [];
  for (const [index, { type }] of parameters.entries()) {
    const argument = argumentTypes[index] ?? null;
    const result = argument === null ? null : bindArgument(type, argument, generics, conversions);
    if (argument !== null && result === null) return null;
    bound.push(result);
  }
  return completeTypes(parameters, bound, generics);
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
  generics: Map<string, SqlType>,
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
    default:
      if (typesEqual(argument, parameter)) return parameter;
      return conversions === 'IMPLICIT' && canConvertArgument(argument, parameter)
        ? parameter
        : null;
  }
}

/** Gives NULL literals the type of their parameter and DECIMALs that share a type that type. */
function completeTypes(
  parameters: readonly Parameter[],
  bound: readonly (SqlType | null)[],
  generics: ReadonlyMap<string, SqlType>,
): readonly SqlType[] | null {
  const widest = bound.reduce<SqlType>((widest, type, index) => {
    if (type === null || parameters[index]?.type.kind !== 'COMMON_DECIMAL') return widest;
    return widerNumber(widest, type) ?? widest;
  }, NULL_DECIMAL);
  const types: SqlType[] = [];
  for (const [index, { type }] of parameters.entries()) {
    const complete = completeType(type, bound[index] ?? null, widest, generics);
    if (complete === null) return null;
    types.push(complete);
  }
  return types;
}

function completeType(
  parameter: ParameterType,
  bound: SqlType | null,
  widest: SqlType,
  generics: ReadonlyMap<string, SqlType>,
): SqlType | null {
  switch (parameter.kind) {
    case 'COMMON_DECIMAL':
      return widest;
    case 'ANY_DECIMAL':
      return bound ?? NULL_DECIMAL;
    case 'GENERIC':
      return bound ?? generics.get(parameter.letter) ?? null;
    default:
      return parameter;
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
  return parameters.filter(({ type }) => type.kind === 'GENERIC').length;
}
