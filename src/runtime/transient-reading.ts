import type { Env } from '../base/env.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { SchemaCache } from '../formats/schema-cache.ts';
import type { Partition } from '../log/log.ts';
import { rowCodec } from '../operators/state-codec.ts';
import { fanOutOf } from '../plan/fan-out.ts';
import {
  failsOnInvalidTime,
  type PhysicalPlan,
  type ResultStep,
  type SourceStep,
} from '../plan/physical-plan.ts';
import type { Row } from '../sql/types.ts';
import { MemoryStore } from '../state/memory-store.ts';
import { StateTable } from '../state/state-table.ts';
import type { ClientMemory } from './client-memory.ts';
import type { Continuation } from './continuation.ts';
import { statePrefix } from './meta.ts';
import { workLimit } from './persistent-query.ts';
import type { ProcessingLog } from './processing-log.ts';
import { RecordWaiter } from './record-waiter.ts';
import { type ReadRows, ResultRows, visibilityOf } from './result-rows.ts';
import { SourceReader } from './source-reader.ts';
import { Topology } from './topology.ts';

/** A timer waits at most this long; the wall clock may be put forward meanwhile. */
const WAIT_MS_MAX = 60_000;
const STEP = { records: 2_000, milliseconds: 10 };

export interface TransientReadingOptions {
  /** Names what it reports. */
  readonly queryId: string;
  readonly plan: PhysicalPlan;
  /** See {@link TransientQueryOptions.follows}. */
  readonly follows: boolean;
  /** Reads up to where the log ends now, and no further. */
  readonly endsNow: boolean;
  /** Whether it is noted which record each row comes from. */
  readonly hasPlaces: boolean;
  readonly clock: Env['clock'];
  /** Random: its random numbers follow from it. */
  readonly seed: string;
  readonly processingLog: ProcessingLog;
  readonly schemas: SchemaCache;
  /** Where its state is counted. */
  readonly memory: ClientMemory;
  /** The latest time a record may have at this moment, ms since the epoch; default: there is no such bound. */
  readonly timeMax?: (() => number) | undefined;
  partition(step: SourceStep, index: number): Partition;
  /** Offset to begin at; asked once for each source, in the order of `positions`. */
  position(step: SourceStep, index: number): number;
  /**
   * What comes of the records before these offsets, by source, was given out before: they are read for the state they
   * make. Absent: none.
   */
  readonly givenOut?: readonly number[];
}

/** A plan run over the log for clients, at the pace of whoever asks for its rows, with its state in memory. */
export class TransientReading {
  readonly #options: TransientReadingOptions;
  readonly #topology: Topology;
  readonly #bounds: typeof STEP;
  readonly #budget: MemoryBudget;
  readonly #rows: ResultRows;
  readonly #waiter = new RecordWaiter();
  #attempt = 0;
  #now = 0;
  #closed = false;
  #hasLeftOutByClock = false;
  /** Null once everything that was given out before has been read again. */
  #givenOut: readonly number[] | null;
  /** Readers that have an end as long as that is so. */
  readonly #bounded: SourceReader[] = [];

