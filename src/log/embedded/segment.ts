import { join } from 'node:path';
import { assert } from '../../base/assert.ts';
import type { File, FileSystem } from '../../base/env.ts';
import { CorruptionError } from '../../base/errors.ts';
import { baseOffset, isControl, lastOffset, maxTimestamp } from '../record-batch.ts';
import { decompressBatch } from '../batch-compression.ts';
import { RecordCursor } from '../record-cursor.ts';
import { BatchReader } from './batch-reader.ts';
import type { ReadsAhead } from './reads-ahead.ts';
import type { RecentIndexes } from './recent-indexes.ts';
import { SegmentIndex } from './segment-index.ts';
import type { IndexPaths } from './segment-index.ts';

const CHUNK_BYTES = 1 << 20;

/** Enough for an index interval and a batch or two: for looking at single batches. */
const LOOK_BYTES = 16 << 10;

/** More than this without an entry at the end of a segment: its index is short and gets built again. */
const UNINDEXED_BYTES_MAX = 4 << 20;

const LOG_SUFFIX = '.log';
const LOG_NAME = /^\d{20}\.log$/;

export interface SegmentLocation {
  readonly files: FileSystem;
  /** Of the partition. */
  readonly directory: string;
  readonly recentIndexes: RecentIndexes;
  readonly readsAhead: ReadsAhead;
  /** In a compacted topic, offsets are missing between and inside of batches. */
  readonly gapsAllowed: boolean;
}

/** Path of a segment without the ending of one of its files. */
export function segmentStem(directory: string, baseOffset: number): string {
  return join(directory, String(baseOffset).padStart(20, '0'));
}

/** Base offsets of the segments a partition's directory holds, ascending. Other files are ignored. */
export async function listSegments(files: FileSystem, directory: string): Promise<number[]> {
  const names = await files.list(directory);
  return names.filter((name) => LOG_NAME.test(name)).map((name) => parseInt(name, 10));
}

export interface ScanResult {
  /** One past the last good record. */
  readonly endOffset: number;
  /** Where the first damaged batch begins; the size of the segment if there is none. */
  readonly position: number;
  readonly damage: CorruptionError | null;
}

/** A reader that stands before the batch that has, or in a compacted topic lies behind, the offset. */
interface Place {
  readonly reader: BatchReader;
  readonly offset: number;
}

/**
 * A run of batches in one file, with its index. The last segment of a partition is active: it has an open file and
 * can be appended to. Reads open the file for themselves, so that rolling or deleting never waits for a reader.
 */
export class Segment {
  readonly baseOffset: number;
  readonly path: string;
  /** When its first and its last record were written, ms since the epoch; null for a segment without any. */
  writtenMs: { readonly first: number; readonly last: number } | null = null;
  /** Its file is being replaced or removed: what was read from it since does not count. */
  isStale = false;
  #hasFailedToSync = false;
  readonly #location: SegmentLocation;
  readonly #indexPaths: IndexPaths;
  #sizeBytes: number;
  #file: File | null = null;
  #index: SegmentIndex | null = null;
  #isIndexRebuilt = false;
  /** Where the last read ended: sequential readers need no index. */
  #resume = { offset: -1, position: 0 };

  private constructor(location: SegmentLocation, baseOffset: number, sizeBytes: number) {
    const stem = segmentStem(location.directory, baseOffset);
    this.baseOffset = baseOffset;
    this.path = stem + LOG_SUFFIX;
    this.#location = location;
    this.#indexPaths = { offsets: `${stem}.index`, times: `${stem}.timeindex` };
    this.#sizeBytes = sizeBytes;
  }

  /** Makes an empty active segment; the name is durable when this resolves. */
  static async create(location: SegmentLocation, baseOffset: number): Promise<Segment> {
    const segment = new Segment(location, baseOffset, 0);
    segment.#file = await location.files.open(segment.path, 'create');
    segment.#index = new SegmentIndex(baseOffset);
    try {
      await segment.#file.truncate(0);
      await location.files.syncDirectory(location.directory);
    } catch (error) {
      await segment.close();
      throw error;
    }
    return segment;
  }

