// Hot path: once per record.
import { compile, compileRow } from '../expressions/compile.ts';
import type { ErrorSink, Evaluate, RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import { columnsRead } from '../expressions/columns.ts';
import { printExpression } from '../expressions/print.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import { columnsOf } from '../sql/schema.ts';
import type { Row, Value } from '../sql/types.ts';
import { type Change, withRows } from './change.ts';
import type { Operator, OperatorContext, OperatorDefinition, StepBase } from './operator.ts';

/**
 * A new key for a stream. Null and failing key expressions give a null key component. Of a record with a null value,
 * only expressions over old key columns can be computed; the record is passed on with its null value.
 */
export interface PartitionByStep extends StepBase {
  readonly kind: 'PartitionBy';
  readonly keys: readonly Expression[];
  readonly values: readonly Expression[];
  /** How many leading columns of the input row are its key. */
  readonly inputKeyCount: number;
  readonly inputColumnCount: number;
}

export const partitionBy: OperatorDefinition<PartitionByStep> = {
  kind: 'PartitionBy',
  explain: (step) => `PARTITION BY ${step.keys.map((key) => printExpression(key)).join(', ')}`,
  states: () => [],
  create: (step, context) => new PartitionBy(step, context),
};

class PartitionBy implements Operator {
  readonly states = [];
  readonly #step: PartitionByStep;
  readonly #errors: ErrorSink;
  readonly #project: (row: Row, context: RowContext) => Row;
  /** Null for a key expression that needs more than the old key. */
  readonly #fromKey: readonly (Evaluate | null)[];

  constructor(step: PartitionByStep, { errors, ambient }: OperatorContext) {
    this.#step = step;
    this.#errors = errors;
    const columns = columnsOf(step.schema);
    this.#project = compileRow(
      [...step.keys, ...step.values],
      'stream',
      (index, error) => errors.report(`column ${columns[index]?.name ?? index}: ${error.message}`),
      ambient,
    );
    this.#fromKey = step.keys.map((key) => {
      const reads = columnsRead(key);
      const onlyKey = !reads.pseudo && reads.indexes.every((i) => i < step.inputKeyCount);
      return onlyKey ? compile(key, 'stream', undefined, ambient) : null;
    });
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    const keyCount = this.#step.keys.length;
    for (const change of batch) {
      if (change.after === null) {
        out.push(withRows(change, this.#keyOfNullRow(change), null, null));
        continue;
      }
      const row = this.#project(change.after, change);
      out.push(withRows(change, row.slice(0, keyCount), null, row));
    }
  }

  #keyOfNullRow(change: Change): Row {
    const row: Row = Array.from({ length: this.#step.inputColumnCount }, () => null);
    change.key.forEach((value, index) => {
      row[index] = value;
    });
    return this.#fromKey.map((evaluate): Value => {
      if (evaluate === null) return null;
      try {
        return evaluate(row, change);
      } catch (error) {
        if (!(error instanceof EvaluationError)) throw error;
        this.#errors.report(`key: ${error.message}`);
        return null;
      }
    });
  }
}
