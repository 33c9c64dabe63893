import { assert } from '../../base/assert.ts';
import type { SqlType } from '../../sql/types.ts';
import type { Parameter, ScalarBody, ScalarOverload } from '../function.ts';

/** An overload whose result has the type of its first argument, which the body is made for. */
export function sameType(
  parameters: readonly Parameter[],
  create: (type: SqlType) => ScalarBody,
): ScalarOverload {
  return {
    parameters,
    variadic: false,
    returnType: firstType,
    create: (types) => create(firstType(types)),
  };
}

/** The first of the argument types, for overloads that have at least one parameter. */
export function firstType(types: readonly SqlType[]): SqlType {
  const first = types[0];
  assert(first !== undefined, 'the overload has a first argument');
  return first;
}