  /** An existing segment, closed. */
  static async open(location: SegmentLocation, baseOffset: number): Promise<Segment> {
    const segment = new Segment(location, baseOffset, 0);
    segment.#sizeBytes = await segment.#withFile((file) => file.size());
    return segment;
  }

  /** Bytes written. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Opens the file for appending. */
  async activate(): Promise<void> {
    assert(this.#file === null, 'a segment is activated once');
    this.#file = await this.#location.files.open(this.path, 'readWrite');
    await this.#loadIndex();
    this.#location.recentIndexes.forget(this);
  }

  /** Writes the batches at the end; on disk after `sync`. */
  async append(batches: readonly Buffer[], nowMs: number): Promise<void> {
    await this.#activeFile().writeAll(batches, this.#sizeBytes);
    this.writtenMs = { first: this.writtenMs?.first ?? nowMs, last: nowMs };
    for (const batch of batches) {
      this.#activeIndex().add(batch, this.#sizeBytes);
      this.#sizeBytes += batch.length;
    }
  }

  /**
   * Goes on after a write for which there was no room: cuts what is half written. When it was sealed already and its
   * successor could not be made, it is the active segment again.
   * @param endOffset one past its last record, where the successor would have begun.
   */
  async resume(endOffset: number): Promise<void> {
    if (this.#file === null) {
      const { files, directory } = this.#location;
      // Left behind, it would stand in the way of what is written here from now on.
      await removeSegment(files, directory, endOffset);
      await files.syncDirectory(directory);
      await this.activate();
    }
    await this.#activeFile().truncate(this.#sizeBytes);
  }

  /** Makes everything written durable. */
  async sync(): Promise<void> {
    try {
      await this.#activeFile().sync();
    } catch (error) {
      this.#hasFailedToSync = true;
      throw error;
    }
  }

  /** After a sync that failed nobody knows what of the file is on disk. */
  get isInDoubt(): boolean {
    return this.#hasFailedToSync;
  }

  /** Saves the index of an active segment. */
  async saveIndex(): Promise<void> {
    await this.#activeIndex().save(this.#location.files, this.#indexPaths);
  }

  /** Syncs the data, saves the index and closes the file: the segment will not change any more. */
  async seal(): Promise<void> {
    await this.sync();
    await this.saveIndex();
    await this.close();
    this.#location.recentIndexes.use(this);
  }

  /** Closes the file of an active segment as it is. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  /** Drops what was read ahead; its file is closed when the `readsAhead` of the location say so. */
  stopReading(): void {
    this.#location.readsAhead.forget(this);
  }

  forgetIndex(): void {
    if (this.#file === null) this.#index = null;
  }

  /**
   * Whole batches from the one that holds `offset` on, up to about `bytesMax` but at least one, all beginning below
   * `endOffset`.
   * @param range offset and endOffset lie in this segment or are its end.
   * @throws CorruptionError naming file and position.
   */
  async read(range: {
    readonly offset: number;
    readonly endOffset: number;
    readonly bytesMax: number;
  }): Promise<Buffer[]> {
    const { files, readsAhead } = this.#location;
    const { offset, position } = this.#resume;
    const isSequential = offset === range.offset;
    const chunkBytes = Math.max(range.bytesMax, LOOK_BYTES);
    const ahead = isSequential ? await readsAhead.take(this, position) : null;
    const file = ahead?.file ?? (await files.open(this.path, 'read'));
    let isHandedOn = false;
    const readAhead = (reader: BatchReader): void => {
      const guess = reader.guess(range.bytesMax);
      if (guess === null || guess.nextOffset >= range.endOffset || this.isStale) return;
      const bytes = Math.min(chunkBytes, this.#sizeBytes - guess.position);
      if (bytes <= 0) return;
      readsAhead.start(this, { file, position: guess.position, known: guess.rest, bytes });
      isHandedOn = true;
    };
    try {
      const place = isSequential
        ? { offset, reader: this.#reader(file, position, chunkBytes, ahead?.chunk ?? undefined) }
        : await this.#readerAt(file, range.offset, chunkBytes);
      const { reader } = place;
      if (isSequential) {
        await reader.load();
        // What comes next is read while this is checked.
        readAhead(reader);
      }
      const { batches, next } = await this.#collect(place, range);
      this.#resume = { offset: next, position: reader.position };
      return batches;
    } finally {
      if (!isHandedOn) await file.close();
    }
  }

  /** The batches of a read, and the offset the reader stands at afterwards. */
  async #collect(
    { reader, offset }: Place,
    range: { readonly offset: number; readonly endOffset: number; readonly bytesMax: number },
  ): Promise<{ readonly batches: Buffer[]; readonly next: number }> {
    const batches: Buffer[] = [];
    let next = offset;
    let bytes = 0;
    try {
      while (batches.length === 0 || (bytes < range.bytesMax && reader.isLoaded)) {
        const batch = await reader.next();
        if (batch === null) break;
        const first = baseOffset(batch);
        this.#checkContinues(batch, next, reader);
        const isLast =
          first >= range.endOffset || (bytes > 0 && bytes + batch.length > range.bytesMax);
        if (isLast) {
          reader.stepBack(batch);
          break;
        }
        next = lastOffset(batch) + 1;
        if (next <= range.offset) continue;
        batches.push(batch);
        bytes += batch.length;
      }
    } catch (error) {
      // What comes before the damage is good; the next read meets the damage first.
      if (!(error instanceof CorruptionError) || batches.length === 0) throw error;
    }
    return { batches, next };
  }

  /** One past the last record, found by way of the index. */
  async endOffset(): Promise<number> {
    return this.#withFile(async (file) => {
      const { reader, offset } = await this.#readerAt(file, Infinity, LOOK_BYTES);
      let end = offset;
      for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
        this.#checkContinues(batch, end, reader);
        end = lastOffset(batch) + 1;
      }
      return end;
    });
  }

