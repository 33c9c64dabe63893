// Hot path: once per record.
import { compileRow } from '../expressions/compile.ts';
import type { ErrorSink, RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import { printExpression } from '../expressions/print.ts';
import { columnsOf } from '../sql/schema.ts';
import type { Row, Value } from '../sql/types.ts';
import { type Change, contextBefore, withRows } from './change.ts';
import { mapKeyFunction } from './state-codec.ts';
import type { Operator, OperatorContext, OperatorDefinition, StepBase } from './operator.ts';

/**
 * The grouping key of each row, and the arguments of the aggregates as its values. Rows with a null or failing
 * grouping value are left out and reported. Over a table a change whose group moved becomes two: out of the old
 * group, then into the new one.
 */
export interface GroupByStep extends StepBase {
  readonly kind: 'GroupBy';
  readonly keys: readonly Expression[];
  readonly arguments: readonly Expression[];
}

export const groupBy: OperatorDefinition<GroupByStep> = {
  kind: 'GroupBy',
  explain: (step) => `GROUP BY ${step.keys.map((key) => printExpression(key)).join(', ')}`,
  states: () => [],
  create: (step, context) => new GroupBy(step, context),
};

class GroupBy implements Operator {
  readonly states = [];
  readonly #keyCount: number;
  readonly #keyNames: readonly string[];
  readonly #mapKey: (key: Row) => unknown;
  readonly #errors: ErrorSink;
  readonly #project: (row: Row, context: RowContext) => Row;

  constructor(step: GroupByStep, { errors, ambient }: OperatorContext) {
    this.#keyCount = step.keys.length;
    this.#keyNames = step.keys.map((key) => printExpression(key));
    this.#mapKey = mapKeyFunction(step.keys.map((key) => key.type));
    this.#errors = errors;
    const columns = columnsOf(step.schema);
    this.#project = compileRow(
      [...step.keys, ...step.arguments],
      'stream',
      (index, error) => errors.report(`column ${columns[index]?.name ?? index}: ${error.message}`),
      ambient,
    );
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (const change of batch) {
      const before =
        change.before === null ? null : this.#grouped(change.before, contextBefore(change));
      const after = change.after === null ? null : this.#grouped(change.after, change);
      if (before === null && after === null) continue;
      const keyBefore = before === null ? null : this.#keyOf(before);
      const keyAfter = after === null ? null : this.#keyAfter(after, change);
      if (keyBefore === null || keyAfter === null || this.#same(keyBefore, keyAfter)) {
        out.push(withRows(change, (keyAfter ?? keyBefore) as Row, before, after));
        continue;
      }
      out.push(withRows(change, keyBefore, before, null));
      out.push(withRows(change, keyAfter, null, after));
    }
  }

  /** The row of the group-by step, or null when it belongs to no group. */
  #grouped(row: Row, context: RowContext): Row | null {
    const grouped = this.#project(row, context);
    for (let i = 0; i < this.#keyCount; i++) {
      if (grouped[i] !== null) continue;
      const name = this.#keyNames[i] ?? i;
      this.#errors.report(`GROUP BY ${name} is null: the row belongs to no group and is left out`);
      return null;
    }
    return grouped;
  }

  #keyOf(row: Row): Row {
    return this.#keyCount === 1 ? [row[0] as Value] : row.slice(0, this.#keyCount);
  }

  /** A key that stays what it is is handed on as the same object. */
  #keyAfter(after: Row, { key }: Change): Row {
    if (key.length !== this.#keyCount) return this.#keyOf(after);
    for (let i = 0; i < key.length; i++) if (key[i] !== after[i]) return this.#keyOf(after);
    return key;
  }

  #same(a: Row, b: Row): boolean {
    return this.#mapKey(a) === this.#mapKey(b);
  }
}
