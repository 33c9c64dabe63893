import { isReserved } from '../analyze/topic-name.ts';
import type { DiskGuard } from '../base/disk-guard.ts';
import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import { partitionForKey } from '../base/murmur2.ts';
import type { Partition, Topic } from '../log/log.ts';
import { isLogAppendTime, maxTimestamp, RecordBatchWriter } from '../log/record-batch.ts';
import type { RecordHeader } from '../log/record-batch.ts';
import { syncDelayMs } from '../log/topic-settings.ts';
import type { Durability } from '../log/topic-settings.ts';
import type { AppendGate } from './append-gate.ts';
import { producerIdOfKey, sequenceOfRecords, sequenceOfText } from './idempotency.ts';

/** A record to be written. */
export interface NewRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Event time, ms; default: now. */
  readonly timestamp?: number;
  /** Default: by the key, as Kafka's producers do; without a key the partitions take turns. */
  readonly partition?: number;
  /** Default: none. */
  readonly headers?: readonly RecordHeader[];
}

/** Where an acknowledged record stands, and what the acknowledgement is worth. */
export interface Acknowledgement {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  /** With `fsync` it is on disk; else it survives this process, and a sync follows. */
  readonly durability: Durability;
}

const RECORD_BYTES_MAX = 1024 * 1024;
const BATCH_BYTES_MAX = 512 * 1024;
/** Records that wait for a partition; more are refused. */
const QUEUED_BYTES_MAX = 64 * 1024 * 1024;

/** The records of one request with an idempotency key that go to one partition: one batch, written once. */
interface IdempotentBatch {
  readonly producerId: number;
  readonly baseSequence: number;
}

interface Queued {
  readonly record: NewRecord;
  readonly timestamp: number;
  readonly idempotent: IdempotentBatch | null;
  resolve(acknowledgement: Acknowledgement): void;
  reject(error: unknown): void;
}

/** The records that wait to be written to one partition. */
class PartitionQueue {
  readonly partition: Partition;
  queued: Queued[] = [];
  bytes = 0;
  writing = false;
  /** Cancels the sync that is due; null when none is. */
  cancelSync: (() => void) | null = null;

  constructor(partition: Partition) {
    this.partition = partition;
  }
}

/**
 * The INSERT path: records are acknowledged when they are on disk, or as the durability of the topic says. Whatever
 * comes in while a partition is being synced goes out together in the next batch, with one sync: the group commit.
 */
export class Ingest {
  readonly #clock: Env['clock'];
  readonly #gate: AppendGate;
  readonly #onDurable: (partition: Partition) => void;
  readonly #guard: Pick<DiskGuard, 'demandRoom'> | null;
  readonly #queues = new WeakMap<Partition, PartitionQueue>();
  /** Queues with a sync that is due. */
  readonly #unsynced = new Set<PartitionQueue>();
  readonly #turns = new WeakMap<Topic, number>();
  readonly #writer = new RecordBatchWriter();

  /**
   * @param options.onDurable called when new records of a partition are on disk.
   * @param options.guard asked before anything is taken; default: nobody is.
   */
  constructor(options: {
    clock: Env['clock'];
    gate: AppendGate;
    onDurable: (partition: Partition) => void;
    guard?: Pick<DiskGuard, 'demandRoom'>;
  }) {
    this.#guard = options.guard ?? null;
    this.#clock = options.clock;
    this.#gate = options.gate;
    this.#onDurable = options.onDurable;
  }

