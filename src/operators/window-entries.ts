// Hot path: once per record of a windowed aggregation.
import { firstWindowStart } from '../sql/window.ts';
import type { Row } from '../sql/types.ts';
import type { StateEntry, StateTable } from '../state/state-table.ts';
import type { TimeWindow } from './aggregate-step.ts';
import type { Change } from './change.ts';

type Entry = StateEntry<Row, Row>;

/** Where the state of each row of a batch is: one pair of row and entry for each window the row is in. */
export interface Assignment {
  readonly rows: readonly Change[];
  /** By index of `rows`. */
  readonly entries: readonly Entry[];
}

/** How a key names its entry: equal keys, equal map keys. */
export interface StateKey {
  readonly mapKey: unknown;
  readonly key: Row;
}

/**
 * Finds the entries of rows in their windows, in ascending order of their starts. Rows advance stream time in order,
 * and each is late or not by the stream time it meets, for each of its windows.
 */
export class WindowEntries {
  readonly #window: TimeWindow;
  readonly #advanceMs: number;
  readonly #state: StateTable<Row, Row>;
  readonly #keyOf: (change: Change) => StateKey;
  readonly #onLate: () => void;

  constructor(options: {
    window: TimeWindow;
    state: StateTable<Row, Row>;
    keyOf: (change: Change) => StateKey;
    onLate: () => void;
  }) {
    this.#window = options.window;
    this.#advanceMs = options.window.advanceMs ?? options.window.sizeMs;
    this.#state = options.state;
    this.#keyOf = options.keyOf;
    this.#onLate = options.onLate;
  }

  /**
   * @param times stream time first; it is advanced.
   * @param afterRow called after each row with the start of the latest window it is in; -1 when it is late for all.
   */
  assign(
    batch: readonly Change[],
    times: number[],
    afterRow?: (latestStart: number, row: Change) => void,
  ): Assignment {
    const rows: Change[] = [];
    const entries: Entry[] = [];
    const { sizeMs, graceMs } = this.#window;
    for (const change of batch) {
      const { time } = change;
      const streamTime = Math.max(time, times[0] as number);
      times[0] = streamTime;
      const closed = streamTime - graceMs;
      const first = firstWindowStart(time, sizeMs, this.#advanceMs);
      if (first + sizeMs <= closed) this.#onLate();
      const { mapKey, key } = this.#keyOf(change);
      let latest = -1;
      for (let start = first; start <= time; start += this.#advanceMs) {
        if (start + sizeMs <= closed) continue;
        rows.push(change);
        entries.push(this.#state.entry(mapKey, key, start));
        latest = start;
      }
      afterRow?.(latest, change);
    }
    return { rows, entries };
  }
}
