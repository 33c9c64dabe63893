// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { BIGINT, type Row } from '../sql/types.ts';
import { columnsOf } from '../sql/schema.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { Change, namesNoRow, withRows } from './change.ts';
import type {
  Operator,
  OperatorContext,
  OperatorDefinition,
  StateSpec,
  StepBase,
} from './operator.ts';
import { withLast } from './row-parts.ts';
import { mapKeyFunction } from './state-codec.ts';

/**
 * Turns the records of a table's topic into changes by remembering the row of each key (and window, which only
 * transient queries read). The state row is the row and then its time. Records without a key are left out and
 * reported.
 */
export interface MaterializeStep extends StepBase {
  readonly kind: 'Materialize';
  readonly table: string;
}

export const materialize: OperatorDefinition<MaterializeStep> = {
  kind: 'Materialize',
  explain: (step) => `TABLE ${step.table}`,
  states: (step) => [tableState(step)],
  create: (step, context) => new Materialize(step, context),
};

/** The state of a step that keeps whole rows by key. */
function tableState(step: MaterializeStep): StateSpec {
  return {
    keyTypes: step.schema.keys.map((column) => column.type),
    valueTypes: [...columnsOf(step.schema).map((column) => column.type), BIGINT],
    window: null,
  };
}

class Materialize implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  readonly #state: StateTable<Row, Row>;
  readonly #step: MaterializeStep;
  readonly #context: OperatorContext;
  readonly #mapKey: (key: Row) => unknown;
  readonly #columnCount: number;
  #entries: (StateEntry<Row, Row> | null)[] = [];

  constructor(step: MaterializeStep, context: OperatorContext) {
    const [state] = context.states;
    assert(state !== undefined, 'a materialized table keeps state');
    this.states = context.states;
    this.#state = state;
    this.#step = step;
    this.#context = context;
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
    this.#columnCount = columnsOf(step.schema).length;
  }

  prepare(batch: readonly Change[]): void {
    this.#entries = batch.map((change) => {
      if (namesNoRow(change.key)) {
        this.#context.errors.report(
          `a record of table ${this.#step.table} without a key is left out`,
        );
        return null;
      }
      return this.#state.entry(this.#mapKey(change.key), change.key, change.windowStart);
    });
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (let i = 0; i < batch.length; i++) {
      const entry = this.#entries[i];
      if (!entry) continue;
      const change = batch[i] as Change;
      const state = entry.value;
      this.#state.set(entry, change.after === null ? null : withLast(change.after, change.time));
      out.push(this.#change(change, state));
    }
  }

  /** The change with the row the state had, which keeps its own time. */
  #change(change: Change, state: Row | null): Change {
    if (state === null) return withRows(change, change.key, null, change.after);
    const { partition, offset, windowStart, windowEnd } = change;
    const time = state[this.#columnCount] as number;
    return new Change(
      change.key,
      state.slice(0, this.#columnCount),
      change.after,
      change.time,
      partition,
      offset,
      windowStart,
      windowEnd,
      change.headers,
      { time, partition, offset, windowStart, windowEnd },
    );
  }
}
