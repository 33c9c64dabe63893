// Hot path: once per record.
import { assert } from '../base/assert.ts';
import type { Row } from '../sql/types.ts';
import type { Page, PagePosition } from '../state/page.ts';
import { bucketMsOf, type StateTable } from '../state/state-table.ts';
import type { AggregateStep, FinalEmission, SessionWindow } from './aggregate-step.ts';
import { Aggregation } from './aggregation.ts';
import { Change } from './change.ts';
import { type ClosedRange, Closing } from './closing.ts';
import { finalKeyFunction, keyOfFinal } from './final-key.ts';
import type { Backlog, Operator, OperatorContext } from './operator.ts';
import { SessionStore } from './session-store.ts';
import { bucketOf, type Session, sessionsIn } from './sessions.ts';
import type { StateKey } from './window-entries.ts';

/** Keys read, and sessions emitted, at a time. */
const PIECE = 1_000;

interface ClosedSession {
  readonly session: Session;
  readonly keyText: string;
  /** As state is kept under it. */
  readonly stateKey: Row;
}

/**
 * Aggregates by sessions and emits each once, when it is closed: in the order of their ends, then of their serialized
 * keys. A row may join a session that is closed and waiting, if it is retained that long; what the session was when it
 * was closed is then emitted within the tick.
 */
export class AggregateFinalSessions implements Operator, Backlog {
  readonly states: readonly StateTable<Row, Row>[];
  /** Those of SessionStore, then those of Closing. */
  readonly times = [-1, 0];
  readonly backlog: Backlog = this;
  readonly #bucketMs: number;
  readonly #state: StateTable<Row, Row>;
  readonly #aggregation: Aggregation;
  readonly #store: SessionStore;
  readonly #closing: Closing;
  readonly #stateKey: (key: Row) => StateKey;
  readonly #now: () => number;
  #page: Page<Row, Row> | null = null;
  #position: PagePosition | null = null;
  /** Sessions that were closed and waiting when a row joined them. */
  #joined: ClosedSession[] = [];
  /** The sessions of the first range as far as they were read. */
  #gathered: ClosedSession[] = [];
  /** Whether they are all there, and in order. */
  #isGathered = false;

  constructor(
    step: AggregateStep,
    { window, emission }: { window: SessionWindow; emission: FinalEmission },
    context: OperatorContext,
  ) {
    const [state] = context.states;
    assert(state !== undefined, 'an aggregate keeps state');
    this.states = context.states;
    this.#state = state;
    this.#now = context.now;
    this.#bucketMs = bucketMsOf(window);
    this.#aggregation = new Aggregation(step.aggregates);
    this.#stateKey = finalKeyFunction(step.schema.keys, emission.keyFormat);
    this.#store = new SessionStore({
      window,
      state,
      aggregation: this.#aggregation,
      onLate: context.onLate,
    });
    this.#closing = new Closing({
      rules: {
        delayMs: window.graceMs + window.sizeMs,
        sizeMs: 0,
        openMs: 1,
        retentionMs: null,
        stepMs: 1,
        endAfter: (time) => time + 1,
      },
      emission,
      times: this.times,
    });
  }

  prepare(batch: readonly Change[]): void {
    this.#store.prepare(batch, this.times, ({ key }) => this.#stateKey(key));
  }

  process(batch: readonly Change[]): void {
    for (let i = 0; i < batch.length; i++) {
      const change = batch[i] as Change;
      const merge = this.#store.take(change, i, this.times);
      for (const session of merge?.removed ?? []) {
        if (!this.#closing.isWaiting(session[1])) continue;
        const { key: stateKey, mapKey } = this.#stateKey(change.key);
        this.#joined.push({ session, stateKey, keyText: mapKey as string });
      }
      this.#closing.afterRow(merge === null ? -1 : merge.added[1], change, this.#now());
    }
  }

  /** Sessions that are still to be emitted, or still to be looked for, stay. */
  windowFloor(): number {
    const waiting = this.#closing.first?.from ?? Infinity;
    const needed = Math.min(this.#closing.unseenFrom(), waiting);
    return Math.min(this.#store.floor(this.times), bucketOf(needed, this.#bucketMs));
  }

  get isEmpty(): boolean {
    return this.#closing.first === null;
  }

  readonly isNext = false;

  get isUrgent(): boolean {
    return this.#joined.length > 0;
  }

  prepareNext(): void {
    if (this.#isGathered) return;
    const { from, to } = this.#firstRange();
    this.#page = this.#state.page({
      from: this.#position ?? { windowStart: bucketOf(from, this.#bucketMs), after: null },
      windowStartMax: bucketOf(to, this.#bucketMs),
      countMax: PIECE,
    });
  }

  emitNext(out: Change[]): void {
    if (!this.#isGathered) {
      this.#gather();
      return;
    }
    const { emitted } = this.#closing;
    const range = this.#firstRange();
    const piece = this.#gathered.slice(emitted, emitted + PIECE);
    for (const { session, stateKey } of piece) {
      const [start, end, state] = session;
      const key = keyOfFinal(stateKey);
      const row = this.#aggregation.resultRow(key, state);
      out.push(new Change(key, null, row, end, 0, 0, start, end, range.headers));
    }
    this.#closing.advance(piece.length);
    if (emitted + piece.length < this.#gathered.length) return;
    this.#joined = this.#joined.filter((closed) => !isWithin(closed, range));
    this.#closing.finishFirst();
    this.#forgetGathered();
  }

  #firstRange(): ClosedRange {
    const range = this.#closing.first;
    assert(range !== null, 'there are sessions to emit');
    return range;
  }

  /** The order is by end over all keys, so all have to be there before the first is emitted. */
  #gather(): void {
    const page = this.#page;
    assert(page !== null, 'the sessions were read');
    this.#page = null;
    const range = this.#firstRange();
    for (const { key: stateKey, keyText, value } of page.rows) {
      for (const session of sessionsIn(value)) {
        const closed = { session, stateKey, keyText };
        if (isWithin(closed, range)) this.#gathered.push(closed);
      }
    }
    this.#position = page.next;
    if (!page.isLast) return;
    this.#gathered.push(...this.#joined.filter((closed) => isWithin(closed, range)));
    this.#gathered.sort(compareClosed);
    this.#isGathered = true;
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
    this.#joined = [];
    this.#closing.forgetHeaders();
    this.#forgetGathered();
  }

  #forgetGathered(): void {
    this.#page = null;
    this.#position = null;
    this.#gathered = [];
    this.#isGathered = false;
  }
}

function isWithin({ session }: ClosedSession, { from, to }: ClosedRange): boolean {
  return session[1] >= from && session[1] <= to;
}

function compareClosed(a: ClosedSession, b: ClosedSession): number {
  if (a.session[1] !== b.session[1]) return a.session[1] - b.session[1];
  if (a.keyText === b.keyText) return a.session[0] - b.session[0];
  return a.keyText < b.keyText ? -1 : 1;
}
