// Hot path: once per record.
import { assert } from '../base/assert.ts';
import type { Row } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { type Change, namesNoRow, withRows } from './change.ts';
import { type JoinColumnSpec, JoinedRows, typesOfSide } from './joined-rows.ts';
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

const STREAM = 0;

export const joinStreamTable: OperatorDefinition<JoinStreamTableStep> = {
  kind: 'JoinStreamTable',
  explain: (step) => `${step.type} JOIN ${step.table}`,
  states: (step) => [
    {
      keyTypes: step.schema.keys.map((column) => column.type),
      valueTypes: typesOfSide(step.columns, 'right'),
      window: null,
    },
  ],
  create: (step, context) => new JoinStreamTable(step, context),
};

class JoinStreamTable implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  readonly #state: StateTable<Row, Row>;
  readonly #context: OperatorContext;
  readonly #step: JoinStreamTableStep;
  readonly #mapKey: (key: Row) => unknown;
  readonly #rows: JoinedRows;
  #entries: (StateEntry<Row, Row> | null)[] = [];

  constructor(step: JoinStreamTableStep, context: OperatorContext) {
    const [state] = context.states;
    assert(state !== undefined, 'a join keeps the table');
    this.states = context.states;
    this.#state = state;
    this.#context = context;
    this.#step = step;
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
    this.#rows = new JoinedRows(step.columns, step.schema.keys.length, context.errors);
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
    const left = this.#rows.valuesOf('left', change.after, change);
    const row = this.#rows.join(change.key, left, right);
    out.push(withRows(change, change.key, null, row));
  }

  #store(change: Change, entry: StateEntry<Row, Row> | null): void {
    if (entry === null) {
      this.#context.errors.report(
        `a record of table ${this.#step.table} without a key is left out`,
      );
      return;
    }
    this.#state.set(
      entry,
      change.after === null ? null : this.#rows.valuesOf('right', change.after, change),
    );
  }
}
