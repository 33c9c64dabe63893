// Hot path: once per batch.
import { DatabaseError } from '../base/errors.ts';
import type { Source } from '../catalog/source.ts';
import { SchemaNeeded } from '../formats/registered-schema.ts';
import type { SchemaCache } from '../formats/schema-cache.ts';
import type { Partition, ReadResult } from '../log/log.ts';
import { lastOffset } from '../log/record-batch.ts';
import type { Change } from '../operators/change.ts';
import { type DecodeProblem, RecordDecoder } from './record-decoder.ts';

/** Rows read from a partition, in offset order. */
export interface Chunk {
  readonly changes: readonly Change[];
  /** Records among them that could not be read, in offset order. */
  readonly problems: readonly DecodeProblem[];
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

/** Up to where the tick under way reads a partition of what stands in the log. */
export type EndLookup = (partition: Partition) => number;

/** Bytes asked of the log at a time. */
const READ_BYTES = 1024 * 1024;
/** Rows decoded at a time, unless told otherwise: few enough to be processed while they are young. */
const CHUNK_ROWS = 1_024;
const CACHED_CHUNKS_MAX = 4;

/** Batches as they lie in the log. */
interface RawRead extends ReadResult {
  readonly fromOffset: number;
}

/**
 * Reads and decodes one partition of one source for all queries on it. Queries that stand at the same offset share
 * the decoded rows; the columns decoded are those any of them needs.
 */
export class SourceReader {
  readonly partition: Partition;
  readonly source: Source;
  readonly #schemas: SchemaCache | undefined;
  readonly #pending: PendingLookup;
  readonly #end: EndLookup;
  #endOffsetMax: number;
  readonly #chunkRows: number;
  readonly #failsOnInvalidTime: boolean;
  readonly #timeMax: () => number;
  readonly #mayWait: boolean;
  readonly #isCut: (partition: Partition) => boolean;
  #needed: boolean[] = [];
  #decoder: RecordDecoder | null = null;
  /** Latest chunks by the offset they were read from; dropped at the end of each tick. */
  readonly #chunks = new Map<number, Chunk>();
  #raw: RawRead | null = null;
  /** What comes after `#raw`, being read. */
  #ahead: { fromOffset: number; reading: ReadResult | Promise<ReadResult> } | null = null;

  constructor(options: {
    source: Source;
    partition: Partition;
    /** Of payloads that name theirs; without it none of them can be read. */
    schemas?: SchemaCache;
    /**
     * Whether a read may wait for the schema of a payload; else it throws SchemaNeeded, and nothing was read. Default: it
     * may.
     */
    mayWait?: boolean;
    pending: PendingLookup;
    /** Default: all that is stable. */
    end?: EndLookup;
    /** Whether the partition has more than `end` says; default: it never has. */
    isCut?: (partition: Partition) => boolean;
    /** Whether a record without a usable time is an error of the read. */
    failsOnInvalidTime: boolean;
    /** The latest time a record may have at this moment; default: there is no such bound. */
    timeMax?: () => number;
    /** Records at or beyond it are not read. Default: there is no such end. */
    endOffsetMax?: number;
    /** Rows decoded at a time. */
    chunkRows?: number;
  }) {
    this.#chunkRows = options.chunkRows ?? CHUNK_ROWS;
    this.source = options.source;
    this.partition = options.partition;
    this.#failsOnInvalidTime = options.failsOnInvalidTime;
    this.#timeMax = options.timeMax ?? (() => Infinity);
    this.#schemas = options.schemas;
    this.#mayWait = options.mayWait ?? true;
    this.#pending = options.pending;
    this.#end = options.end ?? ((partition) => partition.stableEndOffset);
    this.#isCut = options.isCut ?? (() => false);
    this.#endOffsetMax = options.endOffsetMax ?? Infinity;
  }

  /** Adds columns to those that are decoded. */
  need(needed: readonly boolean[]): void {
    this.#needed = needed.map((need, index) => need || (this.#needed[index] ?? false));
    this.#decoder = null;
    this.forgetChunks();
  }

  /** Reads on beyond the end it was given. */
  liftEnd(): void {
    this.#endOffsetMax = Infinity;
    this.forgetChunks();
  }

