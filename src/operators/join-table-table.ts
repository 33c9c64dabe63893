// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { BIGINT, type Row } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { Change, namesNoRow } from './change.ts';
import { type JoinColumnSpec, JoinedRows, typesOfSide } from './joined-rows.ts';
import type { Operator, OperatorContext, OperatorDefinition, StepBase } from './operator.ts';
import { withLast } from './row-parts.ts';
import { mapKeyFunction } from './state-codec.ts';

/**
 * Joins two tables on their keys: a change of either side computes the result of that key anew, with the other side's
 * current row. Input 0 is the left table, input 1 the right one.
 *
 * Both sides are kept as the values of `columns` of that side, already computed, and the time of the row.
 */
export interface JoinTableTableStep extends StepBase {
  readonly kind: 'JoinTableTable';
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly columns: readonly JoinColumnSpec[];
  /** Name of the right table. */
  readonly table: string;
}

export const joinTableTable: OperatorDefinition<JoinTableTableStep> = {
  kind: 'JoinTableTable',
  explain: (step) => `${step.type} JOIN ${step.table}`,
  states: (step) =>
    (['left', 'right'] as const).map((side) => ({
      keyTypes: step.schema.keys.map((column) => column.type),
      valueTypes: [...typesOfSide(step.columns, side), BIGINT],
      window: null,
    })),
  create: (step, context) => new JoinTableTable(step, context),
};

const LEFT = 0;

type Entry = StateEntry<Row, Row>;

class JoinTableTable implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  readonly #step: JoinTableTableStep;
  readonly #context: OperatorContext;
  readonly #rows: JoinedRows;
  readonly #mapKey: (key: Row) => unknown;
  readonly #leftTimeSlot: number;
  readonly #rightTimeSlot: number;
  /** By row of the batch under way: the entries of its key; null for a row without a key. */
  #entries: ({ readonly left: Entry; readonly right: Entry } | null)[] = [];

  constructor(step: JoinTableTableStep, context: OperatorContext) {
    assert(context.states.length === 2, 'a join of two tables keeps both');
    this.states = context.states;
    this.#step = step;
    this.#context = context;
    this.#rows = new JoinedRows(step.columns, step.schema.keys.length, context.errors);
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
    this.#leftTimeSlot = typesOfSide(step.columns, 'left').length;
    this.#rightTimeSlot = typesOfSide(step.columns, 'right').length;
  }

  prepare(batch: readonly Change[]): void {
    const [left, right] = this.states as [StateTable<Row, Row>, StateTable<Row, Row>];
    this.#entries = batch.map(({ key, windowStart }) => {
      if (namesNoRow(key)) return null;
      const mapKey = this.#mapKey(key);
      return {
        left: left.entry(mapKey, key, windowStart),
        right: right.entry(mapKey, key, windowStart),
      };
    });
  }

  process(batch: readonly Change[], input: number, out: Change[]): void {
    for (let i = 0; i < batch.length; i++) {
      const entries = this.#entries[i];
      const change = batch[i] as Change;
      if (!entries) this.#context.errors.report('a record of a table without a key is left out');
      else if (input === LEFT) this.#changeLeft(change, entries, out);
      else this.#changeRight(change, entries, out);
    }
  }

  #changeLeft(change: Change, { left, right }: { left: Entry; right: Entry }, out: Change[]): void {
    const before = left.value;
    const after = this.#valuesOf('left', change);
    (this.states[0] as StateTable<Row, Row>).set(left, after);
    const other = right.value;
    const { type } = this.#step;
    if (other === null && (type === 'INNER' || type === 'RIGHT')) return;
    if (other === null && before === null && after === null) return;
    const time = other === null ? -1 : (other[this.#rightTimeSlot] as number);
    out.push(
      this.#result(
        change,
        time,
        this.#joined(left.key, before, other),
        this.#joined(left.key, after, other),
      ),
    );
  }

  #changeRight(
    change: Change,
    { left, right }: { left: Entry; right: Entry },
    out: Change[],
  ): void {
    const before = right.value;
    const after = this.#valuesOf('right', change);
    (this.states[1] as StateTable<Row, Row>).set(right, after);
    const other = left.value;
    const { type } = this.#step;
    if (other === null && (type === 'INNER' || type === 'LEFT')) return;
    if (other === null && before === null && after === null) return;
    const time = other === null ? -1 : (other[this.#leftTimeSlot] as number);
    out.push(
      this.#result(
        change,
        time,
        this.#joined(left.key, other, before),
        this.#joined(left.key, other, after),
      ),
    );
  }

  #valuesOf(side: 'left' | 'right', change: Change): Row | null {
    if (change.after === null) return null;
    return withLast(this.#rows.valuesOf(side, change.after, change), change.time);
  }

  /** Null when there is no result for such a pair. */
  #joined(key: Row, left: Row | null, right: Row | null): Row | null {
    if (left === null && right === null) return null;
    const { type } = this.#step;
    if (left === null && (type === 'INNER' || type === 'LEFT')) return null;
    if (right === null && (type === 'INNER' || type === 'RIGHT')) return null;
    return this.#rows.join(key, left, right);
  }

  #result(change: Change, otherTime: number, before: Row | null, after: Row | null): Change {
    return new Change(
      change.key,
      before,
      after,
      Math.max(change.time, otherTime),
      change.partition,
      change.offset,
      change.windowStart,
      change.windowEnd,
      change.headers,
    );
  }
}
