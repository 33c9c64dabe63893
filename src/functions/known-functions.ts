import { DatabaseError } from '../base/errors.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { AggregateDefinition } from './aggregate.ts';
import type { ScalarBody, ScalarFunction, ScalarOverload } from './function.ts';
import { aggregates, scalarFunctions, tableFunctions } from './index.ts';
import type { TableFunctionDefinition } from './table-function.ts';

/** Functions of an application, defined by the same objects as the built-in ones. */
export interface FunctionDefinitions {
  readonly scalars?: readonly ScalarFunction[];
  readonly aggregates?: readonly AggregateDefinition[];
  readonly tables?: readonly TableFunctionDefinition[];
}

const scalars = byName(scalarFunctions);
const aggregatesByName = byName(aggregates);
const tables = byName(tableFunctions);

/** Every function of this process by name: the built-in ones, then those that were added. */
export const knownFunctions: {
  readonly scalars: ReadonlyMap<string, ScalarFunction>;
  readonly aggregates: ReadonlyMap<string, AggregateDefinition>;
  readonly tables: ReadonlyMap<string, TableFunctionDefinition>;
} = { scalars, aggregates: aggregatesByName, tables };

/** Whose names are taken, with the object that took them. */
const added = new Map<string, object>();

/**
 * Adds functions to those that statements can call. Plans name a function by its text, so all databases of a process
 * know the same ones; adding the same object again changes nothing. Whatever a body throws is an error of that row.
 * @throws DatabaseError ALREADY_EXISTS when another function has the name; CONFIGURATION for a name no statement
 *   could write.
 */
export function addFunctions(definitions: FunctionDefinitions): void {
  const fresh = [
    ...(definitions.scalars ?? []),
    ...(definitions.aggregates ?? []),
    ...(definitions.tables ?? []),
  ].filter((definition) => added.get(definition.name) !== definition);
  for (const { name } of fresh) checkName(name);
  for (const definition of fresh) added.set(definition.name, definition);
  const isFresh = (definition: object): boolean => fresh.includes(definition as never);
  for (const scalar of (definitions.scalars ?? []).filter(isFresh)) {
    scalars.set(scalar.name, { ...scalar, overloads: scalar.overloads.map(guardedOverload) });
  }
  for (const aggregate of (definitions.aggregates ?? []).filter(isFresh)) {
    aggregatesByName.set(aggregate.name, aggregate);
  }
  for (const table of (definitions.tables ?? []).filter(isFresh)) {
    tables.set(table.name, guardedTable(table));
  }
}

const NAME = /^[A-Z_][A-Z0-9_]*$/;

function checkName(name: string): void {
  if (!NAME.test(name)) {
    throw new DatabaseError(
      'BAD_STATEMENT',
      `"${name}" cannot be the name of a function: expected upper-case letters, digits and _, such as MY_FUNCTION.`,
    );
  }
  if (scalars.has(name) || aggregatesByName.has(name) || tables.has(name)) {
    throw new DatabaseError('ALREADY_EXISTS', `There is a function ${name} already.`);
  }
}

function guardedOverload(overload: ScalarOverload): ScalarOverload {
  return {
    ...overload,
    returnType: (types) => overload.returnType(types),
    create: (types) => guarded(overload.create(types)),
  };
}

function guardedTable(definition: TableFunctionDefinition): TableFunctionDefinition {
  return {
    ...definition,
    bind: (types) => {
      const bound = definition.bind(types);
      if (bound === null) return null;
      return { ...bound, expand: guarded((args: never) => bound.expand(args) as never) as never };
    },
  };
}

/** The same function, whose errors are errors of evaluation. */
function guarded(body: ScalarBody): ScalarBody {
  return (...values) => {
    try {
      return body(...values);
    } catch (error) {
      if (error instanceof EvaluationError) throw error;
      throw new EvaluationError(error instanceof Error ? error.message : String(error));
    }
  };
}

function byName<T extends { readonly name: string }>(definitions: readonly T[]): Map<string, T> {
  return new Map(definitions.map((definition) => [definition.name, definition]));
}
