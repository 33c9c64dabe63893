import { assert } from '../base/assert.ts';
import { isDiskFull } from '../base/disk-full.ts';
import type { Env } from '../base/env.ts';
import { Durations } from '../base/durations.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import { SchemaNeeded } from '../formats/registered-schema.ts';
import type { Partition } from '../log/log.ts';
import { PackedChanges } from '../state/packed-changes.ts';
import type { AppendGate } from './append-gate.ts';
import {
  chainKey,
  encodeNumber,
  encodeProgress,
  NOW_KEY,
  queryKey,
  unreadableKey,
} from './meta.ts';
import { type PersistentQuery, type SourceRecord, workLimit } from './persistent-query.ts';
import type { QueryProblems } from './problem.ts';
import type { ProcessingLog } from './processing-log.ts';
import { PROCESSING_LOG_TOPIC } from './processing-log-source.ts';
import type { ProcessingLogWriter } from './processing-log-writer.ts';
import { inOrderOfDependence, queriesBehind, withDependencies } from './query-order.ts';
import type { CommitCoordinator, SealedTick } from './sealed-tick.ts';
import type { PartitionOutput } from './sink-writer.ts';
import type { PendingRecords } from './source-reader.ts';
import { type SourcePosition, TickEnds } from './tick-ends.ts';
import { TickOutputs } from './tick-outputs.ts';
import type { WorkLimit } from './task.ts';

/** Bounds of a tick: while anyone waits for results, and when nobody does. */
const IMPATIENT = { milliseconds: 20, records: 10_000 };
const PATIENT = { milliseconds: 100, records: 200_000 };
/** A query with no more to read than this is live: its results are waited for. */
const LIVE_LAG = 2_000;
/** What a query that is behind gets of a tick while a live one waits. */
const BEHIND_SLICE_MS = 10;
const CHECKPOINT_EVERY_MS = 1_000;
const EXPIRE_EVERY_MS = 5_000;
/** A timer waits at most this long; the wall clock may be put forward meanwhile. */
const SLEEP_MS_MAX = 60_000;
/** Rough bytes of state one record can make dirty; keeps a tick below half of the cache. */
const DIRTY_BYTES_PER_RECORD = 600;

export interface TickLoopOptions {
  readonly clock: Env['clock'];
  readonly coordinator: CommitCoordinator;
  readonly budget: MemoryBudget;
  readonly gate: AppendGate;
  readonly logger: Logger;
  /** Where what goes wrong is counted. */
  readonly processingLog: ProcessingLog;
  /** Number of the last committed tick. */
  readonly lastTick: number;
  /** False while nothing may be written: queries wait then. Default: always true. */
  readonly mayWrite?: () => boolean;
  /** Its wall clock; 0 when there was none. */
  readonly lastNow: number;
  /**
   * Called between ticks when a query needs a schema that has to be fetched; it must let the query wait for it. Default:
   * the query fails.
   */
  readonly onSchemaNeeded?: (query: PersistentQuery, id: number) => void;
  /** Called once when a commit has failed: the process cannot go on. */
  onFatal(error: unknown): void;
}

/**
 * The one loop that drives all persistent queries. A tick processes new input of every query, in order of dependence,
 * so that a chain of queries moves together; seals the result; and commits it. While tick N is committed, N+1 is
 * processed; it is appended only after N's markers are written.
 */
