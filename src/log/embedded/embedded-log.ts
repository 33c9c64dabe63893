import { dirname, join } from 'node:path';
import { assert } from '../../base/assert.ts';
import { nobodyWaits, type WaitForRoom } from '../../base/disk-full.ts';
import type { Env, FileSystem } from '../../base/env.ts';
import { CorruptionError, DatabaseError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { CreateTopicOptions, Log, RetentionNeeds, Topic } from '../log.ts';
import { writeControlBatch } from '../record-batch.ts';
import { ConsumerGroups } from '../consumer-groups.ts';
import { checkTopicName } from '../topic-name.ts';
import { DEFAULT_TOPIC_SETTINGS, isCompacted } from '../topic-settings.ts';
import type { Durability } from '../topic-settings.ts';
import { EmbeddedPartition } from './embedded-partition.ts';
import type { CapturableLog, CapturedFile, LogCapture } from './log-backup.ts';
import { describePartition, partitionDamage, partitionFailure } from './partition-errors.ts';
import { recoverPartition } from './partition-recovery.ts';
import type { RecoveredPartition } from './partition-recovery.ts';
import { Producers } from './producers.ts';
import { ReadsAhead } from './reads-ahead.ts';
import { RecentIndexes } from './recent-indexes.ts';
import type { SegmentLocation } from './segment.ts';
import { CacheBudget } from './tail-cache.ts';
import { Transactions } from './transactions.ts';
import { encodeTopics, readTopics, TOPICS_FILE, writeTopics } from './topics-file.ts';
import type { TopicEntry, TopicList } from './topics-file.ts';

/*
 * | path in the directory                              | what                                                      |
 * |----------------------------------------------------|-----------------------------------------------------------|
 * | topics.json                                        | names, ids and settings of the topics                     |
 * | <topic id>/<partition>/<base offset, 20 digits>.log | a segment: record batches one after the other           |
 * | .../<base offset>.index, .timeindex                | its sparse indexes, rebuilt when missing or wrong         |
 * | <topic id>/<partition>/checkpoint.json             | where recovery starts: open and aborted transactions      |
 * | <topic id>/<partition>/start.json                  | where the partition begins, once records were removed     |
 * | <topic id>/<partition>/*.cleaned, *.swap           | compaction under way, see segment-swap.ts                 |
 * | quarantine/<topic id>-<partition>-<offset>.bin     | bytes cut off after a crash                               |
 * | <any of the .json files>.tmp                       | a replacement cut short; the next one overwrites it       |
 */
const QUARANTINE = 'quarantine';
const TOPIC_DIRECTORY = /^[1-9]\d{0,14}$/;
const PARTITION_DIRECTORY = /^\d{1,3}$/;
const PARTITION_COUNT_MAX = 256;

/** Leaves room for a last batch below 2 GiB. */
const SEGMENT_BYTES_LIMIT = 1 << 30;

/** Partitions recovered at the same time. */
const RECOVERY_CONCURRENCY = 4;

const DEFAULT_LIMITS: EmbeddedLogLimits = {
  segmentBytesMax: 256 << 20,
  maintenanceEveryMs: 10_000,
  cacheBytesMax: 8 << 20,
  cacheTotalBytesMax: 64 << 20,
};

export interface EmbeddedLogLimits {
  /** A segment that would grow beyond this is followed by a new one; at most 1 GiB. */
  readonly segmentBytesMax: number;
  /** Time between two rounds of retention and compaction. */
  readonly maintenanceEveryMs: number;
  /** Memory of the tail cache of one partition, in bytes. */
  readonly cacheBytesMax: number;
  /** Memory of all tail caches, in bytes. */
  readonly cacheTotalBytesMax: number;
}

/** A transaction found when the log was opened: without a marker, or the last one of its producer with a commit. */
export interface FoundTransaction {
  readonly topicId: number;
  readonly partition: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Sequence of its last record here; -1 if it was written without sequences. */
  readonly lastSequence: number;
}

/** What the state store remembers and the log must know to open after a crash. */
export interface LogRecovery {
  /** The offset below which this partition was seen on disk; undefined if nobody wrote that down. */
  durableEndOffset(topicId: number, partition: number): number | undefined;
  decide(transaction: FoundTransaction): 'commit' | 'abort';
  /** Is told of the last transaction of each producer that was committed, partition by partition. */
  committed?(transaction: FoundTransaction): void;
}

export interface EmbeddedLogOptions {
  /** Made if missing. One process at a time may have it open: the caller holds a lock. */
  readonly directory: string;
  readonly env: Env;
  readonly logger: Logger;
  readonly recovery: LogRecovery;
  /** Of topics that are made without one. Default: fsync. */
  readonly durability?: Durability;
  readonly limits?: Partial<EmbeddedLogLimits>;
  /** What results of queries wait for when the disk is full. Default: nobody waits, their partition fails. */
  readonly waitForRoom?: WaitForRoom;
  /** Told when the file system refused a write or a sync for good: what the disk holds is known after opening again. */
  readonly onFailure?: (failure: DatabaseError) => void;
}

/**
 * Opens the log of a directory, recovering from whatever happened to the last process: torn tails are cut, every open
 * transaction gets its marker, and all of that is on disk when this resolves. A partition with damaged files is
 * offline: its calls throw, others work.
 *
 * @throws DatabaseError CORRUPT when the list of topics is lost or damaged.
 */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<Log & CapturableLog> {
  const log = new EmbeddedLog(options);
  try {
    await log.recover();
    await log.groups.load();
  } catch (error) {
    await log.close();
    throw error;
  }
  return log;
}

interface EmbeddedTopic extends Topic {
  readonly partitions: EmbeddedPartition[];
}

class EmbeddedLog implements Log, CapturableLog {
  readonly groups: ConsumerGroups;
  readonly #options: EmbeddedLogOptions;
  readonly #limits: EmbeddedLogLimits;
  readonly #cacheBudget: CacheBudget;
  readonly #recentIndexes = new RecentIndexes();
  readonly #readsAhead = new ReadsAhead();
  readonly #topics = new Map<string, EmbeddedTopic>();
  #nextId = 1;
  #isClosed = false;
  #cancelMaintenance: () => void = () => {};
  #maintenance: Promise<void> = Promise.resolve();
  /** Creating and deleting topics happens one at a time. */
  #change: Promise<unknown> = Promise.resolve();

  constructor(options: EmbeddedLogOptions) {
    this.#options = options;
    this.groups = new ConsumerGroups({ log: this, clock: options.env.clock });
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    assert(this.#limits.segmentBytesMax <= SEGMENT_BYTES_LIMIT, 'index positions have 32 bits');
    this.#cacheBudget = new CacheBudget(this.#limits.cacheTotalBytesMax);
  }

  topics(): readonly Topic[] {
    return [...this.#topics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  async createTopic(options: CreateTopicOptions): Promise<Topic> {
    checkTopicName(options.name, { allowInternal: true });
    const { name, partitionCount } = options;
    const isCountLegal =
      Number.isInteger(partitionCount) &&
      partitionCount >= 1 &&
      partitionCount <= PARTITION_COUNT_MAX;
    if (!isCountLegal) {
      throw new DatabaseError(
        'BAD_STATEMENT',
        `Topic '${name}' cannot have ${partitionCount} partitions; choose 1 to ${PARTITION_COUNT_MAX}.`,
      );
    }
    return this.#serially(() => this.#create(options));
  }

  async deleteTopic(topic: Topic): Promise<void> {
    await this.#serially(() => this.#delete(topic));
  }

  async release(): Promise<void> {
    this.#isClosed = true;
    this.#cancelMaintenance();
    const partitions = [...this.#topics.values()].flatMap((topic) => topic.partitions);
    await Promise.all(partitions.map((partition) => partition.release()));
    await this.#maintenance;
  }

  startMaintenance(needs: RetentionNeeds): void {
    const { env, logger } = this.#options;
    const round = async (): Promise<void> => {
      for (const topic of this.#topics.values()) {
        for (const partition of topic.partitions) {
          if (this.#isClosed) return;
          await partition.maintain(needs.neededFrom(partition));
        }
      }
    };
    const schedule = (): void => {
      if (this.#isClosed) return;
      this.#cancelMaintenance = env.clock.after(this.#limits.maintenanceEveryMs, () => {
        this.#maintenance = round()
          .catch((error: unknown) => logger.error({ err: error }, 'maintenance of the log failed'))
          .finally(schedule);
      });
    };
    schedule();
  }

  capture(): Promise<LogCapture> {
    return this.#serially(async () => {
      const partitions = [...this.#topics.values()].flatMap((topic) => topic.partitions);
      const content = encodeTopics(this.#topicList());
      const files: CapturedFile[] = [{ kind: 'content', name: TOPICS_FILE, content }];
      const held: EmbeddedPartition[] = [];
      const release = (): void => {
        for (const partition of held) partition.endCapture();
      };
      try {
        for (const partition of partitions) {
          const name = join(String(partition.topic.id), String(partition.index));
          const captured = partition.capture(name);
          held.push(partition);
          files.push(...(await captured));
        }
      } catch (error) {
        release();
        throw error;
      }
      return { files, release };
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelMaintenance();
    await this.#change;
    const closed = await Promise.allSettled(
      [...this.#topics.values()].flatMap(({ partitions }) => partitions).map((p) => p.close()),
    );
    await this.#maintenance;
    const failed = closed.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Reads the list of topics and opens each partition. */
  async recover(): Promise<void> {
    const { env, directory } = this.#options;
    await env.files.makeDirectory(directory);
    const directories = (await env.files.list(directory)).filter((n) => TOPIC_DIRECTORY.test(n));
    const list = await readTopics(env.files, directory);
    if (list === null) await this.#startEmpty(directories);
    else await this.#openTopics(list, directories);
  }

  async #startEmpty(directories: readonly string[]): Promise<void> {
    const { env, directory } = this.#options;
    if (directories.length > 0) {
      throw new DatabaseError(
        'CORRUPT',
        `${join(directory, 'topics.json')} is missing, but there are topics (${directories.join(', ')}). ` +
          'Restore it from a backup, or move the topic directories away to start empty.',
      );
    }
    await env.files.syncDirectory(dirname(directory));
    await writeTopics(env.files, directory, { nextId: this.#nextId, topics: [] });
  }

  async #openTopics(list: TopicList, directories: readonly string[]): Promise<void> {
    const { env, directory } = this.#options;
    const listed = new Set(list.topics.map(({ id }) => id));
    this.#nextId = list.nextId;
    for (const name of directories) {
      const id = Number(name);
      if (listed.has(id)) continue;
      // A deletion, or a creation, did not come to its end. A topic is listed before it gets its first record: one
      // beyond the list that has any means that the list is an old one, so the topic and its id are left alone.
      const isLost = id >= list.nextId && (await holdsRecords(env.files, join(directory, name)));
      if (isLost) this.#nextId = Math.max(this.#nextId, id + 1);
      else await env.files.remove(join(directory, name));
    }
    const opening = list.topics.flatMap((entry) => {
      const topic = makeTopic(entry);
      this.#topics.set(topic.name, topic);
      return Array.from({ length: entry.partitionCount }, (_, index) => ({ topic, index }));
    });
    for (let i = 0; i < opening.length; i += RECOVERY_CONCURRENCY) {
      const group = opening.slice(i, i + RECOVERY_CONCURRENCY);
      const opened = await Promise.allSettled(
        group.map(({ topic, index }) => this.#openPartition(topic, index)),
      );
      for (const [j, result] of opened.entries()) {
        if (result.status === 'fulfilled') group[j]!.topic.partitions.push(result.value);
      }
      const failed = opened.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  }

  async #openPartition(topic: Topic, index: number): Promise<EmbeddedPartition> {
    const { directory, env, logger, recovery } = this.#options;
    const location = this.#locationOf(topic, index);
    const durableEndOffset = recovery.durableEndOffset(topic.id, index);
    let recovered: RecoveredPartition;
    try {
      recovered = await recoverPartition({
        location,
        logger,
        quarantineDirectory: join(directory, QUARANTINE),
        topicId: topic.id,
        partition: index,
        durableEndOffset,
        nowMs: env.clock.now(),
      });
    } catch (error) {
      if (!(error instanceof CorruptionError)) {
        const activity = `opening its files in ${location.directory}`;
        throw partitionFailure(describePartition(topic, index), { activity, cause: error });
      }
      return this.#offlinePartition(topic, index, { error, durableEndOffset });
    }
    const partition = this.#makePartition(topic, index, recovered);
    try {
      await this.#decide(partition);
    } catch (error) {
      await partition.close().catch(() => undefined);
      throw error;
    }
    return partition;
  }

  /** Ends what the last process left open. */
  async #decide(partition: EmbeddedPartition): Promise<void> {
    const { env, recovery, logger } = this.#options;
    const place = { topicId: partition.topic.id, partition: partition.index };
    for (const transaction of partition.committedTransactions()) {
      recovery.committed?.({ ...place, ...transaction });
    }
    for (const transaction of partition.openTransactions()) {
      const { producerId, producerEpoch, lastSequence } = transaction;
      const undecided = { ...place, producerId, producerEpoch, lastSequence };
      const type = recovery.decide(undecided);
      logger.info({ ...undecided, type }, 'ended a transaction the last process left open');
      const timestamp = env.clock.now();
      partition.append(writeControlBatch({ producerId, producerEpoch, type, timestamp }));
    }
    await partition.sync();
  }

  #offlinePartition(
    topic: Topic,
    index: number,
    {
      error,
      durableEndOffset = 0,
    }: { error: CorruptionError; durableEndOffset: number | undefined },
  ): EmbeddedPartition {
    const failure = partitionDamage(describePartition(topic, index), error);
    this.#options.logger.error(
      { topic: topic.name, topicId: topic.id, partition: index, reason: error.message },
      'a partition is damaged and offline; others work',
    );
    const partition = this.#makePartition(topic, index, emptyPartition(durableEndOffset));
    partition.fail(failure);
    return partition;
  }

  #makePartition(topic: Topic, index: number, recovered: RecoveredPartition): EmbeddedPartition {
    return new EmbeddedPartition(
      {
        topic,
        index,
        location: this.#locationOf(topic, index),
        clock: this.#options.env.clock,
        logger: this.#options.logger,
        limits: this.#limits,
        cacheBudget: this.#cacheBudget,
        waitForRoom: this.#options.waitForRoom ?? nobodyWaits,
        onFailure: this.#options.onFailure ?? (() => {}),
      },
      recovered,
    );
  }

  #locationOf(topic: Topic, index: number): SegmentLocation {
    const { env, directory } = this.#options;
    return {
      files: env.files,
      directory: join(directory, String(topic.id), String(index)),
      recentIndexes: this.#recentIndexes,
      readsAhead: this.#readsAhead,
      gapsAllowed: isCompacted(topic.settings),
    };
  }

  async #create(options: CreateTopicOptions): Promise<Topic> {
    const { env, directory, logger, durability = 'fsync' } = this.#options;
    const { name, partitionCount, ...given } = options;
    const settings = { ...DEFAULT_TOPIC_SETTINGS, durability, ...given };
    if (this.#topics.has(name)) {
      throw new DatabaseError('ALREADY_EXISTS', `Topic '${name}' already exists.`);
    }
    const id = this.#nextId++;
    const topic = makeTopic({ id, name, partitionCount, settings });
    const topicDirectory = join(directory, String(id));
    try {
      for (let index = 0; index < partitionCount; index++) {
        const location = this.#locationOf(topic, index);
        await env.files.makeDirectory(location.directory);
        const recovered = await recoverPartition({
          location,
          logger,
          quarantineDirectory: join(directory, QUARANTINE),
          topicId: id,
          partition: index,
          durableEndOffset: undefined,
          nowMs: env.clock.now(),
        });
        topic.partitions.push(this.#makePartition(topic, index, recovered));
      }
      await env.files.syncDirectory(topicDirectory);
      await env.files.syncDirectory(directory);
      this.#topics.set(name, topic);
      await this.#saveTopics();
    } catch (error) {
      this.#topics.delete(name);
      await Promise.allSettled(topic.partitions.map((partition) => partition.close()));
      throw error;
    }
    return topic;
  }

  async #delete(topic: Topic): Promise<void> {
    const found = this.#topics.get(topic.name);
    if (found === undefined || found.id !== topic.id) return;
    const { env, directory } = this.#options;
    this.#topics.delete(topic.name);
    try {
      await this.#saveTopics();
    } catch (error) {
      this.#topics.set(topic.name, found);
      throw error;
    }
    const failure = new DatabaseError('NOT_FOUND', `Topic '${topic.name}' was deleted.`);
    for (const partition of found.partitions) partition.fail(failure);
    for (const partition of found.partitions) await partition.close();
    await env.files.remove(join(directory, String(topic.id)));
  }

  async #saveTopics(): Promise<void> {
    const { env, directory } = this.#options;
    await writeTopics(env.files, directory, this.#topicList());
  }

  #topicList(): TopicList {
    const topics = [...this.#topics.values()].map(
      ({ id, name, partitions, settings }): TopicEntry => ({
        id,
        name,
        partitionCount: partitions.length,
        settings,
      }),
    );
    return { nextId: this.#nextId, topics };
  }

  #serially<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) {
      return Promise.reject(new DatabaseError('STOPPING', 'The log was closed.'));
    }
    const done = this.#change.then(work);
    this.#change = done.catch(() => undefined);
    return done;
  }
}

function makeTopic(entry: TopicEntry): EmbeddedTopic {
  const { id, name, settings } = entry;
  return { id, name, settings, partitions: [] };
}

/** Whether any segment of any partition in the directory of a topic has bytes. */
async function holdsRecords(files: FileSystem, topicDirectory: string): Promise<boolean> {
  for (const partition of await files.list(topicDirectory)) {
    if (!PARTITION_DIRECTORY.test(partition)) continue;
    const location = join(topicDirectory, partition);
    for (const name of await files.list(location)) {
      if (!name.endsWith('.log')) continue;
      const segment = await files.open(join(location, name), 'read');
      try {
        if ((await segment.size()) > 0) return true;
      } finally {
        await segment.close();
      }
    }
  }
  return false;
}

/** What stands for a partition that cannot be opened. */
function emptyPartition(endOffset: number): RecoveredPartition {
  return {
    segments: [],
    startOffset: 0,
    endOffset,
    transactions: new Transactions(),
    producers: new Producers(),
    checkpointOffset: endOffset,
    cleanedOffset: 0,
    scannedBytes: 0,
  };
}
