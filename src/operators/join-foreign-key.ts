// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { Encoder, FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import { BIGINT, INTEGER, type Row, type SqlType, type Value } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { Change, namesNoRow, withRows } from './change.ts';
import { HeldRows, type HeldRun, heldRowsState } from './held-rows.ts';
import { ForeignKeyMessage } from './join-foreign-key-left.ts';
import { type JoinColumnSpec, JoinedRows, typesOfSide } from './joined-rows.ts';
import type {
  Backlog,
  Operator,
  OperatorContext,
  OperatorDefinition,
  StateSpec,
  StepBase,
} from './operator.ts';
import { rowOf, withLast } from './row-parts.ts';
import { mapKeyFunction } from './state-codec.ts';
import {
  keyBytesOf,
  SUBSCRIBER_KEY,
  Subscribers,
  subscriberStates,
  versionOf,
} from './subscribers.ts';

/**
 * A foreign-key join where the right table's rows are. Input 0 are the messages of the left table (see
 * `JoinForeignKeyLeft`), input 1 the right table. It knows of every right key which left rows point to it, and what
 * these contribute; a change of the right row gives a result for each of them, in the order of their keys as written.
 *
 * Results are keyed by the left key, and their offset is the version of the left row they are of.
 */
export interface JoinForeignKeyStep extends StepBase {
  readonly kind: 'JoinForeignKey';
  readonly type: 'INNER' | 'LEFT';
  readonly foreignKeyType: SqlType;
  /** Of the left side only the types count: its values come in the messages. */
  readonly columns: readonly JoinColumnSpec[];
  /** How the left key is written, which decides the order of results. */
  readonly leftKeyFormat: FormatSpec;
  /** Name of the right table. */
  readonly table: string;
}

export const joinForeignKey: OperatorDefinition<JoinForeignKeyStep> = {
  kind: 'JoinForeignKey',
  explain: (step) => `${step.type} FOREIGN KEY JOIN ${step.table}`,
  states,
  create: (step, context) => new JoinForeignKey(step, context),
};

/** The right table, who points to it, and rows that wait. */
function states(step: JoinForeignKeyStep): StateSpec[] {
  const { foreignKeyType } = step;
  const keyTypes = step.schema.keys.map((column) => column.type);
  const leftTypes = typesOfSide(step.columns, 'left');
  const rightTypes = [...typesOfSide(step.columns, 'right'), BIGINT];
  return [
    { keyTypes: [foreignKeyType], valueTypes: rightTypes, window: null },
    ...subscriberStates(foreignKeyType, [...keyTypes, ...leftTypes]),
    heldRowsState(
      [foreignKeyType],
      [[foreignKeyType, INTEGER, ...keyTypes, ...leftTypes], rightTypes],
    ),
  ];
}

const MESSAGES = 0;
/** Results put out at a time. */
const OUT_MAX = 2_048;
/** Rows that wait are looked at so many at a time. */
const HELD_PIECE = 4_096;
/** Pages that are loaded at a time. */
const PAGES_AHEAD = 16;
/** Where the left key begins in a message. */
const MESSAGE_KEY = 2;
/** Where it says what to do. */
const MESSAGE_WHAT = 1;

/** Slots of the numbers the operator keeps. */
const PAGE = 0;
const HELD = 1;

type Entry = StateEntry<Row, Row>;

/** What a row needs of the state. */
interface Named {
  readonly right: Entry;
  readonly directory: Entry;
  /** Of a message: the page its left row belongs into, as far as that is known. */
  page: Entry | null;
}

/**
 * A row whose subscribers are too many to be told at a time, or for which state is missing, is held, and so are all that
 * come behind it. The page of subscribers it has come to is kept, so that it goes on there, after a restart too.
 */
class JoinForeignKey implements Operator, Backlog {
  readonly states: readonly StateTable<Row, Row>[];
  /** The page of subscribers that the first held row has come to; held rows. */
  readonly times = [0, ...HeldRows.initialNumbers()];
  readonly backlog: Backlog = this;
  readonly isNext = true;
  readonly isUrgent = false;
  readonly #right: StateTable<Row, Row>;
  readonly #step: JoinForeignKeyStep;
  readonly #context: OperatorContext;
  readonly #rows: JoinedRows;
  readonly #subscribers: Subscribers;
  readonly #mapKey: (key: Row) => unknown;
  readonly #keyCount: number;
  readonly #timeSlot: number;
  readonly #encodeKey: Encoder;
  readonly #writer = new ByteWriter();
  readonly #held: HeldRows;
  /** Held rows that are processed next; null when they are not in memory. */
  #run: HeldRun | null = null;
  /**
   * Of held rows of earlier ticks: the left keys, as they are written, that leave a right row of this partition, and
   * how often. What came of them elsewhere was emitted in that tick already, so nothing older may follow. Null when it
   * has to be found out.
   */
  #leaving: Map<string, number> | null = null;
  /** By row of the batch; null for a row whose key is null. */
  #entries: (Named | null)[] = [];
  /** By row of the batch, of messages: the left key as it is written. */
  #keyBytes: Uint8Array[] = [];

