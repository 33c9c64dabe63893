import type { Entry, SeenRow } from './journal.ts';

/** What may be true of a source that comes and goes, as far as its creator was told. */
export interface ExtraExpectation {
  /** The generations that may exist now; null stands for none of them. */
  possible: Set<string | null>;
  /** Rows of plain streams, `generation number`. */
  readonly attemptedRows: Set<string>;
  readonly acknowledgedRows: Set<string>;
}

/** What the journals of all lives so far say must be there, and may be there. */
export class Expectation {
  readonly attempted = new Set<string>();
  readonly acknowledged = new Set<string>();
  /** What clients were shown, by stream: the id at each `partition/offset`. */
  readonly seen = new Map<string, Map<string, string>>();
  /** The most rows that a client was told PER_TAG counts. */
  counted = 0;
  readonly #extras = new Map<string, ExtraExpectation>();

  extra(name: string): ExtraExpectation {
    let extra = this.#extras.get(name);
    if (extra === undefined) {
      const [attemptedRows, acknowledgedRows] = [new Set<string>(), new Set<string>()];
      extra = { possible: new Set([null]), attemptedRows, acknowledgedRows };
      this.#extras.set(name, extra);
    }
    return extra;
  }

  /** Takes in the journal of the next life. */
  add(entries: readonly Entry[]): void {
    for (const entry of entries) this.#add(entry);
  }

  #add(entry: Entry): void {
    const isDone = 'phase' in entry && entry.phase === 'acknowledged';
    switch (entry.act) {
      case 'saw':
        for (const row of entry.rows) this.#saw(entry.stream, row);
        return;
      case 'counted':
        this.counted = Math.max(this.counted, entry.count);
        return;
      case 'row':
        (isDone ? this.acknowledged : this.attempted).add(entry.id);
        return;
      case 'create':
        this.#become(entry.name, entry.generation, isDone);
        return;
      case 'drop':
        this.#become(entry.name, null, isDone);
        return;
      case 'plainRow': {
        const { attemptedRows, acknowledgedRows } = this.extra(entry.name);
        (isDone ? acknowledgedRows : attemptedRows).add(`${entry.generation} ${entry.number}`);
        return;
      }
    }
  }

  #saw(stream: string, [partition, offset, id]: SeenRow): void {
    const rows = this.seen.get(stream) ?? new Map<string, string>();
    this.seen.set(stream, rows);
    rows.set(`${partition}/${offset}`, id);
  }

  #become(name: string, generation: string | null, isDone: boolean): void {
    const extra = this.extra(name);
    if (isDone) extra.possible = new Set([generation]);
    else extra.possible.add(generation);
  }
}
