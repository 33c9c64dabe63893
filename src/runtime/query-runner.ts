import type { Env } from '../base/env.ts';
import { assert } from '../base/assert.ts';
import { DatabaseError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import type { ErrorSink } from '../expressions/evaluation.ts';
import type { Log, Partition, Topic } from '../log/log.ts';
import { rowCodec } from '../operators/state-codec.ts';
import {
  failsOnInvalidTime,
  type PhysicalPlan,
  type SourceStep,
  sourceSteps,
  stateNumbers,
  storedNumbers,
} from '../plan/physical-plan.ts';
import { SchemaCache } from '../formats/schema-cache.ts';
import type { SchemaRegistry } from '../schema-registry/schema-registry.ts';
import type { Row } from '../sql/types.ts';
import { StateTable } from '../state/state-table.ts';
import type { Store } from '../state/store.ts';
import { NO_TOTALS, queryKey, queryStateRange, type QueryProgress, statePrefix } from './meta.ts';
import { NoSink } from './no-sink.ts';
import { PersistentQuery } from './persistent-query.ts';
import type { ProcessingLog } from './processing-log.ts';
import { producerOf } from './producer.ts';
import { SchemaFetcher } from './schema-fetcher.ts';
import { type Sink, SinkWriter } from './sink-writer.ts';
import { RowErrors } from './row-errors.ts';
import { SourceReader } from './source-reader.ts';
import type { TickLoop } from './tick-loop.ts';
import { Topology } from './topology.ts';

/** What it takes to run a persistent query; plain JSON, from the command log. */
export interface QueryDefinition {
  readonly id: string;
  /** Offset of its statement in the command log; state is stored under it. */
  readonly number: number;
  readonly plan: PhysicalPlan;
  /** Whether changes of a key within a tick may be merged. */
  readonly merge: boolean;
  /** Whether a record that cannot be read stops it; else it is left out. */
  readonly failOnBadRecord?: boolean | undefined;
  /** Where it begins to read, by `source number/partition`; recorded when it was created. */
  readonly startOffsets: Readonly<Record<string, number>>;
  /** It was created this moment: records removed since its start offsets were taken are not missed. */
  readonly isFresh?: boolean;
}

export interface QueryRunnerOptions {
  readonly clock: Env['clock'];
  readonly log: Log;
  readonly store: Store;
  readonly loop: TickLoop;
  readonly budget: MemoryBudget;
  readonly processingLog: ProcessingLog;
  readonly registry: SchemaRegistry;
  /** The latest time a record may have at this moment, ms since the epoch; default: there is no such bound. */
  readonly timeMax?: () => number;
  readonly logger: Logger;
  /** Differs from database to database; random numbers of queries follow from it. */
  readonly seed: string;
  /** Of this life of the process. */
  readonly epoch: number;
  /** What recovery found. */
  readonly progress: ReadonlyMap<number, QueryProgress>;
}

/** Starts and stops persistent queries: builds their topologies over shared readers and gives them to the loop. */
export class QueryRunner {
  readonly #options: QueryRunnerOptions;
  readonly #schemas: SchemaCache;
  readonly #fetcher: SchemaFetcher;
  readonly #queries = new Map<string, PersistentQuery>();
  /** By source and partition, shared by all queries. */
  readonly #readers = new Map<string, SourceReader>();
  readonly #progress: Map<number, QueryProgress>;
  readonly #failures = new Map<string, { reason: string; definition: QueryDefinition }>();
  readonly #forgetting = new Set<Promise<void>>();

  constructor(options: QueryRunnerOptions) {
    this.#options = options;
    this.#schemas = new SchemaCache(options.registry);
    const { clock, logger } = options;
    this.#fetcher = new SchemaFetcher({ load: (id) => this.#schemas.load(id), clock, logger });
    this.#progress = new Map(options.progress);
  }

  query(id: string): PersistentQuery | undefined {
    return this.#queries.get(id);
  }

  /**
   * The offset from which on a partition is needed by the queries, those included that are paused, have failed or could
   * not be started; Infinity when none reads it.
   */
  neededFrom(partition: Partition): number {
    let needed = Infinity;
    for (const query of this.#queries.values()) {
      needed = Math.min(needed, query.neededFrom(partition));
    }
    for (const { definition } of this.#failures.values()) {
      const position = this.#storedPosition(definition, partition);
      if (position >= partition.startOffset) needed = Math.min(needed, position);
    }
    return needed;
  }

  /** Where a query that does not run would go on. */
  #storedPosition(definition: QueryDefinition, partition: Partition): number {
    const { plan, number, startOffsets: given } = definition;
    const numbers = storedNumbers(plan);
    const offsets = this.#progress.get(number)?.offsets ?? given;
    const positions = sourceSteps(plan)
      .filter(({ source }) => source.topic === partition.topic.name)
      .map(({ id }) => offsets[`${numbers.get(id)}/${partition.index}`] ?? 0);
    return Math.min(Infinity, ...positions);
  }

  /**
   * Starts a query where it stood, or at its start offsets when it is new. Between ticks, or before the first.
   * @throws DatabaseError SOURCE_EXPIRED when records it has not read were removed, CORRUPT when it stands beyond the
   *   log.
   */
  start(definition: QueryDefinition): PersistentQuery {
    assert(!this.#queries.has(definition.id), 'a query is started once');
    const { plan, id, number } = definition;
    const late = { count: 0 };
    const { epoch, clock } = this.#options;
    const rowErrors = new RowErrors(clock);
    const sink = this.#sink(definition, (message) => rowErrors.report(message));
    const memory = this.#options.budget.part();
    const topology = this.#topology(definition, { sink, late, memory, errors: rowErrors });
    const { failOnBadRecord = false } = definition;
    const query = new PersistentQuery({
      id,
      number,
      plan,
      topology,
      sink,
      epoch,
      late,
      memory,
      rowErrors,
      totals: this.#progress.get(number)?.totals ?? NO_TOTALS,
      failOnBadRecord,
    });
    this.#queries.set(id, query);
    this.#options.loop.add(query);
    return query;
  }

  /** A query that keeps the rows of a table for pull queries has none. */
  #sink({ plan, number }: QueryDefinition, onDrop: (message: string) => void): Sink {
    const step = plan.steps.find(({ kind }) => kind === 'Sink');
    if (step?.kind !== 'Sink') return new NoSink();
    const { epoch } = this.#options;
    const progress = this.#progress.get(number);
    return new SinkWriter({
      // A plan that takes the place of another goes on counting: with sequences that were committed once, recovery
      // would take a transaction that was cut short for a committed one.
      lastSequences: progress?.epoch === epoch ? progress.sequences : [],
      sink: step.sink,
      topic: this.#topic(step.sink.topic),
      producer: producerOf(number, epoch),
      onDrop,
    });
  }

  #topology(
    definition: QueryDefinition,
    {
      sink,
      late,
      memory,
      errors,
    }: { sink: Sink; late: { count: number }; memory: MemoryBudget; errors: ErrorSink },
  ): Topology {
    const { plan, number, merge } = definition;
    const progress = this.#progress.get(number);
    const numbers = storedNumbers(plan);
    const states = stateNumbers(plan);
    const { clock, store, seed } = this.#options;
    return new Topology({
      plan,
      clock,
      seed: `${seed} ${number}`,
      merge,
      errors,
      onLate: () => late.count++,
      output: sink,
      reader: (step, index) => this.#reader(step, index),
      position: (step, index) => {
        const key = `${numbers.get(step.id)}/${index}`;
        const partition = this.#partition(step, index);
        const stored = progress?.offsets[key] ?? definition.startOffsets[key] ?? 0;
        const offset =
          definition.isFresh === true ? Math.max(stored, partition.startOffset) : stored;
        return checkPosition(partition, { offset, query: definition.id });
      },
      times: (step, index) => progress?.times[`${numbers.get(step.id)}/${index}`],
      state: ({ step, index, spec, partition, windowStartMax }) =>
        new StateTable<Row, Row>({
          store,
          clock,
          budget: memory,
          prefix: statePrefix({
            queryNumber: number,
            stateNumber: states.get(step.id)?.[index] as number,
            partition,
          }),
          codec: rowCodec(spec),
          window: spec.window,
          empty: progress === undefined,
          windowStartMax,
        }),
    });
  }

  #reader(step: SourceStep, index: number): SourceReader {
    const { name, schema } = step.source;
    const key = `${name}/${index}/${failsOnInvalidTime(step)}/${JSON.stringify(schema)}`;
    let reader = this.#readers.get(key);
    if (reader === undefined) {
      reader = new SourceReader({
        source: step.source,
        failsOnInvalidTime: failsOnInvalidTime(step),
        partition: this.#partition(step, index),
        schemas: this.#schemas,
        mayWait: !this.#options.registry.isRemote,
        ...(this.#options.timeMax && { timeMax: this.#options.timeMax }),
        pending: (partition) => this.#options.loop.pending(partition),
        end: (partition) => this.#options.loop.end(partition),
        isCut: (partition) => this.#options.loop.isCut(partition),
      });
      this.#readers.set(key, reader);
    }
    reader.need(step.needed);
    return reader;
  }

  #partition(step: SourceStep, index: number): Partition {
    const partition = this.#topic(step.source.topic).partitions[index];
    assert(partition !== undefined, 'a source has as many partitions as its topic');
    return partition;
  }

  #topic(name: string): Topic {
    const topic = this.#options.log.topic(name);
    if (topic !== undefined) return topic;
    throw new DatabaseError('NOT_FOUND', `Topic ${name} does not exist.`);
  }

  /** Readers nobody uses any more go; they would keep decoding columns for queries that are gone. */
  #dropUnusedReaders(): void {
    const used = new Set(
      [...this.#queries.values()].flatMap((query) =>
        query.topology.sources.map(({ reader }) => reader),
      ),
    );
    for (const [key, reader] of this.#readers) {
      if (!used.has(reader)) this.#readers.delete(key);
    }
  }

  /** Why a query of the catalog does not run; undefined when it does. */
  failure(id: string): string | undefined {
    return this.#failures.get(id)?.reason;
  }

  /** Remembers why a query could not be started. */
  notStarted(definition: QueryDefinition, reason: string): void {
    this.#failures.set(definition.id, { reason, definition });
  }

  /** Stops a query for good; its state is removed in the background. Between ticks. */
  stop(id: string): void {
    this.#failures.delete(id);
    const query = this.#queries.get(id);
    if (query === undefined) return;
    this.#detach(query);
    this.#options.processingLog.forget(id);
    this.#forgetLater(query.number);
  }

  /** Puts another plan in the place of a running one; state and offsets stay. Between ticks. */
  replace(definition: QueryDefinition): PersistentQuery {
    const query = this.#queries.get(definition.id);
    assert(query !== undefined, 'only a running query is replaced');
    this.#progress.set(query.number, query.progress());
    this.#detach(query);
    return this.start(definition);
  }

  #detach(query: PersistentQuery): void {
    this.#options.loop.remove(query);
    this.#queries.delete(query.id);
    this.#dropUnusedReaders();
  }

  /**
   * Removes what is stored of queries that no longer exist: a crash may have come before their removal.
   * @param kept numbers of the queries of the catalog, running or not.
   */
  forgetStopped(kept: ReadonlySet<number>): void {
    for (const number of this.#progress.keys()) if (!kept.has(number)) this.#forgetLater(number);
  }

  /**
   * State first, progress last: as long as there is progress, a restart removes what is left. A large state takes
   * seconds to remove, so ticks go on meanwhile.
   */
  #forgetLater(queryNumber: number): void {
    const { store, loop, logger } = this.#options;
    const forgetting = store
      .removeRange(queryStateRange(queryNumber))
      .then(() => loop.exclusively(() => store.commit([[queryKey(queryNumber), null]])))
      .catch((error: unknown) => {
        logger.warn(
          { err: error, query: queryNumber },
          'the state of a stopped query is still there',
        );
      })
      .finally(() => this.#forgetting.delete(forgetting));
    this.#forgetting.add(forgetting);
    this.#progress.delete(queryNumber);
  }

  /** Lets a query wait until the schema of a payload is fetched. */
  waitForSchema(query: PersistentQuery, id: number): void {
    const wait = this.#fetcher.fetch(id, () => {
      query.goOn();
      this.#options.loop.wake();
    });
    query.waitFor(wait);
  }

  /** Waits for removals under way. Before the loop stops. */
  async close(): Promise<void> {
    this.#fetcher.close();
    await Promise.all(this.#forgetting);
  }
}

