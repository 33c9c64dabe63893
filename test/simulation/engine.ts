import { strict as assert } from 'node:assert';
import type { Random } from '../../src/base/env.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { MemoryBudget } from '../../src/base/memory-budget.ts';
import { producerId, RecordBatchWriter } from '../../src/log/record-batch.ts';
import { RecordCursor } from '../../src/log/record-cursor.ts';
import { AppendGate } from '../../src/runtime/append-gate.ts';
import { EmbeddedCommitCoordinator } from '../../src/runtime/embedded-commit.ts';
import { Ingest } from '../../src/runtime/ingest.ts';
import { readMeta } from '../../src/runtime/meta.ts';
import { ProcessingLog } from '../../src/runtime/processing-log.ts';
import { QueryRunner } from '../../src/runtime/query-runner.ts';
import { TickLoop } from '../../src/runtime/tick-loop.ts';
import type { MemoryStore } from '../../src/state/memory-store.ts';
import { CatalogState } from '../../src/statements/catalog-state.ts';
import { CommandLog } from '../../src/statements/command-log.ts';
import { QueryStarter } from '../../src/statements/query-starter.ts';
import { EmbeddedRegistry } from '../../src/schema-registry/embedded-registry.ts';
import { StatementRunner } from '../../src/statements/statement-runner.ts';
import type { SimulatedClock } from './clock.ts';
import type { MemoryLog, MemoryPartition } from './memory-log.ts';
import type { Pace } from './case.ts';
import type { Cuts } from './cuts.ts';
import { POISON } from './sql.ts';

/** A record as bytes. */
export interface RawRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly time: number;
  /** Value of the header `h`; null for none. */
  readonly header: string | null;
}

/** A record where it stands. */
export interface FoundRecord extends RawRecord {
  readonly offset: number;
  /** Of the query that wrote it; null when none did. */
  readonly queryNumber: number | null;
}

/** A record and where it is written. */
export interface PlacedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: RawRecord;
}

export interface EngineOptions {
  readonly log: MemoryLog;
  readonly store: MemoryStore;
  readonly clock: SimulatedClock;
  /** How often the database was opened before. */
  readonly epoch: number;
  /** Whether state leaves memory before every tick. */
  readonly evict: boolean;
  /** Default: as fast as it likes. */
  readonly pace?: Pace | null;
  /** Told up to where each query has read, of every tick. */
  readonly cuts?: Cuts;
}

const CACHE_BYTES = 16 * 1024 * 1024;
/** The engine takes so many records at most in a tick that half of its cache would hold what they change. */
const CACHE_BYTES_PER_RECORD = 1_200;
/** More ticks than any life needs: one that does nothing is repeated for ever. */
const TICKS_MAX = 100_000;

/** A budget that always asks for everything back. */
class NoBudget extends MemoryBudget {
  override get excessBytes(): number {
    return CACHE_BYTES;
  }
}

/** The real engine over a log and a store in memory: one life of a database. */
export class SimulatedEngine {
  readonly #log: MemoryLog;
  readonly #loop: TickLoop;
  readonly #runner: QueryRunner;
  readonly #catalog: CatalogState;
  readonly #statements: StatementRunner;
  #fatal: unknown = null;

