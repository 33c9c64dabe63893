// Hot path: once per row that waits behind one that causes very many changes.
import { assert } from '../base/assert.ts';
import { BIGINT, BYTES, INTEGER, type Row, type SqlType, type Value } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import { Change, NULL_KEY } from './change.ts';
import type { StateSpec } from './operator.ts';

/** Rows that came one behind the other from one input. */
export interface HeldRun {
  readonly input: number;
  readonly changes: readonly Change[];
}

interface HeldRow {
  readonly input: number;
  readonly change: Change;
}

/** Rows in one value of state. */
const CHUNK = 256;

/** Slots among the numbers of the operator, from `firstNumber`. */
const FIRST = 0;
const END = 1;
const TAKEN = 2;

/** Columns of a row in state; those of its key follow as one column, then one for the rows of each input. */
const INPUT = 0;
const PARTITION = 1;
const OFFSET = 2;
const TIME = 3;
const WINDOW_START = 4;
const WINDOW_END = 5;
const HEADERS = 6;
const KEY = 7;
const ROWS = 8;
const PLACE_TYPES: readonly SqlType[] = [INTEGER, INTEGER, BIGINT, BIGINT, BIGINT, BIGINT, BYTES];

function structOf(types: readonly SqlType[]): SqlType {
  return { kind: 'STRUCT', fields: types.map((type, index) => ({ name: `C${index}`, type })) };
}

/**
 * The table `HeldRows` keeps: by number, chunks of rows.
 * @param rowTypes by input, the types of what is held of its rows.
 */
export function heldRowsState(
  keyTypes: readonly SqlType[],
  rowTypes: readonly (readonly SqlType[])[],
): StateSpec {
  const row = structOf([...PLACE_TYPES, structOf(keyTypes), ...rowTypes.map(structOf)]);
  return { keyTypes: [INTEGER], valueTypes: [{ kind: 'ARRAY', element: row }], window: null };
}

/**
 * Rows that an operator has been given and cannot process yet, first in, first out: the first is being processed and
 * has more to emit, or state is missing. What is still there when the tick ends goes into state, in chunks; their
 * numbers, and how many rows of the first are taken, are kept among the operator's numbers. Of a row only `after` is
 * held, which may be what the operator has made of it.
 */
export class HeldRows {
  readonly #table: StateTable<Row, Row>;
  readonly #numbers: number[];
  readonly #slot: number;
  /** Rows of this tick, behind those in state. */
  #recent: HeldRow[] = [];
  #recentTaken = 0;

  /** @param numbers of the operator; those of this object begin at `firstNumber`. */
  constructor(table: StateTable<Row, Row>, numbers: number[], firstNumber: number) {
    this.#table = table;
    this.#numbers = numbers;
    this.#slot = firstNumber;
  }

  /** What the operator keeps: the first chunk, the one behind the last, rows taken of the first. */
  static initialNumbers(): readonly number[] {
    return [0, 0, 0];
  }

