// Hot path: once per change.
import { compilePredicate } from '../expressions/compile.ts';
import type { ErrorSink, EvaluatePredicate } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { type Change, contextBefore, withRows } from './change.ts';
import { matches } from './filter-stream.ts';
import type { Operator, OperatorDefinition, StepBase } from './operator.ts';

/**
 * WHERE or HAVING on a table: a key that stops matching becomes a tombstone if it matched before; one that never
 * matched gives nothing.
 */
export interface FilterTableStep extends StepBase {
  readonly kind: 'FilterTable';
  readonly predicate: Expression;
  readonly clause: 'WHERE' | 'HAVING';
  /**
   * False when the input does not say what its rows were before (foreign-key joins): then every row that does not match
   * becomes a tombstone. Absent for true.
   */
  readonly knowsBefore?: boolean;
}

export const filterTable: OperatorDefinition<FilterTableStep> = {
  kind: 'FilterTable',
  explain: (step) => `${step.clause} ${printExpression(step.predicate)}`,
  states: () => [],
  create: (step, { errors }) => new FilterTable(step, errors),
};

class FilterTable implements Operator {
  readonly states = [];
  readonly #predicate: EvaluatePredicate;
  readonly #errors: ErrorSink;
  readonly #knowsBefore: boolean;

  constructor(step: FilterTableStep, errors: ErrorSink) {
    this.#predicate = compilePredicate(step.predicate, 'stream');
    this.#errors = errors;
    this.#knowsBefore = step.knowsBefore ?? true;
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (const change of batch) {
      const { before, after } = change;
      const matched =
        before !== null && matches(this.#predicate, before, contextBefore(change), this.#errors);
      const matchesNow = after !== null && matches(this.#predicate, after, change, this.#errors);
      if (!matched && !matchesNow && this.#knowsBefore) continue;
      out.push(withRows(change, change.key, matched ? before : null, matchesNow ? after : null));
    }
  }
}
