// Hot path: once per record of an aggregation by sessions.
import type { Row } from '../sql/types.ts';
import { bucketMsOf, type StateEntry, type StateTable } from '../state/state-table.ts';
import type { SessionWindow } from './aggregate-step.ts';
import type { Aggregation } from './aggregation.ts';
import type { Change } from './change.ts';
import {
  bucketFloor,
  bucketOf,
  bucketValue,
  type Session,
  sessionsIn,
  withSession,
} from './sessions.ts';
import type { StateKey } from './window-entries.ts';

type Entry = StateEntry<Row, Row>;

/** What one row did: the sessions it joined, by ascending end, and the one that took their place. */
export interface Merge {
  readonly removed: readonly Session[];
  readonly added: Session;
}

/**
 * The sessions of all keys of a task. It keeps two times: stream time, which is the highest end of any session as
 * well, since the row that advances it is never late; and a count of the rows taken in, by which states know what
 * arrived first.
 */
export class SessionStore {
  readonly #window: SessionWindow;
  readonly #bucketMs: number;
  readonly #state: StateTable<Row, Row>;
  readonly #aggregation: Aggregation;
  readonly #onLate: () => void;
  /** The buckets a row of the batch may find sessions in, ascending, all rows' one after the other. */
  #entries: Entry[] = [];
  /** By row of the batch: where its entries end. */
  #ends: number[] = [];

  constructor(options: {
    window: SessionWindow;
    state: StateTable<Row, Row>;
    aggregation: Aggregation;
    onLate: () => void;
  }) {
    this.#window = options.window;
    this.#bucketMs = bucketMsOf(options.window);
    this.#state = options.state;
    this.#aggregation = options.aggregation;
    this.#onLate = options.onLate;
  }

  /** Names the buckets that sessions can be in which the rows join or make. */
  prepare(
    batch: readonly Change[],
    times: readonly number[],
    keyOf: (change: Change) => StateKey,
  ): void {
    const { sizeMs, retentionMs } = this.#window;
    const bucketMs = this.#bucketMs;
    const entries: Entry[] = [];
    const ends: number[] = [];
    let endMax = times[0] as number;
    for (const change of batch) {
      const { time } = change;
      const { mapKey, key } = keyOf(change);
      const own = bucketOf(time, bucketMs);
      const oldest = Math.max(0, endMax - retentionMs + 1, time - sizeMs);
      const first = bucketOf(oldest, bucketMs);
      if (own < first) entries.push(this.#state.entry(mapKey, key, own));
      if (time > endMax) endMax = time;
      for (let bucket = first; bucket <= endMax; bucket += bucketMs) {
        entries.push(this.#state.entry(mapKey, key, bucket));
      }
      ends.push(entries.length);
    }
    this.#entries = entries;
    this.#ends = ends;
  }

  /**
   * Takes in the `index`th row of the batch that was prepared: joins the sessions it can see whose gap to it is small
   * enough. Null when it came too late, which is only known once they are joined.
   */
  take(change: Change, index: number, times: number[]): Merge | null {
    const { time } = change;
    const { sizeMs, graceMs, retentionMs } = this.#window;
    const endMax = times[0] as number;
    const streamTime = Math.max(time, endMax);
    times[0] = streamTime;
    const from = index === 0 ? 0 : (this.#ends[index - 1] as number);
    const to = this.#ends[index] as number;
    const found: Session[] = [];
    let start = time;
    let end = time;
    for (let i = from; i < to; i++) {
      for (const session of sessionsIn((this.#entries[i] as Entry).value)) {
        const [first, last] = session;
        const isSeen = last > endMax - retentionMs;
        if (!isSeen || last < time - sizeMs || first > time + sizeMs) continue;
        found.push(session);
        if (first < start) start = first;
        if (last > end) end = last;
      }
    }
    if (end < streamTime - graceMs - sizeMs) {
      this.#onLate();
      return null;
    }
    const arrival = (times[1] as number) + 1;
    times[1] = arrival;
    const state = this.#joined(found);
    this.#aggregation.apply(state, change, arrival);
    const added: Session = [start, end, state];
    this.#replace(found, added, { from, to });
    return { removed: found, added };
  }

  /** A state that may be edited, of what all the sessions hold. */
  #joined(found: readonly Session[]): Row {
    const [first] = found;
    if (found.length === 1 && first !== undefined) return this.#aggregation.copy(first[2]);
    const state = this.#aggregation.copy(null);
    for (const session of found) this.#aggregation.merge(state, session[2]);
    return state;
  }

  #replace(
    found: readonly Session[],
    added: Session,
    { from, to }: { from: number; to: number },
  ): void {
    const bucket = bucketOf(added[1], this.#bucketMs);
    for (let i = from; i < to; i++) {
      const entry = this.#entries[i] as Entry;
      const sessions = sessionsIn(entry.value);
      const kept = sessions.filter((session) => !found.includes(session));
      const isItsBucket = entry.windowStart === bucket;
      if (kept.length === sessions.length && !isItsBucket) continue;
      this.#state.set(entry, bucketValue(isItsBucket ? withSession(kept, added) : kept));
    }
  }

  /** Buckets that start before it are not needed any more. */
  floor(times: readonly number[]): number {
    const endMax = times[0] as number;
    return endMax < 0 ? -Infinity : bucketFloor(this.#window, endMax);
  }
}
