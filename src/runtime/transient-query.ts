import type { QueryBatch, QueryColumn, QueryResult } from '../engine.ts';
import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import { MemoryBudget } from '../base/memory-budget.ts';
import type { Partition, Topic } from '../log/log.ts';
import { type Change, namesNoRow } from '../operators/change.ts';
import { type Continuation, continuedOffset, formatContinuation } from './continuation.ts';
import { statePrefix } from './meta.ts';
import { rowCodec } from '../operators/state-codec.ts';
import { fanOutOf } from '../plan/fan-out.ts';
import {
  failsOnInvalidTime,
  type PhysicalPlan,
  type ResultColumn,
  type SourceStep,
  sourceSteps,
} from '../plan/physical-plan.ts';
import type { Row } from '../sql/types.ts';
import { MemoryStore } from '../state/memory-store.ts';
import { StateTable } from '../state/state-table.ts';
import { workLimit } from './persistent-query.ts';
import type { SchemaCache } from '../formats/schema-cache.ts';
import type { ProcessingLog } from './processing-log.ts';
import { RecordWaiter } from './record-waiter.ts';
import { SourceReader } from './source-reader.ts';
import type { Exit } from './task.ts';
import { Topology } from './topology.ts';

/** State a client's query may keep. */
const STATE_BYTES_MAX = 64 * 1024 * 1024;
/** A timer waits at most this long; the wall clock may be put forward meanwhile. */
const WAIT_MS_MAX = 60_000;
const STEP = { records: 2_000, milliseconds: 10 };

export interface TransientQueryOptions {
  readonly queryId: string;
  readonly plan: PhysicalPlan;
  readonly kind: 'push' | 'pull';
  readonly limit: number | null;
  /**
   * It follows what one persistent query writes: deletions and rows without a key are not shown, and it ends only with
   * its client.
   */
  readonly follows: boolean;
  /** Where streams are read from. Tables are always read from the beginning. */
  readonly offsetReset: 'earliest' | 'latest';
  /** Where an earlier one stood. */
  readonly resume: Continuation | null;
  readonly clock: Env['clock'];
  /** Random: its random numbers follow from it. */
  readonly seed: string;
  readonly processingLog: ProcessingLog;
  readonly schemas: SchemaCache;
  /** The latest time a record may have at this moment, ms since the epoch; default: there is no such bound. */
  readonly timeMax?: (() => number) | undefined;
  topic(name: string): Topic;
  onClose(): void;
}

/**
 * A query that runs for one client: over the log, at the client's pace, with its state in memory. A push query goes
 * on until it is closed or has delivered LIMIT rows; a pull over a stream reads up to where the log ended when it
 * began.
 */
export class TransientQuery implements QueryResult {
  readonly kind: 'push' | 'pull';
  readonly closable: boolean;
  readonly queryId: string;
  readonly columns: readonly QueryColumn[];
  readonly #options: TransientQueryOptions;
  readonly #topology: Topology;
  readonly #bounds: typeof STEP;
  readonly #budget = new MemoryBudget(STATE_BYTES_MAX);
  readonly #rows: ResultRows;
  #attempt = 0;
  #now = 0;
  #delivered = 0;
  #finalMessage: string | null = null;
  #closed = false;
  #ended = false;
  /** Sources that have their place; they are asked for in the order `sources` has. */
  #placed = 0;
  readonly #waiter = new RecordWaiter();

  constructor(options: TransientQueryOptions) {
    this.#options = options;
    this.kind = options.kind;
    this.closable = !options.follows;
    this.queryId = options.queryId;
    const result = options.plan.steps.find((step) => step.kind === 'Result');
    if (result === undefined) throw new TypeError('a transient plan ends in a result');
    this.columns = result.output.map(({ name, type }) => ({ name, type, isKey: false }));
    this.#rows = new ResultRows(result.output, visibilityOf(options));
    const records = Math.max(1, Math.floor(STEP.records / fanOutOf(options.plan)));
    this.#bounds = { ...STEP, records };
    this.#topology = this.#createTopology();
    this.#checkResumable();
  }

