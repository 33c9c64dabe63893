// Hot path: once per record of a query that emits final results.
import type { FinalEmission } from './aggregate-step.ts';

/** What is to be emitted: windows with a start (sessions: with an end) in the range, both ends included. */
export interface ClosedRange {
  readonly from: number;
  readonly to: number;
  /** Headers of the row that closed them, which their results hand on as long as they are emitted in its tick. */
  readonly headers: Uint8Array | null;
}

/** How the windows of a step close. All in milliseconds. */
export interface ClosingRules {
  /** Windows are closed below stream time less this much. */
  readonly delayMs: number;
  /** From the time a window is known by to its end: the size of time windows, 0 for sessions, which are known by their ends. */
  readonly sizeMs: number;
  /** 0 when a window that ends at the closing time itself is closed, 1 when it has to end before. */
  readonly openMs: 0 | 1;
  /** Windows that start this much before the latest one are not found any more; null when all are. */
  readonly retentionMs: number | null;
  /** Windows are known by multiples of this. */
  readonly stepMs: number;
  /** The next end a window can have after a time; at best just after it. */
  endAfter(time: number): number;
}

/** Places in the times of an operator, counted from where this part of them begins. */
const CLOSED = 0;
const LATEST = 1;
const NEXT_LOOK = 2;
const LAST_ROW = 3;
const SET_AT = 4;
const EMITTED = 5;
const RANGES = 6;

/** Looks without rows are at least this far apart. */
const IDLE_STEP_MS = 100;

/**
 * Decides which windows are closed and waiting to be emitted. After every row stream time less the grace period is
 * compared with what it was at the last look; a look takes place at most once per interval of the wall clock, and any
 * row uses it up. Everything it knows is in the times of its operator, so that it goes on after a restart.
 *
 * | place | what |
 * |---|---|
 * | 0 | up to where windows were looked for |
 * | 1 | the latest window there was: its start; of sessions the end |
 * | 2 | wall clock of the next look |
 * | 3 | wall clock of the last row |
 * | 4 | wall clock when stream time last went on |
 * | 5 | how many windows of the first range are emitted |
 * | 6 ... | ranges that wait: from, to, from, to ... |
 */
export class Closing {
  readonly #rules: ClosingRules;
  readonly #emission: FinalEmission;
  readonly #times: number[];
  readonly #base: number;
  /** By range; of earlier ticks there are none. */
  #headers: (Uint8Array | null)[] = [];

  /** @param times of the operator, stream time first; this part is appended. */
  constructor(options: { rules: ClosingRules; emission: FinalEmission; times: number[] }) {
    this.#rules = options.rules;
    this.#emission = options.emission;
    this.#times = options.times;
    this.#base = options.times.length;
    options.times.push(-1, -1, -1, -1, -1, 0);
  }

  #get(place: number): number {
    return this.#times[this.#base + place] as number;
  }

  #set(place: number, value: number): void {
    this.#times[this.#base + place] = value;
  }

  get #closesAt(): number {
    return (this.#times[0] as number) - this.#rules.delayMs;
  }

  /**
   * A row has reached the operator and stream time is up to date.
   * @param known the latest window the row is in: its start, of sessions the end; -1 when it came too late.
   */
  afterRow(known: number, { headers }: { headers: Uint8Array | null }, now: number): void {
    if (known > this.#get(LATEST)) this.#set(LATEST, known);
    this.#set(LAST_ROW, now);
    this.#set(SET_AT, now);
    this.#look(now, headers);
  }

  #look(now: number, headers: Uint8Array | null): void {
    if (now < this.#get(NEXT_LOOK)) return;
    this.#set(NEXT_LOOK, now + this.#emission.intervalMs);
    const closed = this.#closesAt;
    const { sizeMs, openMs } = this.#rules;
    if (closed - openMs - sizeMs < 0 || closed <= this.#get(CLOSED)) return;
    const { stepMs } = this.#rules;
    const from = Math.ceil(this.unseenFrom() / stepMs) * stepMs;
    const to = Math.floor((closed - openMs - sizeMs) / stepMs) * stepMs;
    this.#set(CLOSED, closed);
    if (from <= to) this.#append({ from, to, headers });
  }

  /** Windows known by an earlier time have been looked for, or cannot be found any more. */
  unseenFrom(): number {
    const { sizeMs, openMs, retentionMs } = this.#rules;
    const unseen = this.#get(CLOSED) - openMs - sizeMs + 1;
    const kept = retentionMs === null ? 0 : this.#get(LATEST) - retentionMs;
    return Math.max(0, unseen, kept);
  }

  #append({ from, to, headers }: ClosedRange): void {
    const times = this.#times;
    const count = (times.length - this.#base - RANGES) / 2;
    const follows = count > 0 && times.at(-1) === from - this.#rules.stepMs;
    if (follows && (this.#headers[count - 1] ?? null) === headers) {
      times[times.length - 1] = to;
      return;
    }
    times.push(from, to);
    if (headers !== null) this.#headers[count] = headers;
  }

  /** The range whose windows come next; null when none wait. */
  get first(): ClosedRange | null {
    const from = this.#times[this.#base + RANGES];
    const to = this.#times[this.#base + RANGES + 1];
    if (from === undefined || to === undefined) return null;
    return { from, to, headers: this.#headers[0] ?? null };
  }

  /** Whether windows known by this time wait to be emitted. */
  isWaiting(known: number): boolean {
    const times = this.#times;
    for (let at = this.#base + RANGES; at < times.length; at += 2) {
      if (known >= (times[at] as number) && known <= (times[at + 1] as number)) return true;
    }
    return false;
  }

  /** How many windows of the first range are emitted. */
  get emitted(): number {
    return this.#get(EMITTED);
  }

  /** So many more windows of the first range are emitted. */
  advance(count: number): void {
    this.#set(EMITTED, this.emitted + count);
  }

  /** All windows of the first range are emitted. */
  finishFirst(): void {
    this.#times.splice(this.#base + RANGES, 2);
    this.#headers.shift();
    this.#set(EMITTED, 0);
  }

  /** The wall clock from which on a window closes although no rows come; Infinity when that is not wanted, or none is open. */
  dueAt(): number {
    const { idleMs, intervalMs } = this.#emission;
    const latest = this.#get(LATEST);
    const { sizeMs, openMs, delayMs } = this.#rules;
    const closed = Math.max(this.#get(CLOSED), 0);
    if (idleMs === null || latest < 0 || latest + sizeMs + openMs <= closed) return Infinity;
    const setAt = this.#get(SET_AT);
    const closes = this.#rules.endAfter(closed) + openMs + delayMs - (this.#times[0] as number);
    const step = setAt === this.#get(LAST_ROW) ? 0 : Math.max(IDLE_STEP_MS, intervalMs);
    return Math.max(
      this.#get(LAST_ROW) + idleMs,
      this.#get(NEXT_LOOK),
      setAt + Math.max(closes, step),
    );
  }

  /** Lets stream time go on with the wall clock, from the last row on. */
  onDue(now: number): void {
    this.#times[0] = (this.#times[0] as number) + (now - this.#get(SET_AT));
    this.#set(SET_AT, now);
    this.#look(now, null);
  }

  /** The tick is over, or was taken back: what waits is from an earlier one. */
  forgetHeaders(): void {
    this.#headers = [];
  }
}
