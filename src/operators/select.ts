// Hot path: once per record.
import { compileRow } from '../expressions/compile.ts';
import type { RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import type { Row, Value } from '../sql/types.ts';
import { type Change, contextBefore, NULL_KEY, withRows } from './change.ts';
import type { Operator, OperatorContext, OperatorDefinition, StepBase } from './operator.ts';

/**
 * The projection of a stream or table. The key stays what it is: `keys[i]` is the index of the input's key column
 * that becomes key column i. A failing expression makes its column null and is reported.
 */
export interface SelectStep extends StepBase {
  readonly kind: 'Select';
  readonly keys: readonly number[];
  readonly values: readonly Expression[];
}

export const select: OperatorDefinition<SelectStep> = {
  kind: 'Select',
  explain: (step) => `SELECT ${step.values.map((value) => printExpression(value)).join(', ')}`,
  states: () => [],
  create: (step, context) => new Select(step, context),
};

class Select implements Operator {
  readonly states = [];
  readonly #keys: readonly number[];
  readonly #sameKey: boolean;
  /** Rows of so many columns stay as they are; -1 when the projection changes rows. */
  readonly #sameWidth: number;
  readonly #project: (row: Row, context: RowContext) => Row;

  constructor(step: SelectStep, { errors, ambient }: OperatorContext) {
    this.#keys = step.keys;
    // An unchanged key is handed on as the same object.
    this.#sameKey = step.keys.every((index, position) => index === position);
    const isSame = this.#sameKey && areColumnsFrom(step.values, step.keys.length);
    this.#sameWidth = isSame ? step.keys.length + step.values.length : -1;
    const keyColumns = step.keys.map((index, position): Expression => {
      const column = step.schema.keys[position];
      if (column === undefined) throw new RangeError(`key column ${position} has no schema`);
      return { kind: 'column', type: column.type, index, name: column.name };
    });
    const report = (index: number, error: Error): void => {
      const column = [...step.schema.keys, ...step.schema.values][index];
      errors.report(`column ${column?.name ?? index}: ${error.message}`);
    };
    this.#project = compileRow([...keyColumns, ...step.values], 'stream', report, ambient);
  }

  #keyOf({ key }: Change): Row {
    return key.length === 0 ? NULL_KEY : this.#keys.map((index) => key[index] as Value);
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    const project = this.#project;
    for (const change of batch) {
      const { before, after } = change;
      if (this.#isSame(before) && this.#isSame(after)) {
        out.push(change);
        continue;
      }
      const key = this.#sameKey ? change.key : this.#keyOf(change);
      out.push(
        withRows(
          change,
          key,
          before === null ? null : project(before, contextBefore(change)),
          after === null ? null : project(after, change),
        ),
      );
    }
  }

  /** Whether the projection would only copy the row: an aggregate's, mostly, whose results stand as they are selected. */
  #isSame(row: Row | null): boolean {
    return this.#sameWidth >= 0 && (row === null || row.length === this.#sameWidth);
  }
}

/** Whether the expressions are the columns of their input from an index on, in order. */
function areColumnsFrom(expressions: readonly Expression[], start: number): boolean {
  return expressions.every((expression, i) => {
    return expression.kind === 'column' && expression.index === start + i;
  });
}
