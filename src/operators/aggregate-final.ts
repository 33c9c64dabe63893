// Hot path: once per record.
import { assert } from '../base/assert.ts';
import type { Row } from '../sql/types.ts';
import type { Page, PagePosition } from '../state/page.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import type { AggregateStep, FinalEmission, TimeWindow } from './aggregate-step.ts';
import { Aggregation } from './aggregation.ts';
import { Change } from './change.ts';
import { Closing } from './closing.ts';
import { finalKeyFunction, keyOfFinal } from './final-key.ts';
import type { Backlog, Operator, OperatorContext } from './operator.ts';
import { type Assignment, WindowEntries } from './window-entries.ts';

/** Windows emitted at a time. */
const PIECE = 1_000;

/**
 * Aggregates in windows of one size and emits each once, when it is closed: in the order of their starts, then of
 * their serialized keys. A closed window does not change any more, so its results may wait for the end of the tick,
 * and beyond, and are read from state when they are emitted.
 */
export class AggregateFinal implements Operator, Backlog {
  readonly states: readonly StateTable<Row, Row>[];
  /** Stream time, then those of Closing. */
  readonly times = [-1];
  readonly backlog: Backlog = this;
  readonly #window: TimeWindow;
  readonly #state: StateTable<Row, Row>;
  readonly #aggregation: Aggregation;
  readonly #entries: WindowEntries;
  readonly #closing: Closing;
  readonly #now: () => number;
  #assignment: Assignment = { rows: [], entries: [] };
  #page: Page<Row, Row> | null = null;
  /** Behind the last window that was emitted; null when it is not known, as after a restart. */
  #position: PagePosition | null = null;
  /** How many windows were read again only to find that position. */
  #skipped = 0;

  constructor(
    step: AggregateStep,
    { window, emission }: { window: TimeWindow; emission: FinalEmission },
    context: OperatorContext,
  ) {
    const [state] = context.states;
    assert(state !== undefined, 'an aggregate keeps state');
    this.states = context.states;
    this.#window = window;
    this.#state = state;
    this.#now = context.now;
    this.#aggregation = new Aggregation(step.aggregates);
    const stateKey = finalKeyFunction(step.schema.keys, emission.keyFormat);
    this.#entries = new WindowEntries({
      window,
      state,
      keyOf: ({ key }) => stateKey(key),
      onLate: context.onLate,
    });
    const { sizeMs, graceMs, retentionMs, advanceMs = sizeMs } = window;
    this.#closing = new Closing({
      rules: {
        delayMs: graceMs,
        sizeMs,
        openMs: 0,
        retentionMs,
        stepMs: advanceMs,
        endAfter: (time) =>
          Math.max(0, Math.floor((time - sizeMs) / advanceMs) + 1) * advanceMs + sizeMs,
      },
      emission,
      times: this.times,
    });
  }

  prepare(batch: readonly Change[]): void {
    this.#assignment = this.#entries.assign(batch, this.times, (start, row) =>
      this.#closing.afterRow(start, row, this.#now()),
    );
  }

  process(): void {
    const { rows, entries } = this.#assignment;
    for (let i = 0; i < rows.length; i++) {
      const entry = entries[i] as StateEntry<Row, Row>;
      if (!this.#state.isDirty(entry)) this.#state.set(entry, this.#aggregation.copy(entry.value));
      this.#aggregation.apply(entry.value as Row, rows[i] as Change);
    }
  }

  /** Windows that are still to be emitted, or still to be looked for, stay. */
  windowFloor(): number {
    const streamTime = this.times[0] as number;
    const waiting = this.#closing.first?.from ?? Infinity;
    const { retentionMs } = this.#window;
    return Math.min(streamTime - retentionMs + 1, this.#closing.unseenFrom(), waiting);
  }

  get isEmpty(): boolean {
    return this.#closing.first === null;
  }

  readonly isNext = false;

  readonly isUrgent = false;

  /** Names the next windows of the first range that waits. */
  prepareNext(): void {
    const range = this.#closing.first;
    assert(range !== null, 'there are windows to emit');
    this.#page = this.#state.page({
      from: this.#position ?? { windowStart: range.from, after: null },
      windowStartMax: range.to,
      countMax: PIECE,
    });
  }

  emitNext(out: Change[]): void {
    const page = this.#page;
    assert(page !== null, 'the windows were read');
    this.#page = null;
    const headers = this.#closing.first?.headers ?? null;
    for (const { key, windowStart, value } of page.rows) {
      if (value === null) continue;
      // Those emitted before a restart, whose place is known as a count only.
      if (this.#skipped < this.#closing.emitted) {
        this.#skipped++;
        continue;
      }
      out.push(this.#result(keyOfFinal(key), { windowStart, state: value, headers }));
      this.#skipped++;
      this.#closing.advance(1);
    }
    if (!page.isLast) {
      this.#position = page.next;
      return;
    }
    this.#closing.finishFirst();
    this.#startOver();
  }

  #result(
    key: Row,
    {
      windowStart,
      state,
      headers,
    }: { windowStart: number; state: Row; headers: Uint8Array | null },
  ): Change {
    const row = this.#aggregation.resultRow(key, state);
    const windowEnd = windowStart + this.#window.sizeMs;
    const time = this.#aggregation.timeOf(state);
    return new Change(key, null, row, time, 0, 0, windowStart, windowEnd, headers);
  }

  dueAt(): number {
    return this.#closing.dueAt();
  }

  onDue(): void {
    this.#closing.onDue(this.#now());
  }

  tickEnds(): void {
    this.#closing.forgetHeaders();
  }

  abandon(): void {
    this.#closing.forgetHeaders();
    this.#startOver();
  }

  #startOver(): void {
    this.#page = null;
    this.#position = null;
    this.#skipped = 0;
  }
}
