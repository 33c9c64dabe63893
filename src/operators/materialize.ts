// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { BIGINT, INTEGER, type Row } from '../sql/types.ts';
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
import { putPart, rowOf, withLast } from './row-parts.ts';
import { mapKeyFunction } from './state-codec.ts';

/**
 * Turns the records of a table's topic into changes by remembering the row of each key (and window, which only
 * transient queries read). The state row is the row, then its time and, if it is asked for, the partition and offset of
 * its record. Records without a key are left out and reported.
 */
export interface MaterializeStep extends StepBase {
  readonly kind: 'Materialize';
  readonly table: string;
  /** Whether a step behind it reads where the record of a row stands. Absent: no. */
  readonly keepsPlace?: true;
}

export const materialize: OperatorDefinition<MaterializeStep> = {
  kind: 'Materialize',
  explain: (step) => `TABLE ${step.table}`,
  states: (step) => [tableState(step)],
  create: (step, context) => new Materialize(step, context),
};

/** The state of a step that keeps whole rows by key. */
function tableState({ schema, keepsPlace }: MaterializeStep): StateSpec {
  const types = columnsOf(schema).map((column) => column.type);
  return {
    keyTypes: schema.keys.map((column) => column.type),
    valueTypes: [...types, BIGINT, ...(keepsPlace === true ? [INTEGER, BIGINT] : [])],
    window: null,
  };
}

/** The row in the state of such a step, with the time and the place of its record. */
export function keptRow(
  step: MaterializeStep,
): (state: Row) => { row: Row; time: number; partition: number; offset: number } {
  const columnCount = columnsOf(step.schema).length;
  const keepsPlace = step.keepsPlace === true;
  return (state) => ({
    row: state.slice(0, columnCount),
    time: state[columnCount] as number,
    partition: keepsPlace ? (state[columnCount + 1] as number) : 0,
    offset: keepsPlace ? (state[columnCount + 2] as number) : 0,
  });
}

class Materialize implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  readonly #state: StateTable<Row, Row>;
  readonly #step: MaterializeStep;
  readonly #context: OperatorContext;
  readonly #mapKey: (key: Row) => unknown;
  readonly #keepsPlace: boolean;
  readonly #kept: ReturnType<typeof keptRow>;
  #entries: (StateEntry<Row, Row> | null)[] = [];

  constructor(step: MaterializeStep, context: OperatorContext) {
    const [state] = context.states;
    assert(state !== undefined, 'a materialized table keeps state');
    this.states = context.states;
    this.#state = state;
    this.#step = step;
    this.#context = context;
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
    this.#keepsPlace = step.keepsPlace === true;
    this.#kept = keptRow(step);
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
      this.#state.set(entry, change.after === null ? null : this.#stateOf(change.after, change));
      out.push(this.#change(change, state));
    }
  }

  #stateOf(row: Row, { time, partition, offset }: Change): Row {
    if (!this.#keepsPlace) return withLast(row, time);
    const count = row.length;
    const state = rowOf(count + 3);
    putPart(state, 0, row, count);
    state[count] = time;
    state[count + 1] = partition;
    state[count + 2] = offset;
    return state;
  }

  /** The change with the row the state had, which keeps its own time and place. */
  #change(change: Change, state: Row | null): Change {
    if (state === null) return withRows(change, change.key, null, change.after);
    const { partition, offset, windowStart, windowEnd } = change;
    const before = this.#kept(state);
    return new Change(
      change.key,
      before.row,
      change.after,
      change.time,
      partition,
      offset,
      windowStart,
      windowEnd,
      change.headers,
      {
        time: before.time,
        partition: this.#keepsPlace ? before.partition : partition,
        offset: this.#keepsPlace ? before.offset : offset,
        windowStart,
        windowEnd,
      },
    );
  }
}
