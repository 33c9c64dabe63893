import type { Env } from '../base/env.ts';
import type { QueryBatch } from '../engine.ts';
import { formatContinuation } from './continuation.ts';
import type { ReadRows, RowPlace } from './result-rows.ts';
import type { TransientReading } from './transient-reading.ts';

/** Batches that are kept for members that were not there in time, and how many rows they may have in all. */
const KEPT_BATCHES_MAX = 8;
const KEPT_ROWS_MAX = 8_192;
/** Who stands further ahead of a group does not wait for it. */
const AHEAD_RECORDS_MAX = 4_096;
/** After rows went out nothing is read for this share of the time that took, so that other work gets its turn. */
const PAUSE_SHARE = 0.5;
const PAUSE_MS_MAX = 25;

type RowBatch = QueryBatch & { readonly kind: 'rows' };

/** Rows that a group has read, from one position to another. Members get the very same object. */
export class GroupBatch {
  readonly batch: RowBatch;
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly #places: readonly RowPlace[];
  readonly #topicId: number;
  #token: string | null = null;

  constructor(
    { rows, tombstones, places }: ReadRows,
    span: { readonly from: readonly number[]; readonly to: readonly number[]; topicId: number },
  ) {
    this.batch = { kind: 'rows', rows, tombstones, isShared: true };
    this.#places = places;
    this.from = span.from;
    this.to = span.to;
    this.#topicId = span.topicId;
  }

  /** The continuation behind it of a query without LIMIT. */
  get token(): string {
    this.#token ??= tokenAt(this.#topicId, this.to, 0);
    return this.#token;
  }

  /** The rows at and behind a position; null for none. */
  behind(position: readonly number[]): RowBatch | null {
    const { rows, tombstones } = this.batch;
    const kept = rows.keys().filter((index) => {
      const { partition, offset } = this.#places[index] as RowPlace;
      return offset >= (position[partition] as number);
    });
    const indexes = [...kept];
    if (indexes.length === 0) return null;
    return {
      kind: 'rows',
      rows: indexes.map((index) => rows[index]!),
      tombstones: tombstones === null ? null : indexes.map((index) => tombstones[index]!),
    };
  }
}

/** The continuation of a query on one source that stands at a position. */
export function tokenAt(topicId: number, position: readonly number[], delivered: number): string {
  const places = position.map((offset, partition) => [topicId, partition, offset] as const);
  return formatContinuation({ places, delivered });
}

export interface PushGroupOptions {
  /** Without state and with one source; the group's from now on. */
  readonly reading: TransientReading;
  readonly topicId: number;
  readonly clock: Env['clock'];
  /** Called once, when the last member has left or the reading has failed. */
  onEnd(): void;
}

/**
 * Push queries that ask the same and stand at the end of the log: what comes is read, filtered and computed once for all
 * of them. It reads while any of them waits for rows; who does not come for his in time is left behind and has to read
 * for himself.
 */
