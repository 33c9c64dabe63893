import { ByteWriter } from '../../base/byte-writer.ts';
import type { FileSystem } from '../../base/env.ts';
import { baseOffset, lastOffset, maxTimestamp } from '../record-batch.ts';

/** A batch gets an entry when it begins at least this far behind the last one that has. */
const INTERVAL_BYTES = 4096;

/*
 * Both files are arrays of big-endian integers, as Kafka has them. Entry i of the one and entry i of the other are
 * written together and describe the same batch.
 *
 * | file       | bytes | field                                                                            |
 * |------------|-------|----------------------------------------------------------------------------------|
 * | .index     | 4     | base offset of the batch - base offset of the segment                            |
 * |            | 4     | position of the batch in the segment                                             |
 * | .timeindex | 8     | largest timestamp of the segment up to the end of the batch                      |
 * |            | 4     | last offset of the first batch that has that timestamp - base offset of the segment |
 */
const OFFSET_ENTRY_BYTES = 8;
const TIME_ENTRY_BYTES = 12;

export interface IndexPaths {
  readonly offsets: string;
  readonly times: string;
}

/**
 * The sparse index of one segment: from offset to position and from timestamp to offset, an entry every 4 KiB.
 *
 * It is a hint. The files are not synced and may be missing, short or garbage; loading keeps the entries that can be
 * right, a short index costs reading time only, and who follows an entry checks that the batch it names is there.
 * That check finds every wrong answer, because a search that went astray ends at a wrong entry.
 */
export class SegmentIndex {
  readonly #baseOffset: number;
  readonly #offsets = new ByteWriter();
  readonly #times = new ByteWriter();
  #entryCount = 0;
  #savedCount = 0;
  #lastPosition = 0;
  #maxTimestamp = -Infinity;
  #maxTimestampOffset = 0;

  constructor(baseOffset: number) {
    this.#baseOffset = baseOffset;
  }

  /** Reads what is usable of the files; an index without entries if they are missing. */
  static async load(options: {
    readonly files: FileSystem;
    readonly paths: IndexPaths;
    readonly baseOffset: number;
    /** Entries at or beyond this position of the segment are dropped. */
    readonly sizeBytes: number;
  }): Promise<SegmentIndex> {
    const { files, paths, baseOffset, sizeBytes } = options;
    const index = new SegmentIndex(baseOffset);
    const offsets = await readIfPresent(files, paths.offsets);
    const times = await readIfPresent(files, paths.times);
    const count = Math.min(
      Math.floor(offsets.length / OFFSET_ENTRY_BYTES),
      Math.floor(times.length / TIME_ENTRY_BYTES),
    );
    for (let i = 0; i < count; i++) {
      const offset = baseOffset + offsets.readInt32BE(i * OFFSET_ENTRY_BYTES);
      const position = offsets.readInt32BE(i * OFFSET_ENTRY_BYTES + 4);
      const timestamp = Number(times.readBigInt64BE(i * TIME_ENTRY_BYTES));
      const timestampOffset = baseOffset + times.readInt32BE(i * TIME_ENTRY_BYTES + 8);
      const follows =
        position >= index.#lastPosition + INTERVAL_BYTES &&
        position < sizeBytes &&
        offset > index.#offsetAt(i - 1) &&
        timestamp >= index.#maxTimestamp &&
        timestampOffset >= index.#maxTimestampOffset;
      if (!follows) break;
      index.#maxTimestamp = timestamp;
      index.#maxTimestampOffset = timestampOffset;
      index.#addEntry(offset, position);
    }
    index.#savedCount = index.#entryCount;
    return index;
  }

  get entryCount(): number {
    return this.#entryCount;
  }

  /** Position of the last batch that has an entry, 0 if none has. */
  get lastPosition(): number {
    return this.#lastPosition;
  }

