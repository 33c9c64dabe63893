import type { Integer } from '../../sql/decimal.ts';
import { BIGINT, DOUBLE, INTEGER } from '../../sql/types.ts';
import { overload, parameter, type ScalarOverload } from '../function.ts';

const TYPES = [INTEGER, BIGINT, DOUBLE] as const;

/** Overloads that take one INTEGER, BIGINT or DOUBLE (a DECIMAL becomes a DOUBLE) and give a DOUBLE. */
export function ofNumber(compute: (value: number) => number): readonly ScalarOverload[] {
  return TYPES.map((type) =>
    overload([parameter('value', type)], DOUBLE, (value: Integer) => compute(Number(value))),
  );
}

/** Overloads that take two INTEGERs, two BIGINTs or two DOUBLEs and give a DOUBLE. */
export function ofTwoNumbers(
  [firstName, secondName]: readonly [string, string],
  compute: (first: number, second: number) => number,
): readonly ScalarOverload[] {
  return TYPES.map((type) =>
    overload(
      [parameter(firstName, type), parameter(secondName, type)],
      DOUBLE,
      (first: Integer, second: Integer) => compute(Number(first), Number(second)),
    ),
  );
}
