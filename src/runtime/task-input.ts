// Hot path: once per batch.
import type { Change } from '../operators/change.ts';
import type { DecodeProblem } from './record-decoder.ts';
import type { Chunk, SourceReader } from './source-reader.ts';

/** Where a task takes rows from. Its head is the next row; inputs are told apart by the event time of their heads. */
export interface TaskInput {
  /** The step whose rows these are. */
  readonly stepId: number;
  /** Rows of a hand-over exist only in memory and must be processed within their tick. */
  readonly mustDrain: boolean;
  /** Brings the head into memory if there is one. Without a promise when it is there. */
  fill(): void | Promise<void>;
  /**
   * The latest event time among the next rows in memory, so many at most, when more rows follow; else Infinity. Rows of
   * other inputs beyond it have to wait until those have had their turn.
   */
  horizon(rowsMax: number): number;
  /** Event time of the head; null when there is nothing to take. Valid after `fill`. */
  headTime(): number | null;
  /**
   * Takes rows in order while their time is at most `timeMax`, at least one.
   * @param countMax the most rows to take.
   */
  take(timeMax: number, countMax: number): readonly Change[];
}

/** Rows kept in memory at most while one is looked for that is later than all of them. */
const UNDECIDED_ROWS_MAX = 4_096;

/** One partition of a source topic, read from a position. */
export class SourceInput implements TaskInput {
  readonly stepId: number;
  readonly mustDrain = false;
  readonly reader: SourceReader;
  /** Offset of the next record to take. */
  position: number;
  #changes: readonly Change[] = [];
  #index = 0;
  /** The first of the latest rows of `#changes`: those behind it are no later. */
  #latest = 0;
  /** Where to read on after `#changes`. */
  #nextOffset: number;
  /** Records that could not be read, not yet taken; in offset order. */
  #problems: readonly DecodeProblem[] = [];
  #skippedCount = 0;

  constructor(options: { stepId: number; reader: SourceReader; position: number }) {
    this.stepId = options.stepId;
    this.reader = options.reader;
    this.position = options.position;
    this.#nextOffset = options.position;
  }

  /** How many offsets there are to read; 0 when there is nothing. */
  get lag(): number {
    return Math.max(0, this.reader.endOffset(this.position) - this.position);
  }