  /**
   * Hands every batch of a segment that is not written to any more to the visitor, in order, until it returns false.
   */
  async visit(visitor: (batch: Buffer) => Promise<boolean>): Promise<void> {
    await this.#withFile(async (file) => {
      const reader = this.#reader(file, 0, CHUNK_BYTES);
      let expected = this.baseOffset;
      for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
        this.#checkContinues(batch, expected, reader);
        expected = lastOffset(batch) + 1;
        if (!(await visitor(batch))) return;
      }
    });
  }

  /** Takes its files away; the caller syncs the directory. */
  async remove(): Promise<void> {
    this.#location.recentIndexes.forget(this);
    this.stopReading();
    await removeSegment(this.#location.files, this.#location.directory, this.baseOffset);
  }

  /**
   * Offset of the first data record from `startOffset` on and below `endOffset` with a timestamp >= `timestamp`; null
   * if there is none.
   */
  async offsetForTime(
    timestamp: number,
    { startOffset, endOffset }: { readonly startOffset: number; readonly endOffset: number },
  ): Promise<number | null> {
    return this.#withFile(async (file) => {
      const place = await this.#readerAtTime(file, timestamp);
      const { reader } = place;
      let expected = place.offset;
      for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
        this.#checkContinues(batch, expected, reader);
        expected = lastOffset(batch) + 1;
        if (baseOffset(batch) >= endOffset) return null;
        const offset = firstOffsetAtTime(batch, timestamp, startOffset);
        if (offset !== null) return offset;
      }
      return null;
    });
  }

  /**
   * Checks every batch from an indexed one at or below `offset` to the end of the file, hands those to the visitor
   * that begin at or beyond `offset` and completes the index. Damage is reported, not thrown.
   */
  async scan(
    offset: number,
    visit: (batch: Buffer, position: number) => void,
  ): Promise<ScanResult> {
    return this.#withFile(async (file) => {
      let index = await this.#loadIndex();
      let start = index.floor(offset);
      if (start.position > 0 && !(await this.#isBatchAt(file, start))) {
        index = new SegmentIndex(this.baseOffset);
        this.#index = index;
        start = { offset: this.baseOffset, position: 0 };
      }
      index.cut(start.offset);
      const reader = this.#reader(file, start.position, CHUNK_BYTES);
      let expected = start.offset;
      let position = start.position;
      try {
        for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
          this.#checkContinues(batch, expected, reader);
          index.add(batch, position);
          if (baseOffset(batch) >= offset) visit(batch, position);
          expected = lastOffset(batch) + 1;
          position = reader.position;
        }
      } catch (error) {
        if (!(error instanceof CorruptionError)) throw error;
        return { endOffset: expected, position, damage: error };
      }
      return { endOffset: expected, position, damage: null };
    });
  }

  /**
   * Cuts the file after copying what is cut to `quarantinePath`; both are durable when this resolves, the copy first.
   */
  async cut(position: number, quarantinePath: string): Promise<void> {
    const file = this.#activeFile();
    const quarantine = await this.#location.files.open(quarantinePath, 'create');
    try {
      await this.#copy(file, position, quarantine, 0);
      await quarantine.truncate(this.#sizeBytes - position);
      await quarantine.sync();
    } finally {
      await quarantine.close();
    }
    await this.#location.files.syncDirectory(join(quarantinePath, '..'));
    await file.truncate(position);
    await file.sync();
    this.#sizeBytes = position;
  }

  /**
   * Writes the bytes from `position` on over themselves and syncs them. After a failed fsync of an earlier process the
   * system may show bytes as clean that never reached the disk; only written again are they written at all.
   */
  async rewrite(position: number): Promise<void> {
    const file = this.#activeFile();
    await this.#copy(file, position, file, position);
    await file.sync();
  }

  async #copy(from: File, position: number, to: File, target: number): Promise<void> {
    for (let at = position; at < this.#sizeBytes; at += CHUNK_BYTES) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#sizeBytes - at));
      const bytesRead = await from.read(chunk, at);
      await to.write(chunk.subarray(0, bytesRead), target + at - position);
    }
  }

  #activeFile(): File {
    assert(this.#file !== null, 'only an active segment is written to');
    return this.#file;
  }

  #activeIndex(): SegmentIndex {
    assert(this.#index !== null, 'the index of a segment being written or scanned is loaded');
    return this.#index;
  }

  /** @param chunk bytes of the file from the position on, if some are in memory. */
  #reader(file: File, position: number, chunkBytes: number, chunk?: Buffer): BatchReader {
    const end = this.#sizeBytes;
    return new BatchReader({ file, position, end, chunkBytes, ...(chunk && { chunk }) });
  }

  /** Stands at an indexed batch at or below the offset, having seen that it is there. */
  async #readerAt(file: File, offset: number, chunkBytes: number): Promise<Place> {
    const index = await this.#loadIndex();
    const entry = index.floor(offset);
    const reader = this.#reader(file, entry.position, chunkBytes);
    const isKnown = entry.position === 0 || (await this.#stands(reader, entry.offset));
    if (isKnown) return { reader, offset: entry.offset };
    const found = (await this.#rebuildIndex(file)).floor(offset);
    return { reader: this.#reader(file, found.position, chunkBytes), offset: found.offset };
  }

  async #readerAtTime(file: File, timestamp: number): Promise<Place> {
    const index = await this.#loadIndex();
    const entry = index.floorOfTime(timestamp);
    if (entry === null) {
      return { reader: this.#reader(file, 0, LOOK_BYTES), offset: this.baseOffset };
    }
    const { reader } = await this.#readerAt(file, entry.offset, LOOK_BYTES);
    for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
      if (lastOffset(batch) < entry.offset) continue;
      if (maxTimestamp(batch) !== entry.timestamp) break;
      reader.stepBack(batch);
      return { reader, offset: baseOffset(batch) };
    }
    const rebuilt = await this.#rebuildIndex(file);
    const offset = rebuilt.floorOfTime(timestamp)?.offset ?? this.baseOffset;
    const found = rebuilt.floor(offset);
    return { reader: this.#reader(file, found.position, LOOK_BYTES), offset: found.offset };
  }

  /** Whether the reader stands before a sound batch with that base offset. */
  async #stands(reader: BatchReader, offset: number): Promise<boolean> {
    try {
      const batch = await reader.next();
      if (batch === null) return false;
      reader.stepBack(batch);
      return baseOffset(batch) === offset;
    } catch (error) {
      if (error instanceof CorruptionError) return false;
      throw error;
    }
  }

  async #isBatchAt(
    file: File,
    entry: { readonly offset: number; readonly position: number },
  ): Promise<boolean> {
    return this.#stands(this.#reader(file, entry.position, LOOK_BYTES), entry.offset);
  }

  async #loadIndex(): Promise<SegmentIndex> {
    const location = this.#location;
    if (this.#file === null) location.recentIndexes.use(this);
    if (this.#index !== null) return this.#index;
    const index = await SegmentIndex.load({
      files: location.files,
      paths: this.#indexPaths,
      baseOffset: this.baseOffset,
      sizeBytes: this.#sizeBytes,
    });
    const unindexedBytes = this.#sizeBytes - index.lastPosition;
    const isShort = unindexedBytes > UNINDEXED_BYTES_MAX && !this.#isIndexRebuilt;
    // An active segment is scanned after opening, which completes its index.
    if (isShort && this.#file === null) return this.#withFile((file) => this.#rebuildIndex(file));
    return (this.#index ??= index);
  }

  /** Reads the whole segment, which may grow meanwhile. */
  async #rebuildIndex(file: File): Promise<SegmentIndex> {
    this.#isIndexRebuilt = true;
    const index = new SegmentIndex(this.baseOffset);
    let expected = this.baseOffset;
    let position = 0;
    while (position < this.#sizeBytes) {
      const reader = this.#reader(file, position, CHUNK_BYTES);
      for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
        this.#checkContinues(batch, expected, reader);
        index.add(batch, position);
        expected = lastOffset(batch) + 1;
        position = reader.position;
      }
    }
    this.#index = index;
    if (this.#file === null) await index.save(this.#location.files, this.#indexPaths);
    return index;
  }

  #checkContinues(batch: Buffer, expected: number, reader: BatchReader): void {
    const base = baseOffset(batch);
    if (base === expected || (base > expected && this.#location.gapsAllowed)) return;
    throw new CorruptionError(
      `${this.path}, byte ${reader.position - batch.length}: a batch begins at offset ` +
        `${baseOffset(batch)} where ${expected} should follow`,
    );
  }

  async #withFile<T>(work: (file: File) => Promise<T>): Promise<T> {
    const file = await this.#location.files.open(this.path, 'read');
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }
}

/** Removes the files of a segment, its indexes first. */
export async function removeSegment(
  files: FileSystem,
  directory: string,
  baseOffset: number,
): Promise<void> {
  const stem = segmentStem(directory, baseOffset);
  for (const suffix of ['.index', '.timeindex', LOG_SUFFIX]) await files.remove(stem + suffix);
}

/**
 * Offset of the first record of a data batch, from `startOffset` on, with a timestamp >= `timestamp`; null if it has
 * none.
 */
export function firstOffsetAtTime(
  batch: Buffer,
  timestamp: number,
  startOffset: number,
): number | null {
  if (isControl(batch) || maxTimestamp(batch) < timestamp) return null;
  const cursor = new RecordCursor(decompressBatch(batch));
  while (cursor.next()) {
    if (cursor.timestamp >= timestamp && cursor.offset >= startOffset) return cursor.offset;
  }
  return null;
}
