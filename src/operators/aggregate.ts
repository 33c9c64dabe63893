// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { windowStart } from '../sql/window.ts';
import type { Row } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { type AggregateSpec, Aggregation } from './aggregation.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext, OperatorDefinition, StepBase } from './operator.ts';
import { mapKeyFunction } from './state-codec.ts';

/** Aggregates per key, and per tumbling window if there is one. The input comes from a group-by step. */
export interface AggregateStep extends StepBase {
  readonly kind: 'Aggregate';
  readonly aggregates: readonly AggregateSpec[];
  readonly window: AggregateWindow | null;
  /** Whether a step further down needs the result before the change. */
  readonly emitBefore: boolean;
}

export interface AggregateWindow {
  readonly kind: 'TUMBLING';
  readonly sizeMs: number;
  readonly graceMs: number;
  readonly retentionMs: number;
}

export const aggregate: OperatorDefinition<AggregateStep> = {
  kind: 'Aggregate',
  explain: (step) => {
    const calls = step.aggregates.map((spec) => spec.function).join(', ');
    const window =
      step.window === null ? '' : ` WINDOW ${step.window.kind} ${step.window.sizeMs} MS`;
    return `${calls}${window}`;
  },
  states: (step) => [
    {
      keyTypes: step.schema.keys.map((column) => column.type),
      valueTypes: new Aggregation(step.aggregates).stateTypes,
      window: step.window,
    },
  ],
  create: (step, context) => new AggregateOperator(step, context),
};

/** Merged changes emitted at a time: few enough to die young. */
const FLUSH_COUNT = 512;

type Entry = StateEntry<Row, Row>;

class AggregateOperator implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  /** Stream time. */
  readonly times = [-1];
  readonly #state: StateTable<Row, Row>;
  readonly #aggregation: Aggregation;
  readonly #window: AggregateWindow | null;
  readonly #sizeMs: number;
  readonly #mapKey: (key: Row) => unknown;
  readonly #merge: boolean;
  readonly #emitBefore: boolean;
  readonly #onLate: () => void;
  /** For each row of the batch under way its entry; null for a row that came too late for its window. */
  #entries: (Entry | null)[] = [];

  constructor(step: AggregateStep, context: OperatorContext) {
    const [state] = context.states;
    assert(state !== undefined, 'an aggregate keeps state');
    this.states = context.states;
    this.#state = state;
    this.#aggregation = new Aggregation(step.aggregates);
    this.#window = step.window;
    this.#sizeMs = step.window?.sizeMs ?? 0;
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
    this.#merge = context.merge;
    this.#emitBefore = step.emitBefore;
    this.#onLate = context.onLate;
  }

  prepare(batch: readonly Change[]): void {
    const entries: (Entry | null)[] = [];
    for (const change of batch) entries.push(this.#entryFor(change));
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

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    const entries = this.#entries;
    for (let i = 0; i < batch.length; i++) {
      const entry = entries[i] as Entry | null;
      if (entry === null) continue;
      const change = batch[i] as Change;
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
