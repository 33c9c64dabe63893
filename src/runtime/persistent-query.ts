import type { Env } from '../base/env.ts';
import type { Partition } from '../log/log.ts';
import { DatabaseError } from '../base/errors.ts';
import { fanOutOf } from '../plan/fan-out.ts';
import { type PhysicalPlan, storedNumbers } from '../plan/physical-plan.ts';
import type { QueryProgress, QueryTotals } from './meta.ts';
import type { QueryProblems, UnreadableRecord } from './problem.ts';
import { type Producer, producerOf } from './producer.ts';
import type { RowErrors } from './row-errors.ts';
import type { SchemaWait } from './schema-fetcher.ts';
import type { PartitionOutput, Sink } from './sink-writer.ts';
import type { WorkLimit } from './task.ts';
import type { Topology } from './topology.ts';

export type QueryState = 'RUNNING' | 'PAUSED' | 'ERROR';

/** A record that was acknowledged. */
export interface SourceRecord {
  readonly partition: Partition;
  readonly offset: number;
}

/** Figures of a query since start. */
export interface QueryStatistics {
  /** In which it had something to do. */
  readonly ticks: number;
  /** How long it has processed in them, ms. */
  readonly processMs: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly lateRecords: number;
  /** Records that could not be read and rows that could not be computed. */
  readonly errors: number;
  /** Records of its sources that are not processed and committed. */
  readonly lag: number;
  /** What its state takes in memory, about. */
  readonly stateBytes: number;
}

/** A query that runs until it is terminated, and writes its results to a topic or only keeps them. */
export class PersistentQuery {
  readonly id: string;
  /** Offset of its statement in the command log. */
  readonly number: number;
  readonly plan: PhysicalPlan;
  readonly topology: Topology;
  /** How many entries of state one record may change. */
  readonly fanOut: number;
  readonly #sink: Sink;
  readonly #epoch: number;
  readonly #numbers: ReadonlyMap<number, number>;
  #state: QueryState = 'RUNNING';
  #error: string | null = null;
  #wait: SchemaWait | null = null;
  /** Of earlier lives of the process. */
  readonly #before: QueryTotals;
  #ticks = 0;
  #processMs = 0;
  #recordsOut = 0;
  /** By source of the topology: up to where what was read is committed. */
  #committed: readonly number[];
  #committedAttempt = -1;
  readonly #late: { count: number };
  readonly #memory: { readonly usedBytes: number };
  /** Where it began in this life of the process. */
  readonly #began: readonly number[];
  #unreadableCount = 0;
  #rowErrorCount = 0;
  readonly #rowErrors: RowErrors;
  readonly #failOnBadRecord: boolean;
  #unreadable: readonly UnreadableRecord[] = [];

  constructor(options: {
    id: string;
    number: number;
    plan: PhysicalPlan;
    topology: Topology;
    sink: Sink;
    epoch: number;
    late: { count: number };
    /** What its state takes of the memory. */
    memory: { readonly usedBytes: number };
    rowErrors: RowErrors;
    /** What it did in earlier lives of the process. */
    totals: QueryTotals;
    /** Whether a record that cannot be read stops the query. */
    failOnBadRecord?: boolean;
  }) {
    this.id = options.id;
    this.number = options.number;
    this.plan = options.plan;
    this.fanOut = fanOutOf(options.plan);
    this.#numbers = storedNumbers(options.plan);
    this.topology = options.topology;
    this.#sink = options.sink;
    this.#epoch = options.epoch;
    this.#late = options.late;
    this.#memory = options.memory;
    this.#rowErrors = options.rowErrors;
    this.#before = options.totals;
    this.#failOnBadRecord = options.failOnBadRecord ?? false;
    this.#committed = this.positions;
    this.#began = this.#committed;
  }

  /** Next offset to read, by source of the topology. */
  get positions(): readonly number[] {
    return this.topology.sources.map(({ position }) => position);
  }

  /** The tick attempt in which it came to these positions is committed. */
  committed(positions: readonly number[], attempt: number): void {
    this.#committed = positions;
    this.#committedAttempt = attempt;
  }

  /** The last tick attempt it took part in that is committed; -1 before the first. */
  get committedAttempt(): number {
    return this.#committedAttempt;
  }