export class PushGroup {
  readonly #options: PushGroupOptions;
  readonly #members = new Set<PushMember>();
  readonly #waiting = new Map<PushMember, () => void>();
  /** The latest batches, oldest first. */
  readonly #kept: GroupBatch[] = [];
  /** The number of the first of them; batches are numbered as they come. */
  #firstKept = 0;
  #keptRows = 0;
  /** Behind everything that was given out. */
  #position: readonly number[];
  #driving = false;
  #retired = false;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: PushGroupOptions) {
    this.#options = options;
    this.#position = options.reading.positions;
  }

  get topicId(): number {
    return this.#options.topicId;
  }

  /** Behind everything that was given out. */
  get position(): readonly number[] {
    return this.#position;
  }

  /** Whether another group has taken its place: its members go there when they have taken what there is. */
  get isRetired(): boolean {
    return this.#retired;
  }

  retire(): void {
    this.#retired = true;
  }

  /** The number of the batch that comes next. */
  get nextBatch(): number {
    return this.#firstKept + this.#kept.length;
  }

  /**
   * Takes in a query that stands at a position.
   * @returns null when the group does not have all that comes behind it any more, or is far from having come to it.
   */
  join(position: readonly number[]): PushMember | null {
    if (this.#ended || this.isFarBehind(position)) return null;
    for (let number = this.nextBatch; number >= this.#firstKept; number--) {
      const from = this.#kept[number - this.#firstKept]?.from ?? this.#position;
      if (!isBehind(position, from)) continue;
      const member = new PushMember(this, { number, position });
      this.#members.add(member);
      return member;
    }
    return null;
  }

  /** Whether a position is further on than the group will soon be. */
  isFarBehind(position: readonly number[]): boolean {
    let ahead = 0;
    for (const [index, offset] of position.entries()) {
      ahead += Math.max(0, offset - (this.#position[index] as number));
    }
    return ahead > AHEAD_RECORDS_MAX;
  }

  /** The batch of a number; undefined when it is not there yet, null when it is not there any more. */
  batch(number: number): GroupBatch | null | undefined {
    return number < this.#firstKept ? null : this.#kept[number - this.#firstKept];
  }

  /**
   * Resolves when there is another batch, or the member was woken.
   * @throws what reading failed with.
   */
  async wait(member: PushMember): Promise<void> {
    if (this.#failure === null && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#waiting.set(member, resolve);
        if (!this.#driving) void this.#drive();
      });
    }
    if (this.#failure !== null && member.isLast) throw this.#failure.error;
  }

  /** Ends the waiting of a member. */
  wake(member: PushMember): void {
    const resolve = this.#waiting.get(member);
    if (resolve === undefined) return;
    this.#waiting.delete(member);
    if (this.#waiting.size === 0) this.#options.reading.wake();
    resolve();
  }

  leave(member: PushMember): void {
    this.wake(member);
    this.#members.delete(member);
    if (this.#members.size === 0) this.#end();
  }

  /** Reads as long as somebody waits. */
  async #drive(): Promise<void> {
    this.#driving = true;
    const { reading } = this.#options;
    try {
      while (this.#waiting.size > 0 && !this.#ended) {
        if (!reading.hasWork) {
          await reading.available();
          continue;
        }
        await reading.step();
        if (this.#publish()) await this.#pause();
      }
    } catch (error) {
      this.#failure = { error };
      this.#end();
      this.#wakeAll();
    }
    this.#driving = false;
  }

  /** Gives out what was read; false when that is nothing. */
  #publish(): boolean {
    const { reading, topicId } = this.#options;
    const from = this.#position;
    const to = reading.positions;
    const read = reading.take(Infinity);
    this.#position = to;
    if (read === null) return false;
    this.#kept.push(new GroupBatch(read, { from, to, topicId }));
    this.#keptRows += read.rows.length;
    while (
      this.#kept.length > KEPT_BATCHES_MAX ||
      (this.#keptRows > KEPT_ROWS_MAX && this.#kept.length > 1)
    ) {
      this.#keptRows -= this.#kept.shift()!.batch.rows.length;
      this.#firstKept++;
    }
    return true;
  }

  /** Has everybody send what there is. The longer that takes, the more is gathered for the next time. */
  async #pause(): Promise<void> {
    const { clock } = this.#options;
    const start = clock.monotonic();
    this.#wakeAll();
    await clock.yield();
    const pauseMs = Math.min(PAUSE_MS_MAX, Math.floor((clock.monotonic() - start) * PAUSE_SHARE));
    if (pauseMs > 0) await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
  }

  #wakeAll(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const resolve of all) resolve();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.reading.close();
    this.#options.onEnd();
  }
}

/** One query in a group. */
export class PushMember {
  readonly #group: PushGroup;
  /** The number of the batch it gets next. */
  #next: number;
  /** Rows before it are not its own; null when there are none to come. */
  #skipTo: readonly number[] | null;
  /** Behind the last batch it took. */
  #reached: readonly number[];

  /** @internal Use {@link PushGroup.join}. */
  constructor(
    group: PushGroup,
    { number, position }: { readonly number: number; readonly position: readonly number[] },
  ) {
    this.#group = group;
    this.#next = number;
    this.#skipTo = position;
    this.#reached = position;
  }

  /** Behind everything it has taken. */
  get position(): readonly number[] {
    const reached = this.isLast ? this.#group.position : this.#reached;
    return this.#skipTo === null ? reached : latest(reached, this.#skipTo);
  }

  /** Whether it has taken all there is. */
  get isLast(): boolean {
    return this.#next === this.#group.nextBatch;
  }

  /**
   * The rows that come next, if they are there.
   * @returns `batch` null for none, `shared` what the batch is if it is given to the others as well; 'left behind' when
   *   the rows are no longer there: it has to leave and read on from `position` by itself.
   */
  take(): { readonly batch: RowBatch | null; readonly shared: GroupBatch | null } | 'left behind' {
    for (;;) {
      const found = this.#group.batch(this.#next);
      if (found === null) return 'left behind';
      if (found === undefined) return this.#group.isRetired ? 'left behind' : NOTHING;
      this.#next++;
      this.#reached = found.to;
      const skipTo = this.#skipTo;
      if (skipTo === null || isBehind(found.from, skipTo)) {
        this.#skipTo = null;
        return { batch: found.batch, shared: found };
      }
      if (isBehind(found.to, skipTo)) this.#skipTo = null;
      const batch = found.behind(skipTo);
      if (batch !== null) return { batch, shared: null };
    }
  }

  /** Resolves when there may be more. @throws what reading failed with. */
  wait(): Promise<void> {
    return this.#group.wait(this);
  }

  /** Ends the waiting. */
  wake(): void {
    this.#group.wake(this);
  }

  leave(): void {
    this.#group.leave(this);
  }
}

const NOTHING = { batch: null, shared: null } as const;

/** Whether a position is at or behind another in every partition. */
function isBehind(position: readonly number[], other: readonly number[]): boolean {
  return position.every((offset, index) => offset >= (other[index] as number));
}

function latest(one: readonly number[], other: readonly number[]): readonly number[] {
  return one.map((offset, index) => Math.max(offset, other[index] as number));
}