  constructor(options: TransientReadingOptions) {
    this.#options = options;
    this.#givenOut = options.givenOut ?? null;
    this.#budget = options.memory.open();
    const { plan, follows, hasPlaces } = options;
    const visibility = visibilityOf(plan, follows);
    this.#rows = new ResultRows(resultOf(plan).output, { visibility, hasPlaces });
    const records = Math.max(1, Math.floor(STEP.records / fanOutOf(plan)));
    this.#bounds = { ...STEP, records };
    try {
      this.#topology = this.#createTopology();
    } catch (error) {
      options.memory.close(this.#budget);
      throw error;
    }
    if (this.#givenOut !== null) this.#endReplay(this.#givenOut);
  }

  /** Whether what comes depends on nothing but what is read from now on. */
  get isStateless(): boolean {
    return this.#topology.states.length === 0;
  }

  /** Whether a record was left out because of the time at which it was read. */
  get hasLeftOutByClock(): boolean {
    return this.#hasLeftOutByClock;
  }

  /** The offset that is read next, by source. */
  get positions(): number[] {
    return this.#topology.sources.map(({ position }) => position);
  }

  get places(): Continuation['places'] {
    return this.#topology.sources.map(
      ({ reader: { partition }, position }, index) =>
        [partition.topic.id, partition.index, this.#givenOut?.[index] ?? position] as const,
    );
  }

  /** Whether there is something to read or to put out. */
  get hasWork(): boolean {
    return this.#topology.hasWork(this.#options.clock.now());
  }

  /** Whether rows wait to be taken. */
  get hasRows(): boolean {
    return !this.#rows.isEmpty;
  }

  /** The rows the last steps have made, at most so many; null when all are taken. */
  take(countMax: number): ReadRows | null {
    return this.#rows.take(countMax);
  }

  /**
   * Reads on.
   * @throws DatabaseError QUERY_TOO_LARGE when its state has outgrown its bound, or what reading fails with; it is to be
   *   closed then.
   */
  async step(): Promise<void> {
    const { clock, processingLog } = this.#options;
    this.#now = Math.max(this.#now, clock.now());
    this.#topology.begin(++this.#attempt, this.#now);
    await this.#topology.process(workLimit(clock, this.#bounds));
    const unreadable = this.#topology.takeUnreadable();
    if (unreadable.some(({ kind }) => kind === 'future')) this.#hasLeftOutByClock = true;
    if (this.#givenOut === null) {
      for (const record of unreadable) processingLog.reportUnreadable(record);
    } else {
      this.#rows.take(Infinity);
      this.#endReplay(this.#givenOut);
    }
    for (const state of this.#topology.states) state.settle();
    this.#topology.expire();
    this.#topology.forgetChunks();
    this.#options.memory.check(this.#budget, this.#options.queryId);
  }

  /** Goes on with what is new once all that is old has been read. */
  #endReplay(givenOut: readonly number[]): void {
    if (this.positions.some((position, index) => position < givenOut[index]!)) return;
    this.#givenOut = null;
    for (const reader of this.#bounded) reader.liftEnd();
  }

  /**
   * Waits until there may be something to do, or until `wake` is called.
   * @throws the error of a partition that has failed or was deleted.
   */
  async available(): Promise<void> {
    const positions = this.#topology.sources.map(({ reader, position }) => {
      return { partition: reader.partition, offset: position };
    });
    const { clock } = this.#options;
    const due = this.#topology.dueAt();
    const delayMs = Math.min(WAIT_MS_MAX, Math.max(1, due - clock.now()));
    const cancel = due === Infinity ? null : clock.after(delayMs, () => this.wake());
    try {
      await this.#waiter.wait(positions);
    } finally {
      cancel?.();
    }
  }

  /** Ends the waiting in `available`. */
  wake(): void {
    this.#waiter.wake();
  }

  /** Gives its memory back. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.wake();
    this.#topology.close();
    this.#options.memory.close(this.#budget);
  }

  #createTopology(): Topology {
    const { plan, clock, seed, processingLog, queryId, position } = this.#options;
    const store = new MemoryStore();
    return new Topology({
      plan,
      clock,
      seed,
      merge: false,
      errors: {
        report: (message) => {
          if (this.#givenOut === null) processingLog.report({ origin: queryId, message });
        },
      },
      onLate: () => {},
      output: this.#rows,
      reader: (step, index) => this.#reader(step, index),
      position,
      times: () => undefined,
      state: ({ step, index, spec, partition }) =>
        new StateTable<Row, Row>({
          store,
          clock,
          prefix: statePrefix({ queryNumber: step.id, stateNumber: index, partition }),
          codec: rowCodec(spec),
          window: spec.window,
          budget: this.#budget,
          empty: true,
          windowStartMax: -1,
        }),
    });
  }

  #reader(step: SourceStep, index: number): SourceReader {
    const partition = this.#options.partition(step, index);
    const { endsNow, givenOut, timeMax } = this.#options;
    const end = endsNow ? partition.stableEndOffset : givenOut?.[this.#bounded.length];
    const reader = new SourceReader({
      source: step.source,
      failsOnInvalidTime: failsOnInvalidTime(step),
      partition,
      schemas: this.#options.schemas,
      pending: () => undefined,
      ...(end === undefined ? {} : { endOffsetMax: end }),
      ...(timeMax && { timeMax }),
    });
    if (givenOut !== undefined) this.#bounded.push(reader);
    reader.need(step.needed);
    return reader;
  }
}

/** The step that hands rows to clients. */
export function resultOf(plan: PhysicalPlan): ResultStep {
  const result = plan.steps.find((step) => step.kind === 'Result');
  if (result === undefined) throw new TypeError('a transient plan ends in a result');
  return result;
}
