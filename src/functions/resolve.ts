import { DatabaseError } from '../base/errors.ts';
import { nearestName } from '../sql/nearest-name.ts';
import { formatType, type SqlType } from '../sql/types.ts';
import type { Aggregate, AggregateDefinition } from './aggregate.ts';
import { aggregates, scalarFunctions } from './index.ts';
import { formatSignature, type ScalarFunction } from './function.ts';
import { bindOverload, compareOverloads } from './overload.ts';

/** Which overload a call means and what its arguments must be converted to. */
export interface ResolvedScalar {
  /** Index into the function's overloads; goes into the plan. */
  readonly overload: number;
  /** One per argument. */
  readonly parameterTypes: readonly SqlType[];
  readonly returnType: SqlType;
}

const scalarsByName: ReadonlyMap<string, ScalarFunction> = new Map(
  scalarFunctions.map((definition) => [definition.name, definition]),
);
const aggregatesByName: ReadonlyMap<string, AggregateDefinition> = new Map(
  aggregates.map((definition) => [definition.name, definition]),
);

/** Whether there is a scalar function of that name, in any case. */
export function isScalar(name: string): boolean {
  return scalarsByName.has(name.toUpperCase());
}

/** Whether there is an aggregate of that name, in any case. */
export function isAggregate(name: string): boolean {
  return aggregatesByName.has(name.toUpperCase());
}

/**
 * The definition of a scalar function.
 * @throws DatabaseError UNKNOWN_FUNCTION.
 */
export function scalarFunction(name: string): ScalarFunction {
  const definition = scalarsByName.get(name.toUpperCase());
  if (definition === undefined) throw unknownFunction(name);
  return definition;
}

/**
 * Picks the overload for these argument types; null stands for the NULL literal. Exact matches come first, then
 * those that need conversions; of several, section 3.1 of the dialect reference says which.
 * @throws DatabaseError UNKNOWN_FUNCTION with the nearest name; TYPE_MISMATCH, listing the signatures, when no
 *   overload or more than one is right.
 */
export function resolveScalar(
  name: string,
  argumentTypes: readonly (SqlType | null)[],
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
    parameterTypes: best.types,
    returnType: best.overload.returnType(best.types),
  };
}

function candidates(
  definition: ScalarFunction,
  argumentTypes: readonly (SqlType | null)[],
  conversions: 'NONE' | 'IMPLICIT',
) {
  return definition.overloads.flatMap((overload, index) => {
    const types = bindOverload(overload, argumentTypes, conversions);
    return types === null ? [] : [{ overload, index, types }];
  });
}

/**
 * Binds an aggregate to its argument types (none for COUNT(*)); aggregates convert nothing by themselves.
 * @throws DatabaseError UNKNOWN_FUNCTION with the nearest name; TYPE_MISMATCH, listing the signatures.
 */
export function resolveAggregate(
  name: string,
  argumentTypes: readonly (SqlType | null)[],
): Aggregate {
  const definition = aggregatesByName.get(name.toUpperCase());
  if (definition === undefined) throw unknownFunction(name);
  const aggregate = definition.bind(argumentTypes);
  if (aggregate === null) {
    throw new DatabaseError(
      'TYPE_MISMATCH',
      refusal(definition.name, argumentTypes, definition.signatures),
    );
  }
  return aggregate;
}

function unknownFunction(name: string): DatabaseError {
  const nearest = nearestName(name, [...scalarsByName.keys(), ...aggregatesByName.keys()]);
  const hint = nearest === null ? '' : `. Did you mean ${nearest}?`;
  return new DatabaseError(
    'UNKNOWN_FUNCTION',
    `Can't find any functions with the name '${name.toUpperCase()}'${hint}`,
  );
}

function wrongArguments(
  definition: ScalarFunction,
  argumentTypes: readonly (SqlType | null)[],
): DatabaseError {
  const signatures = definition.overloads.map((overload) => formatSignature(definition, overload));
  return new DatabaseError(
    'TYPE_MISMATCH',
    refusal(definition.displayName, argumentTypes, signatures),
  );
}

function refusal(
  name: string,
  argumentTypes: readonly (SqlType | null)[],
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
  argumentTypes: readonly (SqlType | null)[],
): DatabaseError {
  const signatures = definition.overloads.map((overload) => formatSignature(definition, overload));
  return new DatabaseError(
    'TYPE_MISMATCH',
    `Function '${definition.displayName}' cannot be resolved due to ambiguous method parameters ` +
      `${formatTypes(argumentTypes)}.\nUse CAST() to say which of these is meant:\n` +
      signatures.join('\n'),
  );
}

function formatTypes(types: readonly (SqlType | null)[]): string {
  return `(${types.map((type) => (type === null ? 'null' : formatType(type))).join(', ')})`;
}
