// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { compileRow } from '../expressions/compile.ts';
import type { RowContext } from '../expressions/evaluation.ts';
import type { Expression } from '../expressions/expression.ts';
import type { Row, SqlType, Value } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { type Change, namesNoRow, withRows } from './change.ts';
import type { Operator, OperatorContext, OperatorDefinition, StepBase } from './operator.ts';
import { mapKeyFunction } from './state-codec.ts';

/**
 * Looks up the table's row for each record of the stream, at the moment it is processed. Input 0 is the stream, keyed
 * by the join key; input 1 the table. Table changes emit nothing.
 *
 * The table is kept as the values of `columns` of its side, already computed.
 */
export interface JoinStreamTableStep extends StepBase {
  readonly kind: 'JoinStreamTable';
  readonly type: 'INNER' | 'LEFT';
  readonly columns: readonly JoinColumnSpec[];
  readonly table: string;
}

/** One value column of the result: an expression over the row of one side. */
export interface JoinColumnSpec {
  readonly side: 'left' | 'right';
  readonly expression: Expression;
}

const STREAM = 0;

export const joinStreamTable: OperatorDefinition<JoinStreamTableStep> = {
  kind: 'JoinStreamTable',
  explain: (step) => `${step.type} JOIN ${step.table}`,
  states: (step) => [
    {
      keyTypes: step.schema.keys.map((column) => column.type),
      valueTypes: rightTypes(step),
      window: null,
    },
  ],
  create: (step, context) => new JoinStreamTable(step, context),
};

function rightTypes(step: JoinStreamTableStep): SqlType[] {
  const right = step.columns.filter((column) => column.side === 'right');
  return right.map((column) => column.expression.type);
}

class JoinStreamTable implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  readonly #state: StateTable<Row, Row>;
  readonly #context: OperatorContext;
  readonly #step: JoinStreamTableStep;
  readonly #mapKey: (key: Row) => unknown;
  readonly #left: (row: Row, context: RowContext) => Row;
  readonly #right: (row: Row, context: RowContext) => Row;
  readonly #fromRight: readonly boolean[];
  #entries: (StateEntry<Row, Row> | null)[] = [];

  constructor(step: JoinStreamTableStep, context: OperatorContext) {
    const [state] = context.states;
    assert(state !== undefined, 'a join keeps the table');
    this.states = context.states;
    this.#state = state;
    this.#context = context;
    this.#step = step;
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
    this.#fromRight = step.columns.map((column) => column.side === 'right');
    this.#left = this.#side('left');
    this.#right = this.#side('right');
  }

  #side(side: 'left' | 'right'): (row: Row, context: RowContext) => Row {
    const expressions = this.#step.columns
      .filter((column) => column.side === side)
      .map((column) => column.expression);
    return compileRow(expressions, 'stream', (index, error) =>
      this.#context.errors.report(`${side} column ${index} of the join: ${error.message}`),
    );
  }

  prepare(batch: readonly Change[]): void {
    this.#entries = batch.map((change) =>
      namesNoRow(change.key) ? null : this.#state.entry(this.#mapKey(change.key), change.key, 0),
    );
  }

  process(batch: readonly Change[], input: number, out: Change[]): void {
    for (let i = 0; i < batch.length; i++) {
      const change = batch[i] as Change;
      const entry = this.#entries[i] ?? null;
      if (input === STREAM) this.#lookup(change, entry, out);
      else this.#store(change, entry);
    }
  }

  #lookup(change: Change, entry: StateEntry<Row, Row> | null, out: Change[]): void {
    if (change.after === null) return;
    const right = entry === null ? null : entry.value;
    if (right === null && this.#step.type === 'INNER') return;
    const left = this.#left(change.after, change);
    const row = this.#step.schema.keys.map((_, index) => change.key[index] ?? null);
    let leftIndex = 0;
    let rightIndex = 0;
    for (const fromRight of this.#fromRight) {
      if (fromRight) row.push(right === null ? null : (right[rightIndex++] as Value));
      else row.push(left[leftIndex++] as Value);
    }
    out.push(withRows(change, change.key, null, row));
  }

  #store(change: Change, entry: StateEntry<Row, Row> | null): void {
    if (entry === null) {
      this.#context.errors.report(
        `a record of table ${this.#step.table} without a key is left out`,
      );
      return;
    }
    this.#state.set(entry, change.after === null ? null : this.#right(change.after, change));
  }
}
