import { dirname, join, resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { isReserved } from './analyze/topic-name.ts';
import { DiskGuard } from './base/disk-guard.ts';
import { DatabaseError } from './base/errors.ts';
import type { Env, FileSystem } from './base/env.ts';
import { nodeEnv } from './base/env-node.ts';
import { type Logger, silentLogger } from './base/logger.ts';
import { MemoryBudget } from './base/memory-budget.ts';
import type { CommandStatus, Entity } from './api/entities.ts';
import type { BackupAnswer, TopicService } from './api/topics.ts';
import { Catalog } from './catalog/catalog.ts';
import { ConnectClient } from './connect/connect-client.ts';
import type {
  Engine,
  EngineFigures,
  Inserts,
  PullAnswer,
  QueryPartitions,
  QueryResult,
  StatementOptions,
} from './engine.ts';
import { nobodyWaits, type WaitForRoom } from './base/disk-full.ts';
import { refuseNetworkDisk } from './base/network-disk.ts';
import { addFunctions, type FunctionDefinitions } from './functions/known-functions.ts';
import { type EmbeddedLogLimits, openEmbeddedLog } from './log/embedded/embedded-log.ts';
import type { CapturableLog } from './log/embedded/log-backup.ts';
import type { Log } from './log/log.ts';
import type { Durability } from './log/topic-settings.ts';
import { warnOfWeakDurability } from './log/weak-durability.ts';
import { isOperatorStep, statesOf } from './operators/index.ts';
import type { PhysicalPlan } from './plan/physical-plan.ts';
import { AppendGate } from './runtime/append-gate.ts';
import { backup } from './runtime/backup.ts';
import { decideTransaction, LostCommits } from './runtime/decide-transaction.ts';
import { EmbeddedCommitCoordinator } from './runtime/embedded-commit.ts';
import { type Acknowledgement, Ingest, type NewRecord } from './runtime/ingest.ts';
import {
  durableEndKeyOf,
  EPOCH_KEY,
  encodeNumber,
  readMeta,
  type StoredMeta,
  unreadableKey,
} from './runtime/meta.ts';
import { ProcessingLog } from './runtime/processing-log.ts';
import { PROCESSING_LOG_SOURCE } from './runtime/processing-log-source.ts';
import { PROCESSING_LOG_NUMBER, ProcessingLogWriter } from './runtime/processing-log-writer.ts';
import { QueryRunner } from './runtime/query-runner.ts';
import { migrations } from './migrations/index.ts';
import { migrate } from './migrations/migrate.ts';
import { SchemasTopic } from './runtime/schemas-topic.ts';
import { TickLoop } from './runtime/tick-loop.ts';
import { EmbeddedRegistry } from './schema-registry/embedded-registry.ts';
import type { CompatibilityLevel } from './schema-registry/registry-change.ts';
import type { RemoteRegistrySettings } from './schema-registry/registry-http.ts';
import { RemoteRegistry } from './schema-registry/remote-registry.ts';
import type { SchemaRegistry } from './schema-registry/schema-registry.ts';
import { openLevelStore } from './state/level-store.ts';
import type { Store, StoreChange } from './state/store.ts';
import { CatalogState } from './statements/catalog-state.ts';
import { CommandLog } from './statements/command-log.ts';
import type { Command } from './statements/commands.ts';
import {
  checkDataDirectory,
  type DataDirectory,
  FORMAT,
  isUnused,
  readDataDirectory,
  setFormat,
} from './statements/data-directory.ts';
import { CommandStatuses } from './statements/command-statuses.ts';
import { succeeded } from './statements/entities.ts';
import { RowInserter } from './statements/row-inserter.ts';
import {
  listServerProperties,
  parseServerProperties,
  REGISTRY_URL,
  REGISTRY_USER_INFO,
  serverProperties,
  type ServerProperties,
} from './statements/server-properties.ts';
import {
  checkNotDenied,
  checkPropertyName,
  deniedProperties,
  type DeniedProperties,
  type Overrides,
  parseOverrides,
  sessionProperties,
} from './statements/session-properties.ts';
import { statementsToTerminateAll } from './statements/terminate-all.ts';
import { loadParser } from './statements/parse.ts';
import { QueryStarter } from './statements/query-starter.ts';
import { deleteSubjects } from './statements/source-schemas.ts';
import { StatementRunner } from './statements/statement-runner.ts';
import { TopicAdmin } from './statements/topic-admin.ts';

export interface DatabaseOptions {
  /** Everything the database keeps; made if it is missing. One process at a time. */
  readonly directory: string;
  readonly env?: Env;
  /** Opens the store of the state; default: LevelDB in the directory. For tests on a simulated disk. */
  readonly openStore?: () => Promise<Store>;
  readonly logger?: Logger;
  /** Functions that statements can call besides the built-in ones; see {@link FunctionDefinitions}. */
  readonly functions?: FunctionDefinitions;
  /** Memory for state in bytes. Default: a quarter of the heap limit. */
  readonly cacheBytesMax?: number;
  /** Where schemas are kept, and how strictly they are checked. Default: here, BACKWARD. */
  readonly schemaRegistry?: SchemaRegistrySettings;
  /** When inserts into topics made without a durability of their own are acknowledged. Default: `fsync`. */
  readonly durability?: Durability;
  /** Bounds of the log other than the usual ones. */
  readonly logLimits?: Partial<EmbeddedLogLimits>;
  /** Room to be left on the disk, bytes. Default: 1 GiB or 5 % of the disk, whichever is more. */
  readonly diskReserveBytes?: number;
  /** Size of a file that is given up when the disk is full, so that dropping things still works. Default: none. */
  readonly diskBallastBytes?: number;
  /** Open also what is on a network file system, where nothing that is said of durability holds. Default: refuse. */
  readonly allowNetworkDisk?: boolean;
  /** Whether the processing log shows the bytes of records that could not be read. Default: yes. */
  readonly showRecordBytes?: boolean;
  /**
   * The configuration of a server, by name as in ksqlDB's: properties that are fixed while it runs, such as
   * `ksql.schema.registry.url`, and what sessions begin with, such as `ksql.persistence.default.format.value`.
   */
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /** Properties that no request may set, besides those of the server: `ksql.properties.overrides.denylist`. */
  readonly deniedProperties?: readonly string[];
  /** The only properties that requests may set. Default: all that are not denied. */
  readonly allowedProperties?: readonly string[];
  /** Called once when the database had to stop: what it holds on disk is safe, this process cannot go on. */
  readonly onFatal?: (error: unknown) => void;
}

export interface SchemaRegistrySettings {
  /** Another registry; absent: the one in this process, which the server then offers to all. */
  readonly remote?: RemoteRegistrySettings | undefined;
  /** Of the registry here, for subjects that have no level of their own. Default: BACKWARD. */
  readonly defaultLevel?: CompatibilityLevel | undefined;
}

/**
 * Opens (or creates) a database: recovers the log and the state, replays the command log, starts the queries.
 *
 * @throws DatabaseError IN_USE when another process has the directory; UNKNOWN_FORMAT when another version wrote it;
 *   CORRUPT when its files are damaged; UNSAFE_DISK when they are on a network file system.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const forgetFunctions = addFunctions(options.functions ?? {});
  try {
    return await openWith(options, forgetFunctions);
  } catch (error) {
    forgetFunctions();
    throw error;
  }
}

async function openWith(options: DatabaseOptions, onClosed: () => void): Promise<Database> {
  const env = options.env ?? nodeEnv();
  const { files } = env;
  const properties = serverPropertiesOf(options);
  const directory = resolve(options.directory);
  if (options.allowNetworkDisk !== true) await refuseNetworkDisk(directory, files);
  await makeDurableDirectory(files, directory);
  const { durability = 'fsync' } = options;
  await migrateOlder(options, env);
  const disk: Disk = { waitForRoom: nobodyWaits, onFailure: () => {} };
  const openStore = options.openStore ?? (() => openOwnStore(files, options));
  const store = await openStore();
  let log: (Log & CapturableLog) | null = null;
  try {
    const data = await checkDataDirectory(options.directory, env);
    const meta = await readMeta(store);
    const lost = new LostCommits(meta);
    log = await openEmbeddedLog({
      directory: join(options.directory, 'log'),
      env,
      logger: options.logger ?? silentLogger,
      limits: options.logLimits ?? {},
      durability,
      waitForRoom: () => disk.waitForRoom(),
      onFailure: (failure) => disk.onFailure(failure),
      recovery: {
        durableEndOffset: (topicId, partition) => meta.durableEnds.get(`${topicId}/${partition}`),
        decide: (transaction) => decideTransaction(transaction, meta),
        committed: (transaction) => lost.observe(transaction),
      },
    });
    const epoch = meta.epoch + 1;
    await store.commit([[EPOCH_KEY, encodeNumber(epoch)], ...metaOfDeletedTopics(meta, log)]);
    warnOfWeakDurability(log, durability, options.logger ?? silentLogger);
    const database = new Database(options, {
      env,
      store,
      log,
      meta,
      epoch,
      data,
      disk,
      properties,
      onClosed,
    });
    await database.recover(lost);
    return database;
  } catch (error) {
    await log?.release();
    await store.close();
    throw error;
  }
}

/** A directory of an older version becomes one of this; of a newer one it is refused. */
async function migrateOlder({ directory, logger }: DatabaseOptions, env: Env): Promise<void> {
  const { files } = env;
  const found = await readDataDirectory(directory, files);
  if (found === null || found.format === FORMAT) return;
  await migrate({
    directory,
    env,
    logger: logger ?? silentLogger,
    migrations,
    format: async () => (await readDataDirectory(directory, files))?.format ?? FORMAT,
    setFormat: (format) => setFormat(directory, { format, files }),
  });
}

/** The other registry may be given as an option of its own; it is a property of the server all the same. */
function serverPropertiesOf({ properties, schemaRegistry }: DatabaseOptions): ServerProperties {
  const remote = schemaRegistry?.remote;
  if (remote === undefined) return parseServerProperties(properties ?? {});
  const { urls, userInfo } = remote;
  return parseServerProperties({
    ...properties,
    [REGISTRY_URL]: urls.join(','),
    ...(userInfo === undefined ? {} : { [REGISTRY_USER_INFO]: userInfo }),
  });
}

/**
 * The store in the data directory. LevelDB cannot open what a power cut leaves of a store that was just being made;
 * as long as nothing else was written either, it held nothing and is made anew.
 */
async function openOwnStore(
  files: FileSystem,
  { directory: dataDirectory, onFatal }: DatabaseOptions,
): Promise<Store> {
  const directory = join(dataDirectory, 'state');
  const options = { directory, files, onDamage: onFatal ?? (() => {}) };
  try {
    return await openLevelStore(options);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'CORRUPT') throw error;
    if (!(await isUnused(files, dataDirectory))) throw error;
    await files.remove(directory);
    return openLevelStore(options);
  }
}