export class TickLoop {
  readonly #options: TickLoopOptions;
  /** How long processing a tick took, and committing it. */
  readonly times = { process: new Durations(), commit: new Durations() };
  readonly #queries = new Map<string, PersistentQuery>();
  #ordered: readonly PersistentQuery[] = [];
  /** Of each query that was asked about: itself and those it reads from. Forgotten when the queries change. */
  readonly #dependencies = new Map<PersistentQuery, readonly PersistentQuery[]>();
  /** Attempts count abandoned ticks too; state caches tell old from new by them. */
  #attempt = 0;
  #committedAttempt = 0;
  #tick: number;
  /** The wall clock of the tick under way, ms since the epoch; it never goes back. */
  #now: number;
  #outputs: TickOutputs | null = null;
  /** Of the tick that is processed; null between ticks. */
  #ends: TickEnds | null = null;
  /** The queries that took part in the attempt, and what they put out. */
  #processed: { query: PersistentQuery; outputs: readonly PartitionOutput[] }[] = [];
  #expectedEnds = new Map<Partition, number>();
  #committing: Promise<void> | null = null;
  #touched = new Set<Partition>();
  #impatience = 0;
  /** Where it is written to; null: nowhere. */
  #problemWriter: ProcessingLogWriter | null = null;
  /** Queries that read, directly or not, what it writes: theirs are not written, or there would be no end of it. */
  #behindProblems: ReadonlySet<string> = new Set();
  #exclusive: { run(): Promise<void>; reject(error: unknown): void }[] = [];
  #idle: (() => void)[] = [];
  readonly #afterCommit = new Set<() => void>();
  /** By query, what those wait for who came last. */
  readonly #catchingUp = new WeakMap<PersistentQuery, CatchingUp>();
  #wake: (() => void) | null = null;
  #wakeRequested = false;
  #stopping = false;
  #failed = false;
  #running: Promise<void> | null = null;
  #expiredAt = 0;
  #checkpointTimer: (() => void) | null = null;

  constructor(options: TickLoopOptions) {
    this.#options = options;
    this.#tick = options.lastTick;
    this.#now = options.lastNow;
  }

  /** What the tick under way has put out for a partition; what source readers ask. */
  pending(partition: Partition): PendingRecords | undefined {
    return this.#outputs?.pending(partition);
  }

  /** Up to where the tick under way reads a partition; between ticks all that is stable. */
  end(partition: Partition): number {
    return this.#ends?.end(partition) ?? partition.stableEndOffset;
  }

  /** Whether it has more than the query under way reads of it in this tick. */
  isCut(partition: Partition): boolean {
    return this.#ends?.isCut(partition) ?? false;
  }

  get queries(): readonly PersistentQuery[] {
    return this.#ordered;
  }

  /** Number of the last tick that was sealed. */
  get tick(): number {
    return this.#tick;
  }

  /** Has what goes wrong in ticks written with them; before the start. */
  writeProblems(writer: ProcessingLogWriter): void {
    this.#problemWriter = writer;
  }