  constructor(step: JoinForeignKeyStep, context: OperatorContext) {
    const [right, directories, pages, held] = context.states;
    assert(
      right !== undefined && directories !== undefined && pages !== undefined,
      'a foreign-key join keeps the right table and who points to it',
    );
    assert(held !== undefined, 'a foreign-key join keeps rows that wait');
    this.#held = new HeldRows(held, this.times, HELD);
    this.states = context.states;
    this.#right = right;
    this.#step = step;
    this.#context = context;
    this.#keyCount = step.schema.keys.length;
    this.#rows = new JoinedRows(step.columns, this.#keyCount, context.errors);
    const rightKeyType = step.foreignKeyType;
    this.#subscribers = new Subscribers({ directories, pages, rightKeyType });
    this.#mapKey = mapKeyFunction([rightKeyType]);
    this.#timeSlot = typesOfSide(step.columns, 'right').length;
    this.#encodeKey = findFormat(step.leftKeyFormat.name).createEncoder({
      columns: step.schema.keys,
      spec: step.leftKeyFormat,
    });
  }

  prepare(batch: readonly Change[], input: number): void {
    this.#held.nameSpace(batch.length);
    if (this.#held.isEmpty) this.#nameRows(batch, input);
  }

  #nameRows(batch: readonly Change[], input: number): void {
    this.#entries = batch.map(({ key }) => {
      if (namesNoRow(key)) return null;
      const mapKey = this.#mapKey(key);
      const right = this.#right.entry(mapKey, key, 0);
      return { right, directory: this.#subscribers.directory(mapKey, key), page: null };
    });
    this.#keyBytes = input === MESSAGES ? batch.map((change) => this.#bytesOf(change)) : [];
    this.#namePages();
  }

  #bytesOf({ after }: Change): Uint8Array {
    const writer = this.#writer;
    writer.reset();
    this.#encodeKey(after as Row, MESSAGE_KEY, writer);
    return writer.copy();
  }

  /** The pages that messages will change, as far as their directories are in memory. */
  #namePages(): void {
    for (let i = 0; i < this.#keyBytes.length; i++) {
      const named = this.#entries[i] ?? null;
      if (named === null || named.page !== null) continue;
      named.page = this.#subscribers.namePage(named.directory, this.#keyBytes[i] as Uint8Array);
    }
  }

  process(batch: readonly Change[], input: number, out: Change[]): void {
    const held = this.#held;
    const rows = input === MESSAGES ? batch : batch.map((change) => this.#computed(change));
    const count = held.isEmpty ? this.#processRows(rows, input, out) : 0;
    for (let i = count; i < rows.length; i++) held.hold(input, rows[i] as Change);
  }

  /** A right row as it is kept. */
  #computed(change: Change): Change {
    const { key, after } = change;
    if (after === null) return change;
    const values = this.#rows.valuesOf('right', after, change);
    return withRows(change, key, null, withLast(values, change.time));
  }

  /** Processes rows that were named, as far as it can and should, and returns how many. */
  #processRows(rows: readonly Change[], input: number, out: Change[]): number {
    // With the directories in memory, all pages the rows need can be loaded at once.
    this.#namePages();
    if (this.states.some((state) => state.needsLoad)) return 0;
    for (let i = 0; i < rows.length; i++) {
      if (out.length >= OUT_MAX) return i;
      const change = rows[i] as Change;
      const isDone = input === MESSAGES ? this.#take(change, i, out) : this.#tell(change, i, out);
      if (!isDone) return i;
      this.times[PAGE] = 0;
    }
    return rows.length;
  }

  get isEmpty(): boolean {
    return this.#held.isEmpty;
  }

  prepareNext(): void {
    this.#held.nameFirst();
    if (this.#leaving === null) this.#held.nameStored();
    // Those of this tick that stay held go into state.
    this.#held.nameSpace(0);
    this.#run = null;
    if (this.#leaving === null) return;
    this.#run = this.#held.firstRun(this.times[PAGE] === 0 ? HELD_PIECE : 1);
    if (this.#run !== null) this.#nameRows(this.#run.changes, this.#run.input);
  }

  emitNext(out: Change[]): void {
    this.#leaving ??= this.#findLeaving();
    const run = this.#run;
    this.#run = null;
    if (run === null) return;
    const count = this.#processRows(run.changes, run.input, out);
    if (count > 0) this.#held.remove(count);
  }

  #findLeaving(): Map<string, number> {
    const leaving = new Map<string, number>();
    for (const message of this.#held.storedOf(MESSAGES)) {
      if (message.after?.[MESSAGE_WHAT] !== ForeignKeyMessage.LEAVE) continue;
      const text = textOf(this.#bytesOf(message));
      leaving.set(text, (leaving.get(text) ?? 0) + 1);
    }
    return leaving;
  }

  tickEnds(): void {
    this.#held.tickEnds();
    this.#leaving = this.#held.isStored ? null : new Map();
  }

  /** Does what a message of the left table asks for; false when state is missing. */
  #take(change: Change, index: number, out: Change[]): boolean {
    const message = change.after as Row;
    const what = message[MESSAGE_WHAT] as number;
    const entries = this.#entries[index] ?? null;
    const keyBytes = this.#keyBytes[index] as Uint8Array;
    if (entries !== null) {
      const { directory, page } = entries;
      const isDone =
        what === ForeignKeyMessage.JOIN || what === ForeignKeyMessage.REJOIN
          ? this.#subscribers.put(directory, subscriberOf(change, keyBytes), page)
          : this.#subscribers.remove(directory, keyBytes, page);
      if (!isDone) return false;
    }
    if (what === ForeignKeyMessage.LEAVE) this.#hasLeft(keyBytes);
    else if (!this.#leaves(keyBytes)) {
      this.#answer(change, what, entries?.right.value ?? null, out);
    }
    return true;
  }

  /** Whether a held row behind this one takes the left key elsewhere. */
  #leaves(keyBytes: Uint8Array): boolean {
    const leaving = this.#leaving;
    return leaving !== null && leaving.size > 0 && leaving.has(textOf(keyBytes));
  }

  #hasLeft(keyBytes: Uint8Array): void {
    const leaving = this.#leaving;
    if (leaving === null || leaving.size === 0) return;
    const text = textOf(keyBytes);
    const count = (leaving.get(text) ?? 0) - 1;
    if (count > 0) leaving.set(text, count);
    else leaving.delete(text);
  }

  #answer(change: Change, what: number, right: Row | null, out: Change[]): void {
    const isInner = this.#step.type === 'INNER';
    const message = change.after as Row;
    const key = message.slice(MESSAGE_KEY, MESSAGE_KEY + this.#keyCount);
    const { time, offset } = change;
    const timeOfBoth = right === null ? time : Math.max(time, right[this.#timeSlot] as number);
    switch (what) {
      case ForeignKeyMessage.REMOVE:
        out.push(this.#result(change, key, null, isInner ? timeOfBoth : time, offset));
        return;
      case ForeignKeyMessage.DETACH:
        out.push(this.#result(change, key, null, time, offset));
        return;
      default: {
        if (right === null && isInner) {
          if (what === ForeignKeyMessage.JOIN) return;
          out.push(this.#result(change, key, null, time, offset));
          return;
        }
        const left = message.slice(MESSAGE_KEY + this.#keyCount);
        const row = this.#rows.join(key, left, right);
        out.push(this.#result(change, key, row, timeOfBoth, offset));
      }
    }
  }

  /** Tells all left rows that point to the right row; false when there is more to do. */
  #tell(change: Change, index: number, out: Change[]): boolean {
    const entries = this.#entries[index] ?? null;
    if (entries === null) {
      this.#context.errors.report(
        `a record of table ${this.#step.table} without a key is left out`,
      );
      return true;
    }
    const { right, directory } = entries;
    if (this.times[PAGE] === 0) this.#right.set(right, change.after);
    for (;;) {
      const page = this.times[PAGE] as number;
      const subscribers = this.#subscribers.pageAt(directory, page, PAGES_AHEAD);
      if (subscribers === null) return false;
      if (subscribers.length === 0) return true;
      for (const subscriber of subscribers) {
        if (this.#leaves(keyBytesOf(subscriber))) continue;
        out.push(this.#told(change, subscriber, right.value));
      }
      this.times[PAGE] = page + 1;
      if (out.length >= OUT_MAX) return false;
    }
  }

  #told(change: Change, subscriber: Row, right: Row | null): Change {
    const keyEnd = SUBSCRIBER_KEY + this.#keyCount;
    const key = subscriber.slice(SUBSCRIBER_KEY, keyEnd);
    const row =
      right === null && this.#step.type === 'INNER'
        ? null
        : this.#rows.join(key, subscriber.slice(keyEnd), right);
    return this.#result(change, key, row, change.time, versionOf(subscriber));
  }

  #result(cause: Change, key: Row, after: Row | null, time: number, version: number): Change {
    return new Change(key, null, after, time, cause.partition, version, 0, 0, cause.headers);
  }

  abandon(): void {
    this.#held.abandon();
    this.#run = null;
    this.#leaving = this.#held.isStored ? null : new Map();
  }
}

/** The left row of a message. */
function subscriberOf({ after, offset }: Change, keyBytes: Uint8Array): Row {
  const message = after as Row;
  const subscriber = rowOf(SUBSCRIBER_KEY + message.length - MESSAGE_KEY);
  subscriber[0] = keyBytes;
  subscriber[1] = offset;
  for (let i = MESSAGE_KEY; i < message.length; i++) {
    subscriber[SUBSCRIBER_KEY + i - MESSAGE_KEY] = message[i] as Value;
  }
  return subscriber;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