/** Makes the directory, and parents that are missing, so that a power cut does not take the whole database along. */
async function makeDurableDirectory(files: FileSystem, directory: string): Promise<void> {
  if (await files.exists(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) await makeDurableDirectory(files, parent);
  await files.makeDirectory(directory);
  await files.syncDirectory(parent);
}

/** What is kept of topics that are gone: removed at the next start. */
function metaOfDeletedTopics(meta: StoredMeta, log: Log): StoreChange[] {
  const topicIds = new Set(log.topics().map(({ id }) => String(id)));
  const isGone = (place: string): boolean => !topicIds.has(place.split('/')[0] ?? '');
  const ends = [...meta.durableEnds.keys()].filter(isGone).map(durableEndKeyOf);
  const counts = [...meta.unreadable.keys()].filter(isGone).map(unreadableKey);
  return [...ends, ...counts].map((key): StoreChange => [key, null]);
}

/** Whom the log asks when the disk is full, and tells when it fails: nobody, until there is a database that does. */
interface Disk {
  waitForRoom: WaitForRoom;
  onFailure: (failure: DatabaseError) => void;
}

interface Opened {
  readonly env: Env;
  readonly store: Store;
  readonly log: Log & CapturableLog;
  readonly meta: StoredMeta;
  readonly epoch: number;
  readonly data: DataDirectory;
  readonly disk: Disk;
  readonly properties: ServerProperties;
  /** Called once everything is closed. */
  readonly onClosed: () => void;
}

/** A running database: the composition of log, state, queries and statements. */
export class Database implements Engine {
  readonly clusterId: string;
  /** The registry of schemas; undefined when they are kept in another one. */
  readonly registry: EmbeddedRegistry | undefined;
  /** Where schemas of AVRO, PROTOBUF and JSON_SR payloads are found. */
  readonly schemas: SchemaRegistry;
  readonly topics: TopicService;
  readonly #backup: (target: string) => Promise<Omit<BackupAnswer, 'directory'>>;
  readonly #schemasTopic: SchemasTopic;
  readonly #log: Log;
  readonly #store: Store;
  readonly #loop: TickLoop;
  readonly #budget: MemoryBudget;
  readonly #guard: DiskGuard;
  readonly #ingest: Ingest;
  readonly #runner: QueryRunner;
  readonly #catalog: CatalogState;
  readonly #statements: StatementRunner;
  readonly #queries: QueryStarter;
  readonly #clock: Env['clock'];
  readonly #logger: Logger;
  readonly #denied: DeniedProperties;
  readonly #statuses = new CommandStatuses();
  readonly #openProcessingLog: () => Promise<void>;
  readonly #openCommandLog: () => Promise<CommandLog>;
  readonly #onClosed: () => void;
  #status: Engine['status'] = 'starting';
  #closing: Promise<void> | null = null;

  /** @internal Use {@link openDatabase}. */
  constructor(options: DatabaseOptions, opened: Opened) {
    const { env, store, log, meta, epoch, data } = opened;
    this.#onClosed = opened.onClosed;
    const { clock, random } = env;
    const logger = options.logger ?? silentLogger;
    const budget = new MemoryBudget(options.cacheBytesMax ?? defaultCacheBytes());
    this.#budget = budget;
    const gate = new AppendGate();
    const { unreadable } = meta;
    const processingLog = new ProcessingLog({ clock, logger, unreadable });
    this.clusterId = data.clusterId;
    this.#clock = clock;
    this.#logger = logger;
    const { properties } = opened;
    this.#denied = deniedProperties(
      [
        ...serverProperties.map(({ name }) => name),
        ...properties.deniedProperties,
        ...(options.deniedProperties ?? []),
      ],
      options.allowedProperties ?? [],
    );
    this.#log = log;
    this.#store = store;
    this.#guard = new DiskGuard({
      env,
      logger,
      directory: options.directory,
      ...(options.diskReserveBytes === undefined ? {} : { reserveBytes: options.diskReserveBytes }),
      ...(options.diskBallastBytes === undefined ? {} : { ballastBytes: options.diskBallastBytes }),
      onRoom: () => this.#loop.wake(),
    });
    const onFatal = (error: unknown): void => {
      if (this.#status === 'failed') return;
      this.#status = 'failed';
      options.onFatal?.(error);
    };
    opened.disk.waitForRoom = () => this.#guard.waitForRoom();
    opened.disk.onFailure = onFatal;
    this.#loop = new TickLoop({
      mayWrite: () => !this.#guard.isFull,
      clock,
      coordinator: new EmbeddedCommitCoordinator({
        store,
        clock,
        logger,
        waitForRoom: () => this.#guard.waitForRoom(),
      }),
      budget,
      gate,
      logger,
      processingLog,
      lastTick: meta.lastTick,
      lastNow: meta.lastNow,
      onSchemaNeeded: (query, id) => this.#runner.waitForSchema(query, id),
      onFatal,
    });
    this.#ingest = new Ingest({
      clock,
      gate,
      guard: this.#guard,
      onDurable: (partition) => {
        this.#loop.touch(partition);
        this.#loop.wake();
      },
    });
    this.#schemasTopic = new SchemasTopic({ log, ingest: this.#ingest });
    const { remote = properties.registry, defaultLevel = 'BACKWARD' } =
      options.schemaRegistry ?? {};
    this.registry =
      remote === null
        ? new EmbeddedRegistry({
            journal: this.#schemasTopic,
            defaultLevel,
            pause: () => clock.yield(),
          })
        : undefined;
    const registry =
      this.registry ?? new RemoteRegistry(remote as RemoteRegistrySettings, { clock });
    this.schemas = registry;
    const { maxFutureMs } = properties;
    const timeMax = (): number => clock.now() + maxFutureMs;
    this.#runner = new QueryRunner({
      clock,
      log,
      store,
      loop: this.#loop,
      budget,
      processingLog,
      registry,
      timeMax,
      logger,
      seed: data.clusterId,
      epoch,
      progress: meta.progress,
    });
    this.#openCommandLog = () => CommandLog.open({ log, ingest: this.#ingest });
    const { directory } = options;
    this.#backup = (target) => backup(target, { env, loop: this.#loop, log, store, directory });
    this.#catalog = new CatalogState({
      log,
      runner: this.#runner,
      loop: this.#loop,
      logger,
      catalog: withDefaults(Catalog.EMPTY.withBuiltIn(PROCESSING_LOG_SOURCE), properties.defaults),
    });
    const { showRecordBytes: showsBytes = true } = options;
    this.#openProcessingLog = async () => {
      const topic = await ProcessingLogWriter.topic(log);
      this.#loop.writeProblems(new ProcessingLogWriter({ topic, epoch, clock, showsBytes }));
    };
    this.topics = new TopicAdmin({
      clock,
      log,
      ingest: this.#ingest,
      runner: this.#runner,
      catalog: () => this.#catalog.catalog,
    });
    this.#queries = new QueryStarter({
      clock,
      random,
      log,
      store,
      loop: this.#loop,
      runner: this.#runner,
      catalog: this.#catalog,
      processingLog,
      registry,
      budget,
      timeMax,
    });
    const { connect } = properties;
    this.#statements = new StatementRunner({
      clock,
      random,
      log,
      ingest: this.#ingest,
      runner: this.#runner,
      processingLog,
      catalog: this.#catalog,
      queries: this.#queries,
      registry,
      connect: connect === null ? null : new ConnectClient(connect, env),
      denied: this.#denied,
      serverProperties: listServerProperties(properties),
    });
  }

  /** @internal Replays the schemas and the command log and starts the loop. */
  async recover(lost: LostCommits): Promise<void> {
    if (this.registry !== undefined) {
      await this.#schemasTopic.open();
      await this.registry.replay(this.#schemasTopic.changes());
    }
    await this.#openProcessingLog();
    let last: Command | null = null;
    const queries = await this.#catalog.replay(await this.#openCommandLog(), (command, before) => {
      this.#statuses.replayed(command, before);
      last = command;
    });
    lost.checkQueries(queries);
    this.#runner.forgetStopped(new Set([...queries, PROCESSING_LOG_NUMBER]));
    this.#loop.start();
    await this.#guard.start();
    await this.#finish(last);
    this.#log.startMaintenance({
      neededFrom: (partition) => this.#runner.neededFrom(partition),
    });
    if (this.#status === 'starting') this.#status = 'ready';
    void loadParser();
  }

  /** Does what a crash may have kept the last command from: what it changes outside of the command log. */
  async #finish(command: Command | null): Promise<void> {
    if (command?.kind !== 'dropSource' || command.subjects === undefined) return;
    const { subjects } = command;
    const deleting = deleteSubjects(subjects, this.schemas);
    // Another registry may be slow or down: the start does not wait for it.
    if (this.registry !== undefined) return deleting;
    deleting.catch((error: unknown) => {
      const fields = { err: error, subjects };
      this.#logger.warn(fields, 'the subjects of a topic that was deleted may still be there');
    });
  }

  get figures(): EngineFigures {
    const { process, commit } = this.#loop.times;
    const log = this.#log;
    return {
      queries: this.#loop.queries.map((query) => {
        return { queryId: query.id, state: query.state, ...query.statistics };
      }),
      // Of many topics they take a moment, and not everybody asks for them.
      get partitions() {
        return log.topics().flatMap(({ name, partitions }) =>
          partitions.map(({ index, startOffset, endOffset, isOffline = false }) => {
            return { topic: name, partition: index, startOffset, endOffset, isOffline };
          }),
        );
      },
      ticks: { process: process.figures, commit: commit.figures },
      stateBytes: this.#budget.usedBytes,
      stateBytesMax: this.#budget.limitBytes,
      diskIsFull: this.#guard.isFull,
    };
  }

  get status(): Engine['status'] {
    return this.#status;
  }

  /** What exists now: an immutable snapshot. */
  get catalog(): Catalog {
    return this.#catalog.catalog;
  }

  /** The topics and their records, for tools that work below SQL. Its owner is the database: do not close it. */
  get log(): Log {
    return this.#log;
  }

  async execute(sql: string, options: StatementOptions = {}): Promise<readonly Entity[]> {
    this.#checkReady();
    this.#checkProperties(options.properties);
    try {
      const entities = await this.#statements.execute(sql, options);
      this.#statuses.answered(entities);
      return entities;
    } catch (error) {
      if (error instanceof DatabaseError) this.#statuses.answered(error.entities as Entity[]);
      throw error;
    }
  }

  async query(sql: string, options: StatementOptions = {}): Promise<QueryResult> {
    this.#checkReady();
    this.#checkProperties(options.properties);
    return this.#queries.start(sql, options);
  }

  pullByKey(sql: string, options: StatementOptions = {}): PullAnswer | Promise<PullAnswer> | null {
    this.#checkReady();
    this.#checkProperties(options.properties);
    return this.#queries.pullByKey(sql, options);
  }

  /** @internal What tests of statements look at. */
  get inside(): { readonly log: Log; readonly catalog: Catalog } {
    return { log: this.#log, catalog: this.#catalog.catalog };
  }

  closeQuery(queryId: string): boolean {
    return this.#queries.close(queryId);
  }

  openInserts(target: string, { properties, access }: StatementOptions = {}): Inserts {
    this.#checkReady();
    this.#checkProperties(properties);
    const { catalog } = this.#catalog;
    const overrides = parseOverrides(properties ?? {}, catalog.defaults);
    if (!sessionProperties(overrides).insertValues) {
      throw new DatabaseError(
        'BAD_REQUEST',
        'Inserting rows is disabled: ksql.insert.into.values.enabled is false.',
      );
    }
    return new RowInserter(target, {
      catalog,
      log: this.#log,
      ingest: this.#ingest,
      clock: this.#clock,
      registry: this.schemas,
      access,
    });
  }

  get commandStatuses(): ReadonlyMap<string, CommandStatus> {
    return this.#statuses.all;
  }

  get commandNumber(): number {
    return this.#catalog.world.nextNumber - 1;
  }

  topicOf(source: string): string | null {
    return this.#catalog.catalog.source(source)?.topic ?? null;
  }

  checkProperty(name: string): void {
    checkNotDenied([name], this.#denied);
    checkPropertyName(name);
  }

  /** @throws DatabaseError BAD_REQUEST naming those that may not be set. */
  #checkProperties(properties: StatementOptions['properties']): void {
    if (properties !== undefined) checkNotDenied(Object.keys(properties), this.#denied);
  }

  get queryPartitions(): readonly QueryPartitions[] {
    return this.#loop.queries.map(({ id, plan, topology }) => {
      const partitions = topology.sources.map(({ reader: { partition } }) => {
        return { topic: partition.topic.name, partition: partition.index };
      });
      return { queryId: id, stores: storesOf(plan), partitions };
    });
  }

  async terminateAll(topicPatterns: readonly string[]): Promise<Entity> {
    const { catalog } = this.#catalog;
    const sql = statementsToTerminateAll(catalog, topicPatterns);
    await this.#queries.closeAll();
    await this.execute(sql);
    const entity = succeeded({
      sql: 'TERMINATE CLUSTER;',
      commandId: 'cluster/TerminateCluster/terminate',
      message: 'Cluster terminated.',
      number: this.#catalog.world.nextNumber - 1,
    });
    this.#statuses.answered([entity]);
    return entity;
  }

  /**
   * Writes records to a topic as a producer would, in the encoding of its sources. Each is on disk when its
   * acknowledgement arrives, unless the topic has another durability; records given together go out together. With an
   * idempotency key, records that are sent again are not written again.
   * @throws DatabaseError NOT_FOUND for an unknown topic; see Ingest for what is refused.
   */
  async produce(
    topicName: string,
    records: readonly NewRecord[],
    options: { readonly idempotencyKey?: string } = {},
  ): Promise<Acknowledgement[]> {
    this.#checkReady();
    const topic = isReserved(topicName) ? undefined : this.#log.topic(topicName);
    if (topic === undefined) {
      throw new DatabaseError('NOT_FOUND', `Topic ${topicName} does not exist.`);
    }
    return this.#ingest.appendAll(topic, records, options);
  }

  /**
   * Copies the database to a new directory while it runs, as it is between two ticks; see `backup`.
   * @param directory absolute; missing or empty.
   */
  async backup(directory: string): Promise<BackupAnswer> {
    this.#checkReady();
    return { directory, ...(await this.#backup(directory)) };
  }

  /** Resolves when every query has processed, and committed, everything that is in the log. */
  async settled(): Promise<void> {
    await this.#loop.whenIdle();
  }

  /** Ends all queries of clients, finishes the tick under way and closes the files. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const failed = this.#status === 'failed';
    this.#status = 'closed';
    await this.#queries.closeAll();
    await this.#guard.stop();
    await this.#ingest.close();
    if (!failed) await this.#runner.close();
    await this.#loop.stop();
    // After a failed commit nobody knows what the files hold; recovery finds out.
    if (failed) await this.#log.release();
    else await this.#log.close();
    await this.#store.close();
    this.#onClosed();
  }

  #checkReady(): void {
    if (this.#status === 'ready') return;
    if (this.#status === 'starting') {
      throw new DatabaseError('STARTING', 'The database is starting. Try again in a moment.');
    }
    throw new DatabaseError('STOPPING', 'The database is shutting down.');
  }
}

/** Names of what a plan keeps: its steps with state, numbered. */
function storesOf(plan: PhysicalPlan): string[] {
  return plan.steps.flatMap((step) =>
    isOperatorStep(step) && statesOf(step).length > 0 ? [`${step.kind}-${step.id}`] : [],
  );
}

function withDefaults(catalog: Catalog, defaults: Overrides): Catalog {
  let result = catalog;
  for (const [property, value] of defaults) result = result.withDefault(property, value);
  return result;
}

function defaultCacheBytes(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / 4);
}
