import { isReserved } from '../analyze/topic-name.ts';
import type { DiskGuard } from '../base/disk-guard.ts';
import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import { partitionForKey } from '../base/murmur2.ts';
import type { Partition, Topic } from '../log/log.ts';
import { type RecordHeader, RecordBatchWriter } from '../log/record-batch.ts';
import { syncDelayMs } from '../log/topic-settings.ts';
import type { Durability } from '../log/topic-settings.ts';
import type { AppendGate } from './append-gate.ts';
import { producerIdOfKey, sequenceOfRecords, sequenceOfText } from './idempotency.ts';
import { appendWaiting, WaitingRecords } from './waiting-records.ts';

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
/** Records that wait for a partition; more are refused. */
const QUEUED_BYTES_MAX = 64 * 1024 * 1024;

/** What waits to be written to one partition. */
class PartitionQueue {
  readonly partition: Partition;
  waiting: WaitingRecords[] = [];
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
  async append(topic: Topic, record: NewRecord): Promise<Acknowledgement> {
    this.#demandRoom(topic);
    const part = new WaitingRecords(this.#partitionFor(topic, record, null), this.#clock.now());
    this.#admit(record, part);
    this.#enqueue(part);
    await part.written;
    return part.acknowledgements()[0] as Acknowledgement;
  }

  /**
   * Writes the records of one request. One that is refused does not keep the others from being written, unless there is an
   * idempotency key: then a request that is sent again is not written again and gets the acknowledgements of the first,
   * and records without a key all go to one partition.
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
    if (records.length > 0) this.#demandRoom(topic);
    const request = this.#split(topic, records, idempotencyKey);
    const { parts, refusal } = request;
    if (idempotencyKey !== null) {
      if (refusal !== null) throw refusal;
      const producerId = producerIdOfKey(idempotencyKey);
      for (const part of parts) {
        const own = part.records;
        const sequence = content === undefined ? sequenceOfRecords(own) : sequenceOfText(content);
        part.idempotent = { producerId, baseSequence: sequence };
      }
    }
    for (const part of parts) this.#enqueue(part);
    const written = Promise.all(parts.map((part) => part.written));
    if (refusal !== null) {
      written.catch(() => {});
      throw refusal;
    }
    await written;
    return acknowledgementsOf(request);
  }

  /** Syncs what is due; no sync begins by itself afterwards. */
  async close(): Promise<void> {
    const due = [...this.#unsynced];
    for (const queue of due) queue.cancelSync?.();
    this.#unsynced.clear();
    await Promise.allSettled(due.map(({ partition }) => partition.sync()));
  }

  /** What the database writes for itself takes little, and dropping things has to work. */
  #demandRoom(topic: Topic): void {
    if (!isReserved(topic.name)) this.#guard?.demandRoom();
  }

  /** The records by partition, but for those that are refused. */
  #split(topic: Topic, records: readonly NewRecord[], idempotencyKey: string | null): Request {
    const now = this.#clock.now();
    const together =
      idempotencyKey === null ? null : producerIdOfKey(idempotencyKey) % topic.partitions.length;
    const parts: WaitingRecords[] = [];
    const partIndexes: number[] = [];
    let refusal: unknown = null;
    let at = -1;
    for (const record of records) {
      try {
        const partition = this.#partitionFor(topic, record, together);
        if (parts[at]?.partition !== partition) {
          at = parts.findIndex((part) => part.partition === partition);
          if (at < 0) at = parts.push(new WaitingRecords(partition, now)) - 1;
        }
        this.#admit(record, parts[at] as WaitingRecords);
        partIndexes.push(at);
      } catch (error) {
        refusal ??= error;
      }
    }
    return { parts, partIndexes, refusal };
  }

  /** Adds a record to those that will wait together. */
  #admit(record: NewRecord, part: WaitingRecords): void {
    const { topic, index } = part.partition;
    const bytes = bytesOf(record);
    if (bytes > RECORD_BYTES_MAX) {
      throw new DatabaseError(
        'TOO_LARGE',
        `The record for topic ${topic.name} has ${bytes} bytes; at most ${RECORD_BYTES_MAX} are allowed.`,
      );
    }
    const waitingBytes = this.#queueFor(part.partition).bytes + part.bytes;
    if (waitingBytes + bytes > QUEUED_BYTES_MAX) {
      throw new DatabaseError(
        'TOO_MANY',
        `${waitingBytes} bytes wait to be written to topic ${topic.name} partition ${index} already. Send more slowly and try again.`,
      );
    }
    part.records.push(record);
    part.bytes += bytes;
  }

  #enqueue(part: WaitingRecords): void {
    if (part.records.length === 0) return;
    const queue = this.#queueFor(part.partition);
    queue.waiting.push(part);
    queue.bytes += part.bytes;
    if (!queue.writing) this.#schedule(queue);
  }

  /** @param together where a record without a key goes; null: to each partition in turn. */
  #partitionFor(
    topic: Topic,
    { key, partition: index }: NewRecord,
    together: number | null,
  ): Partition {
    const { partitions } = topic;
    let chosen = index;
    if (chosen === undefined) {
      if (partitions.length === 1) chosen = 0;
      else if (key !== null) chosen = partitionForKey(key, partitions.length);
      else if (together !== null) chosen = together;
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
    const { partition, waiting } = queue;
    queue.waiting = [];
    queue.bytes = 0;
    try {
      appendWaiting(partition, waiting, this.#writer);
      await this.#settle(queue);
      for (const part of waiting) part.settle();
    } catch (error) {
      for (const part of waiting) part.fail(error);
    }
    queue.writing = false;
    if (queue.waiting.length > 0) this.#schedule(queue);
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
}

/** The records of one request by partition. */
interface Request {
  readonly parts: readonly WaitingRecords[];
  /** Of each record, in order, the part it is in. */
  readonly partIndexes: readonly number[];
  /** Why records are in none, of the first of them; null when all are. */
  readonly refusal: unknown;
}

/** In the order of the records. */
function acknowledgementsOf({ parts, partIndexes }: Request): Acknowledgement[] {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only.acknowledgements();
  const byPart = parts.map((part) => part.acknowledgements().values());
  return partIndexes.map((index) => byPart[index]?.next().value as Acknowledgement);
}

/** What a record takes in memory, about. */
function bytesOf({ key, value, headers }: NewRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  if (headers === undefined) return bytes;
  for (const header of headers) bytes += header.key.length + (header.value?.length ?? 0);
  return bytes;
}