  /** @throws DatabaseError CONFLICT: its state ended with the query before. */
  #checkResumable(): void {
    const { resume } = this.#options;
    if (resume === null) return;
    const { states, sources } = this.#topology;
    if (states.length === 0 && resume.places.length === sources.length) {
      this.#delivered = resume.delivered;
      return;
    }
    this.#topology.close();
    throw new DatabaseError(
      'CONFLICT',
      'This query keeps state, which ended with its connection: start it without a continuation token.',
    );
  }

  get continuation(): string | null {
    if (this.#topology.states.length > 0) return null;
    const places = this.#topology.sources.map(
      ({ reader: { partition }, position }) =>
        [partition.topic.id, partition.index, position] as const,
    );
    return formatContinuation({ places, delivered: this.#delivered });
  }

  get finalMessage(): string | null {
    return this.#finalMessage;
  }

  async next(): Promise<QueryBatch | null> {
    for (;;) {
      if (this.#ended) return null;
      if (this.#closed) return this.#end('Query Completed');
      const { limit } = this.#options;
      if (limit !== null && this.#delivered >= limit) return this.#end('Limit Reached');
      const batch = this.#rows.take(limit === null ? Infinity : limit - this.#delivered);
      if (batch !== null) {
        this.#delivered += batch.rows.length;
        return batch;
      }
      if (this.#topology.hasWork(this.#options.clock.now())) await this.#step();
      else if (this.kind === 'pull') return this.#end('Query Completed');
      else await this.#available();
    }
  }

  async #step(): Promise<void> {
    const { clock } = this.#options;
    this.#now = Math.max(this.#now, clock.now());
    this.#topology.begin(++this.#attempt, this.#now);
    await this.#topology.process(workLimit(clock, this.#bounds));
    const { processingLog } = this.#options;
    for (const record of this.#topology.takeUnreadable()) processingLog.reportUnreadable(record);
    for (const state of this.#topology.states) state.settle();
    this.#topology.expire();
    this.#topology.forgetChunks();
    if (this.#budget.excessBytes === 0) return;
    await this.close();
    throw new DatabaseError(
      'QUERY_TOO_LARGE',
      `Query ${this.queryId} needs more than ${STATE_BYTES_MAX / 1024 / 1024} MiB of state. ` +
        'Use CREATE TABLE ... AS SELECT, which keeps its state on disk, and select from that.',
    );
  }

  /** @throws the error of a partition that has failed or was deleted; the query is over then. */
  async #available(): Promise<void> {
    const positions = this.#topology.sources.map(({ reader, position }) => {
      return { partition: reader.partition, offset: position };
    });
    const { clock } = this.#options;
    const due = this.#topology.dueAt();
    const delayMs = Math.min(WAIT_MS_MAX, Math.max(1, due - clock.now()));
    const cancel = due === Infinity ? null : clock.after(delayMs, () => this.#waiter.wake());
    try {
      await this.#waiter.wait(positions);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      cancel?.();
    }
  }

  #end(message: string): null {
    this.#finalMessage = message;
    this.#ended = true;
    void this.close();
    return null;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiter.wake();
    this.#topology.close();
    this.#options.onClose();
  }

  #createTopology(): Topology {
    const { plan, clock, seed, processingLog, queryId } = this.#options;
    const store = new MemoryStore();
    return new Topology({
      plan,
      clock,
      seed,
      merge: false,
      errors: { report: (message) => processingLog.report({ origin: queryId, message }) },
      onLate: () => {},
      output: this.#rows,
      reader: (step, index) => this.#reader(step, index),
      position: (step, index) => this.#position(step, index),
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

  #partition(step: SourceStep, index: number): Partition {
    const partition = this.#options.topic(step.source.topic).partitions[index];
    if (partition === undefined) {
      throw new RangeError(`topic ${step.source.topic} has no partition ${index}`);
    }
    return partition;
  }

  #reader(step: SourceStep, index: number): SourceReader {
    const partition = this.#partition(step, index);
    const { timeMax } = this.#options;
    const reader = new SourceReader({
      source: step.source,
      failsOnInvalidTime: failsOnInvalidTime(step),
      partition,
      schemas: this.#options.schemas,
      pending: () => undefined,
      ...(this.kind === 'pull' ? { endOffsetMax: partition.stableEndOffset } : {}),
      ...(this.kind === 'push' && timeMax ? { timeMax } : {}),
    });
    reader.need(step.needed);
    return reader;
  }

  #position(step: SourceStep, index: number): number {
    const partition = this.#partition(step, index);
    const { offsetReset, plan, resume } = this.#options;
    if (resume !== null) return continuedOffset(resume, { index: this.#placed++, partition });
    // A table that is looked up has to be known whole; one that is watched starts where the client asks.
    const lookedUp = step.source.kind === 'TABLE' && plan.result === 'stream';
    if (lookedUp || offsetReset === 'earliest') return partition.startOffset;
    return partition.stableEndOffset;
  }
}

/** Which changes a client is shown. */
interface Visibility {
  readonly deletions: boolean;
  readonly rowsWithoutKey: boolean;
}

function visibilityOf({ plan, follows }: TransientQueryOptions): Visibility {
  const isTable = plan.result === 'table';
  // The one row of an aggregation without GROUP BY has no key, and any other aggregation has seen to it.
  const aggregates = plan.steps.some(({ kind }) => kind === 'Aggregate');
  const sources = sourceSteps(plan);
  const hasKeys = sources.some(({ schema }) => schema.keys.length > 0);
  return {
    deletions: isTable && !follows,
    rowsWithoutKey: aggregates || !hasKeys || !(isTable || follows),
  };
}

/** Gathers the rows of the last step until the client takes them. */
class ResultRows implements Exit {
  readonly #columns: readonly ResultColumn[];
  readonly #visibility: Visibility;
  #rows: Row[] = [];
  #tombstones: boolean[] = [];

  constructor(columns: readonly ResultColumn[], visibility: Visibility) {
    this.#columns = columns;
    this.#visibility = visibility;
  }

  write(changes: readonly Change[]): void {
    const { deletions, rowsWithoutKey } = this.#visibility;
    for (const change of changes) {
      if (!rowsWithoutKey && namesNoRow(change.key)) continue;
      const { after } = change;
      if (after !== null) {
        this.#push(
          this.#columns.map((column) => after[column.index] ?? null),
          false,
        );
      } else if (deletions) {
        this.#push(this.#deletion(change), true);
      }
    }
  }

  #push(row: Row, tombstone: boolean): void {
    this.#rows.push(row);
    this.#tombstones.push(tombstone);
  }

  #deletion(change: Change): Row {
    return this.#columns.map(({ ofDeletion }) => {
      switch (ofDeletion?.kind) {
        case 'key':
          return change.key[ofDeletion.index] ?? null;
        case 'windowStart':
          return change.windowStart;
        case 'windowEnd':
          return change.windowEnd;
        case undefined:
          return null;
      }
    });
  }

  take(countMax: number): (QueryBatch & { kind: 'rows' }) | null {
    if (this.#rows.length === 0) return null;
    const rows = this.#rows.splice(0, Math.min(countMax, this.#rows.length));
    const tombstones = this.#tombstones.splice(0, rows.length);
    return { kind: 'rows', rows, tombstones: tombstones.includes(true) ? tombstones : null };
  }
}
