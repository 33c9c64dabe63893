// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { Encoder, FormatSpec } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { Column } from '../sql/schema.ts';
import type { Row } from '../sql/types.ts';
import { windowStart } from '../sql/window.ts';
import type { StateEntry, StateTable, WindowRange } from '../state/state-table.ts';
import type { WindowSearch } from '../state/window-search.ts';
import type { DueRow, DueSelection } from './due-selection.ts';
import type { JoinSide } from './joined-rows.ts';
import { TimedRows } from './timed-rows.ts';

type Entry = StateEntry<Row, Row>;

/** Keys that are read into memory for a look, some 20 MB. */
const LOOK_MAX = 50_000;

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
  readonly #lookMax: number;
  readonly #keyCount: number;
  readonly #encodeKey: Encoder;
  readonly #writer = new ByteWriter();
  /** Whether the oldest row is known exactly. */
  #isExact = false;

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
    /** So many keys are read into memory for a look at most; among more of them rows are searched for in the store. */
    lookMax?: number;
  }) {
    this.#table = options.table;
    this.#side = options.side;
    this.#numbers = options.numbers;
    this.#first = options.firstNumber;
    this.#lookAheadMs = options.lookAheadMs;
    this.#bucketMs = options.bucketMs;
    this.#mapKey = options.mapKey;
    this.#lookMax = options.lookMax ?? LOOK_MAX;
    this.#keyCount = options.keys.length;
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
    if (this.#count === 0 || time <= this.#oldest) {
      this.#oldest = time;
      this.#isExact = true;
    }
    this.#count += 1;
  }

  /** The rows within these times have found a partner. */
  remove(entry: Entry | null, timeMin: number, timeMax: number): void {
    if (entry === null || entry.value === null) return;
    const isIn = (time: number): boolean => time >= timeMin && time <= timeMax;
    const count = TimedRows.remove(this.#table, entry, isIn);
    if (count > 0 && this.#oldest >= timeMin) this.#isExact = false;
    this.#count -= count;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Names the rows that are older than `time`, in `prepare`, unless they are very many. */
  nameBefore(time: number): void {
    const range = this.#windowsBefore(time);
    if (range !== null) this.#table.nameWindows(range, this.#mapKey, this.#lookMax);
  }

  #dueBefore(streamTime: number): number {
    return streamTime - this.#lookAheadMs;
  }

  #windowsBefore(time: number): WindowRange | null {
    if (this.#count === 0 || this.#oldest >= time) return null;
    return {
      windowStartMin: windowStart(this.#oldest, this.#bucketMs),
      windowStartMax: windowStart(time - 1, this.#bucketMs),
    };
  }

  /** Whether any row is older than `time`; null when that has to be searched for. */
  hasBefore(time: number): boolean | null {
    const range = this.#windowsBefore(time);
    if (range === null) return false;
    if (this.#isExact) return true;
    if (!this.#table.hasWindows(range)) return null;
    let oldest = Infinity;
    for (const { value } of this.#table.entriesIn(range)) {
      if (value !== null) oldest = Math.min(oldest, timeOfFirst(value));
    }
    this.#foundOldest(oldest, range);
    return oldest < time;
  }

  #foundOldest(oldest: number, { windowStartMax }: WindowRange): void {
    this.#isExact = oldest < Infinity;
    this.#oldest = this.#isExact ? oldest : windowStartMax + this.#bucketMs;
  }

  /** Names a search that finds out whether any row is older than `time`; call what it returns when it is done. */
  searchBefore(time: number): () => void {
    const range = this.#windowsBefore(time);
    if (range === null) return () => {};
    let oldest = Infinity;
    this.#search(range, (_, value) => {
      oldest = Math.min(oldest, timeOfFirst(value));
      return true;
    });
    return () => this.#foundOldest(oldest, range);
  }

  #search(range: WindowRange, visit: (key: Row, value: Row) => boolean): WindowSearch<Row, Row> {
    const search = { range, mapKey: this.#mapKey, visit, end: Infinity };
    this.#table.search(search);
    return search;
  }

  /**
   * Offers the rows that are due by `streamTime`.
   * @returns false when not all of them are in memory, or too many are: then they have to be searched for.
   */
  offerDue(streamTime: number, into: DueSelection): boolean {
    const dueBefore = this.#dueBefore(streamTime);
    const range = this.#windowsBefore(dueBefore);
    if (range === null) return true;
    if (!this.#table.hasWindows(range)) return false;
    for (const { key, value } of this.#table.entriesIn(range)) {
      if (value !== null) this.#offer(key, value, { dueBefore, into });
      if (into.count > this.#lookMax || into.isCut) return false;
    }
    return true;
  }

  /**
   * Names a search for the first of the rows that are due by `streamTime`, which offers them. When it is done, what is
   * returned says up to which time they are all offered: Infinity for all there are.
   */
  searchDue(streamTime: number, into: DueSelection): () => number {
    const dueBefore = this.#dueBefore(streamTime);
    const range = this.#windowsBefore(dueBefore);
    if (range === null) return () => Infinity;
    const search = this.#search(range, (key, value) =>
      this.#offer(key, value, { dueBefore, into }),
    );
    const bucketMs = this.#bucketMs;
    return () => Math.ceil(search.end / bucketMs) * bucketMs;
  }

  /** Offers the rows of a key and bucket, and returns whether any is due. */
  #offer(
    key: Row,
    value: Row,
    { dueBefore, into }: { dueBefore: number; into: DueSelection },
  ): boolean {
    const first = timeOfFirst(value);
    if (first >= dueBefore) return false;
    if (!into.takes(first)) return true;
    const side = this.#side;
    const keyText = this.#textOf(key);
    const start = (key[this.#keyCount] ?? 0) as number;
    const end = (key[this.#keyCount + 1] ?? start) as number;
    for (const row of TimedRows.of(value)) {
      const time = TimedRows.timeOf(row);
      if (time >= dueBefore || !into.takes(time)) break;
      into.offer({ side, key, keyText, windowStart: start, windowEnd: end, time });
    }
    return true;
  }

  /** Names rows that are due again: they may have left memory since they were found. */
  nameDue(rows: readonly DueRow[]): void {
    for (const row of rows) this.#entryOf(row);
  }

  #entryOf({ side, key, time }: DueRow): Entry | null {
    if (side !== this.#side) return null;
    return this.#table.entry(this.#mapKey(key), key, windowStart(time, this.#bucketMs));
  }

  /**
   * Takes out rows that come first of all that are due; those of the other side are left alone.
   * @param values of the rows, by their index, which are filled in.
   */
  takeDue(rows: readonly DueRow[], values: Row[]): void {
    const counts = new Map<Entry, number>();
    for (const [index, row] of rows.entries()) {
      const entry = this.#entryOf(row);
      if (entry === null) continue;
      const count = counts.get(entry) ?? 0;
      const first = entry.value === null ? undefined : TimedRows.of(entry.value)[count];
      assert(
        first !== undefined && TimedRows.timeOf(first) === row.time,
        'a row that is due is pending',
      );
      values[index] = first;
      counts.set(entry, count + 1);
    }
    for (const [entry, count] of counts) {
      TimedRows.removeFirst(this.#table, entry, count);
      this.#count -= count;
      this.#isExact = false;
    }
  }

  /** All rows that were due by `streamTime` are taken out, as far as they are not later than `timeMax`. */
  dueIsOver(streamTime: number, timeMax = Infinity): void {
    const oldest = Math.min(this.#dueBefore(streamTime), timeMax);
    if (oldest <= this.#oldest) return;
    this.#oldest = oldest;
    this.#isExact = false;
  }

  /** The numbers of the operator have changed: a tick was taken back. */
  abandon(): void {
    this.#isExact = false;
  }

  #textOf(key: Row): string {
    const writer = this.#writer;
    writer.reset();
    this.#encodeKey(key, 0, writer);
    return writer.buffer.toString('latin1', 0, writer.length);
  }

  /** No row is pending, or can become so, that is older. */
  firstNeeded(streamTime: number): number {
    const oldestToCome = this.#dueBefore(streamTime);
    return this.#count === 0 ? oldestToCome : Math.min(this.#oldest, oldestToCome);
  }
}

function timeOfFirst(value: Row): number {
  const first = TimedRows.of(value)[0];
  return first === undefined ? Infinity : TimedRows.timeOf(first);
}
