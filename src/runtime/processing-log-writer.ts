import type { Clock } from '../base/env.ts';
import type { Log, Topic } from '../log/log.ts';
import { Change, NULL_KEY } from '../operators/change.ts';
import type { Row } from '../sql/types.ts';
import type { QueryProgress } from './meta.ts';
import type { QueryProblems, UnreadableRecord } from './problem.ts';
import { PROCESSING_LOG_SOURCE, PROCESSING_LOG_TOPIC } from './processing-log-source.ts';
import { type Producer, producerOf } from './producer.ts';
import { type PartitionOutput, SinkWriter } from './sink-writer.ts';

/** Stands where the number of a query stands in transactions and progress; no query gets so far. */
export const PROCESSING_LOG_NUMBER = 2 ** 32 - 1;

const RETENTION_MS = 7 * 24 * 60 * 60 * 1000;
/** Whoever still wants to read them: garbage must not fill the disk. */
const RETENTION_BYTES = 1024 ** 3;

/** Numbers ksqlDB gives the kinds of entries. */
const DESERIALIZATION_ERROR = 0;
const RECORD_PROCESSING_ERROR = 1;

/**
 * Turns what went wrong in a tick into records of the processing log. They are committed with the tick, so each record
 * that was left out has exactly one entry for each query that left it out, whatever crashes.
 */
export class ProcessingLogWriter {
  readonly number = PROCESSING_LOG_NUMBER;
  readonly producer: Producer;
  readonly #epoch: number;
  readonly #clock: Clock;
  readonly #showsBytes: boolean;
  readonly #sink: SinkWriter;

  /** @param options.showsBytes whether the bytes of records are part of their entries. */
  constructor(options: { topic: Topic; epoch: number; clock: Clock; showsBytes: boolean }) {
    this.#epoch = options.epoch;
    this.#clock = options.clock;
    this.#showsBytes = options.showsBytes;
    this.producer = producerOf(PROCESSING_LOG_NUMBER, options.epoch);
    this.#sink = new SinkWriter({
      sink: PROCESSING_LOG_SOURCE,
      topic: options.topic,
      producer: this.producer,
      onDrop: () => {},
    });
  }

  /** The topic of the log, made the first time. */
  static async topic(log: Log): Promise<Topic> {
    return (
      log.topic(PROCESSING_LOG_TOPIC) ??
      (await log.createTopic({
        name: PROCESSING_LOG_TOPIC,
        partitionCount: PROCESSING_LOG_SOURCE.partitionCount,
        cleanupPolicy: 'delete',
        durability: 'fsync',
        retentionMs: RETENTION_MS,
        retentionBytes: RETENTION_BYTES,
      }))
    );
  }

  /** The records to be put out with the tick; none when nothing went wrong. */
  write(problems: readonly QueryProblems[]): PartitionOutput[] {
    const time = this.#clock.now();
    this.#sink.begin();
    const rows = problems.flatMap((query) => this.#rowsOf(query, time));
    const changes = rows.map((row) => new Change(NULL_KEY, null, row, time, 0, -1, 0, 0, null));
    this.#sink.write(changes, 0);
    return this.#sink.take();
  }

  #rowsOf({ queryId, unreadable, rowErrors, unsaidCount }: QueryProblems, time: number): Row[] {
    const rows = unreadable.map((record) => this.#unreadable(queryId, record, time));
    rowErrors.forEach((message, index) => {
      const isLast = index === rowErrors.length - 1;
      const text =
        isLast && unsaidCount > 0 ? `${message} (and ${unsaidCount} more errors)` : message;
      const entry = [text, null, []];
      const row = [`processing.${queryId}`, 'ERROR', time, [RECORD_PROCESSING_ERROR, null, entry]];
      rows.push(row as Row);
    });
    return rows;
  }

  #unreadable(queryId: string, record: UnreadableRecord, time: number): Row {
    const { source, partition, offset, target, message, payload } = record;
    const bytes = this.#showsBytes && payload !== null ? payload.toString('base64') : null;
    const entry = [target, message, bytes, [], source.topic, partition, offset];
    const logger = `processing.${queryId}.${source.name}.deserializer`;
    return [logger, 'ERROR', time, [DESERIALIZATION_ERROR, entry, null]] as Row;
  }

  /** To be committed together with what was written. */
  progress(): QueryProgress {
    return { epoch: this.#epoch, sequences: this.#sink.lastSequences, offsets: {}, times: {} };
  }
}
