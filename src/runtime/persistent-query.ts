import type { Env } from '../base/env.ts';
import { type PhysicalPlan, storedNumbers } from '../plan/physical-plan.ts';
import type { QueryProgress } from './meta.ts';
import { type Producer, producerOf } from './producer.ts';
import type { PartitionOutput, Sink } from './sink-writer.ts';
import type { WorkLimit } from './task.ts';
import type { Topology } from './topology.ts';

export type QueryState = 'RUNNING' | 'PAUSED' | 'ERROR';

/** Figures of a query since start. */
export interface QueryStatistics {
  readonly ticks: number;
  readonly recordsOut: number;
  readonly lateRecords: number;
}

/** A query that runs until it is terminated, and writes its results to a topic or only keeps them. */
export class PersistentQuery {
  readonly id: string;
  /** Offset of its statement in the command log. */
  readonly number: number;
  readonly plan: PhysicalPlan;
  readonly topology: Topology;
  readonly #sink: Sink;
  readonly #epoch: number;
  readonly #numbers: ReadonlyMap<number, number>;
  #state: QueryState = 'RUNNING';
  #error: string | null = null;
  #ticks = 0;
  #recordsOut = 0;
  /** By source of the topology: up to where what was read is committed. */
  #committed: readonly number[];
  readonly #late: { count: number };

  constructor(options: {
    id: string;
    number: number;
    plan: PhysicalPlan;
    topology: Topology;
    sink: Sink;
    epoch: number;
    late: { count: number };
  }) {
    this.id = options.id;
    this.number = options.number;
    this.plan = options.plan;
    this.#numbers = storedNumbers(options.plan);
    this.topology = options.topology;
    this.#sink = options.sink;
    this.#epoch = options.epoch;
    this.#late = options.late;
    this.#committed = this.positions;
  }

  /** Next offset to read, by source of the topology. */
  get positions(): readonly number[] {
    return this.topology.sources.map(({ position }) => position);
  }

  /** A commit that these positions are part of is done. */
  committed(positions: readonly number[]): void {
    this.#committed = positions;
  }

  /** Whether everything below the offsets, one for each source, is processed and committed. */
  hasCommitted(offsets: readonly number[]): boolean {
    return offsets.every((offset, index) => (this.#committed[index] ?? 0) >= offset);
  }

  /** Whether everything its sources hold is processed and committed. */
  get isCurrent(): boolean {
    return this.topology.sources.every(
      ({ reader }, index) => (this.#committed[index] ?? 0) >= reader.partition.stableEndOffset,
    );
  }

  get state(): QueryState {
    return this.#state;
  }

  /** What stopped it; null while it runs. */
  get error(): string | null {
    return this.#error;
  }

  get statistics(): QueryStatistics {
    return { ticks: this.#ticks, recordsOut: this.#recordsOut, lateRecords: this.#late.count };
  }

  get hasInput(): boolean {
    return this.#state === 'RUNNING' && this.topology.hasInput;
  }

  /** Who writes its transactions in this life of the process. */
  get producer(): Producer {
    return producerOf(this.number, this.#epoch);
  }

  /** Processes input in a tick attempt and returns what it puts out. */
  async process(attempt: number, limit: WorkLimit): Promise<PartitionOutput[]> {
    this.topology.begin(attempt);
    this.#sink.begin();
    await this.topology.process(limit);
    return this.#sink.take();
  }

  /** The attempt will be committed. */
  sealed(outputs: readonly PartitionOutput[]): void {
    this.topology.expire();
    this.topology.forgetChunks();
    this.#ticks++;
    for (const output of outputs) this.#recordsOut += output.recordCount;
  }

  abandon(): void {
    this.topology.abandon();
    this.#sink.discard();
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
    };
  }

  close(): void {
    this.topology.close();
  }
}

/** How long and how much a query may work in one tick. */
export function workLimit(
  clock: Env['clock'],
  { records, milliseconds }: { records: number; milliseconds: number },
): WorkLimit {
  return { recordsLeft: records, deadline: clock.monotonic() + milliseconds };
}