/**
 * A query must not stand beyond the log, whose records would be skipped when they are written again, nor before it, as
 * if records that were removed had never been.
 */
function checkPosition(
  partition: Partition,
  { offset, query }: { offset: number; query: string },
): number {
  if (offset < partition.startOffset) {
    throw new DatabaseError(
      'SOURCE_EXPIRED',
      `Query ${query} has processed topic ${partition.topic.name} partition ${partition.index} up to offset ${offset}, but the log begins at ${partition.startOffset}: ` +
        'records it has not read were removed by retention. DROP what it fills and create it again.',
    );
  }
  if (offset <= partition.endOffset) return offset;
  throw new DatabaseError(
    'CORRUPT',
    `Query ${query} has processed topic ${partition.topic.name} partition ${partition.index} up to offset ${offset}, but the log ends at ${partition.endOffset}: ` +
      'the state is ahead of the log. Restore the data directory from a backup.',
  );
}

/** The offsets at which a new query begins: tables from the beginning, streams as `auto.offset.reset` says. */
export function startOffsets(
  plan: PhysicalPlan,
  { log, offsetReset }: { log: Log; offsetReset: 'earliest' | 'latest' },
): Record<string, number> {
  const numbers = storedNumbers(plan);
  const offsets: Record<string, number> = {};
  for (const step of sourceSteps(plan)) {
    const fromStart = step.source.kind === 'TABLE' || offsetReset === 'earliest';
    for (const partition of log.topic(step.source.topic)?.partitions ?? []) {
      offsets[`${numbers.get(step.id)}/${partition.index}`] = fromStart
        ? partition.startOffset
        : partition.stableEndOffset;
    }
  }
  return offsets;
}
