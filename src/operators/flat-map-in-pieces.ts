// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { columnsOf } from '../sql/schema.ts';
import type { Row, SqlType, Value } from '../sql/types.ts';
import type { StateTable } from '../state/state-table.ts';
import { type Change, withRows } from './change.ts';
import { type Expansion, lengthOf, type Lists } from './expansion.ts';
import type { FlatMapStep } from './flat-map.ts';
import { HeldRows, type HeldRun, heldRowsState } from './held-rows.ts';
import type { Backlog, Operator, OperatorContext, StateSpec } from './operator.ts';

/** A row that becomes more rows than this does so in pieces. */
const ROWS_MAX = 10_000;
/** Rows put out at a time. */
const PIECE = 2_000;
/** No more rows of a batch are expanded behind so many. */
const BATCH_OUT_MAX = 65_536;
/** Rows that wait are looked at so many at a time. */
const HELD_PIECE = 256;

/** Slots of the numbers the operator keeps. */
const EXPANDED = 0;
const HELD = 1;

/** Rows that wait, which table functions did not always keep: what comes in, and behind it the lists, once computed. */
export function expandedRowsState(step: FlatMapStep): StateSpec {
  const { schema, calls } = step;
  const types = columnsOf(schema).map(({ type }) => type);
  const inputCount = types.length - calls.length;
  const lists = types.slice(inputCount).map((element): SqlType => ({ kind: 'ARRAY', element }));
  const keyTypes = schema.keys.map(({ type }) => type);
  const held = heldRowsState(keyTypes, [[...types.slice(0, inputCount), ...lists]]);
  return { ...held, isNumberedLast: true };
}

/**
 * Expands rows as FlatMap does. A row that becomes very many rows is held with its lists, and so are all that come
 * behind it; how far it is expanded is kept, so that it goes on there, after a restart too.
 */
export class FlatMapInPieces implements Operator, Backlog {
  readonly states: readonly StateTable<Row, Row>[];
  /** How many rows the first held one has become; held rows. */
  readonly times = [0, ...HeldRows.initialNumbers()];
  readonly backlog: Backlog = this;
  readonly isNext = true;
  readonly isUrgent = false;
  readonly #expansion: Expansion;
  readonly #held: HeldRows;
  readonly #callCount: number;
  readonly #inputCount: number;
  /** Held rows that are processed next; null when they are not in memory. */
  #run: HeldRun | null = null;

  constructor(step: FlatMapStep, expansion: Expansion, { states }: OperatorContext) {
    const [held] = states;
    assert(held !== undefined, 'table functions keep rows that wait');
    this.states = states;
    this.#expansion = expansion;
    this.#held = new HeldRows(held, this.times, HELD);
    this.#callCount = step.calls.length;
    this.#inputCount = columnsOf(step.schema).length - step.calls.length;
  }

  prepare(batch: readonly Change[]): void {
    this.#held.nameSpace(batch.length);
  }

  process(batch: readonly Change[], input: number, out: Change[]): void {
    let isHolding = !this.isEmpty;
    for (const change of batch) {
      // A record with a null value has no columns to expand.
      if (change.after === null) continue;
      isHolding ||= out.length >= BATCH_OUT_MAX;
      if (isHolding) {
        this.#held.hold(input, this.#heldForm(change, change.after, null));
        continue;
      }
      const lists = this.#expansion.listsOf(change.after, change);
      if (this.#expand(change, { row: change.after, lists }, out)) continue;
      this.#held.hold(input, this.#heldForm(change, change.after, lists));
      isHolding = true;
    }
  }

  /** @param lists null: they are computed when it is the row's turn. */
  #heldForm(change: Change, row: Row, lists: Lists | null): Change {
    const behind = lists ?? Array.from({ length: this.#callCount }, () => null);
    return withRows(change, change.key, null, [...row, ...(behind as Value[])]);
  }

  /** False when there is more of the row. */
  #expand(change: Change, { row, lists }: { row: Row; lists: Lists }, out: Change[]): boolean {
    const from = this.times[EXPANDED] as number;
    const length = lengthOf(lists);
    const isLong = from > 0 || length > ROWS_MAX;
    const to = isLong ? Math.min(from + PIECE, length) : length;
    this.#expansion.expand(change, { row, lists, from, to }, out);
    this.times[EXPANDED] = to < length ? to : 0;
    return to === length;
  }

  get isEmpty(): boolean {
    return this.#held.isEmpty;
  }

  prepareNext(): void {
    this.#held.nameFirst();
    // Those of this tick that stay held go into state.
    this.#held.nameSpace(0);
    this.#run = this.#held.firstRun(HELD_PIECE);
  }

  emitNext(out: Change[]): void {
    // What was not in memory is now.
    const run = this.#run ?? this.#held.firstRun(HELD_PIECE);
    this.#run = null;
    if (run === null) return;
    let count = 0;
    let underWay: Change | null = null;
    for (const change of run.changes) {
      if (out.length >= PIECE) break;
      const held = change.after as Row;
      const row = held.slice(0, this.#inputCount);
      const kept = held.slice(this.#inputCount);
      const isComputed = kept[0] !== null;
      const lists = isComputed ? (kept as Value[] as Lists) : this.#expansion.listsOf(row, change);
      if (!this.#expand(change, { row, lists }, out)) {
        if (!isComputed) underWay = this.#heldForm(change, row, lists);
        break;
      }
      count++;
    }
    if (count > 0) this.#held.remove(count);
    // All of its rows are of the same lists.
    if (underWay !== null) this.#held.replaceFirst(run.input, underWay);
  }

  tickEnds(): void {
    this.#held.tickEnds();
  }

  abandon(): void {
    this.#held.abandon();
    this.#run = null;
  }
}
