// Hot path: once per record.
import { assert } from '../base/assert.ts';
import type { Aggregate, AggregateConstants } from '../functions/aggregate.ts';
import { resolveAggregate } from '../functions/resolve.ts';
import { BIGINT, type Row, type SqlType, type Value } from '../sql/types.ts';
import { putPart, rowOf } from './row-parts.ts';
import type { Change } from './change.ts';

/** One aggregate of a step: which function, over which columns of the input row. Plain JSON. */
export interface AggregateSpec {
  readonly function: string;
  /** Columns of the step's input row; empty for COUNT(*). Arguments that are constants have none. */
  readonly columns: readonly number[];
  /** Those of constants included. */
  readonly argumentTypes: readonly SqlType[];
  /** Absent for a call without literals and limits. */
  readonly constants?: AggregateConstants;
}

/**
 * The aggregates of one step over the state row of a group. The state row holds the slots of the first aggregate,
 * then those of the second and so on, and last the highest event time taken in.
 */
export class Aggregation {
  readonly stateTypes: readonly SqlType[];
  readonly #aggregates: readonly Aggregate[];
  readonly #columns: readonly (readonly number[])[];
  readonly #slots: readonly number[];
  readonly #timeSlot: number;
  readonly #initial: Row;
  /** The aggregates that edit collections in place. */
  readonly #owners: readonly { readonly own: NonNullable<Aggregate['own']>; slot: number }[];

  constructor(specs: readonly AggregateSpec[]) {
    this.#aggregates = specs.map(({ function: name, argumentTypes, constants }) =>
      resolveAggregate(name, argumentTypes, constants),
    );
    this.#columns = specs.map((spec) => spec.columns);
    const slots: number[] = [];
    const types: SqlType[] = [];
    const initial: Row = [];
    for (const aggregate of this.#aggregates) {
      slots.push(types.length);
      types.push(...aggregate.stateTypes);
      initial.push(...aggregate.initial());
    }
    this.#slots = slots;
    this.#owners = this.#aggregates.flatMap(({ own }, index) =>
      own === undefined ? [] : [{ own, slot: slots[index] as number }],
    );
    this.#timeSlot = types.length;
    this.#initial = [...initial, 0];
    this.stateTypes = [...types, BIGINT];
  }

  /** A new state row that may be edited: a copy of `state`, or that of a group without rows. */
  copy(state: Row | null): Row {
    const copy = (state ?? this.#initial).slice();
    for (const { own, slot } of this.#owners) own(copy, slot);
    return copy;
  }

  /**
   * Takes the change into the state row, in place: first the row before out, then the row after in.
   * @param arrival counts the rows in the order in which they came; needed only where states are merged.
   */
  apply(state: Row, change: Change, arrival = 0): void {
    const { before, after } = change;
    if (before !== null) this.#undo(state, before);
    if (after !== null) this.#add(state, after, arrival);
    if (change.time > (state[this.#timeSlot] as number)) state[this.#timeSlot] = change.time;
  }

  /** Takes another group's state in, after what the state row holds; a row that may be edited. */
  merge(state: Row, from: Row): void {
    for (let i = 0; i < this.#aggregates.length; i++) {
      (this.#aggregates[i] as Aggregate).merge(state, this.#slots[i] as number, from);
    }
    const time = from[this.#timeSlot] as number;
    if (time > (state[this.#timeSlot] as number)) state[this.#timeSlot] = time;
  }

  #add(state: Row, row: Row, arrival: number): void {
    const aggregates = this.#aggregates;
    for (let i = 0; i < aggregates.length; i++) {
      const value = argumentOf(this.#columns[i] as readonly number[], row);
      (aggregates[i] as Aggregate).add(state, this.#slots[i] as number, value, arrival);
    }
  }

  #undo(state: Row, row: Row): void {
    for (let i = 0; i < this.#aggregates.length; i++) {
      const aggregate = this.#aggregates[i] as Aggregate;
      assert(aggregate.undo !== undefined, 'only aggregates with undo run over a table');
      const value = argumentOf(this.#columns[i] as readonly number[], row);
      aggregate.undo(state, this.#slots[i] as number, value);
    }
  }

  /** The output row of a group: its key, then one value per aggregate. */
  resultRow(key: Row, state: Row): Row {
    const keyCount = key.length;
    const count = this.#aggregates.length;
    const row = rowOf(keyCount + count);
    putPart(row, 0, key, keyCount);
    for (let i = 0; i < count; i++) {
      row[keyCount + i] = (this.#aggregates[i] as Aggregate).result(
        state,
        this.#slots[i] as number,
      );
    }
    return row;
  }

  timeOf(state: Row): number {
    return state[this.#timeSlot] as number;
  }
}

function argumentOf(columns: readonly number[], row: Row): Value {
  switch (columns.length) {
    case 0:
      return true;
    case 1:
      return row[columns[0] as number] as Value;
    default:
      return columns.map((column) => row[column] as Value);
  }
}
