// Hot path: once per record.
import { ByteWriter } from '../base/byte-writer.ts';
import type { Encoder, FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { Column } from '../sql/schema.ts';
import type { Row } from '../sql/types.ts';
import { windowStart } from '../sql/window.ts';
import type { StateEntry, StateTable, WindowRange } from '../state/state-table.ts';
import type { JoinSide } from './joined-rows.ts';
import { TimedRows } from './timed-rows.ts';

type Entry = StateEntry<Row, Row>;

/** A row that can find no partner any more. */
export interface DueRow {
  readonly side: JoinSide;
  /** As it is in the state: with the window of a windowed key. */
  readonly key: Row;
  /** The key as its format writes it. */
  readonly keyBytes: Buffer;
  readonly time: number;
  readonly values: Row;
}

/** Slots among the numbers of the operator, from `firstNumber`. */
const COUNT = 0;
const OLDEST = 1;

/**
 * The rows of one side of a join of streams that wait for a partner, by key and time bucket. How many there are, and a
 * time that none is older than, are kept among the operator's numbers: they tell when there is something to look for.
 */
export class PendingRows {
  readonly #table: StateTable<Row, Row>;
  readonly #side: JoinSide;
  readonly #numbers: number[];
  readonly #first: number;
  readonly #lookAheadMs: number;
  readonly #bucketMs: number;
  readonly #mapKey: (key: Row) => unknown;
  readonly #encodeKey: Encoder;
  readonly #writer = new ByteWriter();

  constructor(options: {
    table: StateTable<Row, Row>;
    side: JoinSide;
    /** The operator's numbers; those of this object begin at `firstNumber`. */
    numbers: number[];
    firstNumber: number;
    /** A row of time t is due when stream time is beyond t plus this. */
    lookAheadMs: number;
    bucketMs: number;
    mapKey: (key: Row) => unknown;
    keys: readonly Column[];
    keyFormat: FormatSpec;
  }) {
    this.#table = options.table;
    this.#side = options.side;
    this.#numbers = options.numbers;
    this.#first = options.firstNumber;
    this.#lookAheadMs = options.lookAheadMs;
    this.#bucketMs = options.bucketMs;
    this.#mapKey = options.mapKey;
    this.#encodeKey = findFormat(options.keyFormat.name).createEncoder({
      columns: options.keys,
      spec: options.keyFormat,
    });
  }

  /** What the operator keeps for each: how many rows are pending, and since when. */
  static initialNumbers(): readonly number[] {
    return [0, 0];
  }

  get #count(): number {
    return this.#numbers[this.#first + COUNT] as number;
  }

  set #count(count: number) {
    this.#numbers[this.#first + COUNT] = count;
  }

  /** No pending row is older; meaningless when there are none. */
  get #oldest(): number {
    return this.#numbers[this.#first + OLDEST] as number;
  }

  set #oldest(time: number) {
    this.#numbers[this.#first + OLDEST] = time;
  }

  /** Where the pending rows of a key and bucket are. */
  entry(mapKey: unknown, key: Row, bucket: number): Entry {
    return this.#table.entry(mapKey, key, bucket);
  }

  /** The same, for looking only: null when none is pending there. */
  find(mapKey: unknown, key: Row, bucket: number): Entry | null {
    return this.#table.find(mapKey, key, bucket);
  }

  add(entry: Entry, time: number, values: Row): void {
    TimedRows.add(this.#table, entry, time, values);
    this.#oldest = this.#count === 0 ? time : Math.min(this.#oldest, time);
    this.#count += 1;
  }

  /** The rows within these times have found a partner. */
  remove(entry: Entry | null, timeMin: number, timeMax: number): void {
    if (entry === null || entry.value === null) return;
    this.#count -= TimedRows.remove(
      this.#table,
      entry,
      (time) => time >= timeMin && time <= timeMax,
    );
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Names the rows that are older than `time`, in `prepare`. */
  nameBefore(time: number): void {
    const range = this.#windowsBefore(time);
    if (range !== null) this.#table.nameWindows(range, this.#mapKey);
  }

  #windowsBefore(time: number): WindowRange | null {
    if (this.#count === 0 || this.#oldest >= time) return null;
    return {
      windowStartMin: windowStart(this.#oldest, this.#bucketMs),
      windowStartMax: windowStart(time - 1, this.#bucketMs),
    };
  }

  /** Whether any row is older than `time`; such rows must have been named. */
  hasBefore(time: number): boolean {
    const range = this.#windowsBefore(time);
    if (range === null) return false;
    let oldest = range.windowStartMax + this.#bucketMs;
    for (const { value } of this.#table.entriesIn(range)) {
      const first = value === null ? undefined : TimedRows.of(value)[0];
      if (first !== undefined) oldest = Math.min(oldest, TimedRows.timeOf(first));
    }
    this.#oldest = oldest;
    return oldest < time;
  }

  /** The rows that are due by `streamTime`, which must have been named; in no order, but equal times as they came. */
  due(streamTime: number): DueRow[] {
    const dueBefore = streamTime - this.#lookAheadMs;
    const range = this.#windowsBefore(dueBefore);
    if (range === null) return [];
    const due: DueRow[] = [];
    for (const entry of this.#table.entriesIn(range)) {
      if (entry.value === null) continue;
      const keyBytes = this.#bytesOf(entry.key);
      for (const row of TimedRows.of(entry.value)) {
        const time = TimedRows.timeOf(row);
        if (time >= dueBefore) break;
        due.push({ side: this.#side, key: entry.key, keyBytes, time, values: row });
      }
    }
    return due;
  }

  /** Names the rows that are due by `streamTime`. */
  nameDueBy(streamTime: number): void {
    this.nameBefore(streamTime - this.#lookAheadMs);
  }

  /** Names rows that are due again: they may have left memory since they were found. */
  nameDue(rows: readonly DueRow[]): void {
    for (const row of rows) this.#entryOf(row);
  }

  #entryOf({ side, key, time }: DueRow): Entry | null {
    if (side !== this.#side) return null;
    return this.#table.entry(this.#mapKey(key), key, windowStart(time, this.#bucketMs));
  }

  /** Takes out rows that were emitted, in order; those of the other side are left alone. */
  removeDue(rows: readonly DueRow[]): void {
    const counts = new Map<Entry, number>();
    for (const row of rows) {
      const entry = this.#entryOf(row);
      if (entry !== null) counts.set(entry, (counts.get(entry) ?? 0) + 1);
    }
    for (const [entry, count] of counts) {
      TimedRows.removeFirst(this.#table, entry, count);
      this.#count -= count;
    }
  }

  /** All rows that were due by `streamTime` are taken out. */
  dueIsOver(streamTime: number): void {
    this.#oldest = Math.max(this.#oldest, streamTime - this.#lookAheadMs);
  }

  #bytesOf(key: Row): Buffer {
    const writer = this.#writer;
    writer.reset();
    this.#encodeKey(key, 0, writer);
    return writer.copy();
  }

  /** No row is pending, or can become so, that is older. */
  firstNeeded(streamTime: number): number {
    const oldestToCome = streamTime - this.#lookAheadMs;
    return this.#count === 0 ? oldestToCome : Math.min(this.#oldest, oldestToCome);
  }
}
