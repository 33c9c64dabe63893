// Hot path: once per record.
import { assert } from '../base/assert.ts';
import type { FormatSpec } from '../formats/format.ts';
import { BIGINT, type Row, type SqlType } from '../sql/types.ts';
import { windowStart } from '../sql/window.ts';
import type { StateEntry, StateTable, WindowLayout } from '../state/state-table.ts';
import { Change, namesNoRow, withRows } from './change.ts';
import { HeldRows, type HeldRun, heldRowsState } from './held-rows.ts';
import { TimedRows } from './timed-rows.ts';
import { type JoinColumnSpec, JoinedRows, type JoinSide, typesOfSide } from './joined-rows.ts';
import type {
  Backlog,
  Operator,
  OperatorContext,
  OperatorDefinition,
  StateSpec,
  StepBase,
} from './operator.ts';
import type { DueRow } from './due-selection.ts';
import { DueRows } from './due-rows.ts';
import { PendingRows } from './pending-rows.ts';
import { mapKeyFunction } from './state-codec.ts';

/**
 * Joins the rows of two streams that have equal keys and are not too far apart in time: the right one from `beforeMs`
 * before the left one to `afterMs` after it. Input 0 is the left stream, input 1 the right one.
 *
 * Rows of either side are kept by key and time bucket, all of one bucket in one state row. A side that has to appear
 * without a partner too (LEFT, RIGHT, FULL) does so at once when there is none, or, if `delayed`, only when none can
 * come any more: until then its rows are pending.
 */
export interface JoinStreamStreamStep extends StepBase {
  readonly kind: 'JoinStreamStream';
  readonly type: 'INNER' | 'LEFT' | 'RIGHT' | 'FULL';
  readonly columns: readonly JoinColumnSpec[];
  /** Name of the right stream. */
  readonly stream: string;
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly graceMs: number;
  /** Whether GRACE PERIOD was given. */
  readonly delayed: boolean;
  /** How the join key is written, which decides the order of rows that become due together. */
  readonly keyFormat: FormatSpec;
}

export const joinStreamStream: OperatorDefinition<JoinStreamStreamStep> = {
  kind: 'JoinStreamStream',
  explain: ({ type, stream, beforeMs, afterMs, graceMs, delayed }) =>
    `${type} JOIN ${stream} WITHIN (${beforeMs} MS, ${afterMs} MS)${delayed ? ` GRACE PERIOD ${graceMs} MS` : ''}`,
  states,
  create: (step, context) => new JoinStreamStream(step, context),
};

/**
 * The rows of both sides, then the pending rows of those sides that have any, and what waits while many are emitted,
 * which joins without pending rows did not always keep.
 */
function states(step: JoinStreamStreamStep): StateSpec[] {
  const window = layoutOf(step);
  const keyTypes = stateKeyTypes(step);
  const tableOf = (side: JoinSide): StateSpec => ({
    keyTypes,
    valueTypes: [TimedRows.typeOf(typesOfSide(step.columns, side))],
    window,
  });
  const rows = [tableOf('left'), tableOf('right')];
  const pending = pendingSides(step).map(tableOf);
  const held = heldStateOf(step);
  return [...rows, ...pending, pending.length > 0 ? held : { ...held, isNumberedLast: true }];
}

function heldStateOf({ schema, columns }: JoinStreamStreamStep): StateSpec {
  return heldRowsState(
    schema.keys.map((column) => column.type),
    [typesOfSide(columns, 'left'), typesOfSide(columns, 'right')],
  );
}

/** Rows of windowed streams meet those of the same window, so that belongs to the key. */
function stateKeyTypes({ schema }: JoinStreamStreamStep): SqlType[] {
  const types = schema.keys.map((column) => column.type);
  if (schema.window === null) return types;
  return schema.window.kind === 'SESSION' ? [...types, BIGINT, BIGINT] : [...types, BIGINT];
}

function pendingSides({ type, delayed }: JoinStreamStreamStep): JoinSide[] {
  if (!delayed) return [];
  const sides: JoinSide[] = [];
  if (type === 'LEFT' || type === 'FULL') sides.push('left');
  if (type === 'RIGHT' || type === 'FULL') sides.push('right');
  return sides;
}