  private constructor(
    options: EngineOptions & { lastTick: number; progress: QueryRunnerProgress },
  ) {
    const { log, store, clock, pace = null, cuts } = options;
    const tickRecords = pace?.tickRecords ?? null;
    const cacheBytes = tickRecords === null ? CACHE_BYTES : tickRecords * CACHE_BYTES_PER_RECORD;
    const budget = new (options.evict ? NoBudget : MemoryBudget)(cacheBytes);
    const gate = new AppendGate();
    const logger = silentLogger;
    const registry = new EmbeddedRegistry({ journal: null, defaultLevel: 'NONE' });
    const processingLog = new ProcessingLog({ clock, logger });
    const coordinator = new EmbeddedCommitCoordinator({ store, clock, logger });
    let ticks = 0;
    this.#log = log;
    this.#loop = new TickLoop({
      clock,
      coordinator: {
        // The next tick has not begun.
        commit: (sealed) => {
          cuts?.add(this.#loop.queries, clock.advances);
          assert(++ticks <= TICKS_MAX, 'the engine comes to an end');
          return coordinator.commit(sealed);
        },
      },
      budget,
      gate,
      logger,
      processingLog,
      lastTick: options.lastTick,
      lastNow: 0,
      onFatal: (error) => {
        this.#fatal = error;
      },
    });
    const loop = this.#loop;
    const ingest = new Ingest({ clock, gate, onDurable: () => loop.wake() });
    this.#runner = new QueryRunner({
      clock,
      log,
      store,
      loop,
      budget,
      processingLog,
      registry,
      logger,
      seed: 'simulation',
      epoch: options.epoch,
      progress: options.progress,
      ...(pace !== null && { portions: pace }),
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
    this.#ingest = ingest;
  }

  readonly #ingest: Ingest;

  /** Replays what earlier lives did, starts the queries and lets them process what stands in the log. */
  static async open(options: EngineOptions): Promise<SimulatedEngine> {
    const { lastTick, progress } = await readMeta(options.store);
    const engine = new SimulatedEngine({ ...options, lastTick, progress });
    const commandLog = await CommandLog.open({ log: options.log, ingest: engine.#ingest });
    await engine.#catalog.replay(commandLog);
    engine.#loop.start();
    await engine.#settle();
    return engine;
  }

  /** @throws DatabaseError when the statement is refused. */
  async execute(
    sql: string,
    options: { readonly merge: boolean; readonly emitIntervalMs?: number },
  ): Promise<void> {
    const properties = {
      'auto.offset.reset': 'earliest',
      '__emit.interval.ms.kstreams.windowed.aggregation__': options.emitIntervalMs ?? 0,
      'cache.max.bytes.buffering': options.merge ? 10_000_000 : 0,
    };
    await this.#statements.execute(sql, { properties });
  }

  /** Writes records, all before a tick begins, then lets every query process them. */
  async tick(records: readonly PlacedRecord[]): Promise<void> {
    appendRecords(this.#log, records);
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.#loop.whenIdle();
    if (this.#fatal !== null) throw this.#fatal;
    for (const { id } of this.#catalog.catalog.queries) {
      const query = this.#runner.query(id);
      if (query === undefined) throw new Error(`${id} did not start: ${this.#runner.failure(id)}`);
      if (query.error !== null && !id.includes(POISON))
        throw new Error(`${id} failed: ${query.error}`);
    }
  }

  /** Everything that stands in a topic, by partition. */
  records(topic: string): FoundRecord[][] {
    const partitions = this.#log.topic(topic)?.partitions ?? [];
    return partitions.map((partition) => recordsOf(partition));
  }

  /** Numbers of the queries, in the order in which they were created; without the one that may fail. */
  get queryNumbers(): number[] {
    const ids = this.#catalog.catalog.queries.map(({ id }) => id);
    const numbers = ids
      .filter((id) => !id.includes(POISON))
      .map((id) => Number(id.split('_').at(-1)));
    return numbers.sort((a, b) => a - b);
  }

  partitionCount(topic: string): number | undefined {
    return this.#log.topic(topic)?.partitions.length;
  }

  async close(): Promise<void> {
    await this.#runner.close();
    await this.#loop.stop();
  }
}

/** Writes records past the engine, which need not be open. */
export function appendRecords(log: MemoryLog, records: readonly PlacedRecord[]): void {
  for (const { topic, partition, record } of records) {
    const place = log.topic(topic)?.partitions[partition];
    if (place === undefined) throw new RangeError(`no partition ${partition} of ${topic}`);
    place.append(batchOf(record));
  }
}

type QueryRunnerProgress = ConstructorParameters<typeof QueryRunner>[0]['progress'];

function recordsOf(partition: MemoryPartition): FoundRecord[] {
  const records: FoundRecord[] = [];
  const { batches } = partition.read({ offset: 0, bytesMax: 1, isolation: 'committed' });
  for (const batch of batches) {
    const cursor = new RecordCursor(batch);
    const queryNumber = producerId(batch) < 0 ? null : producerId(batch) % 2 ** 32;
    while (cursor.next()) {
      const { keyStart, keyEnd, valueStart, valueEnd, timestamp } = cursor;
      const [header] = cursor.headers();
      records.push({
        key: keyStart < 0 ? null : batch.subarray(keyStart, keyEnd),
        value: valueStart < 0 ? null : batch.subarray(valueStart, valueEnd),
        time: timestamp,
        header:
          header === undefined || header.value === null
            ? null
            : Buffer.from(header.value).toString(),
        offset: cursor.offset,
        queryNumber,
      });
    }
  }
  return records;
}

function batchOf({ key, value, time, header }: RawRecord): Buffer {
  const writer = new RecordBatchWriter();
  writer.begin();
  const headers = header === null ? [] : [{ key: 'h', value: Buffer.from(header) }];
  writer.append(time, key, value, headers);
  return writer.finish();
}

/** Numbers that count up instead of being random. */
function countingRandom(): Random {
  let next = 0;
  return {
    integer: () => next++,
    uuid: () => `00000000-0000-4000-8000-${String(next++).padStart(12, '0')}`,
  };
}