  #get(slot: number): number {
    return this.#numbers[this.#slot + slot] as number;
  }

  #set(slot: number, value: number): void {
    this.#numbers[this.#slot + slot] = value;
  }

  #entry(chunk: number): StateEntry<Row, Row> {
    return this.#table.entry(chunk, [chunk], 0);
  }

  /** Whether there are rows of an earlier tick. */
  get isStored(): boolean {
    return this.#get(FIRST) < this.#get(END);
  }

  get isEmpty(): boolean {
    return !this.isStored && this.#recentTaken >= this.#recent.length;
  }

  /** Names where so many more rows would go; before they are held. */
  nameSpace(count: number): void {
    const rows = this.#recent.length - this.#recentTaken + count;
    const end = this.#get(END) + Math.ceil(rows / CHUNK);
    for (let chunk = this.#get(END); chunk < end; chunk++) this.#entry(chunk);
  }

  hold(input: number, change: Change): void {
    this.#recent.push({ input, change });
  }

  /** Names what `firstRun` needs. */
  nameFirst(): void {
    if (this.isStored) this.#entry(this.#get(FIRST));
  }

  /** The rows that come next, as many as are of one input and in memory; null when they are not. */
  firstRun(countMax: number): HeldRun | null {
    const rows = this.isStored ? this.#firstChunk() : this.#recent;
    if (rows === null) return null;
    const from = this.isStored ? this.#get(TAKEN) : this.#recentTaken;
    const input = rows[from]?.input;
    if (input === undefined) return null;
    const changes: Change[] = [];
    for (let i = from; i < rows.length && changes.length < countMax; i++) {
      const row = rows[i] as HeldRow;
      if (row.input !== input) break;
      changes.push(row.change);
    }
    return { input, changes };
  }

  /** Names all rows of earlier ticks. */
  nameStored(): void {
    for (let chunk = this.#get(FIRST); chunk < this.#get(END); chunk++) this.#entry(chunk);
  }

  /** The rows of earlier ticks that come from an input, which must have been named. */
  storedOf(input: number): readonly Change[] {
    const changes: Change[] = [];
    const first = this.#get(FIRST);
    for (let chunk = first; chunk < this.#get(END); chunk++) {
      const rows = rowsIn(this.#entry(chunk));
      for (const row of chunk === first ? rows.slice(this.#get(TAKEN)) : rows) {
        if (row[INPUT] === input) changes.push(heldRow(row).change);
      }
    }
    return changes;
  }

  /** Puts something else in the place of the first row, which must be in memory. */
  replaceFirst(input: number, change: Change): void {
    if (!this.isStored) {
      this.#recent[this.#recentTaken] = { input, change };
      return;
    }
    const entry = this.#entry(this.#get(FIRST));
    assert(entry.loaded, 'rows are replaced only when they are in memory');
    const rows = rowsIn(entry).with(this.#get(TAKEN), stateRow({ input, change }));
    this.#table.set(entry, [rows as Value]);
  }

  #firstChunk(): readonly HeldRow[] | null {
    const entry = this.#entry(this.#get(FIRST));
    return entry.loaded ? rowsIn(entry).map(heldRow) : null;
  }

  /** The first rows are processed; they must be in memory. */
  remove(count: number): void {
    if (!this.isStored) {
      this.#recentTaken += count;
      if (this.#recentTaken >= this.#recent.length) this.#forgetRecent();
      return;
    }
    const entry = this.#entry(this.#get(FIRST));
    assert(entry.loaded, 'rows are processed only when they are in memory');
    const taken = this.#get(TAKEN) + count;
    this.#set(TAKEN, taken);
    if (taken < rowsIn(entry).length) return;
    this.#table.set(entry, null);
    this.#set(TAKEN, 0);
    this.#set(FIRST, this.#get(FIRST) + 1);
    if (this.isStored) return;
    this.#set(FIRST, 0);
    this.#set(END, 0);
  }

  #forgetRecent(): void {
    this.#recent = [];
    this.#recentTaken = 0;
  }

  /** Puts the rows of this tick into state; their space has been named. */
  tickEnds(): void {
    const rows = this.#recent;
    for (let from = this.#recentTaken; from < rows.length; from += CHUNK) {
      const chunk = rows.slice(from, from + CHUNK);
      const entry = this.#entry(this.#get(END));
      assert(entry.loaded, 'the space of rows is named before they are held');
      this.#table.set(entry, [chunk.map(stateRow)]);
      this.#set(END, this.#get(END) + 1);
    }
    this.#forgetRecent();
  }

  /** The tick was taken back, and so were the numbers. */
  abandon(): void {
    this.#forgetRecent();
  }
}

function rowsIn({ value }: StateEntry<Row, Row>): readonly Row[] {
  return value === null ? [] : (value[0] as Value[] as Row[]);
}

function stateRow({ input, change }: HeldRow): Row {
  const { key, after, time, partition, offset, windowStart, windowEnd, headers } = change;
  const row: Row = [input, partition, offset, time, windowStart, windowEnd, headers];
  row[KEY] = key.length === 0 ? null : key;
  for (let i = 0; i < input; i++) row[ROWS + i] = null;
  row[ROWS + input] = after;
  return row;
}

function heldRow(row: Row): HeldRow {
  const input = row[INPUT] as number;
  return {
    input,
    change: new Change(
      (row[KEY] ?? NULL_KEY) as Row,
      null,
      (row[ROWS + input] ?? null) as Row | null,
      row[TIME] as number,
      row[PARTITION] as number,
      row[OFFSET] as number,
      row[WINDOW_START] as number,
      row[WINDOW_END] as number,
      (row[HEADERS] ?? null) as Uint8Array | null,
    ),
  };
}
