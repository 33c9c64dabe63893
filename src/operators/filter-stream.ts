// Hot path: once per record.
import { compilePredicate } from '../expressions/compile.ts';
import type { ErrorSink, EvaluatePredicate, RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { Row } from '../sql/types.ts';
import type { Change } from './change.ts';
import type { Operator, OperatorDefinition, StepBase } from './operator.ts';

/** WHERE on a stream: keeps the rows for which the predicate is true; null-value records are dropped. */
export interface FilterStreamStep extends StepBase {
  readonly kind: 'FilterStream';
  readonly predicate: Expression;
}

export const filterStream: OperatorDefinition<FilterStreamStep> = {
  kind: 'FilterStream',
  explain: (step) => `WHERE ${printExpression(step.predicate)}`,
  states: () => [],
  create: (step, { errors, ambient }) =>
    new FilterStream(compilePredicate(step.predicate, 'stream', ambient), errors),
};

class FilterStream implements Operator {
  readonly states = [];
  readonly #predicate: EvaluatePredicate;
  readonly #errors: ErrorSink;

  constructor(predicate: EvaluatePredicate, errors: ErrorSink) {
    this.#predicate = predicate;
    this.#errors = errors;
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (const change of batch) {
      const row = change.after;
      if (row !== null && matches(this.#predicate, row, change, this.#errors)) out.push(change);
    }
  }
}

/** The predicate's answer; an evaluation error is reported and counts as false (section 2.8 of the dialect). */
export function matches(
  predicate: EvaluatePredicate,
  row: Row,
  context: RowContext,
  errors: ErrorSink,
): boolean {
  try {
    return predicate(row, context);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    errors.report(`predicate: ${error.message}`);
    return false;
  }
}