  /**
   * Writes one record.
   * @throws DatabaseError TOO_LARGE above 1 MiB; TOO_MANY when 64 MiB wait already; BAD_REQUEST for a partition the
   *   topic does not have; DISK_FULL while there is too little room.
   */
  append(topic: Topic, record: NewRecord): Promise<Acknowledgement> {
    try {
      this.#check(topic, record);
      return this.#enqueue(this.#partitionFor(topic, record), record, null);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Writes the records of one request. With an idempotency key a request that is sent again is not written again and
   * gets the acknowledgements of the first; records without a key all go to one partition then.
   * @param options.content what tells the request from others with its key; default: the records.
   * @throws DatabaseError as `append`; CONFLICT when the key came with other records before.
   */
  async appendAll(
    topic: Topic,
    records: readonly NewRecord[],
    {
      idempotencyKey = null,
      content,
    }: { readonly idempotencyKey?: string | null; readonly content?: string } = {},
  ): Promise<Acknowledgement[]> {
    if (idempotencyKey === null) {
      return Promise.all(records.map((record) => this.append(topic, record)));
    }
    const producerId = producerIdOfKey(idempotencyKey);
    const places = records.map((record) => {
      this.#check(topic, record);
      const hasPlace = record.key !== null || record.partition !== undefined;
      const partition = hasPlace ? record.partition : producerId % topic.partitions.length;
      return this.#partitionFor(topic, partition === undefined ? record : { ...record, partition });
    });
    const batches = new Map<Partition, IdempotentBatch>();
    for (const place of new Set(places)) {
      const own = records.filter((_, i) => places[i] === place);
      const baseSequence = content === undefined ? sequenceOfRecords(own) : sequenceOfText(content);
      batches.set(place, { producerId, baseSequence });
    }
    // One partition after the other, so that the records of each stand together in its queue.
    const answers = new Map<number, Promise<Acknowledgement>>();
    for (const [place, batch] of batches) {
      records.forEach((record, i) => {
        if (places[i] === place) answers.set(i, this.#enqueue(place, record, batch));
      });
    }
    return Promise.all(records.map((_, i) => answers.get(i) as Promise<Acknowledgement>));
  }

  /** Syncs what is due; no sync begins by itself afterwards. */
  async close(): Promise<void> {
    const due = [...this.#unsynced];
    for (const queue of due) queue.cancelSync?.();
    this.#unsynced.clear();
    await Promise.allSettled(due.map(({ partition }) => partition.sync()));
  }

  #check(topic: Topic, record: NewRecord): void {
    // What the database writes for itself takes little, and dropping things has to work.
    if (!isReserved(topic.name)) this.#guard?.demandRoom();
    const bytes = bytesOf(record);
    if (bytes <= RECORD_BYTES_MAX) return;
    throw new DatabaseError(
      'TOO_LARGE',
      `The record for topic ${topic.name} has ${bytes} bytes; at most ${RECORD_BYTES_MAX} are allowed.`,
    );
  }

  #enqueue(
    partition: Partition,
    record: NewRecord,
    idempotent: IdempotentBatch | null,
  ): Promise<Acknowledgement> {
    const queue = this.#queueFor(partition);
    const bytes = bytesOf(record);
    if (queue.bytes + bytes > QUEUED_BYTES_MAX) {
      const message = `${queue.bytes} bytes wait to be written to topic ${partition.topic.name} partition ${partition.index} already. Send more slowly and try again.`;
      return Promise.reject(new DatabaseError('TOO_MANY', message));
    }
    return new Promise((resolve, reject) => {
      const timestamp = record.timestamp ?? this.#clock.now();
      queue.queued.push({ record, timestamp, idempotent, resolve, reject });
      queue.bytes += bytes;
      if (!queue.writing) this.#schedule(queue);
    });
  }

  #partitionFor(topic: Topic, { key, partition: index }: NewRecord): Partition {
    const { partitions } = topic;
    let chosen = index;
    if (chosen === undefined) {
      if (key !== null) chosen = partitionForKey(key, partitions.length);
      else {
        chosen = (this.#turns.get(topic) ?? 0) % partitions.length;
        this.#turns.set(topic, chosen + 1);
      }
    }
    const partition = partitions[chosen];
    if (partition !== undefined) return partition;
    throw new DatabaseError(
      'BAD_REQUEST',
      `Topic ${topic.name} has no partition ${chosen}; it has ${partitions.length}, numbered from 0.`,
    );
  }

  #queueFor(partition: Partition): PartitionQueue {
    let queue = this.#queues.get(partition);
    if (queue === undefined) {
      queue = new PartitionQueue(partition);
      this.#queues.set(partition, queue);
    }
    return queue;
  }

  /** Lets everything that arrives in the same turn of the event loop into the batch. */
  #schedule(queue: PartitionQueue): void {
    queue.writing = true;
    queueMicrotask(() => {
      this.#gate.enter(queue.partition, () => void this.#write(queue));
    });
  }

