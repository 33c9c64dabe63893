// Hot path: once per batch.
import type { Source } from '../catalog/source.ts';
import type { Partition, ReadResult } from '../log/log.ts';
import { lastOffset } from '../log/record-batch.ts';
import type { Change } from '../operators/change.ts';
import type { ProcessingLog } from './processing-log.ts';
import { RecordDecoder } from './record-decoder.ts';

/** Rows read from a partition, in offset order. */
export interface Chunk {
  readonly changes: readonly Change[];
  /** Where to read on. */
  readonly nextOffset: number;
}

/** Records that a query of the tick under way has put out: they will stand in the log from `baseOffset` on. */
export interface PendingRecords {
  readonly partition: Partition;
  readonly baseOffset: number;
  /** Their base offsets are set. */
  readonly batches: readonly Buffer[];
  /** Behind the records and the commit markers that will follow them. */
  readonly nextOffset: number;
}

/** Finds what the tick under way has put out for a partition so far. */
export type PendingLookup = (partition: Partition) => PendingRecords | undefined;

const READ_BYTES = 128 * 1024;
const CACHED_CHUNKS_MAX = 4;

/**
 * Reads and decodes one partition of one source for all queries on it. Queries that stand at the same offset share
 * the decoded rows; the columns decoded are those any of them needs.
 */
export class SourceReader {
  readonly partition: Partition;
  readonly #source: Source;
  readonly #processingLog: ProcessingLog;
  readonly #pending: PendingLookup;
  readonly #endOffsetMax: number;
  #needed: boolean[] = [];
  #decoder: RecordDecoder | null = null;
  /** Latest chunks by the offset they were read from; dropped at the end of each tick. */
  readonly #chunks = new Map<number, Chunk>();

  constructor(options: {
    source: Source;
    partition: Partition;
    processingLog: ProcessingLog;
    pending: PendingLookup;
    /** Records at or beyond it are not read. Default: there is no such end. */
    endOffsetMax?: number;
  }) {
    this.#source = options.source;
    this.partition = options.partition;
    this.#processingLog = options.processingLog;
    this.#pending = options.pending;
    this.#endOffsetMax = options.endOffsetMax ?? Infinity;
  }

  /** Adds columns to those that are decoded. */
  need(needed: readonly boolean[]): void {
    this.#needed = needed.map((need, index) => need || (this.#needed[index] ?? false));
    this.#decoder = null;
    this.#chunks.clear();
  }

  /**
   * Up to where a reader that stands at `position` can read in this tick. What the tick has put out itself can be read
   * by whoever has read everything before it; others find it in the log after the commit.
   */
  endOffset(position: number): number {
    const pending = this.#pending(this.partition);
    const stable = Math.min(this.partition.stableEndOffset, this.#endOffsetMax);
    if (pending === undefined) return stable;
    return position >= pending.baseOffset || stable >= pending.baseOffset
      ? pending.nextOffset
      : stable;
  }

  /** The rows from `offset` on, at most about 128 KiB of records. Without a promise when they are in memory. */
  read(offset: number): Chunk | Promise<Chunk> {
    const cached = this.#chunks.get(offset);
    if (cached !== undefined) return cached;
    const pending = this.#pending(this.partition);
    if (pending !== undefined && offset >= pending.baseOffset) {
      return this.#decode(offset, { batches: pending.batches, nextOffset: pending.nextOffset });
    }
    const result = this.partition.read({
      offset,
      bytesMax: READ_BYTES,
      isolation: 'committed',
      ...(this.#endOffsetMax === Infinity ? {} : { endOffset: this.#endOffsetMax }),
    });
    return result instanceof Promise
      ? result.then((read) => this.#decode(offset, read))
      : this.#decode(offset, result);
  }

  #decode(offset: number, { batches, nextOffset }: ReadResult): Chunk {
    this.#decoder ??= new RecordDecoder(this.#source, this.#needed);
    const { partition } = this;
    const changes: Change[] = [];
    for (const batch of batches) {
      if (lastOffset(batch) < offset) continue;
      const from = { fromOffset: offset, toOffset: this.#endOffsetMax, partition: partition.index };
      this.#decoder.decode(batch, from, changes, ({ offset: at, message, payload }) => {
        this.#processingLog.report({
          origin: this.#source.name,
          message,
          topic: partition.topic.name,
          partition: partition.index,
          offset: at,
          ...(payload === null ? {} : { payload: payload.toString('base64') }),
        });
      });
    }
    const chunk = { changes, nextOffset };
    if (this.#chunks.size >= CACHED_CHUNKS_MAX) this.forgetChunks();
    this.#chunks.set(offset, chunk);
    return chunk;
  }

  forgetChunks(): void {
    this.#chunks.clear();
  }
}