  start(): void {
    assert(this.#running === null, 'the loop is started once');
    this.#running = this.#run();
  }

  /** Finishes the tick under way and stops. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.wake();
    await this.#running;
    this.#checkpointTimer?.();
  }

  /** Says that there may be new input. */
  wake(): void {
    this.#wakeRequested = true;
    this.#wake?.();
  }

  /** A partition was written to outside of ticks; its durable end goes into the next commit. */
  touch(partition: Partition): void {
    this.#touched.add(partition);
    this.#checkpointTimer ??= this.#options.clock.after(CHECKPOINT_EVERY_MS, () => {
      this.#checkpointTimer = null;
      this.wake();
    });
  }

  /** While somebody waits for results, ticks are short. The returned function ends the waiting. */
  waitImpatiently(): () => void {
    this.#impatience++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#impatience--;
    };
  }

  /** Resolves when a look at all queries finds no input and nothing is being committed; at once after a stop. */
  whenIdle(): Promise<void> {
    if (this.#stopping || this.#failed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.wake();
    });
  }

  /**
   * Resolves when what the log holds now for the query, and for those it depends on, is committed, so that a pull
   * query sees what was acknowledged before it; null when it already is. Gives up after `timeoutMs`, and at once on a
   * query with a backlog.
   */
  caughtUp(query: PersistentQuery, timeoutMs: number): Promise<void> | null {
    if (timeoutMs <= 0 || this.#failed || this.#stopping) return null;
    const members = this.#withDependencies(query);
    const isIdle = members.every((member) => !member.isAdvancing || member.isCurrent);
    if (isIdle) return null;
    const goals = members.map((member) => {
      const ends = member.topology.sources.map(({ reader }) => reader.partition.stableEndOffset);
      return { member, ends };
    });
    const sinceMs = this.#options.clock.monotonic();
    const last = this.#catchingUp.get(query);
    if (last !== undefined && last.timeoutMs === timeoutMs && isAlike(last, { goals, sinceMs })) {
      return last.waiting;
    }
    const waiting = this.#catchUp(goals, timeoutMs);
    this.#catchingUp.set(query, { goals, sinceMs, timeoutMs, waiting });
    return waiting;
  }

  async #catchUp(goals: readonly Goal[], timeoutMs: number): Promise<void> {
    const isReached = (): boolean =>
      goals.every(({ member, ends }) => !member.isAdvancing || member.hasCommitted(ends));
    const isBehind = goals.some(({ member }) => member.topology.lag > LIVE_LAG);
    if (isBehind || isReached()) return;
    await this.#until(isReached, timeoutMs);
  }

  /**
   * Waits until what the query keeps shows the records at these positions, and all that they lead to in queries it
   * depends on.
   * @returns false when that has not come to pass within `timeoutMs`.
   */
  async hasReached(
    query: PersistentQuery,
    positions: readonly SourceRecord[],
    timeoutMs: number,
  ): Promise<boolean> {
    const members = this.#withDependencies(query);
    const deadline = this.#options.clock.monotonic() + timeoutMs;
    const isRead = (): boolean =>
      members.every((member) => positions.every((position) => member.hasRead(position)));
    if (!(await this.#until(isRead, timeoutMs))) return false;
    // A query behind those that have read them may not have caught up with what they wrote.
    const goals = members.map((member) => {
      const ends = member.topology.sources.map(({ reader }) => reader.partition.stableEndOffset);
      return { member, ends };
    });
    const isReached = (): boolean => goals.every(({ member, ends }) => member.hasCommitted(ends));
    return this.#until(isReached, deadline - this.#options.clock.monotonic());
  }

  /** Whether it has come to pass within `timeoutMs`; looks after each commit. */
  async #until(isReached: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isReached()) return true;
    const stopWaiting = this.waitImpatiently();
    await new Promise<void>((resolve) => {
      const check = (): void => {
        if (!isReached() && !this.#failed && !this.#stopping) return;
        this.#afterCommit.delete(check);
        cancel();
        resolve();
      };
      const cancel = this.#options.clock.after(Math.max(0, timeoutMs), () => {
        this.#afterCommit.delete(check);
        resolve();
      });
      this.#afterCommit.add(check);
      this.wake();
    });
    stopWaiting();
    return isReached();
  }

  /** The query and those it reads from, directly or not. */
  #withDependencies(query: PersistentQuery): readonly PersistentQuery[] {
    let found = this.#dependencies.get(query);
    if (found === undefined) {
      found = withDependencies([query], this.#ordered);
      this.#dependencies.set(query, found);
    }
    return found;
  }

  /** Runs `action` between two ticks, with nothing being committed. */
  exclusively<T>(action: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failed) throw new DatabaseError('INTERNAL', 'The database has stopped.');
      this.#exclusive.push({ run: () => action().then(resolve, reject), reject });
      this.wake();
    });
  }

  /** Adds a query; inside `exclusively`, or before the start. */
  add(query: PersistentQuery): void {
    this.#queries.set(query.id, query);
    this.#order();
  }

  /** Takes a query out; inside `exclusively`. */
  remove(query: PersistentQuery): void {
    this.#queries.delete(query.id);
    this.#order();
    query.close();
  }

  #order(): void {
    this.#ordered = inOrderOfDependence([...this.#queries.values()]);
    this.#dependencies.clear();
    this.#behindProblems = queriesBehind(PROCESSING_LOG_TOPIC, this.#ordered);
  }

  async #run(): Promise<void> {
    try {
      await this.#runTicks();
    } catch (error) {
      this.#failed = true;
      this.#options.logger.error({ err: error }, 'a commit failed: the database stops');
      for (const { reject } of this.#exclusive.splice(0)) reject(error);
      this.#options.onFatal(error);
    }
    for (const resolve of this.#idle.splice(0)) resolve();
    for (const check of this.#afterCommit) check();
  }

  async #runTicks(): Promise<void> {
    for (;;) {
      this.#wakeRequested = false;
      await this.#between();
      const sealed = this.#stopping ? await this.#lastTick() : await this.#process();
      if (sealed !== null) {
        await this.#committing;
        this.#commit(sealed);
      } else if (this.#committing !== null) {
        await this.#committing;
      } else if (this.#stopping) {
        return;
      } else if (!this.#wakeRequested) {
        // What came since the look may be input, and whoever waits for it to be processed came with it.
        for (const resolve of this.#idle.splice(0)) resolve();
        await this.#sleep();
      }
    }
  }

  /** Until it is woken, or something is due by the wall clock. */
  #sleep(): Promise<void> {
    const { clock } = this.#options;
    const due = Math.min(Infinity, ...this.#ordered.map((query) => query.dueAt()));
    return new Promise((resolve) => {
      const wakeWhenDue = (): void => this.wake();
      const delayMs = Math.min(SLEEP_MS_MAX, Math.max(1, due - clock.now()));
      const cancel = due === Infinity ? null : clock.after(delayMs, wakeWhenDue);
      this.#wake = () => {
        this.#wake = null;
        cancel?.();
        resolve();
      };
      if (this.#wakeRequested || this.#exclusive.length > 0) this.#wake();
    });
  }

  /** What has to happen while nothing is processed or committed. */
  async #between(): Promise<void> {
    const { gate, clock } = this.#options;
    const expire = clock.monotonic() - this.#expiredAt > EXPIRE_EVERY_MS;
    if (!gate.hasWaiters && this.#exclusive.length === 0 && !expire) return;
    await this.#committing;
    for (const action of this.#exclusive.splice(0)) await action.run();
    if (!expire) return;
    this.#expiredAt = clock.monotonic();
    await this.#removeExpired();
  }

  /** What found no room stays for the next time; the store is opened again when something is committed. */
  async #removeExpired(): Promise<void> {
    try {
      for (const query of this.#ordered) await query.topology.removeExpired();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#options.logger.warn({ err: error }, 'no room to remove expired windows');
    }
  }

  /** When stopping: what is processed stays so, what was written outside of ticks is recorded. */
  async #lastTick(): Promise<SealedTick | null> {
    await this.#committing;
    return this.#checkpoint();
  }

  /** One tick up to its sealed form; null when there was nothing to do. */
  async #process(): Promise<SealedTick | null> {
    this.#evict();
    this.#now = Math.max(this.#now, this.#options.clock.now());
    for (;;) {
      const active = this.#ordered.filter((query) => query.hasWork(this.#now));
      const mayWrite = this.#options.mayWrite?.() ?? true;
      if (active.length === 0 || !mayWrite) return this.#checkpoint();
      const start = this.#options.clock.monotonic();
      const failed = await this.#attemptTick();
      if (failed === null) {
        const sealed = await this.#seal();
        this.times.process.add(this.#options.clock.monotonic() - start);
        return sealed;
      }
      // The tick is processed again without the query that failed, or has to wait.
      const { onSchemaNeeded } = this.#options;
      if (failed.error instanceof SchemaNeeded && onSchemaNeeded !== undefined) {
        onSchemaNeeded(failed.query, failed.error.id);
        continue;
      }
      failed.query.fail(failed.error);
      const { id } = failed.query;
      const fields = { query: id, err: failed.error };
      this.#options.logger.error(fields, 'a query failed and was stopped');
    }
  }

  async #attemptTick(): Promise<{ query: PersistentQuery; error: unknown } | null> {
    const { clock, gate } = this.#options;
    const attempt = ++this.#attempt;
    const outputs = new TickOutputs(gate, (partition) => this.#expectedEnds.get(partition));
    this.#outputs = outputs;
    this.#processed = [];
    const bounds = this.#bounds();
    const ends = new TickEnds();
    this.#ends = ends;
    for (const query of this.#ordered) {
      const began = query.positions;
      ends.begin(sourcesOf(query, began));
      if (!query.hasWork(this.#now)) continue;
      try {
        const limit = this.#isInStep(query, ends) ? noLimit() : workLimit(clock, bounds);
        const start = clock.monotonic();
        const put = await query.process(attempt, { limit, now: this.#now });
        query.took(clock.monotonic() - start);
        ends.finish(sourcesOf(query, began));
        this.#processed.push({ query, outputs: put });
        outputs.add(query, put);
      } catch (error) {
        query.abandon();
        for (const { query: earlier } of this.#processed) earlier.abandon();
        outputs.release();
        this.#outputs = null;
        this.#ends = null;
        return { query, error };
      }
    }
    this.#ends = null;
    return null;
  }

  /**
   * Whether a query stands where others of the tick stood before, or reads what they have put out, and has little
   * else to read. It goes as far as they did whatever it takes, because what is committed together has to fit together.
   */
  #isInStep(query: PersistentQuery, ends: TickEnds): boolean {
    let follows = false;
    for (const { reader, position, lag } of query.topology.sources) {
      if (lag === 0) continue;
      const { partition } = reader;
      const pending = this.pending(partition);
      const isFollowed =
        ends.reached(partition, position) !== undefined ||
        (pending !== undefined && position + LIVE_LAG >= pending.baseOffset);
      if (isFollowed) follows = true;
      else if (lag > LIVE_LAG) return false;
    }
    return follows;
  }

  /** What each query may use of the tick: a fair share, and little while others that are live wait. */
  #bounds(): { milliseconds: number; records: number } {
    const { milliseconds: total, records } = this.#impatience > 0 ? IMPATIENT : PATIENT;
    const working = this.#ordered.filter((query) => query.hasWork(this.#now));
    const lags = working.map((query) => query.topology.lag);
    const share = total / Math.max(1, lags.length);
    const isLiveWaiting = lags.length > 1 && lags.some((lag) => lag <= LIVE_LAG);
    const milliseconds = isLiveWaiting ? Math.min(BEHIND_SLICE_MS, share) : share;
    const { limitBytes } = this.#options.budget;
    const fanOut = Math.max(1, ...working.map((query) => query.fanOut));
    const fitting = Math.floor(limitBytes / 2 / DIRTY_BYTES_PER_RECORD / fanOut);
    return { milliseconds, records: Math.max(1, Math.min(records, fitting)) };
  }

  /** Makes the attempt immutable: state to bytes, offsets and decisions beside it. */
  async #seal(): Promise<SealedTick> {
    const outputs = this.#outputs as TickOutputs;
    const changes = new PackedChanges();
    const touched = this.#takeTouched();
    const problems: QueryProblems[] = [];
    for (const { query, outputs: put } of this.#processed) {
      for (const state of query.topology.states) await state.seal(changes);
      for (const { reader } of query.topology.sources) touched.add(reader.partition);
      problems.push(query.sealed(put));
      changes.put(queryKey(query.number), encodeProgress(query.progress()));
    }
    this.#reportProblems(problems, outputs, changes);
    for (const output of outputs.outputs) touched.add(output.partition);
    const reads = this.#processed.flatMap(({ query }) =>
      query.topology.sources.map(({ reader, position }) => {
        return { partition: reader.partition, offset: position };
      }),
    );
    return this.#sealedTick(outputs.outputs, changes, touched, reads);
  }

  /** They are part of the tick: written in the commit that makes the offsets behind them final. */
  #reportProblems(
    problems: readonly QueryProblems[],
    outputs: TickOutputs,
    changes: PackedChanges,
  ): void {
    const { processingLog } = this.#options;
    for (const problem of problems) processingLog.reportQuery(problem);
    for (const [place, count] of processingLog.takeUnreadable()) {
      changes.put(unreadableKey(place), Buffer.from(JSON.stringify(count)));
    }
    const writer = this.#problemWriter;
    if (writer === null) return;
    const put = writer.write(problems.filter(({ queryId }) => !this.#behindProblems.has(queryId)));
    if (put.length === 0) return;
    outputs.add(writer, put);
    changes.put(queryKey(writer.number), encodeProgress(writer.progress()));
  }

  /** A tick that only records durable ends, so that recovery can tell damage from a torn tail. */
  #checkpoint(): SealedTick | null {
    if (this.#touched.size === 0) return null;
    if (this.#checkpointTimer !== null && !this.#stopping) return null;
    this.#attempt++;
    this.#outputs = new TickOutputs(this.#options.gate, () => undefined);
    return this.#sealedTick([], new PackedChanges(), this.#takeTouched(), []);
  }

  #takeTouched(): Set<Partition> {
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  #sealedTick(
    outputs: SealedTick['outputs'],
    changes: PackedChanges,
    touched: Set<Partition>,
    reads: SealedTick['reads'],
  ): SealedTick {
    const tick = ++this.#tick;
    changes.put(chainKey(tick), encodeNumber(tick));
    changes.put(NOW_KEY, encodeNumber(this.#now));
    return { tick, outputs, changes, touched, reads };
  }

  /** Starts the commit; the next tick is processed meanwhile. */
  #commit(sealed: SealedTick): void {
    const outputs = this.#outputs as TickOutputs;
    const attempt = this.#attempt;
    this.#outputs = null;
    this.#expectedEnds = outputs.ends();
    const positions = this.#processed.map(({ query }) => ({ query, at: query.positions }));
    const start = this.#options.clock.monotonic();
    const committing = this.#options.coordinator.commit(sealed).then(() => {
      this.times.commit.add(this.#options.clock.monotonic() - start);
      this.#committedAttempt = attempt;
      this.#expectedEnds = new Map();
      outputs.release();
      this.#committing = null;
      for (const { query, at } of positions) query.committed(at, attempt);
      for (const check of this.#afterCommit) check();
      this.wake();
    });
    // The loop awaits it before the next commit; a rejection must not count as unhandled until then.
    committing.catch(() => {});
    this.#committing = committing;
  }

  /** Before a tick: while one is processed, operators hold entries they have named. */
  #evict(): void {
    const { budget } = this.#options;
    const bytes = budget.excessBytes;
    if (bytes === 0) return;
    let left = bytes + budget.limitBytes / 8;
    for (const query of this.#ordered) {
      for (const state of query.topology.states) {
        if (left <= 0) return;
        left -= state.evict({ bytes: left, committedTick: this.#committedAttempt });
      }
    }
  }

  get failed(): boolean {
    return this.#failed;
  }
}

function noLimit(): WorkLimit {
  return { recordsLeft: Infinity, deadline: Infinity, hasTaken: false };
}

/** Where a query has come to on each of its sources. */
function sourcesOf(query: PersistentQuery, began: readonly number[]): SourcePosition[] {
  return query.topology.sources.map(({ reader: { partition }, position }, index) => {
    return { partition, position, began: began[index] as number };
  });
}

/** Offsets a query has to commit, by source. */
interface Goal {
  readonly member: PersistentQuery;
  readonly ends: readonly number[];
}

interface CatchingUp {
  readonly goals: readonly Goal[];
  /** Monotonic, ms. */
  readonly sinceMs: number;
  readonly timeoutMs: number;
  readonly waiting: Promise<void>;
}

/** Those who come so shortly after another and wait for the same wait together with him. */
const TOGETHER_MS = 10;

function isAlike(
  last: CatchingUp,
  { goals, sinceMs }: Pick<CatchingUp, 'goals' | 'sinceMs'>,
): boolean {
  if (sinceMs - last.sinceMs > TOGETHER_MS || goals.length !== last.goals.length) return false;
  return goals.every(({ member, ends }, i) => {
    const other = last.goals[i] as Goal;
    return member === other.member && ends.every((end, source) => end === other.ends[source]);
  });
}
