// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { windowStart } from '../sql/window.ts';
import type { Row } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import type { AggregateStep, TimeWindow } from './aggregate-step.ts';
import { Aggregation } from './aggregation.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { mapKeyFunction } from './state-codec.ts';
import { WindowEntries } from './window-entries.ts';

/** Merged changes emitted at a time: few enough to die young. */
const FLUSH_COUNT = 512;

type Entry = StateEntry<Row, Row>;

/**
 * Emits each change of a group: at once, or merged at the end of the tick. Without a window, or with windows of one
 * size.
 */
export class AggregateUpdates implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  /** Stream time. */
  readonly times = [-1];
  readonly #state: StateTable<Row, Row>;
  readonly #aggregation: Aggregation;
  readonly #window: TimeWindow | null;
  /** Null when a row is in one window at most. */
  readonly #hopping: WindowEntries | null;
  readonly #sizeMs: number;
  readonly #mapKey: (key: Row) => unknown;
  readonly #merge: boolean;
  readonly #emitBefore: boolean;
  readonly #onLate: () => void;
  #rows: readonly Change[] = [];
  /** By index of `#rows`; null for a row that came too late for its window. */
  #entries: readonly (Entry | null)[] = [];

  constructor(step: AggregateStep, window: TimeWindow | null, context: OperatorContext) {
    const [state] = context.states;
    assert(state !== undefined, 'an aggregate keeps state');
    this.states = context.states;
    this.#state = state;
    this.#aggregation = new Aggregation(step.aggregates);
    this.#window = window;
    this.#sizeMs = window?.sizeMs ?? 0;
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
    this.#merge = context.merge;
    this.#emitBefore = step.emitBefore;
    this.#onLate = context.onLate;
    this.#hopping =
      window?.kind === 'HOPPING'
        ? new WindowEntries({
            window,
            state,
            keyOf: ({ key }) => ({ mapKey: this.#mapKey(key), key }),
            onLate: context.onLate,
          })
        : null;
  }

  prepare(batch: readonly Change[]): void {
    if (this.#hopping !== null) {
      const { rows, entries } = this.#hopping.assign(batch, this.times);
      this.#rows = rows;
      this.#entries = entries;
      return;
    }
    const entries: (Entry | null)[] = [];
    for (const change of batch) entries.push(this.#entryFor(change));
    this.#rows = batch;
    this.#entries = entries;
  }

  /** Rows advance stream time in order, and each is late or not by the stream time it meets. */
  #entryFor(change: Change): Entry | null {
    const window = this.#window;
    if (window === null) return this.#state.entry(this.#mapKey(change.key), change.key, 0);
    const streamTime = Math.max(change.time, this.times[0] as number);
    this.times[0] = streamTime;
    const start = windowStart(change.time, window.sizeMs);
    if (start + window.sizeMs <= streamTime - window.graceMs) {
      this.#onLate();
      return null;
    }
    return this.#state.entry(this.#mapKey(change.key), change.key, start);
  }

  windowFloor(): number {
    const window = this.#window;
    return window === null ? -Infinity : (this.times[0] as number) - window.retentionMs + 1;
  }

  process(_batch: readonly Change[], _input: number, out: Change[]): void {
    const rows = this.#rows;
    const entries = this.#entries;
    for (let i = 0; i < rows.length; i++) {
      const entry = entries[i] as Entry | null;
      if (entry === null) continue;
      const change = rows[i] as Change;
      if (this.#merge) this.#applyMerged(entry, change);
      else out.push(this.#applyAndEmit(entry, change));
    }
  }

  /** The first change in a tick copies the state row, later ones edit the copy. */
  #applyMerged(entry: Entry, change: Change): void {
    if (!this.#state.isDirty(entry)) this.#state.set(entry, this.#aggregation.copy(entry.value));
    this.#aggregation.apply(entry.value as Row, change);
  }

  #applyAndEmit(entry: Entry, change: Change): Change {
    const before = entry.value;
    const state = this.#aggregation.copy(before);
    this.#aggregation.apply(state, change);
    this.#state.set(entry, state);
    return this.#emit(entry, before, state, change.headers);
  }

  *flush(): Generator<readonly Change[]> {
    const entries = this.#merge ? this.#state.dirtyEntries : [];
    for (let from = 0; from < entries.length; from += FLUSH_COUNT) {
      const piece: Change[] = [];
      const end = Math.min(entries.length, from + FLUSH_COUNT);
      for (let i = from; i < end; i++) {
        const entry = entries[i] as Entry;
        piece.push(this.#emit(entry, entry.before, entry.value as Row, null));
      }
      yield piece;
    }
  }

  /** @param headers of the record that caused the change; merged changes have none. */
  #emit(entry: Entry, before: Row | null, after: Row, headers: Uint8Array | null): Change {
    const { key, windowStart } = entry;
    const aggregation = this.#aggregation;
    return new Change(
      key,
      this.#emitBefore && before !== null ? aggregation.resultRow(key, before) : null,
      aggregation.resultRow(key, after),
      aggregation.timeOf(after),
      0,
      0,
      windowStart,
      windowStart + this.#sizeMs,
      headers,
    );
  }
}