/** A bucket is long enough that a look for partners needs two of them. */
const BUCKETS_MAX = 4096;

function retentionOf({ beforeMs, afterMs, graceMs }: JoinStreamStreamStep): number {
  return beforeMs + afterMs + graceMs;
}

function layoutOf(step: JoinStreamStreamStep): WindowLayout {
  const retentionMs = retentionOf(step);
  const span = step.beforeMs + step.afterMs + 1;
  const sizeMs = Math.max(span, Math.ceil(retentionMs / BUCKETS_MAX));
  return { sizeMs, retentionMs: retentionMs + sizeMs };
}

/** How often rows that have become due are looked for, ms of the wall clock. */
const EMIT_EVERY_MS = 1_000;

/** Rows that are due, and partners of a row that has very many, are emitted so many at a time. */
const PIECE = 2_000;
/** A row with more partners than this meets them in pieces. */
const PARTNERS_MAX = 10_000;
/** No more rows of a batch are joined behind so many results. */
const BATCH_OUT_MAX = 65_536;
/** Rows that wait are looked at so many at a time. */
const HELD_PIECE = 1_000;

/** Slots of the numbers the operator keeps. */
const STREAM_TIME = 0;
const LEFT_TIME = 1;
const RIGHT_TIME = 2;
const NEXT_EMIT = 3;
const EMITTING = 4;
const PENDING_LEFT = 5;
const PENDING_RIGHT = PENDING_LEFT + PendingRows.initialNumbers().length;
const HELD = PENDING_RIGHT + PendingRows.initialNumbers().length;
const MET = HELD + HeldRows.initialNumbers().length;

type Entry = StateEntry<Row, Row>;

/** What one side keeps, and what its rows look for. */
interface Side {
  readonly name: JoinSide;
  readonly rows: StateTable<Row, Row>;
  /** Slot of the highest time stored on this side. */
  readonly timeSlot: number;
  /** Partners of a row of this side are from `back` before it to `ahead` after it. */
  readonly back: number;
  readonly ahead: number;
  /** Whether its rows appear without a partner. */
  readonly preserved: boolean;
  /** Its rows that wait for a partner; null when none do. */
  readonly pending: PendingRows | null;
}

/**
 * When more rows become due than should be emitted at a time, the row that caused it is held, and all that come behind
 * it, until they are emitted. They are taken out of the pending rows as they are, so that what is left is known after a
 * restart too. So is a row that has more partners than should be met at a time: nothing else changes the state
 * meanwhile, so how many it has met says where it goes on.
 */
class JoinStreamStream implements Operator, Backlog {
  readonly states: readonly StateTable<Row, Row>[];
  /**
   * Stream time; the highest time stored on the left and on the right; when the next look is due; stream time up to
   * which due rows are being emitted, or -1; pending rows of both sides; held rows; how many partners the first held row
   * has met.
   */
  readonly times = [
    -1,
    -1,
    -1,
    0,
    -1,
    ...PendingRows.initialNumbers(),
    ...PendingRows.initialNumbers(),
    ...HeldRows.initialNumbers(),
    0,
  ];
  readonly backlog: Backlog = this;
  readonly isNext = true;
  readonly isUrgent = false;
  readonly #step: JoinStreamStreamStep;
  readonly #context: OperatorContext;
  readonly #rows: JoinedRows;
  readonly #mapKey: (key: Row) => unknown;
  readonly #bucketMs: number;
  readonly #retentionMs: number;
  readonly #left: Side;
  readonly #right: Side;
  readonly #held: HeldRows;
  /** Held rows that are processed next; null when they are not in memory. */
  #run: HeldRun | null = null;
  /** The values of a row of the batch under way that has met some of its partners. */
  #valuesUnderWay: Row | null = null;
  /** Null when no rows are ever pending. */
  readonly #due: DueRows | null;
  /** For each row of the batch under way: where its own rows are, or null for a row that joins nothing. */
  #own: (Entry | null)[] = [];
  #ownPending: (Entry | null)[] = [];
  /** The buckets of partners: those of row i from `#partnerEnds[i - 1]` to `#partnerEnds[i]`. */
  #partners: Entry[] = [];
  #partnersPending: (Entry | null)[] = [];
  #partnerEnds: number[] = [];