  /** Whether everything below the offsets, one for each source, is processed and committed. */
  hasCommitted(offsets: readonly number[]): boolean {
    return offsets.every((offset, index) => (this.#committed[index] ?? 0) >= offset);
  }

  /** Whether it has processed and committed this record; true when it does not read its partition. */
  hasRead({ partition, offset }: SourceRecord): boolean {
    return this.topology.sources.every(
      ({ reader }, index) =>
        reader.partition !== partition || (this.#committed[index] ?? 0) > offset,
    );
  }

  /** Whether everything its sources hold is processed and committed. */
  get isCurrent(): boolean {
    return this.topology.sources.every(
      ({ reader }, index) => (this.#committed[index] ?? 0) >= reader.partition.stableEndOffset,
    );
  }

  /** The offset from which on it has still to read a partition; Infinity for one it does not read. */
  neededFrom(partition: Partition): number {
    let needed = Infinity;
    this.topology.sources.forEach(({ reader }, index) => {
      const committed = this.#committed[index] ?? 0;
      // What was removed before it was read cannot be kept for it any more.
      if (reader.partition !== partition || committed < partition.startOffset) return;
      needed = Math.min(needed, committed);
    });
    return needed;
  }

  get state(): QueryState {
    return this.#state;
  }

  /** What stopped it; null while it runs. */
  get error(): string | null {
    return this.#error;
  }

  get statistics(): QueryStatistics {
    let recordsIn = 0;
    let lag = 0;
    this.topology.sources.forEach(({ reader }, index) => {
      const committed = this.#committed[index] ?? 0;
      recordsIn += committed - (this.#began[index] ?? 0);
      lag += Math.max(0, reader.partition.stableEndOffset - committed);
    });
    return {
      ticks: this.#ticks,
      processMs: this.#processMs,
      recordsIn,
      recordsOut: this.#recordsOut,
      lateRecords: this.#late.count,
      errors: this.#unreadableCount + this.#rowErrorCount,
      lag,
      stateBytes: this.#memory.usedBytes,
    };
  }

  /** The schema of a payload that it waits for; null when it waits for none. */
  get waitsFor(): SchemaWait | null {
    return this.#wait;
  }

  /** From the next tick on it reads nothing until it goes on; where it stands, the next record needs that schema. */
  waitFor(wait: SchemaWait): void {
    this.#wait = wait;
  }

  goOn(): void {
    this.#wait = null;
  }

  /** Whether it takes input: it runs and waits for nothing but that. */
  get isAdvancing(): boolean {
    return this.#state === 'RUNNING' && this.#wait === null;
  }

  /** Whether there is something to do at that time of the wall clock. */
  hasWork(now: number): boolean {
    return this.isAdvancing && this.topology.hasWork(now);
  }

  /** The wall clock from which on there is something to do without input, ms; Infinity for never. */
  dueAt(): number {
    return this.isAdvancing ? this.topology.dueAt() : Infinity;
  }

  /** Who writes its transactions in this life of the process. */
  get producer(): Producer {
    return producerOf(this.number, this.#epoch);
  }

  /**
   * Processes input in a tick attempt and returns what it puts out.
   * @param now the wall clock of the tick.
   */
  async process(
    attempt: number,
    { limit, now }: { limit: WorkLimit; now: number },
  ): Promise<PartitionOutput[]> {
    this.topology.begin(attempt, now);
    this.#sink.begin();
    await this.topology.process(limit);
    this.#unreadable = this.topology.takeUnreadable();
    const [bad] = this.#unreadable;
    if (this.#failOnBadRecord && bad !== undefined) throw stoppedBy(bad);
    return this.#sink.take();
  }

  /** Notes how long `process` took, ms. */
  took(processMs: number): void {
    this.#processMs += processMs;
  }

  /** The attempt will be committed. @returns what went wrong in it. */
  sealed(outputs: readonly PartitionOutput[]): QueryProblems {
    this.topology.expire();
    this.topology.forgetChunks();
    this.#ticks++;
    for (const output of outputs) this.#recordsOut += output.recordCount;
    const { messages: rowErrors, count: rowErrorCount, unsaid } = this.#rowErrors.take();
    const unreadable = this.#unreadable;
    this.#unreadableCount += unreadable.length;
    this.#rowErrorCount += rowErrorCount;
    this.#unreadable = [];
    return { queryId: this.id, unreadable, rowErrors, rowErrorCount, unsaidCount: unsaid };
  }

  abandon(): void {
    this.topology.abandon();
    this.#sink.discard();
    this.#rowErrors.discard();
    this.#unreadable = [];
  }

  /** From the next tick on it reads nothing; state and positions stay. A query that failed stays so. */
  pause(): void {
    if (this.#state === 'RUNNING') this.#state = 'PAUSED';
  }

  /** Goes on where it was paused. */
  resume(): void {
    if (this.#state === 'PAUSED') this.#state = 'RUNNING';
  }

  /** Stops it after an error in processing; its state stays as the last commit left it. */
  fail(error: unknown): void {
    this.#state = 'ERROR';
    this.#error = error instanceof Error ? error.message : String(error);
  }

  /** What it has done since it was created. */
  get totals(): QueryTotals {
    const before = this.#before;
    return {
      ticks: before.ticks + this.#ticks,
      recordsOut: before.recordsOut + this.#recordsOut,
      lateRecords: before.lateRecords + this.#late.count,
      unreadable: before.unreadable + this.#unreadableCount,
      rowErrors: before.rowErrors + this.#rowErrorCount,
    };
  }

  /** To be committed together with the state it belongs to. */
  progress(): QueryProgress {
    const offsets: Record<string, number> = {};
    for (const { stepId, reader, position } of this.topology.sources) {
      offsets[`${this.#numbers.get(stepId)}/${reader.partition.index}`] = position;
    }
    return {
      epoch: this.#epoch,
      sequences: this.#sink.lastSequences,
      offsets,
      times: this.topology.times(this.#numbers),
      totals: this.totals,
    };
  }

  close(): void {
    this.topology.close();
  }
}

function stoppedBy({ source, partition, offset, message }: UnreadableRecord): DatabaseError {
  return new DatabaseError(
    'BAD_STATEMENT',
    `Record ${offset} of topic ${source.topic} partition ${partition} cannot be read: ${message}. ` +
      'The query was created with ksql.fail.on.deserialization.error and stops here.',
  );
}

/** How long and how much a query may work in one tick. */
export function workLimit(
  clock: Env['clock'],
  { records, milliseconds }: { records: number; milliseconds: number },
): WorkLimit {
  return { recordsLeft: records, deadline: clock.monotonic() + milliseconds, hasTaken: false };
}
