// Hot path: once per row of a join of streams that found no partner.
import type { Row } from '../sql/types.ts';
import type { JoinSide } from './joined-rows.ts';

/** A row that can find no partner any more. Its values stay where they are until it is taken out. */
export interface DueRow {
  readonly side: JoinSide;
  /** As it is in the state: with the window of a windowed key. */
  readonly key: Row;
  /** The key as its format writes it, each byte one character. */
  readonly keyText: string;
  /** Of a windowed key; else 0. */
  readonly windowStart: number;
  readonly windowEnd: number;
  readonly time: number;
}

/** Rows that are emitted after one look for them: few enough to be in memory, some 40 MB. */
const COUNT_MAX = 200_000;

/**
 * Of all due rows that are offered, those that come first: by time, right before left, then by key as it is written.
 * A quarter more are in memory at most.
 */
export class DueSelection {
  readonly #countMax: number;
  #rows: DueRow[] = [];
  #timeMax = Infinity;

  constructor(countMax: number = COUNT_MAX) {
    this.#countMax = countMax;
  }

  /** Whether a row of that time can be among them. */
  takes(time: number): boolean {
    return time <= this.#timeMax;
  }

  /** Rows of one key and time are offered as they came. */
  offer(row: DueRow): void {
    this.#rows.push(row);
    if (this.#rows.length >= 1.25 * this.#countMax) this.#sort();
  }

  #sort(): void {
    this.#rows.sort(compareDue);
    if (this.#rows.length <= this.#countMax) return;
    this.#rows.length = this.#countMax;
    this.#timeMax = (this.#rows.at(-1) as DueRow).time;
  }

  /** How many there are so far. */
  get count(): number {
    return this.#rows.length;
  }

  /** Whether some were left out. */
  get isCut(): boolean {
    return this.#timeMax < Infinity;
  }

  /** Those that come first, in order; no more are offered. */
  first(): readonly DueRow[] {
    this.#sort();
    return this.#rows;
  }
}

function compareDue(a: DueRow, b: DueRow): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.side !== b.side) return a.side === 'right' ? -1 : 1;
  if (a.keyText !== b.keyText) return a.keyText < b.keyText ? -1 : 1;
  // Keys of different windows may be written alike.
  return a.windowStart - b.windowStart || a.windowEnd - b.windowEnd;
}
