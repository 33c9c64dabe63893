import type { Env } from '../base/env.ts';
import { DatabaseError } from '../base/errors.ts';
import { partitionForKey } from '../base/murmur2.ts';
import type { Partition, Topic } from '../log/log.ts';
import { RecordBatchWriter, type RecordHeader } from '../log/record-batch.ts';
import type { AppendGate } from './append-gate.ts';

/** A record to be written. */
export interface NewRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Event time, ms; default: now. */
  readonly timestamp?: number;
  /** Default: none. */
  readonly headers?: readonly RecordHeader[];
  /** Default: by the key, as Kafka's producers do; without a key the partitions take turns. */
  readonly partition?: number;
}

/** Where an acknowledged record stands. It is on disk. */
export interface Acknowledgement {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly durability: 'fsync';
}

const RECORD_BYTES_MAX = 1024 * 1024;
const BATCH_BYTES_MAX = 512 * 1024;
/** Records that wait for a partition; more are refused. */
const QUEUED_BYTES_MAX = 64 * 1024 * 1024;

interface Queued {
  readonly record: NewRecord;
  readonly timestamp: number;
  resolve(acknowledgement: Acknowledgement): void;
  reject(error: unknown): void;
}

/** The records that wait to be written to one partition. */
class PartitionQueue {
  readonly partition: Partition;
  queued: Queued[] = [];
  bytes = 0;
  writing = false;

  constructor(partition: Partition) {
    this.partition = partition;
  }
}

/**
 * The INSERT path: records are acknowledged when they are on disk. Whatever comes in while a partition is being synced
 * goes out together in the next batch, with one sync: the group commit.
 */
export class Ingest {
  readonly #clock: Env['clock'];
  readonly #gate: AppendGate;
  readonly #onDurable: (partition: Partition) => void;
  readonly #queues = new WeakMap<Partition, PartitionQueue>();
  readonly #turns = new WeakMap<Topic, number>();
  readonly #writer = new RecordBatchWriter();

  /** @param options.onDurable called when new records of a partition are on disk. */
  constructor(options: {
    clock: Env['clock'];
    gate: AppendGate;
    onDurable: (partition: Partition) => void;
  }) {
    this.#clock = options.clock;
    this.#gate = options.gate;
    this.#onDurable = options.onDurable;
  }

  /**
   * Writes one record.
   * @throws DatabaseError TOO_LARGE above 1 MiB; TOO_MANY when 64 MiB wait already; BAD_REQUEST for a partition the
   *   topic does not have.
   */
  append(topic: Topic, record: NewRecord): Promise<Acknowledgement> {
    const bytes = bytesOf(record);
    if (bytes > RECORD_BYTES_MAX) {
      const message = `The record for topic ${topic.name} has ${bytes} bytes; at most ${RECORD_BYTES_MAX} are allowed.`;
      return Promise.reject(new DatabaseError('TOO_LARGE', message));
    }
    let queue: PartitionQueue;
    try {
      queue = this.#queueFor(this.#partitionFor(topic, record));
    } catch (error) {
      return Promise.reject(error);
    }
    if (queue.bytes + bytes > QUEUED_BYTES_MAX) {
      const message = `${queue.bytes} bytes wait to be written to topic ${topic.name} partition ${queue.partition.index} already. Send more slowly and try again.`;
      return Promise.reject(new DatabaseError('TOO_MANY', message));
    }
    return new Promise((resolve, reject) => {
      const timestamp = record.timestamp ?? this.#clock.now();
      queue.queued.push({ record, timestamp, resolve, reject });
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
    try {
      const offsets = this.#appendAll(partition, queued);
      await partition.sync();
      this.#onDurable(partition);
      queued.forEach(({ resolve, timestamp }, index) => {
        const offset = offsets[index] as number;
        const { topic } = partition;
        resolve({
          topic: topic.name,
          partition: partition.index,
          offset,
          timestamp,
          durability: 'fsync',
        });
      });
    } catch (error) {
      for (const { reject } of queued) reject(error);
    }
    queue.writing = false;
    if (queue.queued.length > 0) this.#schedule(queue);
  }

  /** Appends the records in batches and returns their offsets. */
  #appendAll(partition: Partition, queued: readonly Queued[]): number[] {
    const offsets: number[] = [];
    const writer = this.#writer;
    let open = 0;
    const finish = (): void => {
      if (open === 0) return;
      const base = partition.append(writer.finish());
      for (let i = 0; i < open; i++) offsets.push(base + i);
      open = 0;
    };
    for (const { record, timestamp } of queued) {
      if (open === 0) writer.begin();
      writer.append(timestamp, record.key, record.value, record.headers);
      open++;
      if (writer.sizeBytes >= BATCH_BYTES_MAX) finish();
    }
    finish();
    return offsets;
  }
}

/** What a record takes in memory, about. */
function bytesOf({ key, value, headers = [] }: NewRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) bytes += header.key.length + (header.value?.length ?? 0);
  return bytes;
}
