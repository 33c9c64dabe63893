import { assert } from '../base/assert.ts';
import { FunctionBuilder, joinCode, js, type Code } from '../base/generate.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { Row } from '../sql/types.ts';
import { type Ambient, NO_AMBIENT } from './ambient.ts';
import { emitCondition } from './emission.ts';
import { createEmission } from './emit.ts';
import type { Evaluate, EvaluatePredicate, RowContext } from './evaluation.ts';
import type { Expression } from './expression.ts';
import { isFallible, type EvaluationRules } from './properties.ts';
import { childrenOf } from './walk.ts';

/** `stream`: push and persistent queries. `pull`: pull queries and constants. */
export type EvaluationMode = 'stream' | 'pull';

/** Of all generated functions of expressions. */
const PARAMETERS = js`row, context`;

const ignore = (): void => {};

/**
 * Makes one function of an expression.
 * @param onNestedError is told of errors that only made a part of the expression null.
 * @returns a function that throws EvaluationError when the row has no value.
 */
export function compile(
  expression: Expression,
  mode: EvaluationMode,
  onNestedError: (error: EvaluationError) => void = ignore,
  ambient: Ambient = NO_AMBIENT,
): Evaluate {
  const builder = new FunctionBuilder(PARAMETERS);
  const emission = createEmission(builder, valueRules(mode), onNestedError, ambient);
  return builder.build(js`return ${emission.emit(expression)};`);
}

/**
 * Makes one function of a condition.
 * @returns a function that throws EvaluationError when the row has no answer, also when that is null.
 */
export function compilePredicate(
  expression: Expression,
  mode: EvaluationMode,
  ambient: Ambient = NO_AMBIENT,
): EvaluatePredicate {
  assert(expression.type.kind === 'BOOLEAN', 'a predicate is BOOLEAN');
  const builder = new FunctionBuilder(PARAMETERS);
  const nestedError = mode === 'stream' ? 'FALSE' : 'FAIL';
  const emission = createEmission(builder, { mode, nestedError }, ignore, ambient);
  return builder.build(js`return ${emitCondition(expression, emission)};`);
}

/**
 * Makes one function that computes all columns of a row. A column that fails is null and is reported with its
 * index; so is an error that only made a part of a column null.
 */
export function compileRow(
  expressions: readonly Expression[],
  mode: EvaluationMode,
  onError: (index: number, error: EvaluationError) => void,
  ambient: Ambient = NO_AMBIENT,
): (row: Row, context: RowContext) => Row {
  const builder = new FunctionBuilder(PARAMETERS);
  const rules = valueRules(mode);
  const statements: Code[] = [];
  const columns = expressions.map((expression, index) => {
    const report = (error: unknown): void => {
      if (!(error instanceof EvaluationError)) throw error;
      onError(index, error);
    };
    const code = createEmission(builder, rules, report, ambient).emit(expression);
    const fallible = isFallible(expression, rules);
    if (!fallible && childrenOf(expression).length === 0) return code;
    // Columns are computed one after the other, so that errors are reported in their order.
    const column = builder.variable();
    const failed = js`${builder.constant(report)}(error); ${column} = null;`;
    statements.push(
      fallible
        ? js`try { ${column} = ${code}; } catch (error) { ${failed} }`
        : js`${column} = ${code};`,
    );
    return column;
  });
  return builder.build(js`${joinCode(statements, js`\n`)} return [${joinCode(columns, js`, `)}];`);
}

function valueRules(mode: EvaluationMode): EvaluationRules {
  return { mode, nestedError: mode === 'stream' ? 'NULL' : 'FAIL' };
}
