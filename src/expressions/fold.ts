import { assert } from '../base/assert.ts';
import type { Value } from '../sql/types.ts';
import { type Ambient, NO_AMBIENT } from './ambient.ts';
import { compile } from './compile.ts';
import type { RowContext } from './evaluation.ts';
import type { Expression } from './expression.ts';
import { hasColumns } from './walk.ts';

const NO_CONTEXT: RowContext = {
  time: 0,
  partition: 0,
  offset: 0,
  windowStart: 0,
  windowEnd: 0,
};

/**
 * The value of an expression without columns, as the values of INSERT and the keys of pull queries are. An error
 * anywhere in it is an error of the whole; arithmetic with null is null.
 * @throws EvaluationError when it has no value.
 */
export function evaluateConstant(expression: Expression, ambient: Ambient = NO_AMBIENT): Value {
  assert(!hasColumns(expression), 'a constant expression has no columns');
  return compile(expression, 'pull', () => {}, ambient)([], NO_CONTEXT);
}