  /** Tells the index of the next batch of the segment. Batches up to the last entry may be told again. */
  add(batch: Buffer, position: number): void {
    const timestamp = maxTimestamp(batch);
    if (timestamp > this.#maxTimestamp) {
      this.#maxTimestamp = timestamp;
      this.#maxTimestampOffset = lastOffset(batch);
    }
    if (position >= this.#lastPosition + INTERVAL_BYTES)
      this.#addEntry(baseOffset(batch), position);
  }

  /** Drops the entries of batches that begin beyond the offset. */
  cut(offset: number): void {
    let count = this.#entryCount;
    while (count > 0 && this.#offsetAt(count - 1) > offset) count--;
    if (count === this.#entryCount) return;
    this.#entryCount = count;
    this.#savedCount = Math.min(this.#savedCount, count);
    this.#offsets.length = count * OFFSET_ENTRY_BYTES;
    this.#times.length = count * TIME_ENTRY_BYTES;
    this.#lastPosition = count === 0 ? 0 : this.#positionAt(count - 1);
    this.#maxTimestamp = count === 0 ? -Infinity : this.#timestampAt(count - 1);
    this.#maxTimestampOffset = count === 0 ? 0 : this.#timestampOffsetAt(count - 1);
  }

  /** The last batch with an entry that begins at or below the offset; the segment's first batch if there is none. */
  floor(offset: number): { readonly offset: number; readonly position: number } {
    let low = 0;
    let high = this.#entryCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#offsetAt(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return { offset: this.#baseOffset, position: 0 };
    return { offset: this.#offsetAt(low - 1), position: this.#positionAt(low - 1) };
  }

  /**
   * An offset below which all timestamps are smaller than the given one, as far up as the index knows; null: the
   * beginning. The batch that holds it has exactly `timestamp` as its largest.
   */
  floorOfTime(timestamp: number): { readonly offset: number; readonly timestamp: number } | null {
    let low = 0;
    let high = this.#entryCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timestampAt(middle) < timestamp) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    return { offset: this.#timestampOffsetAt(low - 1), timestamp: this.#timestampAt(low - 1) };
  }

  /** Writes the entries that are not in the files yet. Not synced: a lost index is built again. */
  async save(files: FileSystem, paths: IndexPaths): Promise<void> {
    const saved = this.#savedCount;
    const count = this.#entryCount;
    const offsets = { bytes: this.#offsets.copy(), from: saved * OFFSET_ENTRY_BYTES };
    const times = { bytes: this.#times.copy(), from: saved * TIME_ENTRY_BYTES };
    await writeEntries(files, paths.offsets, offsets);
    await writeEntries(files, paths.times, times);
    this.#savedCount = count;
  }

  #offsetAt(entry: number): number {
    if (entry < 0) return this.#baseOffset;
    return this.#baseOffset + this.#offsets.buffer.readInt32BE(entry * OFFSET_ENTRY_BYTES);
  }

  #positionAt(entry: number): number {
    return this.#offsets.buffer.readInt32BE(entry * OFFSET_ENTRY_BYTES + 4);
  }

  #timestampOffsetAt(entry: number): number {
    return this.#baseOffset + this.#times.buffer.readInt32BE(entry * TIME_ENTRY_BYTES + 8);
  }

  #timestampAt(entry: number): number {
    return Number(this.#times.buffer.readBigInt64BE(entry * TIME_ENTRY_BYTES));
  }

  #addEntry(offset: number, position: number): void {
    this.#offsets.writeInt32(offset - this.#baseOffset);
    this.#offsets.writeInt32(position);
    this.#times.writeInt64(this.#maxTimestamp);
    this.#times.writeInt32(this.#maxTimestampOffset - this.#baseOffset);
    this.#lastPosition = position;
    this.#entryCount++;
  }
}

async function readIfPresent(files: FileSystem, path: string): Promise<Buffer> {
  return (await files.exists(path)) ? await files.readFile(path) : Buffer.alloc(0);
}

async function writeEntries(
  files: FileSystem,
  path: string,
  { bytes, from }: { readonly bytes: Buffer; readonly from: number },
): Promise<void> {
  const file = await files.open(path, 'create');
  try {
    await file.write(bytes.subarray(from), from);
    await file.truncate(bytes.length);
  } finally {
    await file.close();
  }
}