  fill(): void | Promise<void> {
    while (this.#index === this.#changes.length || this.#mustReadOn()) {
      if (this.#nextOffset >= this.reader.endOffset(this.#nextOffset)) return;
      const chunk = this.reader.read(this.#nextOffset);
      if (chunk instanceof Promise) return chunk.then((read) => this.#fillOn(read));
      this.#refill(chunk);
      if (chunk.changes.length === 0) return;
    }
  }

  #fillOn(chunk: Chunk): void | Promise<void> {
    this.#refill(chunk);
    if (chunk.changes.length > 0) return this.fill();
  }

  /**
   * A chunk may hold no rows at all (nothing but unreadable records): then there is no head, and the next call reads
   * on; without end it would leave the bounds of the tick.
   */
  #refill(chunk: Chunk): void {
    const left = this.#changes.length - this.#index;
    this.#changes =
      left === 0 ? chunk.changes : this.#changes.slice(this.#index).concat(chunk.changes);
    this.#index = 0;
    this.#nextOffset = chunk.nextOffset;
    this.#latest = firstLatest(this.#changes, 0);
    this.#skippedCount += chunk.problems.length;
    if (chunk.problems.length > 0) this.#problems = [...this.#problems, ...chunk.problems];
    if (this.#changes.length === 0) this.position = chunk.nextOffset;
  }

  /**
   * Whether no row in memory is later than the head: one that is not read yet may have its turn right behind it, of the
   * same time or out of order, before rows of other inputs.
   */
  #mustReadOn(): boolean {
    if (this.#index < this.#latest) return false;
    if (this.#changes.length - this.#index >= UNDECIDED_ROWS_MAX) return false;
    this.#latest = firstLatest(this.#changes, this.#index);
    return this.#latest === this.#index;
  }

  /** How many unreadable records were met since the last call. */
  takeSkippedCount(): number {
    const count = this.#skippedCount;
    this.#skippedCount = 0;
    return count;
  }

  /** The unreadable records before the position; each is given out once, unless the input goes back. */
  takeProblems(): readonly DecodeProblem[] {
    if (this.#problems.length === 0) return this.#problems;
    const taken = this.#problems.filter(({ offset }) => offset < this.position);
    this.#problems = this.#problems.slice(taken.length);
    return taken;
  }

  headTime(): number | null {
    return this.#changes[this.#index]?.time ?? null;
  }

  horizon(rowsMax: number): number {
    const end = this.#index + rowsMax;
    if (end < this.#changes.length) return latestTime(this.#changes, this.#index, end);
    const next = this.#nextOffset;
    const more = next < this.reader.endOffset(next) || this.reader.isCut;
    if (!more) return Infinity;
    if (this.#index === this.#changes.length) return -Infinity;
    // Up to a row that is later than all before it and stays in memory, so that nothing goes ahead of what follows.
    if (this.#index >= this.#latest) this.#latest = firstLatest(this.#changes, this.#index);
    return latestTime(this.#changes, this.#index, Math.max(this.#index + 1, this.#latest));
  }

  take(timeMax: number, countMax: number): readonly Change[] {
    const changes = this.#changes;
    const start = this.#index;
    const limit = Math.min(changes.length, start + countMax);
    let end = start + 1;
    if (timeMax === Infinity) end = limit;
    else while (end < limit && (changes[end] as Change).time <= timeMax) end++;
    this.#index = end;
    const next = changes[end];
    this.position = next === undefined ? this.#nextOffset : next.offset;
    return start === 0 && end === changes.length ? changes : changes.slice(start, end);
  }

  /** Goes back (or forward) to an offset and forgets what was read. */
  seek(position: number): void {
    this.position = position;
    this.#nextOffset = position;
    this.#changes = [];
    this.#index = 0;
    this.#latest = 0;
    this.#problems = [];
    this.#skippedCount = 0;
  }
}

/** The first of the rows from `start` on than which none of them is later. */
function firstLatest(changes: readonly Change[], start: number): number {
  let latest = start;
  for (let i = start + 1; i < changes.length; i++) {
    if ((changes[i] as Change).time > (changes[latest] as Change).time) latest = i;
  }
  return latest;
}

function latestTime(changes: readonly Change[], start: number, end: number): number {
  let latest = -Infinity;
  for (let i = start; i < end; i++) latest = Math.max(latest, (changes[i] as Change).time);
  return latest;
}

/** The rows other tasks of the same query handed over in this tick, merged by event time. */
export class HandoverInput implements TaskInput {
  readonly stepId: number;
  readonly mustDrain = true;
  /** By the partition of the task they come from. */
  readonly #queues: Change[][];
  #merged: readonly Change[] = [];
  #index = 0;

  constructor(options: { stepId: number; fromCount: number }) {
    this.stepId = options.stepId;
    this.#queues = Array.from({ length: options.fromCount }, () => []);
  }

  push(from: number, change: Change): void {
    (this.#queues[from] as Change[]).push(change);
  }

  fill(): void {
    if (this.#index < this.#merged.length) return;
    this.#merged = merge(this.#queues);
    this.#index = 0;
    for (let i = 0; i < this.#queues.length; i++) this.#queues[i] = [];
  }

  headTime(): number | null {
    return this.#merged[this.#index]?.time ?? null;
  }

  horizon(): number {
    return Infinity;
  }

  take(timeMax: number, countMax: number): readonly Change[] {
    const merged = this.#merged;
    const start = this.#index;
    const limit = Math.min(merged.length, start + countMax);
    let end = start + 1;
    while (end < limit && (merged[end] as Change).time <= timeMax) end++;
    this.#index = end;
    return start === 0 && end === merged.length ? merged : merged.slice(start, end);
  }

  clear(): void {
    this.#merged = [];
    this.#index = 0;
    for (let i = 0; i < this.#queues.length; i++) this.#queues[i] = [];
  }
}

/** Always takes the queue whose head is earliest (ties: the lower partition). Queues keep their order. */
function merge(queues: readonly Change[][]): readonly Change[] {
  const filled = queues.filter((queue) => queue.length > 0);
  const [only] = filled;
  if (only === undefined) return [];
  if (filled.length === 1) return only;
  const heads = filled.map(() => 0);
  const merged: Change[] = [];
  for (;;) {
    let best = -1;
    let bestTime = Infinity;
    for (let i = 0; i < filled.length; i++) {
      const head = (filled[i] as Change[])[heads[i] as number];
      if (head !== undefined && (best < 0 || head.time < bestTime)) {
        best = i;
        bestTime = head.time;
      }
    }
    if (best < 0) return merged;
    merged.push((filled[best] as Change[])[heads[best] as number] as Change);
    heads[best] = (heads[best] as number) + 1;
  }
}