  async #write(queue: PartitionQueue): Promise<void> {
    const { partition, queued } = queue;
    queue.queued = [];
    queue.bytes = 0;
    const { topic } = partition;
    try {
      const places = this.#appendQueued(partition, queued);
      await this.#settle(queue);
      queued.forEach(({ resolve, reject }, index) => {
        const place = places[index] as Place | DatabaseError;
        if (place instanceof DatabaseError) reject(place);
        else {
          resolve({
            topic: topic.name,
            partition: partition.index,
            ...place,
            durability: topic.settings.durability,
          });
        }
      });
    } catch (error) {
      for (const { reject } of queued) reject(error);
    }
    queue.writing = false;
    if (queue.queued.length > 0) this.#schedule(queue);
  }

  /** Does what has to be done before the acknowledgement. */
  async #settle(queue: PartitionQueue): Promise<void> {
    const { partition } = queue;
    const delayMs = syncDelayMs(partition.topic.settings.durability);
    if (delayMs === null) {
      await partition.sync();
      this.#onDurable(partition);
      return;
    }
    await partition.write();
    if (queue.cancelSync !== null) return;
    this.#unsynced.add(queue);
    queue.cancelSync = this.#clock.after(delayMs, () => {
      queue.cancelSync = null;
      this.#unsynced.delete(queue);
      // Whoever writes or reads next is told of a partition that has failed.
      partition.sync().then(
        () => this.#onDurable(partition),
        () => {},
      );
    });
  }

  /** Appends the records in batches and returns where each stands, or why it does not. */
  #appendQueued(partition: Partition, queued: readonly Queued[]): (Place | DatabaseError)[] {
    const places: (Place | DatabaseError)[] = [];
    const writer = this.#writer;
    let open: Queued[] = [];
    const finish = (): void => {
      if (open.length > 0) places.push(...placesOf(partition, writer.finish(), open));
      open = [];
    };
    for (const item of queued) {
      const { record, timestamp, idempotent } = item;
      if (open.length > 0 && open[0]?.idempotent !== idempotent) finish();
      if (open.length === 0) {
        writer.begin(idempotent === null ? {} : { ...idempotent, producerEpoch: 0 });
      }
      writer.append(timestamp, record.key, record.value, record.headers);
      open.push(item);
      if (idempotent === null && writer.sizeBytes >= BATCH_BYTES_MAX) finish();
    }
    finish();
    return places;
  }
}

interface Place {
  readonly offset: number;
  readonly timestamp: number;
}

function placesOf(
  partition: Partition,
  batch: Buffer,
  items: readonly Queued[],
): (Place | DatabaseError)[] {
  const isIdempotent = items[0]?.idempotent !== null;
  let base: number;
  try {
    base = isIdempotent ? partition.produce(batch).offset : partition.append(batch);
  } catch (error) {
    // Only the request whose key it is has to know.
    if (!(error instanceof DatabaseError) || error.code !== 'CONFLICT') throw error;
    const message =
      'The Idempotency-Key was used with other records before. Nothing was written; take a new key for a new request.';
    return items.map(() => new DatabaseError('CONFLICT', message, { cause: error }));
  }
  const appendTime = isLogAppendTime(batch) ? maxTimestamp(batch) : null;
  return items.map(({ timestamp }, i) => ({
    offset: base + i,
    timestamp: appendTime ?? timestamp,
  }));
}

/** What a record takes in memory, about. */
function bytesOf({ key, value, headers = [] }: NewRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) bytes += header.key.length + (header.value?.length ?? 0);
  return bytes;
}
