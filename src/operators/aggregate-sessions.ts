// Hot path: once per record.
import { assert } from '../base/assert.ts';
import type { Row } from '../sql/types.ts';
import type { StateTable } from '../state/state-table.ts';
import type { AggregateStep, SessionWindow } from './aggregate-step.ts';
import { Aggregation } from './aggregation.ts';
import { Change } from './change.ts';
import type { Operator, OperatorContext } from './operator.ts';
import { SessionStore, type Merge } from './session-store.ts';
import type { Session } from './sessions.ts';
import { mapKeyFunction } from './state-codec.ts';

/** Merged changes emitted at a time: few enough to die young. */
const FLUSH_COUNT = 512;

/** What a tick has done to one session, known by its bounds. */
interface NetChange {
  readonly key: Row;
  readonly start: number;
  readonly end: number;
  readonly before: Row | null;
  after: Row | null;
}

/**
 * Aggregates by sessions and emits each change: a row that joins sessions, or makes one longer, first takes the old
 * ones away (a deletion each, by ascending end), then gives the new one.
 */
export class AggregateSessions implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
  /** See SessionStore. */
  readonly times = [-1, 0];
  readonly #store: SessionStore;
  readonly #aggregation: Aggregation;
  readonly #mapKey: (key: Row) => unknown;
  readonly #merge: boolean;
  readonly #emitBefore: boolean;
  /** By bounds and key, in the order of their first change in the tick. */
  readonly #net = new Map<string, NetChange>();

  constructor(step: AggregateStep, window: SessionWindow, context: OperatorContext) {
    const [state] = context.states;
    assert(state !== undefined, 'an aggregate keeps state');
    this.states = context.states;
    this.#aggregation = new Aggregation(step.aggregates);
    this.#mapKey = mapKeyFunction(step.schema.keys.map((column) => column.type));
    this.#store = new SessionStore({
      window,
      state,
      aggregation: this.#aggregation,
      onLate: context.onLate,
    });
    this.#merge = context.merge;
    this.#emitBefore = step.emitBefore;
  }

  prepare(batch: readonly Change[]): void {
    this.#store.prepare(batch, this.times, ({ key }) => ({ mapKey: this.#mapKey(key), key }));
  }

  windowFloor(): number {
    return this.#store.floor(this.times);
  }

  process(batch: readonly Change[], _input: number, out: Change[]): void {
    for (let i = 0; i < batch.length; i++) {
      const change = batch[i] as Change;
      const merge = this.#store.take(change, i, this.times);
      if (merge === null) continue;
      if (this.#merge) this.#gather(change.key, merge);
      else this.#emitAll(change, merge, out);
    }
  }

  /** As in the dialect, what becomes of sessions has no headers. */
  #emitAll({ key }: Change, { removed, added }: Merge, out: Change[]): void {
    const [start, end, state] = added;
    if (!isInPlace(added)) {
      for (const [from, to, old] of removed) {
        out.push(this.#change(key, { start: from, end: to, before: old, after: null }));
      }
    }
    out.push(this.#change(key, { start, end, before: null, after: state }));
  }

  #gather(key: Row, { removed, added }: Merge): void {
    for (const session of removed) this.#note(key, session, { before: session[2], after: null });
    this.#note(key, added, { before: null, after: added[2] });
  }

  #note(
    key: Row,
    [start, end]: Session,
    { before, after }: { before: Row | null; after: Row | null },
  ): void {
    const id = `${start}:${end}:${String(this.#mapKey(key))}`;
    const known = this.#net.get(id);
    if (known === undefined) this.#net.set(id, { key, start, end, before, after });
    else known.after = after;
  }

  *flush(): Generator<readonly Change[]> {
    if (this.#net.size === 0) return;
    const changes = [...this.#net.values()].filter(
      ({ before, after }) => before !== null || after !== null,
    );
    this.#net.clear();
    for (let from = 0; from < changes.length; from += FLUSH_COUNT) {
      const piece = changes.slice(from, from + FLUSH_COUNT);
      yield piece.map((net) => this.#change(net.key, net));
    }
  }

  abandon(): void {
    this.#net.clear();
  }

  #change(key: Row, { start, end, before, after }: Omit<NetChange, 'key'>): Change {
    const aggregation = this.#aggregation;
    return new Change(
      key,
      this.#emitBefore && before !== null ? aggregation.resultRow(key, before) : null,
      after === null ? null : aggregation.resultRow(key, after),
      end,
      0,
      0,
      start,
      end,
    );
  }
}

/** A row on top of a session of one point just replaces it, as if there had been none. */
function isInPlace([start, end]: Session): boolean {
  return start === end;
}
