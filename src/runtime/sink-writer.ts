// Hot path: once per record.
import { ByteWriter } from '../base/byte-writer.ts';
import { partitionForKey } from '../base/murmur2.ts';
import type { Source } from '../catalog/source.ts';
import type { Encoder } from '../formats/format.ts';
import { findFormat } from '../formats/index.ts';
import type { Partition, Topic } from '../log/log.ts';
import { RecordBatchWriter } from '../log/record-batch.ts';
import type { Change } from '../operators/change.ts';
import { EvaluationError } from '../sql/evaluation-error.ts';
import type { WindowInfo } from '../sql/schema.ts';
import type { Value } from '../sql/types.ts';
import { eventTimeOf, type EventTime } from './event-time.ts';
import { writeWindow } from './windowed-key.ts';
import type { Producer } from './producer.ts';
import type { Exit } from './task.ts';

const BATCH_BYTES_MAX = 256 * 1024;
/** Sequences count to 2^31 - 1 and start again at 0. */
const SEQUENCES = 2 ** 31;

/** What was put out for one partition in a tick. */
export interface PartitionOutput {
  readonly partition: Partition;
  readonly batches: readonly Buffer[];
  readonly recordCount: number;
}

/** Where a persistent query puts its rows: gathered in a tick attempt until they are taken, or discarded. */
export interface Sink extends Exit {
  begin(): void;
  /** Everything written since `begin`, by partition. */
  take(): PartitionOutput[];
  discard(): void;
  /** Sequence of the last record by partition; -1 where there is none yet. */
  readonly lastSequences: readonly number[];
}

/**
 * Turns the rows of a persistent query into record batches, by partition: murmur2 of the key bytes, as Kafka's
 * producers do; rows with a null key stay in the partition of the task they come from. Gathers the output of a tick
 * until `take`.
 */
export class SinkWriter implements Sink {
  readonly #topic: Topic;
  readonly #encodeKey: Encoder;
  readonly #encodeValue: Encoder;
  readonly #keyCount: number;
  readonly #window: WindowInfo | null;
  /** Null when rows keep their time. */
  readonly #eventTime: EventTime | null;
  readonly #onDrop: (message: string) => void;
  readonly #key = new ByteWriter();
  readonly #value = new ByteWriter();
  /** By partition; null for those nothing was written to in this tick. */
  readonly #open: (RecordBatchWriter | null)[];
  readonly #finished: Buffer[][];
  readonly #counts: number[];
  #spare: RecordBatchWriter[] = [];
  readonly #producer: Producer;
  /** Sequence of the last record of this producer, by partition; as Kafka counts them. */
  #lastSequences: number[];
  #lastSequencesBefore: readonly number[];

  constructor(options: {
    sink: Source;
    topic: Topic;
    producer: Producer;
    /** Of the same producer, when another writer wrote for it before; by partition. */
    lastSequences?: readonly number[];
    onDrop: (message: string) => void;
  }) {
    const { sink, topic } = options;
    this.#topic = topic;
    this.#producer = options.producer;
    const { lastSequences = [] } = options;
    this.#lastSequences = topic.partitions.map((_, index) => lastSequences[index] ?? -1);
    this.#lastSequencesBefore = this.#lastSequences;
    this.#encodeKey = findFormat(sink.keyFormat.name).createEncoder({
      columns: sink.schema.keys,
      spec: sink.keyFormat,
    });
    this.#encodeValue = findFormat(sink.valueFormat.name).createEncoder({
      columns: sink.schema.values,
      spec: sink.valueFormat,
    });
    this.#keyCount = sink.schema.keys.length;
    this.#window = sink.schema.window;
    this.#eventTime = eventTimeOf(sink);
    this.#onDrop = options.onDrop;
    this.#open = topic.partitions.map(() => null);
    this.#finished = topic.partitions.map(() => []);
    this.#counts = topic.partitions.map(() => 0);
  }

  /** Begins a tick attempt. */
  begin(): void {
    this.#lastSequencesBefore = this.#lastSequences.slice();
  }

  /** Sequence of the last record by partition; -1 where there is none yet. */
  get lastSequences(): readonly number[] {
    return this.#lastSequences;
  }

  write(changes: readonly Change[], from: number): void {
    for (const change of changes) this.#writeOne(change, from);
  }

  #writeOne(change: Change, from: number): void {
    const key = this.#key;
    const value = this.#value;
    key.reset();
    value.reset();
    const hasKey = change.key.length > 0 && this.#encodeKey(change.key, 0, key);
    const partitionCount = this.#open.length;
    const time = this.#timeOf(change);
    if (time < 0) return;
    // The inner key decides: all windows of a key are in one partition.
    const index = hasKey
      ? partitionForKey(key.buffer, partitionCount, 0, key.length)
      : from % partitionCount;
    if (hasKey && this.#window !== null) writeWindow(key, this.#window, change);
    const { after } = change;
    const hasValue = after !== null && this.#encodeValue(after, this.#keyCount, value);
    const batch = this.#batchFor(index);
    batch.appendEncoded(
      time,
      key.buffer,
      0,
      hasKey ? key.length : -1,
      value.buffer,
      0,
      hasValue ? value.length : -1,
      change.headers,
    );
    this.#counts[index] = (this.#counts[index] as number) + 1;
    if (batch.sizeBytes >= BATCH_BYTES_MAX) this.#finish(index);
  }

  /** Negative for a row that has no time, which is reported and not written. */
  #timeOf(change: Change): number {
    const eventTime = this.#eventTime;
    if (eventTime === null || change.after === null) return change.time;
    let time: number;
    try {
      time = eventTime.read(change.after[eventTime.index] as Value);
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      this.#onDrop(`${error.message}: the row is not written`);
      return -1;
    }
    if (time < 0) {
      this.#onDrop(
        'the TIMESTAMP column of the result is null or negative: the row is not written',
      );
    }
    return time;
  }

  #batchFor(index: number): RecordBatchWriter {
    const open = this.#open[index];
    if (open) return open;
    const batch = this.#spare.pop() ?? new RecordBatchWriter();
    const baseSequence = ((this.#lastSequences[index] as number) + 1) % SEQUENCES;
    batch.begin({ ...this.#producer, baseSequence, transactional: true });
    this.#open[index] = batch;
    return batch;
  }

  #finish(index: number): void {
    const batch = this.#open[index];
    if (!batch) return;
    const last = (this.#lastSequences[index] as number) + batch.count;
    this.#lastSequences[index] = last % SEQUENCES;
    (this.#finished[index] as Buffer[]).push(batch.finish());
    this.#open[index] = null;
    this.#spare.push(batch);
  }

  /** Everything written since `begin`, by partition. */
  take(): PartitionOutput[] {
    const outputs: PartitionOutput[] = [];
    this.#topic.partitions.forEach((partition, index) => {
      this.#finish(index);
      const batches = this.#finished[index] as Buffer[];
      if (batches.length === 0) return;
      outputs.push({ partition, batches, recordCount: this.#counts[index] as number });
      this.#finished[index] = [];
      this.#counts[index] = 0;
    });
    return outputs;
  }

  /** Forgets what was written since `begin`. */
  discard(): void {
    this.#lastSequences = this.#lastSequencesBefore.slice();
    for (let index = 0; index < this.#open.length; index++) {
      const batch = this.#open[index];
      if (batch) this.#spare.push(batch);
      this.#open[index] = null;
      this.#finished[index] = [];
      this.#counts[index] = 0;
    }
  }
}
