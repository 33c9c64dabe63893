import type { CleanupPolicy, TopicSettings } from './topic-settings.ts';

/**
 * The partitioned log, as the rest of the engine sees it: topics, partitions, appends, reads by offset. It moves
 * bytes and has never heard of SQL. The embedded log is one implementation, a Kafka cluster will be the other.
 */
export interface Log {
  /** All topics, by name. */
  topics(): readonly Topic[];
  topic(name: string): Topic | undefined;
  /**
   * Creates a topic; durable when it resolves.
   * @throws DatabaseError BAD_STATEMENT for an illegal name (see `checkTopicName`) or partition count (1–256),
   *   ALREADY_EXISTS for a name that is taken.
   */
  createTopic(options: CreateTopicOptions): Promise<Topic>;
  /** Removes the topic and its records. Idempotent by id; a new topic of the same name shares nothing with it. */
  deleteTopic(topic: Topic): Promise<void>;
  /** Where consumer groups have come to. */
  readonly groups: GroupOffsets;
  /**
   * Begins to apply retention and compaction, now and then in the background. To be called once, when it is known what
   * is still needed.
   */
  startMaintenance(needs: RetentionNeeds): void;
  /** Writes and syncs everything appended, then releases the files. */
  close(): Promise<void>;
  /** Releases the files as they are: for a process that must not write any more. */
  release(): Promise<void>;
}

/** The offsets that consumer groups have committed, kept durably. */
export interface GroupOffsets {
  /** Names of the groups that have committed any, sorted. */
  list(): readonly string[];
  /** By topic and partition, sorted; empty for a group nobody heard of. Offsets of topics that are gone are left out. */
  offsets(group: string): readonly GroupOffset[];
  /**
   * Durable when it resolves.
   * @throws RangeError for a partition that is not there; nothing is committed then.
   */
  commit(
    group: string,
    offsets: readonly Pick<GroupOffset, 'topic' | 'partition' | 'offset' | 'metadata'>[],
  ): Promise<void>;
  /** Forgets a group; false when there is none. */
  delete(group: string): Promise<boolean>;
}

/** The next record of a partition that a consumer group wants. */
export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Whatever the consumer wants to remember with it. */
  readonly metadata: string | null;
  /** When it was committed, ms since the epoch. */
  readonly timeMs: number;
}

/** What the owners of a log still want to read. */
export interface RetentionNeeds {
  /**
   * The offset from which on the records of a partition are needed. Retention by time and compaction leave them alone;
   * only a bound in bytes goes first.
   */
  neededFrom(partition: Partition): number;
}

export interface CreateTopicOptions extends Partial<TopicSettings> {
  readonly name: string;
  readonly partitionCount: number;
  readonly cleanupPolicy: CleanupPolicy;
}

export interface Topic {
  /** Never reused; also the name of its directory. */
  readonly id: number;
  readonly name: string;
  readonly settings: TopicSettings;
  readonly partitions: readonly Partition[];
}

/**
 * One partition. Offsets count records from 0; in a compacted topic some are missing. `start <= stable <= durable <=
 * end`:
 *
 * | property | below it, records |
 * |---|---|
 * | `endOffset` | have an offset and can be read by this process (`isolation: 'appended'`) |
 * | `durableEndOffset` | are on disk (fdatasync) |
 * | `stableEndOffset` | are on disk and belong to no undecided transaction: what the outside may see |
 */
export interface Partition {
  readonly topic: Topic;
  readonly index: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly durableEndOffset: number;
  readonly stableEndOffset: number;
  /** Its files are damaged, or failed: every call throws until the log is opened again. Absent: no. */
  readonly isOffline?: boolean;

  /**
   * Gives the batch the next offsets and queues it for writing. Synchronous, so the order of calls is the order
   * of offsets. The records can be read at once with isolation 'appended' and are acknowledged by `sync()`.
   *
   * @param batch a complete RecordBatch v2 (record-batch.ts); base offset and partition leader epoch are patched
   *   in place and the buffer belongs to the log from now on. A batch with the transactional attribute opens (or
   *   continues) the transaction of its producer id; a control batch with a marker closes it.
   * @returns the offset of its first record.
   * @throws Error when the partition has failed or was closed.
   */
  append(batch: Buffer): number;

  /**
   * Appends a batch of an idempotent producer unless it is there already: the last five batches of each producer are
   * remembered, also after opening the log again.
   * @returns the offset of its first record, that of the original if it was sent before.
   * @throws DatabaseError CONFLICT when the producer's epoch is over or the sequence does not follow.
   */
  produce(batch: Buffer): { readonly offset: number; readonly isDuplicate: boolean };

  /** Resolves when what was appended is written, which survives this process but not the machine. */
  write(): Promise<void>;

  /**
   * Writes what was appended and syncs it (fdatasync; also the directory after a new segment). Calls made while a
   * sync is under way share the next one: that is the group commit.
   * @throws DatabaseError DISK_FULL when there was no room: what was not written is as if it had never been appended,
   *   and the partition goes on. So whoever appends asks in the same turn of the event loop. After any other error of
   *   the file system, and when records of a transaction found no room, the partition has failed for good: every later
   *   call throws too, because after a failed fsync nobody knows what the disk holds.
   */
  sync(): Promise<void>;

  /**
   * Reads whole batches from the one that holds `offset` on, in order, up to about `bytesMax` (at least one batch if
   * there is any). The first batch may begin below `offset`: the caller skips (see RecordCursor). Control batches are
   * left out; with 'committed' so are aborted transactions, and reading stops at `stableEndOffset`.
   *
   * Returns without a promise when the tail cache holds the data.
   * @throws DatabaseError SOURCE_EXPIRED when the offset is below `startOffset`: its records were removed; RangeError
   *   when it is above `endOffset` or no offset at all.
   */
  read(options: ReadOptions): ReadResult | Promise<ReadResult>;

  /**
   * Removes the records below `offset`, at most up to `stableEndOffset`, for good. The new start is durable before any
   * file is removed.
   * @returns the new `startOffset`.
   */
  deleteRecords(offset: number): Promise<number>;

  /** Offset of the first record with a timestamp >= `timestamp`, or `endOffset`. */
  offsetForTime(timestamp: number): Promise<number>;

  /**
   * Calls back, once, as soon as something was appended ('appended') or became visible ('committed') at or beyond
   * `offset`; at once (in a microtask) if it already is. The returned function cancels.
   */
  onAvailable(options: { offset: number; isolation: Isolation }, callback: () => void): () => void;
}

export type Isolation = 'appended' | 'committed';

export interface ReadOptions {
  readonly offset: number;
  readonly bytesMax: number;
  readonly isolation: Isolation;
  /** Batches that begin at or beyond this offset are not returned. */
  readonly endOffset?: number;
}

export interface ReadResult {
  /** RecordBatch v2 bytes, each buffer exactly one batch. Shared with the cache: read only. */
  readonly batches: readonly Buffer[];
  /** Where to read on: one past the last record looked at, skipped control batches included. */
  readonly nextOffset: number;
}