  /**
   * Up to where a reader that stands at `position` can read in this tick. What the tick has put out itself can be read
   * by whoever has read everything before it; others find it in the log after the commit.
   */
  endOffset(position: number): number {
    const pending = this.#pending(this.partition);
    if (pending === undefined) return Math.min(this.#end(this.partition), this.#endOffsetMax);
    // Nobody else writes to the partition until the tick is committed.
    const stable = Math.min(this.partition.stableEndOffset, this.#endOffsetMax);
    return position >= pending.baseOffset || stable >= pending.baseOffset
      ? pending.nextOffset
      : stable;
  }

  /** Whether there are records behind `endOffset` that have to wait for another tick. */
  get isCut(): boolean {
    return this.#pending(this.partition) === undefined && this.#isCut(this.partition);
  }

  /**
   * The rows from `offset` on, about a thousand and none at or beyond `endOffset`. Without a promise when they are in
   * memory.
   */
  read(offset: number): Chunk | Promise<Chunk> {
    const chunk = this.#chunkAt(offset);
    return chunk instanceof Promise
      ? chunk.then((read) => this.#upToEnd(offset, read))
      : this.#upToEnd(offset, chunk);
  }

  /** The log may have grown since the tick began. */
  #upToEnd(offset: number, chunk: Chunk): Chunk {
    const end = this.endOffset(offset);
    if (chunk.nextOffset <= end) return chunk;
    return {
      changes: chunk.changes.filter((change) => change.offset < end),
      problems: chunk.problems.filter((problem) => problem.offset < end),
      nextOffset: end,
    };
  }

  #chunkAt(offset: number): Chunk | Promise<Chunk> {
    const cached = this.#chunks.get(offset);
    if (cached !== undefined) return cached;
    const pending = this.#pending(this.partition);
    if (pending !== undefined && offset >= pending.baseOffset) {
      return this.#decode(offset, pending);
    }
    const raw = this.#raw;
    if (raw !== null && offset >= raw.fromOffset && offset < raw.nextOffset) {
      return this.#decode(offset, raw);
    }
    const reading = this.#ahead?.fromOffset === offset ? this.#ahead.reading : this.#fetch(offset);
    this.#ahead = null;
    return reading instanceof Promise
      ? reading.then((read) => this.#decode(offset, this.#keep(offset, read)))
      : this.#decode(offset, this.#keep(offset, reading));
  }

  #fetch(offset: number): ReadResult | Promise<ReadResult> {
    return this.partition.read({
      offset,
      bytesMax: READ_BYTES,
      isolation: 'committed',
      ...(this.#endOffsetMax === Infinity ? {} : { endOffset: this.#endOffsetMax }),
    });
  }

  /** Remembers what was read and, while there is a backlog, begins to read what comes next. */
  #keep(fromOffset: number, read: ReadResult): RawRead {
    const raw = { fromOffset, ...read };
    this.#raw = raw;
    const next = read.nextOffset;
    if (next < Math.min(this.partition.stableEndOffset, this.#endOffsetMax)) {
      const reading = this.#fetch(next);
      // Whoever reads on gets the error; if nobody does, it does not matter.
      if (reading instanceof Promise) reading.catch(() => {});
      this.#ahead = { fromOffset: next, reading };
    }
    return raw;
  }

  /**
   * The rows of what was read. With a promise when the schema of a payload has to be fetched: then everything is
   * decoded again, for nothing was made of it.
   */
  #decode(offset: number, read: ReadResult): Chunk | Promise<Chunk> {
    try {
      return this.#decodeKnown(offset, read);
    } catch (error) {
      const schemas = this.#schemas;
      const isFetched = error instanceof SchemaNeeded && this.#mayWait;
      if (!isFetched || schemas === undefined) throw error;
      return schemas.load(error.id).then(() => this.#decode(offset, read));
    }
  }

  /** @throws SchemaNeeded */
  #decodeKnown(offset: number, { batches, nextOffset }: ReadResult): Chunk {
    this.#decoder ??= new RecordDecoder(this.source, this.#needed, this.#schemas);
    const changes: Change[] = [];
    const problems: DecodeProblem[] = [];
    const report = (problem: DecodeProblem): void => {
      if (problem.kind === 'time' && this.#failsOnInvalidTime) throw this.#noUsableTime(problem);
      problems.push(problem);
    };
    const options = {
      fromOffset: offset,
      toOffset: this.#endOffsetMax,
      partition: this.partition.index,
      countMax: this.#chunkRows,
      timeMax: this.#timeMax(),
    };
    let next = nextOffset;
    for (const batch of batches) {
      const last = lastOffset(batch);
      if (last < options.fromOffset) continue;
      const reached = this.#decoder.decode(batch, options, changes, report);
      if (reached <= last) {
        next = reached;
        break;
      }
      options.fromOffset = reached;
      const isFull = changes.length >= this.#chunkRows || problems.length >= this.#chunkRows;
      if (isFull && reached < nextOffset) {
        next = reached;
        break;
      }
    }
    const chunk = { changes, problems, nextOffset: next };
    if (this.#chunks.size >= CACHED_CHUNKS_MAX) this.#chunks.clear();
    this.#chunks.set(offset, chunk);
    return chunk;
  }

  #noUsableTime({ offset, message }: DecodeProblem): DatabaseError {
    const { topic, index } = this.partition;
    return new DatabaseError(
      'BAD_STATEMENT',
      `The record at offset ${offset} of partition ${index} of ${topic.name} has no usable time: ${message}.`,
    );
  }

  /** Lets go of everything read; at the end of a tick, or when what it put out itself is taken back. */
  forgetChunks(): void {
    this.#chunks.clear();
    this.#raw = null;
    this.#ahead = null;
    this.#schemas?.forgetMissing();
  }
}
