import { fixedAmbient } from '../../src/expressions/ambient.ts';
import { compile } from '../../src/expressions/compile.ts';
import type { Value } from '../../src/sql/types.ts';
import { CONTEXT, row, typed } from '../expressions/typed.ts';

/** 2026-01-01, and the same bits each time. */
export const AMBIENT = fixedAmbient(1_767_225_600_000, () => 0x12345678);

/** The value of a SQL expression over the columns of typed.ts, in a persistent query. */
export function evaluate(sql: string, values: Parameters<typeof row>[0] = {}): Value {
  return compile(typed(sql), 'stream', undefined, AMBIENT)(row(values), CONTEXT);
}
