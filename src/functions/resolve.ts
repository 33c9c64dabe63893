import { DatabaseError } from '../base/errors.ts';
import { nearestName } from '../sql/nearest-name.ts';
import { formatType, type SqlType } from '../sql/types.ts';
import {
  NO_CONSTANTS,
  type Aggregate,
  type AggregateConstants,
  type AggregateDefinition,
} from './aggregate.ts';
import { knownFunctions } from './known-functions.ts';
import { formatSignature, type ScalarFunction } from './function.ts';
import { bindOverload, compareOverloads, type ArgumentType } from './overload.ts';
import type { TableFunction } from './table-function.ts';

/** Which overload a call means and what its arguments must be converted to. */
export interface ResolvedScalar {
  /** Index into the function's overloads; goes into the plan. */
  readonly overload: number;
  /** One per argument; for a lambda, the type of its body. */
  readonly parameterTypes: readonly SqlType[];
  /** One per argument: the types of a lambda's parameters; empty for other arguments. */
  readonly lambdaParameterTypes: readonly (readonly SqlType[])[];
  readonly returnType: SqlType;
}

/** Whether there is a scalar function of that name, in any case. */
export function isScalar(name: string): boolean {
  return knownFunctions.scalars.has(name.toUpperCase());
}

/** Whether there is an aggregate of that name, in any case. */
export function isAggregate(name: string): boolean {
  return knownFunctions.aggregates.has(name.toUpperCase());
}

/** Whether there is a table function of that name, in any case. */
export function isTableFunction(name: string): boolean {
  return knownFunctions.tables.has(name.toUpperCase());
}

/**
 * The definition of a scalar function.
 * @throws DatabaseError UNKNOWN_FUNCTION.
 */
export function scalarFunction(name: string): ScalarFunction {
  const definition = knownFunctions.scalars.get(name.toUpperCase());
  if (definition === undefined) throw unknownFunction(name);
  return definition;
}

/**
 * Picks the overload for these argument types; null stands for the NULL literal. Exact matches come first, then
 * those that need conversions; of several, section 3.1 of the dialect reference says which.
 * @throws DatabaseError UNKNOWN_FUNCTION with the nearest name; TYPE_MISMATCH, listing the signatures, when no
 *   overload or more than one is right; BAD_STATEMENT for a lambda with the wrong number of parameters; what the
 *   body of a lambda throws.
 */
export function resolveScalar(
  name: string,
  argumentTypes: readonly ArgumentType[],
): ResolvedScalar {
  const definition = scalarFunction(name);
  const exact = candidates(definition, argumentTypes, 'NONE');
  const matching = exact.length > 0 ? exact : candidates(definition, argumentTypes, 'IMPLICIT');
  const [best, second] = matching.toSorted((a, b) => compareOverloads(a.overload, b.overload));
  if (best === undefined) throw wrongArguments(definition, argumentTypes);
  if (second !== undefined && compareOverloads(best.overload, second.overload) === 0) {
    throw ambiguousArguments(definition, argumentTypes);
  }
  return {
    overload: best.index,
    parameterTypes: best.bound.types,
    lambdaParameterTypes: best.bound.lambdaParameterTypes,
    returnType: best.overload.returnType(best.bound.types),
  };
}

function candidates(
  definition: ScalarFunction,
  argumentTypes: readonly ArgumentType[],
  conversions: 'NONE' | 'IMPLICIT',
) {
  return definition.overloads.flatMap((overload, index) => {
    const bound = bindOverload(overload, argumentTypes, conversions);
    return bound === null ? [] : [{ overload, index, bound }];
  });
}

/**
 * The definition of an aggregate.
 * @throws DatabaseError UNKNOWN_FUNCTION.
 */
export function aggregateFunction(name: string): AggregateDefinition {
  const definition = knownFunctions.aggregates.get(name.toUpperCase());
  if (definition === undefined) throw unknownFunction(name);
  return definition;
}

/**
 * Binds an aggregate to its argument types (none for COUNT(*)); aggregates convert nothing by themselves.
 * @throws DatabaseError UNKNOWN_FUNCTION with the nearest name; TYPE_MISMATCH, listing the signatures; BAD_STATEMENT
 *   for a literal that makes no sense.
 */
export function resolveAggregate(
  name: string,
  argumentTypes: readonly (SqlType | null)[],
  constants: AggregateConstants = NO_CONSTANTS,
): Aggregate {
  const definition = aggregateFunction(name);
  const aggregate = definition.bind(argumentTypes, constants);
  if (aggregate === null) {
    throw new DatabaseError(
      'TYPE_MISMATCH',
      refusal(definition.displayName, argumentTypes, definition.signatures),
    );
  }
  return aggregate;
}

/**
 * Binds a table function to its argument types.
 * @throws DatabaseError UNKNOWN_FUNCTION with the nearest name; TYPE_MISMATCH, listing the signatures.
 */
export function resolveTableFunction(
  name: string,
  argumentTypes: readonly (SqlType | null)[],
): TableFunction {
  const definition = knownFunctions.tables.get(name.toUpperCase());
  if (definition === undefined) throw unknownFunction(name);
  const bound = definition.bind(argumentTypes);
  if (bound !== null) return bound;
  throw new DatabaseError(
    'TYPE_MISMATCH',
    refusal(definition.displayName, argumentTypes, definition.signatures),
  );
}

function unknownFunction(name: string): DatabaseError {
  const nearest = nearestName(name, [
    ...knownFunctions.scalars.keys(),
    ...knownFunctions.aggregates.keys(),
    ...knownFunctions.tables.keys(),
  ]);
  const hint = nearest === null ? '' : `. Did you mean ${nearest}?`;
  return new DatabaseError(
    'UNKNOWN_FUNCTION',
    `Can't find any functions with the name '${name.toUpperCase()}'${hint}`,
  );
}

function wrongArguments(
  definition: ScalarFunction,
  argumentTypes: readonly ArgumentType[],
): DatabaseError {
  const signatures = definition.overloads.map((overload) => formatSignature(definition, overload));
  return new DatabaseError(
    'TYPE_MISMATCH',
    refusal(definition.displayName, argumentTypes, signatures),
  );
}

function refusal(
  name: string,
  argumentTypes: readonly ArgumentType[],
  signatures: readonly string[],
): string {
  return (
    `Function '${name}' does not accept parameters ${formatTypes(argumentTypes)}.\n` +
    `Valid alternatives are:\n${signatures.join('\n')}\n` +
    `For detailed information on a function run: DESCRIBE FUNCTION ${name};`
  );
}

function ambiguousArguments(
  definition: ScalarFunction,
  argumentTypes: readonly ArgumentType[],
): DatabaseError {
  const signatures = definition.overloads.map((overload) => formatSignature(definition, overload));
  return new DatabaseError(
    'TYPE_MISMATCH',
    `Function '${definition.displayName}' cannot be resolved due to ambiguous method parameters ` +
      `${formatTypes(argumentTypes)}.\nUse CAST() to say which of these is meant:\n` +
      signatures.join('\n'),
  );
}

function formatTypes(types: readonly ArgumentType[]): string {
  return `(${types.map(formatArgument).join(', ')})`;
}

function formatArgument(type: ArgumentType): string {
  if (type === null) return 'null';
  return type.kind === 'LAMBDA' || type.kind === 'INTERVAL_UNIT' ? type.kind : formatType(type);
}
