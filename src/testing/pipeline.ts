import { parseStatement } from '../../grammar/parser.ts';
import type { StatementOptions } from '../engine.ts';
import { silentLogger } from '../base/logger.ts';
import { MemoryBudget } from '../base/memory-budget.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Source } from '../catalog/source.ts';
import { SchemaCache } from '../formats/schema-cache.ts';
import { RecordBatchWriter, type RecordHeader } from '../log/record-batch.ts';
import { RecordCursor } from '../log/record-cursor.ts';
import type { PhysicalPlan } from '../plan/physical-plan.ts';
import { AppendGate } from '../runtime/append-gate.ts';
import { EmbeddedCommitCoordinator } from '../runtime/embedded-commit.ts';
import { Ingest } from '../runtime/ingest.ts';
import { ProcessingLog } from '../runtime/processing-log.ts';
import { QueryRunner } from '../runtime/query-runner.ts';
import { TickLoop } from '../runtime/tick-loop.ts';
import { EmbeddedRegistry } from '../schema-registry/embedded-registry.ts';
import { MemoryStore } from '../state/memory-store.ts';
import { CatalogState } from '../statements/catalog-state.ts';
import { CommandLog } from '../statements/command-log.ts';
import { QueryStarter } from '../statements/query-starter.ts';
import { StatementRunner } from '../statements/statement-runner.ts';
import { countingRandom, frozenClock } from './frozen-env.ts';
import { HeldLog, type HeldTopic } from './held-log.ts';
import { QueryDrive } from './query-drive.ts';

/** A record as bytes. */
export interface PipelineRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Event time, ms. */
  readonly timestamp: number;
  readonly headers: readonly RecordHeader[];
}

/** A record that is fed into a topic. */
export interface FedRecord extends PipelineRecord {
  readonly topic: string;
}

/** A query with the plan it runs. */
export interface PlannedQuery {
  readonly id: string;
  readonly plan: PhysicalPlan;
}

const CACHE_BYTES = 16 * 1024 * 1024;

/** Results must come one by one, and from the first record on. */
const BASE_PROPERTIES = { 'auto.offset.reset': 'earliest', 'cache.max.bytes.buffering': 0 };

/**
 * A fresh engine in memory whose queries are driven by hand. Statements run as they do in a database: parsed, checked,
 * planned and recorded; the rows of INSERT stand in their topics. Then `run` takes records through the queries, query
 * by query in the order they were created and record by record, with the clock standing still.
 */
export class Pipeline {
  /** Nothing is checked against earlier versions. */
  readonly registry = new EmbeddedRegistry({ journal: null, defaultLevel: 'NONE' });
  readonly #schemas = new SchemaCache(this.registry);
  readonly #log = new HeldLog();
  readonly #store = new MemoryStore();
  readonly #processingLog = new ProcessingLog({ clock: frozenClock, logger: silentLogger });
  readonly #loop: TickLoop;
  readonly #runner: QueryRunner;
  readonly #catalog: CatalogState;
  readonly #statements: StatementRunner;
  #properties: NonNullable<StatementOptions['properties']>;
  #fatal: unknown = null;

