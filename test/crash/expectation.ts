import type { Entry, SeenRow } from './journal.ts';
import { LATEST, latestAt, placeOfNumber } from './raw-topics.ts';

/** What may be true of a source that comes and goes, as far as its creator was told. */
export interface ExtraExpectation {
  /** The generations that may exist now; null stands for none of them. */
  possible: Set<string | null>;
  /** Rows of plain streams, `generation number`. */
  readonly attemptedRows: Set<string>;
  readonly acknowledgedRows: Set<string>;
}

/** What the journals of all lives so far say must be there, and may be there, since the last clearing. */
export class Expectation {
  /** Rows since the first life, those of cleared directories as well. */
  readonly rowCounts = { attempted: 0, acknowledged: 0 };
  readonly attempted = new Set<string>();
  readonly acknowledged = new Set<string>();
  /** What clients were shown, by stream: the id at each `partition/offset`. */
  readonly seen = new Map<string, Map<string, string>>();
  /** The most rows that a client was told PER_TAG counts. */
  counted = 0;
  /** Places in LATEST that were sent, and of each key the last one acknowledged. */
  readonly latest = { attempted: new Set<number>(), acknowledged: new Map<string, number>() };
  /** Offsets of the consumer group: they only grow. */
  readonly group = { attempted: 0, acknowledged: 0 };
  readonly #weak = new Map<string, { attempted: Set<number>; acknowledged: Set<number> }>();
  readonly #extras = new Map<string, ExtraExpectation>();
  /** Sources whose CREATE came to no end that anybody was told of. */
  readonly #unfinished = new Set<string>();
  /**
   * Topics that a CREATE which was cut short before the last clearing may have left: no source belongs to them, so that
   * nothing drops them before the next CREATE of that name takes them.
   */
  readonly leftTopics = new Set<string>();

  extra(name: string): ExtraExpectation {
    let extra = this.#extras.get(name);
    if (extra === undefined) {
      const [attemptedRows, acknowledgedRows] = [new Set<string>(), new Set<string>()];
      extra = { possible: new Set([null]), attemptedRows, acknowledgedRows };
      this.#extras.set(name, extra);
    }
    return extra;
  }

  /** Places in a topic of weak durability. */
  readonly weak = (name: string): { attempted: Set<number>; acknowledged: Set<number> } => {
    const found = this.#weak.get(name) ?? { attempted: new Set(), acknowledged: new Set() };
    this.#weak.set(name, found);
    return found;
  };

  /** Nothing of what was there is there any more, and nothing of it may come back. */
  clear(): void {
    this.attempted.clear();
    this.acknowledged.clear();
    this.seen.clear();
    this.counted = 0;
    this.latest.attempted.clear();
    this.latest.acknowledged.clear();
    Object.assign(this.group, { attempted: 0, acknowledged: 0 });
    this.#weak.clear();
    this.#extras.clear();
    this.#unfinished.clear();
    this.leftTopics.clear();
  }

  /** The same within one directory. */
  #cleared(): void {
    const left = [...this.leftTopics, ...this.#unfinished];
    this.clear();
    for (const name of left) this.leftTopics.add(name);
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
      case 'cleared':
        this.#cleared();
        return;
      case 'row':
        (isDone ? this.acknowledged : this.attempted).add(entry.id);
        this.rowCounts[isDone ? 'acknowledged' : 'attempted']++;
        return;
      case 'raw':
        this.#addRaw(entry.topic, entry.number, isDone);
        return;
      case 'group':
        this.group[isDone ? 'acknowledged' : 'attempted'] = entry.offset;
        return;
      case 'create':
        if (!isDone) this.#unfinished.add(entry.name);
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

  #addRaw(topic: string, number: number, isDone: boolean): void {
    if (topic !== LATEST.name) {
      this.weak(topic)[isDone ? 'acknowledged' : 'attempted'].add(number);
      return;
    }
    const { life, sequence } = placeOfNumber(number);
    const { key } = latestAt(life, sequence);
    if (isDone) this.latest.acknowledged.set(key, number);
    else this.latest.attempted.add(number);
  }

  #saw(stream: string, [partition, offset, id]: SeenRow): void {
    const rows = this.seen.get(stream) ?? new Map<string, string>();
    this.seen.set(stream, rows);
    rows.set(`${partition}/${offset}`, id);
  }

  #become(name: string, generation: string | null, isDone: boolean): void {
    const extra = this.extra(name);
    if (!isDone) extra.possible.add(generation);
    else {
      extra.possible = new Set([generation]);
      this.#unfinished.delete(name);
      this.leftTopics.delete(name);
    }
  }
}
