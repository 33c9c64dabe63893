import { assert } from '../../base/assert.ts';
import type { ArrayType, MapType, SqlType } from '../../sql/types.ts';
import type { ParameterType } from '../function.ts';

/** A letter that stands for the same type wherever it is used in a signature. */
export function generic(letter: string): ParameterType {
  return { kind: 'GENERIC', letter };
}

/** The type of one of the arguments. */
export function typeAt(types: readonly SqlType[], index: number): SqlType {
  const type = types[index];
  assert(type !== undefined, 'the overload has that many arguments');
  return type;
}

/** The type of an argument whose parameter is an ARRAY. */
export function arrayAt(types: readonly SqlType[], index: number): ArrayType {
  const type = typeAt(types, index);
  assert(type.kind === 'ARRAY', 'the parameter is an ARRAY');
  return type;
}

/** The type of an argument whose parameter is a MAP. */
export function mapAt(types: readonly SqlType[], index: number): MapType {
  const type = typeAt(types, index);
  assert(type.kind === 'MAP', 'the parameter is a MAP');
  return type;
}
