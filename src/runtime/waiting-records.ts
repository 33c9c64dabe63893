// Hot path: once per record.
import { DatabaseError } from '../base/errors.ts';
import type { Partition } from '../log/log.ts';
import { isLogAppendTime, maxTimestamp, type RecordBatchWriter } from '../log/record-batch.ts';
import type { Acknowledgement, NewRecord } from './ingest.ts';

const BATCH_BYTES_MAX = 512 * 1024;

/** What makes the records of a request with an idempotency key one batch that is written once. */
export interface IdempotentBatch {
  readonly producerId: number;
  readonly baseSequence: number;
}

/** Records that stand together in one batch. */
interface Span {
  count: number;
  /** Of the first one. */
  offset: number;
  /** Their time in a topic that stamps what it appends; null: each has its own. */
  appendTime: number | null;
}

/**
 * What one request writes to one partition. It waits, is written and is acknowledged as a whole: a promise and a place
 * for each record would have to outlive the sync, which makes them the dearest garbage there is.
 */
export class WaitingRecords {
  readonly partition: Partition;
  readonly records: NewRecord[] = [];
  /** Memory of the records, about. */
  bytes = 0;
  /** Null for records that are written whenever they come. */
  idempotent: IdempotentBatch | null = null;
  /** The time of records that have none, ms. */
  readonly now: number;
  readonly #spans: Span[] = [];
  readonly #settled = Promise.withResolvers<void>();
  #refusal: DatabaseError | null = null;

  constructor(partition: Partition, now: number) {
    this.partition = partition;
    this.now = now;
  }

  /** Resolves when the records are written as durably as the topic demands; rejects when they are not. */
  get written(): Promise<void> {
    return this.#settled.promise;
  }

  /** The next records go into one batch, whose place is told to the span once it is known. */
  span(): Span {
    const span = { count: 0, offset: -1, appendTime: null };
    this.#spans.push(span);
    return span;
  }

  /** Why they alone were not appended. */
  refuse(error: DatabaseError): void {
    this.#refusal = error;
  }

  /** They are durable, unless they were refused. */
  settle(): void {
    if (this.#refusal === null) this.#settled.resolve();
    else this.#settled.reject(this.#refusal);
  }

  fail(error: unknown): void {
    this.#settled.reject(error);
  }

  /** Where each record stands, in order; once they are written. */
  acknowledgements(): Acknowledgement[] {
    const { records, now } = this;
    const { topic, index: partition } = this.partition;
    const { name } = topic;
    const { durability } = topic.settings;
    const acknowledgements: Acknowledgement[] = [];
    let index = 0;
    for (const { count, offset: first, appendTime } of this.#spans) {
      for (let i = 0; i < count; i++) {
        const timestamp = appendTime ?? (records[index++] as NewRecord).timestamp ?? now;
        acknowledgements.push({ topic: name, partition, offset: first + i, timestamp, durability });
      }
    }
    return acknowledgements;
  }
}

/** Appends what waits for a partition in as few batches as may be; each that is refused by itself is told so. */
export function appendWaiting(
  partition: Partition,
  waiting: readonly WaitingRecords[],
  writer: RecordBatchWriter,
): void {
  const batches = new Batches(partition, writer);
  for (const part of waiting) {
    if (part.idempotent === null) batches.add(part);
    else batches.addWhole(part, part.idempotent);
  }
  batches.finish();
}

class Batches {
  readonly #partition: Partition;
  readonly #writer: RecordBatchWriter;
  /** Of the batch that is being made; none when there is none. */
  #spans: Span[] = [];

  constructor(partition: Partition, writer: RecordBatchWriter) {
    this.#partition = partition;
    this.#writer = writer;
  }

  add(part: WaitingRecords): void {
    const writer = this.#writer;
    let span: Span | null = null;
    for (const { key, value, timestamp, headers } of part.records) {
      if (this.#spans.length === 0) writer.begin();
      if (span === null) {
        span = part.span();
        this.#spans.push(span);
      }
      writer.append(timestamp ?? part.now, key, value, headers);
      span.count++;
      if (writer.sizeBytes < BATCH_BYTES_MAX) continue;
      this.finish();
      span = null;
    }
  }

  /** A batch of its own, however large. */
  addWhole(part: WaitingRecords, idempotent: IdempotentBatch): void {
    this.finish();
    const writer = this.#writer;
    writer.begin({ ...idempotent, producerEpoch: 0 });
    for (const { key, value, timestamp, headers } of part.records) {
      writer.append(timestamp ?? part.now, key, value, headers);
    }
    const span = part.span();
    span.count = writer.count;
    const batch = writer.finish();
    try {
      place([span], batch, this.#partition.produce(batch).offset);
    } catch (error) {
      // Only the request whose key it is has to know.
      if (!(error instanceof DatabaseError) || error.code !== 'CONFLICT') throw error;
      const message =
        'The Idempotency-Key was used with other records before. Nothing was written; take a new key for a new request.';
      part.refuse(new DatabaseError('CONFLICT', message, { cause: error }));
    }
  }

  finish(): void {
    if (this.#spans.length === 0) return;
    const batch = this.#writer.finish();
    place(this.#spans, batch, this.#partition.append(batch));
    this.#spans = [];
  }
}

/** Tells the spans of a batch, which is appended, where they stand. */
function place(spans: readonly Span[], batch: Buffer, baseOffset: number): void {
  const appendTime = isLogAppendTime(batch) ? maxTimestamp(batch) : null;
  let offset = baseOffset;
  for (const span of spans) {
    span.offset = offset;
    span.appendTime = appendTime;
    offset += span.count;
  }
}
