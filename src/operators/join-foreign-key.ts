// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { Encoder, FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import { BIGINT, type Row, type SqlType } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { Change, namesNoRow } from './change.ts';
import { ForeignKeyMessage } from './join-foreign-key-left.ts';
import { type JoinColumnSpec, JoinedRows, typesOfSide } from './joined-rows.ts';
import type {
  Operator,
  OperatorContext,
  OperatorDefinition,
  StateSpec,
  StepBase,
} from './operator.ts';
import { mapKeyFunction } from './state-codec.ts';
import { SUBSCRIBER_KEY, Subscribers, subscriberStates, versionOf } from './subscribers.ts';

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

/** The right table, then who points to it. */
function states(step: JoinForeignKeyStep): StateSpec[] {
  const keyTypes = step.schema.keys.map((column) => column.type);
  return [
    {
      keyTypes: [step.foreignKeyType],
      valueTypes: [...typesOfSide(step.columns, 'right'), BIGINT],
      window: null,
    },
    ...subscriberStates(step.foreignKeyType, [...keyTypes, ...typesOfSide(step.columns, 'left')]),
  ];
}

const MESSAGES = 0;
/** Results put out at a time. */
const OUT_MAX = 2_048;
/** Pages that are loaded at a time. */
const PAGES_AHEAD = 16;
/** Where the left key begins in a message. */
const MESSAGE_KEY = 2;

type Entry = StateEntry<Row, Row>;

class JoinForeignKey implements Operator {
  readonly states: readonly StateTable<Row, Row>[];
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
  /** The batch under way, and how far it is processed. */
  #batch: readonly Change[] = [];
  #input = MESSAGES;
  #next = 0;
  /** By row of the batch; null for a row whose key is null. */
  #entries: ({ readonly right: Entry; readonly directory: Entry } | null)[] = [];
  /** By row of the batch, of messages: the left key as it is written. */
  #keyBytes: Uint8Array[] = [];
  /** The page of subscribers that the row under way has come to. */
  #page = 0;

  constructor(step: JoinForeignKeyStep, context: OperatorContext) {
    const [right, directories, pages] = context.states;
    assert(
      right !== undefined && directories !== undefined && pages !== undefined,
      'a foreign-key join keeps the right table and who points to it',
    );
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
    this.#batch = batch;
    this.#input = input;
    this.#next = 0;
    this.#page = 0;
    this.#entries = batch.map(({ key }) => {
      if (namesNoRow(key)) return null;
      const right = this.#right.entry(this.#mapKey(key), key, 0);
      return { right, directory: this.#subscribers.directory(key) };
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
    for (let i = this.#next; i < this.#keyBytes.length; i++) {
      const directory = this.#entries[i]?.directory;
      if (directory !== undefined) {
        this.#subscribers.namePage(directory, this.#keyBytes[i] as Uint8Array);
      }
    }
  }

  process(_batch: readonly Change[], _input: number, out: Change[]): void {
    // With the directories in memory, all pages the batch needs can be loaded at once.
    this.#namePages();
    if (this.states.some((state) => state.needsLoad)) return;
    this.proceed(out);
  }

  get isSuspended(): boolean {
    return this.#next < this.#batch.length;
  }

  proceed(out: Change[]): void {
    while (this.#next < this.#batch.length) {
      const change = this.#batch[this.#next] as Change;
      const isDone =
        this.#input === MESSAGES ? this.#take(change, out) : this.#changeRight(change, out);
      if (!isDone) return;
      this.#next += 1;
      this.#page = 0;
      if (out.length >= OUT_MAX) return;
    }
  }

  /** Does what a message of the left table asks for; false when state is missing. */
  #take(change: Change, out: Change[]): boolean {
    const message = change.after as Row;
    const what = message[1] as number;
    const entries = this.#entries[this.#next] ?? null;
    const keyBytes = this.#keyBytes[this.#next] as Uint8Array;
    if (entries !== null) {
      const { directory } = entries;
      const isDone =
        what === ForeignKeyMessage.JOIN || what === ForeignKeyMessage.REJOIN
          ? this.#subscribers.put(directory, [
              keyBytes,
              change.offset,
              ...message.slice(MESSAGE_KEY),
            ])
          : this.#subscribers.remove(directory, keyBytes);
      if (!isDone) return false;
    }
    this.#answer(change, what, entries?.right.value ?? null, out);
    return true;
  }

  #answer(change: Change, what: number, right: Row | null, out: Change[]): void {
    const isInner = this.#step.type === 'INNER';
    const message = change.after as Row;
    const key = message.slice(MESSAGE_KEY, MESSAGE_KEY + this.#keyCount);
    const { time, offset } = change;
    const timeOfBoth = right === null ? time : Math.max(time, right[this.#timeSlot] as number);
    switch (what) {
      case ForeignKeyMessage.LEAVE:
        return;
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
  #changeRight(change: Change, out: Change[]): boolean {
    const entries = this.#entries[this.#next] ?? null;
    if (entries === null) {
      this.#context.errors.report(
        `a record of table ${this.#step.table} without a key is left out`,
      );
      return true;
    }
    const { right, directory } = entries;
    if (this.#page === 0) this.#right.set(right, this.#valuesOf(change));
    for (;;) {
      const subscribers = this.#subscribers.pageAt(directory, this.#page, PAGES_AHEAD);
      if (subscribers === null) return false;
      if (subscribers.length === 0) return true;
      for (const subscriber of subscribers) out.push(this.#told(change, subscriber, right.value));
      this.#page += 1;
      if (out.length >= OUT_MAX) return false;
    }
  }

  #valuesOf(change: Change): Row | null {
    if (change.after === null) return null;
    const values = this.#rows.valuesOf('right', change.after, change);
    values.push(change.time);
    return values;
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
    this.#batch = [];
    this.#next = 0;
  }
}
