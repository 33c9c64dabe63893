import type { AggregateDefinition } from './aggregate.ts';
import { average } from './aggregate/average.ts';
import { count } from './aggregate/count.ts';
import { maximum, minimum } from './aggregate/extremes.ts';
import { sum } from './aggregate/sum.ts';
import type { ScalarFunction } from './function.ts';
import { abs, sign, sqrt } from './scalar/arithmetic.ts';
import { concat, concatWs } from './scalar/concat.ts';
import { asValue, coalesce, ifnull, nullif } from './scalar/conditional.ts';
import { greatest, least } from './scalar/extremes.ts';
import { lcase, len, trim, ucase } from './scalar/letters.ts';
import { lpad, rpad } from './scalar/padding.ts';
import { instr, replace, substring } from './scalar/pieces.ts';
import { ceil, floor, round } from './scalar/rounding.ts';

/** Every scalar function. */
export const scalarFunctions: readonly ScalarFunction[] = [
  abs,
  ceil,
  floor,
  greatest,
  least,
  round,
  sign,
  sqrt,
  concat,
  concatWs,
  instr,
  lcase,
  len,
  lpad,
  replace,
  rpad,
  substring,
  trim,
  ucase,
  coalesce,
  ifnull,
  nullif,
  asValue,
];

/** Every aggregate. */
export const aggregates: readonly AggregateDefinition[] = [count, sum, average, minimum, maximum];
