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

/** Added functions by name: the object that was given, and how many times it is in use. */
const added = new Map<string, { readonly definition: object; uses: number }>();

/**
 * Adds functions to those that statements can call. Plans name a function by its text, so all databases of a process
 * know the same ones; adding an object that is there already counts as one more use of it. What the body of a scalar or
 * table function throws is an error of the row.
 * @returns what ends this use: without any the functions are forgotten. Idempotent.
 * @throws DatabaseError ALREADY_EXISTS when another function has the name; BAD_STATEMENT for a name no statement could
 *   write. Nothing was added then.
 */
export function addFunctions(definitions: FunctionDefinitions): () => void {
  const all = [
    ...(definitions.scalars ?? []).map((definition) => ({
      definition,
      add: () => scalars.set(definition.name, guardedScalar(definition)),
    })),
    ...(definitions.aggregates ?? []).map((definition) => ({
      definition,
      add: () => aggregatesByName.set(definition.name, definition),
    })),
    ...(definitions.tables ?? []).map((definition) => ({
      definition,
      add: () => tables.set(definition.name, guardedTable(definition)),
    })),
  ];
  for (const { definition } of all) if (isNew(definition)) checkName(definition.name);
  for (const { definition, add } of all) {
    if (isNew(definition)) {
      added.set(definition.name, { definition, uses: 0 });
      add();
    }
    added.get(definition.name)!.uses++;
  }
  let names = all.map(({ definition }) => definition.name);
  return () => {
    for (const name of names) endUse(name);
    names = [];
  };
}

function isNew(definition: { readonly name: string }): boolean {
  return added.get(definition.name)?.definition !== definition;
}

function endUse(name: string): void {
  const entry = added.get(name);
  if (entry === undefined || --entry.uses > 0) return;
  added.delete(name);
  scalars.delete(name);
  aggregatesByName.delete(name);
  tables.delete(name);
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

function guardedScalar(definition: ScalarFunction): ScalarFunction {
  return { ...definition, overloads: definition.overloads.map(guardedOverload) };
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
