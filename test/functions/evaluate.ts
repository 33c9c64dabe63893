import { compile } from '../../src/expressions/compile.ts';
import type { Value } from '../../src/sql/types.ts';
import { CONTEXT, row, typed } from '../expressions/typed.ts';

/** The value of a SQL expression over the columns of typed.ts, in a persistent query. */
export function evaluate(sql: string, values: Parameters<typeof row>[0] = {}): Value {
  return compile(typed(sql), 'stream')(row(values), CONTEXT);
}
