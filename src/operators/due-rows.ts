// Hot path: once per row of a join of streams that found no partner.
import { assert } from '../base/assert.ts';
import type { Row } from '../sql/types.ts';
import { type DueRow, DueSelection } from './due-selection.ts';
import type { PendingRows } from './pending-rows.ts';

/** What was named, until it is in memory: call it then. */
type Search = () => void;

/**
 * The rows of both sides that are due, in order. Few are found in memory at once. Of very many, the first are searched
 * for; when those are emitted, the next.
 */
export class DueRows {
  readonly #pendings: readonly PendingRows[];
  readonly #createSelection: () => DueSelection;
  /** Those that come next; null when they have to be searched for. */
  #rows: readonly DueRow[] | null = null;
  #emitted = 0;
  /** Whether none are due behind them. */
  #areLast = false;
  #search: Search | null = null;
  /** The time for which it has to be found out whether any row is older; null for none. */
  #wanted: number | null = null;

  constructor(pendings: readonly PendingRows[], createSelection = () => new DueSelection()) {
    this.#pendings = pendings;
    this.#createSelection = createSelection;
  }

  /** Whether any row is older than `time`; null when that is to be searched for next. */
  hasBefore(time: number): boolean | null {
    let isUnknown = false;
    for (const pending of this.#pendings) {
      const isAny = pending.hasBefore(time);
      if (isAny === true) return true;
      if (isAny === null) isUnknown = true;
    }
    if (!isUnknown) return false;
    this.#wanted = time;
    return null;
  }

  /** Whether anything has to be searched for before rows can be processed, rows being due if `isEmitting`. */
  mustSearch(isEmitting: boolean): boolean {
    return this.#wanted !== null || (isEmitting && this.#rows === null);
  }

  /** Names what has to be searched for. */
  nameSearch(streamTime: number): void {
    const time = this.#wanted;
    if (time === null) {
      this.#search = this.#searchDue(streamTime);
      return;
    }
    const searches = this.#pendings.map((pending) => pending.searchBefore(time));
    this.#search = () => {
      for (const search of searches) search();
      this.#wanted = null;
    };
  }

  #searchDue(streamTime: number): Search {
    const selection = this.#createSelection();
    const searches = this.#pendings.map((pending) => pending.searchDue(streamTime, selection));
    return () => {
      let end = Infinity;
      for (const search of searches) end = Math.min(end, search());
      const first = selection.first();
      // Up to there nothing is missing of either side.
      const rows = end === Infinity ? first : first.filter(({ time }) => time < end);
      this.#select(rows, end === Infinity && !selection.isCut);
    };
  }

  /** What was named is in memory. */
  takeSearch(): void {
    const search = this.#search;
    assert(search !== null, 'a search was named');
    this.#search = null;
    search();
  }

  #select(rows: readonly DueRow[], areLast: boolean): void {
    this.#rows = rows;
    this.#emitted = 0;
    this.#areLast = areLast;
  }

  /** Finds the due rows in memory; false when they have to be searched for. */
  findInMemory(streamTime: number): boolean {
    const selection = this.#createSelection();
    for (const pending of this.#pendings) {
      if (!pending.offerDue(streamTime, selection)) return false;
    }
    this.#select(selection.first(), true);
    return true;
  }

  get isFound(): boolean {
    return this.#rows !== null;
  }

  /** How many of those found are not emitted. */
  get left(): number {
    return this.#rows === null ? 0 : this.#rows.length - this.#emitted;
  }

  #next(count: number): readonly DueRow[] {
    return this.#rows?.slice(this.#emitted, this.#emitted + count) ?? [];
  }

  /** Names the next rows: they may have left memory since they were found. */
  nameNext(count: number): void {
    const rows = this.#next(count);
    for (const pending of this.#pendings) pending.nameDue(rows);
  }

  /** The next rows with their values; they are not pending any more. */
  takeNext(count: number, streamTime: number): { rows: readonly DueRow[]; values: readonly Row[] } {
    const rows = this.#next(count);
    const values: Row[] = [];
    this.#emitted += rows.length;
    const timeMax = rows.at(-1)?.time;
    for (const pending of this.#pendings) {
      pending.takeDue(rows, values);
      if (timeMax !== undefined) pending.dueIsOver(streamTime, timeMax);
    }
    return { rows, values };
  }

  /** Whether all are emitted, of those that are due; the next have to be searched for when they are not known. */
  isOver(streamTime: number): boolean {
    if (this.left > 0) return false;
    this.#rows = null;
    if (!this.#areLast) return false;
    for (const pending of this.#pendings) pending.dueIsOver(streamTime);
    return true;
  }

  /** The tick was taken back, and so were the numbers of the operator. */
  abandon(): void {
    this.#rows = null;
    this.#search = null;
    this.#wanted = null;
    for (const pending of this.#pendings) pending.abandon();
  }
}