  constructor(step: JoinStreamStreamStep, context: OperatorContext) {
    const [left, right, ...others] = context.states;
    assert(left !== undefined && right !== undefined, 'a join of two streams keeps both');
    this.states = context.states;
    this.#step = step;
    this.#context = context;
    this.#rows = new JoinedRows(step.columns, step.schema.keys.length, context.errors);
    this.#mapKey = mapKeyFunction(stateKeyTypes(step));
    this.#bucketMs = layoutOf(step).sizeMs;
    this.#retentionMs = retentionOf(step);
    const sides = pendingSides(step);
    const pendingOf = (side: JoinSide, lookAheadMs: number): PendingRows | null => {
      const index = sides.indexOf(side);
      const table = others[index];
      if (table === undefined) return null;
      return new PendingRows({
        table,
        side,
        numbers: this.times,
        firstNumber: side === 'left' ? PENDING_LEFT : PENDING_RIGHT,
        lookAheadMs: lookAheadMs + step.graceMs,
        bucketMs: this.#bucketMs,
        mapKey: this.#mapKey,
        keys: step.schema.keys,
        keyFormat: step.keyFormat,
      });
    };
    const held = others[sides.length];
    assert(held !== undefined, 'a join of two streams keeps rows that wait');
    this.#held = new HeldRows(held, this.times, HELD);
    const { type, beforeMs, afterMs } = step;
    const leftPending = pendingOf('left', afterMs);
    const rightPending = pendingOf('right', beforeMs);
    const pendings = [leftPending, rightPending].filter((pending) => pending !== null);
    this.#due = pendings.length === 0 ? null : new DueRows(pendings);
    this.#left = {
      name: 'left',
      rows: left,
      timeSlot: LEFT_TIME,
      back: beforeMs,
      ahead: afterMs,
      preserved: type === 'LEFT' || type === 'FULL',
      pending: leftPending,
    };
    this.#right = {
      name: 'right',
      rows: right,
      timeSlot: RIGHT_TIME,
      back: afterMs,
      ahead: beforeMs,
      preserved: type === 'RIGHT' || type === 'FULL',
      pending: rightPending,
    };
  }

  #sideOf(input: number): Side {
    return input === 0 ? this.#left : this.#right;
  }

  #stateKey(change: Change): Row {
    const { window } = this.#step.schema;
    if (window === null) return change.key;
    return window.kind === 'SESSION'
      ? [...change.key, change.windowStart, change.windowEnd]
      : [...change.key, change.windowStart];
  }

  prepare(batch: readonly Change[], input: number): void {
    this.#held.nameSpace(batch.length);
    if (this.isEmpty) this.#nameRows(batch, input);
  }

  #nameRows(batch: readonly Change[], input: number): void {
    const mine = this.#sideOf(input);
    const theirs = this.#sideOf(1 - input);
    const bucketMs = this.#bucketMs;
    this.#own = [];
    this.#ownPending = [];
    this.#partners = [];
    this.#partnersPending = [];
    this.#partnerEnds = [];
    let streamTime = this.times[STREAM_TIME] as number;
    // Buckets of which nothing can be seen any more are not looked at.
    const visible = this.#visibleFrom(theirs);
    for (const change of batch) {
      const { time } = change;
      if (time > streamTime) streamTime = time;
      if (change.after === null || namesNoRow(change.key)) {
        this.#own.push(null);
        this.#ownPending.push(null);
        this.#partnerEnds.push(this.#partners.length);
        continue;
      }
      const key = this.#stateKey(change);
      const mapKey = this.#mapKey(key);
      const bucket = windowStart(time, bucketMs);
      this.#own.push(mine.rows.entry(mapKey, key, bucket));
      this.#ownPending.push(mine.pending === null ? null : mine.pending.entry(mapKey, key, bucket));
      const from = windowStart(Math.max(time - mine.back, visible, 0), bucketMs);
      for (let at = from; at <= time + mine.ahead; at += bucketMs) {
        const partners = theirs.rows.find(mapKey, key, at);
        if (partners === null) continue;
        this.#partners.push(partners);
        if (theirs.pending !== null) {
          this.#partnersPending.push(theirs.pending.find(mapKey, key, at));
        }
      }
      this.#partnerEnds.push(this.#partners.length);
    }
    this.#nameDue(streamTime);
  }

  /** If rows may become due in this batch, they have to be in memory. */
  #nameDue(streamTime: number): void {
    if (this.#due === null || this.#context.now() < (this.times[NEXT_EMIT] as number)) return;
    // Those that are being emitted are searched for.
    if ((this.times[EMITTING] as number) >= 0) return;
    const { beforeMs, afterMs, graceMs } = this.#step;
    const closedBefore = streamTime - Math.min(beforeMs, afterMs) - graceMs;
    this.#left.pending?.nameBefore(closedBefore);
    this.#right.pending?.nameBefore(closedBefore);
  }

  /** The lowest time a stored row of that side may have to be seen. */
  #visibleFrom(side: Side): number {
    return (this.times[side.timeSlot] as number) - this.#retentionMs + 1;
  }

  process(batch: readonly Change[], input: number, out: Change[]): void {
    const mine = this.#sideOf(input);
    let from = 0;
    if (this.isEmpty) {
      from = this.#processRows(batch, { input, areValues: false, outMax: BATCH_OUT_MAX }, out);
      const values = this.#valuesUnderWay;
      if (values !== null) {
        const change = batch[from++] as Change;
        this.#held.hold(input, withRows(change, change.key, null, values));
        this.#valuesUnderWay = null;
      }
    }
    for (let i = from; i < batch.length; i++) {
      this.#held.hold(input, this.#heldForm(batch[i] as Change, mine));
    }
  }

  /** Its values in place of the row; none when it joins nothing and is not shown either. */
  #heldForm(change: Change, mine: Side): Change {
    const { key, after } = change;
    const isUsed = after !== null && (mine.preserved || !namesNoRow(key));
    const values = isUsed ? this.#rows.valuesOf(mine.name, after, change) : null;
    return withRows(change, key, null, values);
  }

  /**
   * Processes rows that were named, and returns how many: a row that has more to emit is left for later, as are those
   * that come when `outMax` results are reached.
   * @param areValues the rows are in the form in which they are held.
   */
  #processRows(
    batch: readonly Change[],
    { input, areValues, outMax }: { input: number; areValues: boolean; outMax: number },
    out: Change[],
  ): number {
    const mine = this.#sideOf(input);
    const theirs = this.#sideOf(1 - input);
    let from = 0;
    for (let i = 0; i < batch.length; i++) {
      if (out.length >= outMax) return i;
      const to = this.#partnerEnds[i] as number;
      const change = batch[i] as Change;
      const { after } = change;
      if (change.time > (this.times[STREAM_TIME] as number)) this.times[STREAM_TIME] = change.time;
      const own = this.#own[i] as Entry | null;
      // A row that has met partners already has let out what was due.
      if (own !== null && this.times[MET] === 0 && change.time === this.times[STREAM_TIME]) {
        if (!this.#emitDue(change, mine, out)) return i;
      }
      if (after !== null && (own !== null || mine.preserved)) {
        const values = areValues ? after : this.#rows.valuesOf(mine.name, after, change);
        if (own === null) out.push(this.#padded(change, change.key, mine, values));
        else {
          const pending = this.#ownPending[i] ?? null;
          if (!this.#join(change, { mine, theirs, values, own, pending, from, to }, out)) {
            if (!areValues) this.#valuesUnderWay = values;
            return i;
          }
        }
      }
      from = to;
    }
    return batch.length;
  }

  /** False when the row has more partners than should be met at a time: then it goes on behind those it has met. */
  #join(
    change: Change,
    { mine, theirs, values, own, pending, from, to }: JoinInput,
    out: Change[],
  ): boolean {
    const { time } = change;
    const timeMin = Math.max(time - mine.back, this.#visibleFrom(theirs));
    const timeMax = time + mine.ahead;
    const metBefore = this.times[MET] as number;
    const isLong = metBefore > 0 || this.#hasMany({ from, to, timeMin, timeMax });
    const metMax = isLong ? metBefore + PIECE : Infinity;
    let skipped = 0;
    let met = metBefore;
    for (let p = from; p < to; p++) {
      const entry = this.#partners[p] as Entry;
      if (entry.value === null) continue;
      const rows = TimedRows.of(entry.value);
      let r = TimedRows.firstFrom(rows, timeMin);
      if (skipped < metBefore) {
        const behind = Math.min(metBefore - skipped, TimedRows.firstFrom(rows, timeMax + 1) - r);
        skipped += behind;
        r += behind;
      }
      for (; r < rows.length; r++) {
        const partner = rows[r] as Row;
        const partnerTime = TimedRows.timeOf(partner);
        if (partnerTime > timeMax) break;
        if (met >= metMax) {
          this.times[MET] = met;
          return false;
        }
        met++;
        const joined =
          mine.name === 'left'
            ? this.#rows.join(change.key, values, partner)
            : this.#rows.join(change.key, partner, values);
        out.push(this.#emit(change, change.key, Math.max(time, partnerTime), joined));
      }
    }
    this.times[MET] = 0;
    if (theirs.pending !== null) {
      // Whatever waits in that range was among the partners.
      for (let p = from; p < to; p++) {
        theirs.pending.remove(this.#partnersPending[p] ?? null, timeMin, timeMax);
      }
    }
    if (met === 0 && mine.preserved) {
      const isPast = time + mine.ahead < (this.times[STREAM_TIME] as number);
      if (mine.pending === null || isPast) out.push(this.#padded(change, change.key, mine, values));
      else mine.pending.add(pending as Entry, time, values);
    }
    if (time > (this.times[mine.timeSlot] as number)) this.times[mine.timeSlot] = time;
    // A row that nobody can see any more need not be kept.
    if (time >= this.#visibleFrom(mine)) TimedRows.add(mine.rows, own, time, values);
    return true;
  }

  #hasMany({ from, to, timeMin, timeMax }: PartnerRange): boolean {
    let kept = 0;
    for (let p = from; p < to; p++) {
      const { value } = this.#partners[p] as Entry;
      if (value !== null) kept += TimedRows.of(value).length;
    }
    if (kept <= PARTNERS_MAX) return false;
    let count = 0;
    for (let p = from; p < to; p++) {
      const { value } = this.#partners[p] as Entry;
      if (value === null) continue;
      const rows = TimedRows.of(value);
      count += TimedRows.firstFrom(rows, timeMax + 1) - TimedRows.firstFrom(rows, timeMin);
    }
    return count > PARTNERS_MAX;
  }

  /**
   * Emits the pending rows that can find no partner any more; looks for them once in a while. False when there are more
   * than should be emitted at a time.
   */
  #emitDue(change: Change, mine: Side, out: Change[]): boolean {
    const due = this.#due;
    if (due === null) return true;
    if (this.times[EMITTING] === -1) {
      const looks = this.#looksForDue(mine, due);
      if (looks === null) return false;
      if (!looks) return true;
      this.times[EMITTING] = this.times[STREAM_TIME] as number;
    }
    const streamTime = this.times[EMITTING] as number;
    if (!due.isFound && !due.findInMemory(streamTime)) return false;
    const { rows, values } = due.takeNext(PIECE, streamTime);
    for (let i = 0; i < rows.length; i++) {
      out.push(this.#unmatched(change, rows[i] as DueRow, values[i] as Row));
    }
    if (!due.isOver(streamTime)) return false;
    this.times[EMITTING] = -1;
    return true;
  }

  /** Whether it is time, and there may be something; null when that is to be searched for. */
  #looksForDue(mine: Side, due: DueRows): boolean | null {
    const now = this.#context.now();
    if (now < (this.times[NEXT_EMIT] as number)) return false;
    const left = this.#left.pending;
    const right = this.#right.pending;
    const closedBefore = (this.times[STREAM_TIME] as number) - mine.ahead - this.#step.graceMs;
    const isAnyPending = left?.isEmpty === false || right?.isEmpty === false;
    const isAnyOld = due.hasBefore(closedBefore);
    if (isAnyOld === null) return null;
    if (isAnyPending && !isAnyOld) return false;
    this.times[NEXT_EMIT] = now + EMIT_EVERY_MS;
    return true;
  }

  #unmatched(
    change: Change,
    { side, key, time, windowStart, windowEnd }: DueRow,
    values: Row,
  ): Change {
    const joined =
      side === 'left' ? this.#rows.join(key, values, null) : this.#rows.join(key, null, values);
    const keyCount = this.#step.schema.keys.length;
    return new Change(
      key.length === keyCount ? key : key.slice(0, keyCount),
      null,
      joined,
      time,
      change.partition,
      change.offset,
      windowStart,
      this.#windowEnd(windowStart, windowEnd),
      change.headers,
    );
  }

  get isEmpty(): boolean {
    return this.#held.isEmpty;
  }

  /** Names the due rows that are emitted next or, when none are, what the held rows meet. */
  prepareNext(): void {
    const held = this.#held;
    held.nameFirst();
    // Those of this tick that stay held go into state.
    held.nameSpace(0);
    const due = this.#due;
    const streamTime = this.times[EMITTING] as number;
    this.#run = null;
    if (due?.mustSearch(streamTime >= 0) === true) {
      due.nameSearch(streamTime);
      return;
    }
    due?.nameNext(PIECE);
    const isUnderWay = (due?.left ?? 0) > PIECE || (this.times[MET] as number) > 0;
    this.#run = held.firstRun(isUnderWay ? 1 : HELD_PIECE);
    if (this.#run !== null) this.#nameRows(this.#run.changes, this.#run.input);
  }

  emitNext(out: Change[]): void {
    const run = this.#run;
    this.#run = null;
    if (run !== null) {
      const { input, changes } = run;
      const count = this.#processRows(changes, { input, areValues: true, outMax: PIECE }, out);
      if (count > 0) this.#held.remove(count);
    } else if (this.#due?.mustSearch((this.times[EMITTING] as number) >= 0) === true) {
      this.#due.takeSearch();
    }
  }

  tickEnds(): void {
    this.#held.tickEnds();
  }

  abandon(): void {
    this.#held.abandon();
    this.#due?.abandon();
    this.#run = null;
  }

  #padded(change: Change, key: Row, mine: Side, values: Row): Change {
    const joined =
      mine.name === 'left'
        ? this.#rows.join(key, values, null)
        : this.#rows.join(key, null, values);
    return this.#emit(change, key, change.time, joined);
  }

  #emit(change: Change, key: Row, time: number, joined: Row): Change {
    return new Change(
      key,
      null,
      joined,
      time,
      change.partition,
      change.offset,
      change.windowStart,
      this.#windowEnd(change.windowStart, change.windowEnd),
      change.headers,
    );
  }

  /** The windows of the result are as long as those of the left stream. */
  #windowEnd(start: number, end: number): number {
    const sizeMs = this.#step.schema.window?.sizeMs ?? null;
    return sizeMs === null ? end : start + sizeMs;
  }

  windowFloor(state: number): number {
    if (state === this.states.length - 1) return -Infinity;
    const side = state % 2 === 0 ? this.#left : this.#right;
    const firstNeeded =
      state < 2
        ? this.#visibleFrom(side)
        : (this.#pendingOf(state)?.firstNeeded(this.times[STREAM_TIME] as number) ?? -1);
    return firstNeeded <= 0 ? -Infinity : windowStart(firstNeeded, this.#bucketMs);
  }

  #pendingOf(state: number): PendingRows | null {
    return (
      [this.#left, this.#right].map(({ pending }) => pending).filter((p) => p !== null)[
        state - 2
      ] ?? null
    );
  }
}

/** Buckets of partners, and the times within which they are. */
interface PartnerRange {
  readonly from: number;
  readonly to: number;
  readonly timeMin: number;
  readonly timeMax: number;
}

interface JoinInput {
  readonly mine: Side;
  readonly theirs: Side;
  readonly values: Row;
  readonly own: Entry;
  readonly pending: Entry | null;
  readonly from: number;
  readonly to: number;
}
