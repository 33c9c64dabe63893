import type { File } from '../../base/env.ts';
import { CorruptionError } from '../../base/errors.ts';
import {
  BATCH_HEADER_BYTES,
  BATCH_PREFIX_BYTES,
  batchSizeAt,
  lastOffset,
  validateBatch,
} from '../record-batch.ts';

const NOTHING = Buffer.alloc(0);

export interface BatchReaderOptions {
  readonly file: File;
  /** Where a batch begins. */
  readonly position: number;
  /** Where the last batch ends. */
  readonly end: number;
  /** How much to read at a time; more if a single batch is larger. */
  readonly chunkBytes: number;
  /** Bytes of the file from `position` on that are in memory already. */
  readonly chunk?: Buffer;
}

/**
 * Reads the batches of a file one after the other and checks each: length, magic, CRC. Batches returned share the
 * memory of a chunk, and each chunk is memory of its own.
 */
export class BatchReader {
  readonly #file: File;
  readonly #end: number;
  readonly #chunkBytes: number;
  #chunk: Buffer;
  #chunkPosition: number;
  #position: number;

  constructor({ file, position, end, chunkBytes, chunk }: BatchReaderOptions) {
    this.#file = file;
    this.#position = position;
    this.#chunkPosition = position;
    this.#end = end;
    this.#chunkBytes = chunkBytes;
    this.#chunk = chunk ?? NOTHING;
  }

  /** Where the next batch begins; after an error: the damaged one. */
  get position(): number {
    return this.#position;
  }

  /**
   * Where the batches in memory end that a read of about so many bytes will take, and the bytes behind them, going by
   * headers that nobody has checked: a guess that the reading proves. Null when not one batch is there as a whole.
   */
  guess(
    bytesMax: number,
  ): { readonly position: number; readonly nextOffset: number; readonly rest: Buffer } | null {
    const chunk = this.#chunk;
    const start = this.#position - this.#chunkPosition;
    let at = start;
    let nextOffset = -1;
    while (chunk.length - at >= BATCH_HEADER_BYTES) {
      const size = batchSizeAt(chunk, at);
      if (size < BATCH_HEADER_BYTES || at + size > chunk.length) break;
      if (at > start && at + size - start > bytesMax) break;
      nextOffset = lastOffset(chunk.subarray(at, at + size)) + 1;
      at += size;
    }
    if (at === start) return null;
    return { position: this.#chunkPosition + at, nextOffset, rest: chunk.subarray(at) };
  }

  /** Whether the next batch is in memory already. */
  get isLoaded(): boolean {
    const at = this.#position - this.#chunkPosition;
    const left = this.#chunk.length - at;
    return left >= BATCH_PREFIX_BYTES && left >= this.#sizeAt(at);
  }

  /**
   * The next batch, or null at the end. Awaits only when `isLoaded` is false.
   * @throws CorruptionError naming file and position when the bytes there are no batch.
   */
  async next(): Promise<Buffer | null> {
    if (this.#position === this.#end) return null;
    if (!this.isLoaded) await this.#load();
    return this.take();
  }

  /** Reads what `next` will need. @throws CorruptionError as `next`. */
  async load(): Promise<void> {
    if (this.#position < this.#end && !this.isLoaded) await this.#load();
  }

  /**
   * The next batch, which `isLoaded`.
   * @throws CorruptionError as `next`.
   */
  take(): Buffer {
    const at = this.#position - this.#chunkPosition;
    const batch = this.#chunk.subarray(at, at + this.#sizeAt(at));
    try {
      validateBatch(batch);
    } catch (error) {
      if (error instanceof CorruptionError) this.#fail(error.message);
      throw error;
    }
    this.#position += batch.length;
    return batch;
  }

  /** Goes back to a batch that was returned from the chunk still in memory. */
  stepBack(batch: Buffer): void {
    this.#position -= batch.length;
  }

  async #load(): Promise<void> {
    const left = this.#end - this.#position;
    const at = this.#position - this.#chunkPosition;
    const isPrefixLoaded = this.#chunk.length - at >= BATCH_PREFIX_BYTES;
    await this.#loadChunk(Math.max(this.#chunkBytes, isPrefixLoaded ? this.#sizeAt(at) : 0));
    if (left < BATCH_HEADER_BYTES) this.#fail(`${left} bytes are left, less than a batch header`);
    const size = this.#sizeAt(0);
    if (size > left) this.#fail(`a batch says it has ${size} bytes, ${left} are left`);
    if (size > this.#chunk.length) await this.#loadChunk(size);
  }

  async #loadChunk(bytesWanted: number): Promise<void> {
    const chunk = Buffer.allocUnsafe(Math.min(bytesWanted, this.#end - this.#position));
    const bytesRead = await this.#file.read(chunk, this.#position);
    if (bytesRead < chunk.length) {
      this.#fail(`the file ends after ${bytesRead} of ${chunk.length} bytes`);
    }
    this.#chunk = chunk;
    this.#chunkPosition = this.#position;
  }

  /** By its length field, which is checked to be possible for a batch. */
  #sizeAt(at: number): number {
    const size = batchSizeAt(this.#chunk, at);
    if (size < BATCH_HEADER_BYTES) this.#fail(`a batch says it has ${size} bytes`);
    return size;
  }

  #fail(what: string): never {
    throw new CorruptionError(`${this.#file.path}, byte ${this.#position}: ${what}`);
  }
}