  private constructor(ingest: Ingest, gate: AppendGate, properties: ReadonlyMap<string, string>) {
    const clock = frozenClock;
    const log = this.#log;
    const store = this.#store;
    const processingLog = this.#processingLog;
    const logger = silentLogger;
    const { registry } = this;
    const budget = new MemoryBudget(CACHE_BYTES);
    this.#properties = { ...BASE_PROPERTIES, ...Object.fromEntries(properties) };
    this.#loop = new TickLoop({
      clock,
      coordinator: new EmbeddedCommitCoordinator({ store, clock, logger: silentLogger }),
      budget,
      gate,
      logger,
      processingLog,
      lastTick: 0,
      lastNow: 0,
      onFatal: (error) => {
        this.#fatal = error;
      },
    });
    const loop = this.#loop;
    this.#runner = new QueryRunner({
      clock,
      log,
      store,
      loop,
      budget,
      processingLog,
      registry,
      logger,
      seed: '',
      epoch: 1,
      progress: new Map(),
    });
    const runner = this.#runner;
    this.#catalog = new CatalogState({ log, runner, loop, logger });
    const catalog = this.#catalog;
    const random = countingRandom();
    const queries = new QueryStarter({
      clock,
      random,
      log,
      store,
      loop,
      runner,
      catalog,
      processingLog,
      registry,
      budget,
    });
    this.#statements = new StatementRunner({
      clock,
      random,
      log,
      ingest,
      runner,
      processingLog,
      catalog,
      queries,
      registry,
    });
  }

  /** @param properties of the session the statements run in. */
  static async open(properties: ReadonlyMap<string, string>): Promise<Pipeline> {
    const gate = new AppendGate();
    const ingest = new Ingest({ clock: frozenClock, gate, onDurable: () => {} });
    const pipeline = new Pipeline(ingest, gate, properties);
    await pipeline.#catalog.replay(await CommandLog.open({ log: pipeline.#log, ingest }));
    pipeline.#loop.start();
    return pipeline;
  }

  get catalog(): Catalog {
    return this.#catalog.catalog;
  }

  /** The queries that run, in the order they were created. */
  get queries(): PlannedQuery[] {
    return this.catalog.queries.flatMap(({ id }) => {
      const plan = this.#runner.query(id)?.plan;
      return plan === undefined ? [] : [{ id, plan }];
    });
  }

  /** Names of the topics of users. */
  get topicNames(): string[] {
    const names = this.#log.topics().map(({ name }) => name);
    return names.filter((name) => !name.startsWith('_'));
  }

  /** How many partitions a topic was made with; undefined when there is no such topic. */
  partitionCount(topic: string): number | undefined {
    return this.#log.topic(topic)?.partitions.length;
  }

  /** Makes a topic unless it is there. @throws DatabaseError for an illegal name or count. */
  async ensureTopic(name: string, partitionCount: number): Promise<void> {
    if (this.#log.topic(name) !== undefined) return;
    await this.#log.createTopic({ name, partitionCount, cleanupPolicy: 'delete' });
  }

  /**
   * Runs one statement; SET and UNSET hold for those that follow.
   * @throws DatabaseError when it is refused.
   */
  async execute(sql: string): Promise<void> {
    await this.#statements.execute(sql, { properties: this.#properties });
    const { statement } = parseStatement(sql);
    if (statement.kind === 'set') {
      this.#properties = { ...this.#properties, [statement.property]: statement.value };
    } else if (statement.kind === 'unset') {
      const { [statement.property]: _, ...others } = this.#properties;
      this.#properties = others;
    }
    this.#check();
  }

  /** The source that stands over a topic, the earliest if there are several. */
  sourceOf(topic: string): Source | null {
    return this.catalog.sources.find((source) => source.topic === topic) ?? null;
  }

  /**
   * Writes the records into their topics, then drives every query: the given records of its source topics one at a
   * time in the given order, then what other queries (or INSERT) have put into its other source topics.
   */
  async run(records: readonly FedRecord[]): Promise<void> {
    const fedTopics = new Set(records.map(({ topic }) => topic));
    for (const record of records) this.#topic(record.topic).append(batchOf(record));
    for (const query of this.queries) await this.#drive(query, records, fedTopics);
    this.#check();
  }

  async #drive(
    { id, plan }: PlannedQuery,
    records: readonly FedRecord[],
    fedTopics: ReadonlySet<string>,
  ): Promise<void> {
    const sink = plan.steps.find((step) => step.kind === 'Sink')?.sink.topic;
    const drive = new QueryDrive({
      queryId: id,
      plan,
      processingLog: this.#processingLog,
      schemas: this.#schemas,
      topic: (name) => this.#topic(name).asOnePartition,
    });
    const feed = async (topic: string, record: PipelineRecord): Promise<void> => {
      const batches = await drive.feed(topic, batchOf(record));
      for (const batch of batches) this.#topic(sink as string).append(batch);
    };
    for (const record of records) {
      if (drive.sourceTopics.includes(record.topic)) await feed(record.topic, record);
    }
    for (const topic of drive.sourceTopics) {
      if (fedTopics.has(topic)) continue;
      for (const record of this.records(topic)) await feed(topic, record);
    }
    drive.close();
  }

  /** Everything that stands in a topic, in order; none for a topic that does not exist. */
  records(topic: string): PipelineRecord[] {
    const records: PipelineRecord[] = [];
    for (const batch of this.#log.topic(topic)?.batches ?? []) {
      const cursor = new RecordCursor(batch);
      while (cursor.next()) {
        const { keyStart, keyEnd, valueStart, valueEnd, timestamp } = cursor;
        records.push({
          key: keyStart < 0 ? null : batch.subarray(keyStart, keyEnd),
          value: valueStart < 0 ? null : batch.subarray(valueStart, valueEnd),
          timestamp,
          headers: cursor.headers(),
        });
      }
    }
    return records;
  }

  /** The latest messages about rows that could not be processed, oldest first. */
  get problems(): string[] {
    const origins = [
      ...this.catalog.sources.map(({ name }) => name),
      ...this.catalog.queries.map(({ id }) => id),
    ];
    return origins.flatMap((origin) =>
      this.#processingLog.recent(origin).map(({ message }) => `${origin}: ${message}`),
    );
  }

  async close(): Promise<void> {
    await this.#runner.close();
    await this.#loop.stop();
  }

  #topic(name: string): HeldTopic {
    const topic = this.#log.topic(name);
    if (topic === undefined) throw new RangeError(`there is no topic ${name}`);
    return topic;
  }

  /** The loop behind the statements has nothing to process, but if it fails, nothing after it counts. */
  #check(): void {
    if (this.#fatal !== null) throw this.#fatal;
  }
}

function batchOf({ key, value, timestamp, headers }: PipelineRecord): Buffer {
  const writer = new RecordBatchWriter();
  writer.begin();
  writer.append(timestamp, key, value, headers);
  return writer.finish();
}
