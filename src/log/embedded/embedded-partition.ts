import { basename, join } from 'node:path';
import { assert } from '../../base/assert.ts';
import { isDiskFull, type WaitForRoom } from '../../base/disk-full.ts';
import type { Env } from '../../base/env.ts';
import { CorruptionError, DatabaseError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { compressBatch } from '../batch-compression.ts';
import type { Isolation, Partition, ReadOptions, ReadResult, Topic } from '../log.ts';
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  batchSizeAt,
  isControl,
  isTransactional,
  lastOffset,
  lastOffsetDelta,
  setBaseOffset,
  setLogAppendTime,
} from '../record-batch.ts';
import { isCompacted } from '../topic-settings.ts';
import { writeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { compact, isWorthCompacting } from './compaction.ts';
import type { CapturedFile } from './log-backup.ts';
import type { Producers } from './producers.ts';
import { writeLogStart } from './log-start.ts';
import type { RecoveredPartition } from './partition-recovery.ts';
import {
  describePartition,
  partitionDamage,
  partitionFailure,
  partitionFull,
} from './partition-errors.ts';
import { ReadCollector } from './read-collector.ts';
import { isDueToRoll, retainedFrom } from './retention.ts';
import { firstOffsetAtTime, Segment } from './segment.ts';
import type { SegmentLocation } from './segment.ts';
import { TailCache } from './tail-cache.ts';
import type { CacheBudget } from './tail-cache.ts';
import type { CommittedTransaction, OpenTransaction, Transactions } from './transactions.ts';
import { Waiters } from './waiters.ts';

/** More waiting than this is written in the background, without a sync. */
const PENDING_BYTES_MAX = 4 << 20;

/** A checkpoint is due after so many bytes: that is what opening after a crash has to read again. */
const CHECKPOINT_BYTES = 16 << 20;

/** Compaction leaves the active segment alone, so a compacted topic gets smaller ones. */
const COMPACTED_SEGMENT_BYTES = 32 << 20;

const SMALL_FILES = ['start.json', 'checkpoint.json'];

export interface PartitionLimits {
  /** A segment that would grow beyond this is followed by a new one; a single larger batch gets its own. */
  readonly segmentBytesMax: number;
  /** Memory of the tail cache of one partition. Batches that are not written yet count and stay whatever it says. */
  readonly cacheBytesMax: number;
}

export interface PartitionOptions {
  readonly topic: Topic;
  readonly index: number;
  readonly location: SegmentLocation;
  readonly clock: Env['clock'];
  readonly logger: Logger;
  readonly limits: PartitionLimits;
  readonly cacheBudget: CacheBudget;
  readonly waitForRoom: WaitForRoom;
  /** Told, once, when the file system refused a write or a sync for good. */
  readonly onFailure: (failure: DatabaseError) => void;
}

interface SyncRequest {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One partition of the embedded log. Appending is memory only; one loop at a time writes and syncs for everybody who
 * waits. After an error of the file system the partition has failed: what the disk holds is known only after opening
 * the log again. A full disk is the exception, see `#giveUpUnwritten`.
 *
 * What is appended between two syncs stays in memory until written, so whoever appends bounds it, as a tick does.
 */
export class EmbeddedPartition implements Partition {
  readonly topic: Topic;
  readonly index: number;
  readonly #location: SegmentLocation;
  readonly #limits: PartitionLimits;
  readonly #clock: Env['clock'];
  readonly #logger: Logger;
  readonly #waitForRoom: WaitForRoom;
  readonly #onFailure: (failure: DatabaseError) => void;
  #segments: Segment[];
  readonly #cache: TailCache;
  readonly #transactions: Transactions;
  readonly #producers: Producers;
  readonly #appendedWaiters = new Waiters();
  readonly #stableWaiters = new Waiters();

  #startOffset: number;
  #endOffset: number;
  #writtenEndOffset: number;
  #durableEndOffset: number;
  #stableEndOffset: number;

  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #syncRequest: SyncRequest | null = null;
  #writeRequest: SyncRequest | null = null;
  #writing: Promise<void> | null = null;

  #checkpointOffset: number;
  #bytesSinceCheckpoint: number;
  /** Taken while appending, written once everything below its offset is durable. */
  #checkpointDue: Checkpoint | null = null;

  /** Below it compaction has looked at every key. */
  #cleanedOffset: number;
  #maintaining: Promise<void> | null = null;
  /** Backups under way. */
  #holds = 0;

  /** Why nothing works any more. */
  #failure: DatabaseError | null = null;
  #isClosing = false;

  constructor(options: PartitionOptions, recovered: RecoveredPartition) {
    this.topic = options.topic;
    this.index = options.index;
    this.#location = options.location;
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#waitForRoom = options.waitForRoom;
    this.#onFailure = options.onFailure;
    this.#segments = recovered.segments;
    this.#transactions = recovered.transactions;
    this.#producers = recovered.producers;
    this.#startOffset = recovered.startOffset;
    this.#cleanedOffset = recovered.cleanedOffset;
    this.#endOffset = recovered.endOffset;
    this.#writtenEndOffset = recovered.endOffset;
    this.#durableEndOffset = recovered.endOffset;
    this.#stableEndOffset = recovered.transactions.stableBelow(recovered.endOffset);
    this.#checkpointOffset = recovered.checkpointOffset;
    this.#bytesSinceCheckpoint = recovered.scannedBytes;
    this.#cache = new TailCache({
      bytesMax: options.limits.cacheBytesMax,
      budget: options.cacheBudget,
      endOffset: recovered.endOffset,
    });
  }

  get startOffset(): number {
    return this.#startOffset;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get durableEndOffset(): number {
    return this.#durableEndOffset;
  }

  get stableEndOffset(): number {
    return this.#stableEndOffset;
  }

  get isOffline(): boolean {
    return this.#failure !== null;
  }

  /** Transactions without a marker, oldest first. */
  openTransactions(): OpenTransaction[] {
    return this.#transactions.open();
  }

  /** The last one of each producer that has its commit marker. */
  committedTransactions(): CommittedTransaction[] {
    return this.#transactions.committed();
  }

  /** Makes every later call throw the error, and those that wait now. What runs is not interrupted. */
  fail(failure: DatabaseError): void {
    this.#failure ??= failure;
    this.#syncRequest?.reject(this.#failure);
    this.#syncRequest = null;
    this.#writeRequest?.reject(this.#failure);
    this.#writeRequest = null;
    this.#appendedWaiters.wake(Infinity);
    this.#stableWaiters.wake(Infinity);
  }

  append(batch: Buffer): number {
    this.#checkUsable();
    if (this.#isClosing) throw this.#closedError();
    assert(batch.length > BATCH_HEADER_BYTES, 'a batch has a header and records');
    assert(batchSizeAt(batch, 0) === batch.length, 'the buffer is exactly one batch');
    const offset = this.#endOffset;
    setBaseOffset(batch, offset);
    if (this.topic.settings.timestampType === 'LogAppendTime' && !isControl(batch)) {
      setLogAppendTime(batch, this.#clock.now());
    }
    this.#transactions.observe(batch);
    this.#producers.observe(batch);
    this.#endOffset = offset + lastOffsetDelta(batch) + 1;
    this.#cache.push(batch);
    this.#pending.push(batch);
    this.#pendingBytes += batch.length;
    this.#bytesSinceCheckpoint += batch.length;
    if (this.#bytesSinceCheckpoint >= CHECKPOINT_BYTES && this.#checkpointDue === null) {
      this.#takeCheckpoint();
    }
    if (this.#pendingBytes > PENDING_BYTES_MAX) this.#startWriting();
    this.#appendedWaiters.wake(this.#endOffset);
    return offset;
  }

  produce(batch: Buffer): { readonly offset: number; readonly isDuplicate: boolean } {
    this.#checkUsable();
    const original = this.#producers.find(batch);
    if (original !== null) return { offset: original, isDuplicate: true };
    return { offset: this.append(batch), isDuplicate: false };
  }

  write(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#writtenEndOffset === this.#endOffset) return Promise.resolve();
    this.#writeRequest ??= Promise.withResolvers<void>();
    this.#startWriting();
    return this.#writeRequest.promise;
  }

  sync(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    if (this.#durableEndOffset === this.#endOffset) return Promise.resolve();
    this.#syncRequest ??= Promise.withResolvers<void>();
    this.#startWriting();
    return this.#syncRequest.promise;
  }

  read(options: ReadOptions): ReadResult | Promise<ReadResult> {
    this.#checkUsable();
    const { offset, isolation } = options;
    if (offset >= 0 && offset < this.#startOffset) throw this.#expired(offset);
    if (!(offset >= 0 && offset <= this.#endOffset)) {
      throw new RangeError(
        `${this.#name} holds offsets ${this.startOffset} to ${this.#endOffset}; ${offset} is none of them`,
      );
    }
    const visibleEnd = isolation === 'committed' ? this.#stableEndOffset : this.#endOffset;
    const collector = new ReadCollector({
      next: offset,
      end: Math.min(visibleEnd, options.endOffset ?? Infinity),
      bytesMax: options.bytesMax,
      aborted: isolation === 'committed' ? this.#transactions : null,
    });
    if (collector.isDone) return collector.result();
    if (offset < this.#cache.startOffset) return this.#readFiles(collector);
    this.#collectCached(collector);
    return collector.result();
  }

  async offsetForTime(timestamp: number): Promise<number> {
    this.#checkUsable();
    const endOffset = this.#endOffset;
    const unwritten = this.#cachedFrom(this.#writtenEndOffset);
    const range = { startOffset: this.#startOffset, endOffset };
    let next: number | null = range.startOffset;
    while (next !== null) {
      const segment = this.#segmentOf(Math.max(next, this.#startOffset));
      const offset = await this.#readSegment(segment, () =>
        segment.offsetForTime(timestamp, range),
      );
      if (offset === undefined) continue;
      if (offset !== null) return offset;
      next = this.#segmentBehind(segment)?.baseOffset ?? null;
    }
    for (const batch of unwritten) {
      const offset = firstOffsetAtTime(batch, timestamp, range.startOffset);
      if (offset !== null) return offset;
    }
    return endOffset;
  }

  async deleteRecords(offset: number): Promise<number> {
    this.#checkUsable();
    await this.#maintaining;
    if (this.#holds > 0) {
      throw new DatabaseError('IN_USE', `${this.#name} is being backed up. Try again afterwards.`);
    }
    const work = this.#startFrom(Math.min(offset, this.#stableEndOffset));
    this.#maintaining = work.catch(() => undefined).finally(() => (this.#maintaining = null));
    await work;
    return this.#startOffset;
  }

  /**
   * Syncs everything and tells which bytes of which files hold it. From now until `endCapture` nothing is removed.
   * @param name of the partition's directory, below which files are named.
   */
  async capture(name: string): Promise<CapturedFile[]> {
    this.#holds++;
    this.#checkUsable();
    await this.#maintaining;
    await this.sync();
    const { files, directory } = this.#location;
    const captured: CapturedFile[] = [];
    // A checkpoint is never about more than what is in the files, which are looked at afterwards.
    for (const file of SMALL_FILES) {
      const path = join(directory, file);
      if (!(await files.exists(path))) continue;
      const content = await files.readFile(path);
      captured.push({ kind: 'content', name: join(name, file), content });
    }
    for (const { path, sizeBytes } of this.#segments) {
      captured.push({ kind: 'bytes', name: join(name, basename(path)), path, bytes: sizeBytes });
    }
    return captured;
  }

  /** Ends what `capture` began. */
  endCapture(): void {
    this.#holds--;
  }

  /**
   * Applies retention and compaction. What goes wrong is logged and tried again the next time, unless nobody knows any
   * more which files count: then the partition has failed.
   * @param neededFrom somebody has still to read the records from here on.
   */
  async maintain(neededFrom: number): Promise<void> {
    const isIdle = this.#maintaining === null && this.#holds === 0;
    if (this.#failure !== null || this.#isClosing || !isIdle) return;
    this.#maintaining = this.#maintain(neededFrom)
      .catch((error: unknown) => {
        const activity = 'removing old records';
        const failure = partitionFailure(this.#name, { activity, cause: error });
        this.#logger.error({ err: error }, failure.message);
        if (this.#segments.some(({ isStale }) => isStale)) this.fail(failure);
      })
      .finally(() => (this.#maintaining = null));
    await this.#maintaining;
  }

  onAvailable(
    { offset, isolation }: { offset: number; isolation: Isolation },
    callback: () => void,
  ): () => void {
    const isCommitted = isolation === 'committed';
    const waiters = isCommitted ? this.#stableWaiters : this.#appendedWaiters;
    const cancel = waiters.add(offset, callback);
    if (this.#failure !== null) waiters.wake(Infinity);
    else waiters.wake(isCommitted ? this.#stableEndOffset : this.#endOffset);
    return cancel;
  }

  /** Writes and syncs what is left unless the partition has failed, then closes the files. */
  async close(): Promise<void> {
    const hadFailed = this.#failure !== null;
    this.#isClosing = true;
    try {
      if (!hadFailed) await this.#finish();
    } finally {
      await this.release();
    }
  }

  /** Closes the files as they are. */
  async release(): Promise<void> {
    this.fail(this.#closedError());
    await this.#maintaining;
    await this.#writing;
    await this.#segments.at(-1)?.close();
    for (const segment of this.#segments) segment.stopReading();
    await this.#location.readsAhead.closed();
    this.#cache.clear();
  }

  async #finish(): Promise<void> {
    await this.sync();
    await this.#writing;
    if (this.#failure !== null) throw this.#failure;
    if (this.#checkpointOffset === this.#endOffset && this.#checkpointDue === null) return;
    this.#takeCheckpoint();
    await this.#writeCheckpoint();
  }

  #expired(offset: number): DatabaseError {
    return new DatabaseError(
      'SOURCE_EXPIRED',
      `${this.#name} begins at offset ${this.#startOffset}: the records from ${offset} on were removed before they were read.`,
    );
  }

  get #name(): string {
    return describePartition(this.topic, this.index);
  }

  #closedError(): DatabaseError {
    return new DatabaseError('STOPPING', `${this.#name} was closed.`);
  }

  #checkUsable(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  // Reading.

  #collectCached(collector: ReadCollector): void {
    this.#cache.visitFrom(collector.next, (batch) => collector.take(batch));
  }

  async #readFiles(collector: ReadCollector): Promise<ReadResult> {
    while (!collector.isDone && collector.isEmpty) {
      const { next } = collector;
      if (next >= this.#cache.startOffset) {
        this.#collectCached(collector);
        break;
      }
      if (next < this.#startOffset) throw this.#expired(next);
      const segment = this.#segmentOf(next);
      const batches = await this.#readSegment(segment, () =>
        segment.read({ offset: next, endOffset: collector.end, bytesMax: collector.bytesMax }),
      );
      if (batches === undefined) continue;
      if (batches.length === 0) this.#skipGap(collector, segment);
      for (const batch of batches) if (!collector.take(batch)) break;
    }
    return collector.result();
  }

  /** The rest of a compacted segment, up to the next or up to what is in memory, holds nothing any more. */
  #skipGap(collector: ReadCollector, segment: Segment): void {
    assert(this.#location.gapsAllowed, 'an offset below the end is in its segment');
    const cached = this.#cache.startOffset;
    const behind = this.#segmentBehind(segment)?.baseOffset ?? cached;
    collector.next = Math.min(collector.end, behind, cached > collector.next ? cached : Infinity);
  }

  #segmentOf(offset: number): Segment {
    const segment = this.#segments.findLast(({ baseOffset }) => baseOffset <= offset);
    assert(segment !== undefined, 'an offset at or beyond the start has a segment');
    return segment;
  }

  #segmentBehind({ baseOffset }: Segment): Segment | undefined {
    return this.#segments.find((segment) => segment.baseOffset > baseOffset);
  }

  /**
   * Damage found now that was not found when opening: this read fails, others may work. Undefined when the segment was
   * replaced or removed meanwhile: look for it again.
   */
  async #readSegment<T>(segment: Segment, read: () => Promise<T>): Promise<T | undefined> {
    try {
      if (!segment.isStale) {
        const result = await read();
        if (!segment.isStale) return result;
      }
    } catch (error) {
      this.#checkUsable();
      if (!segment.isStale) {
        if (error instanceof CorruptionError) throw partitionDamage(this.#name, error);
        throw error;
      }
    }
    await this.#clock.yield();
    this.#checkUsable();
    return undefined;
  }

  #cachedFrom(offset: number): Buffer[] {
    const batches: Buffer[] = [];
    if (offset === this.#endOffset) return batches;
    this.#cache.visitFrom(offset, (batch) => batches.push(batch) > 0);
    return batches;
  }

  // Writing.

  /** Whoever closed or deleted the partition before does not hear of it. */
  #failFor(cause: unknown, activity: string): void {
    const isNews = this.#failure === null && !this.#isClosing;
    const failure = partitionFailure(this.#name, { activity, cause });
    this.fail(failure);
    if (isNews) this.#onFailure(failure);
  }

  #startWriting(): void {
    this.#writing ??= this.#write();
  }

  get #hasToWrite(): boolean {
    return (
      this.#syncRequest !== null ||
      this.#writeRequest !== null ||
      this.#pendingBytes > PENDING_BYTES_MAX
    );
  }

  /** Runs until nobody waits for a sync and little is pending. Never rejects: errors go to those who wait. */
  async #write(): Promise<void> {
    try {
      // Appends and syncs of the same moment join the first round.
      await Promise.resolve();
      while (this.#hasToWrite && this.#failure === null) await this.#writeRound();
    } catch (error) {
      this.#failFor(error, 'writing its log');
    } finally {
      this.#writing = null;
    }
  }

  async #writeRound(): Promise<void> {
    const request = this.#syncRequest;
    const writeRequest = this.#writeRequest;
    this.#syncRequest = null;
    this.#writeRequest = null;
    try {
      await this.#writePending();
      writeRequest?.resolve();
      if (request !== null) await this.#syncWritten();
      request?.resolve();
    } catch (error) {
      const mayGoOn = isDiskFull(error) && !this.#segments.at(-1)!.isInDoubt;
      if (mayGoOn && this.#hasUnwrittenTransactions) {
        await this.#waitToWriteAgain(error, { request, writeRequest });
        return;
      }
      const full = mayGoOn ? this.#giveUpUnwritten(error) : null;
      const activity = 'writing its log';
      const failure = full ?? partitionFailure(this.#name, { activity, cause: error });
      request?.reject(failure);
      writeRequest?.reject(failure);
      if (full === null) throw error;
      await this.#resumeAppending();
      return;
    }
    const due = this.#checkpointDue;
    if (due !== null && due.offset <= this.#durableEndOffset) await this.#tryCheckpoint();
  }

  /**
   * There was no room for what is appended and not written: it is as if it had never been appended, and whoever waits
   * for it is told. At once, so that what is appended from now on gets the offsets it had.
   *
   * @returns what to tell.
   */
  #giveUpUnwritten(cause: unknown): DatabaseError {
    const unwritten = this.#cachedFrom(this.#writtenEndOffset);
    const end = this.#writtenEndOffset;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#endOffset = end;
    this.#cache.cut(end);
    this.#producers.forgetFrom(end);
    if (this.#checkpointDue !== null && this.#checkpointDue.offset > end) this.#putOffCheckpoint();
    const failure = partitionFull(this.#name, cause);
    const { topic, index } = this;
    const fields = { topic: topic.name, partition: index, batches: unwritten.length, err: cause };
    this.#logger.error(fields, failure.message);
    this.#syncRequest?.reject(failure);
    this.#syncRequest = null;
    this.#writeRequest?.reject(failure);
    this.#writeRequest = null;
    return failure;
  }

  get #hasUnwrittenTransactions(): boolean {
    const unwritten = this.#cachedFrom(this.#writtenEndOffset);
    return unwritten.some((batch) => isControl(batch) || isTransactional(batch));
  }

  /**
   * There was no room for the results of a tick, which other queries have read already at their offsets: they stay as
   * they are, and whoever waits for them goes on waiting, until there is room.
   * @throws the cause when nobody should wait any more.
   */
  async #waitToWriteAgain(
    cause: unknown,
    { request, writeRequest }: { request: SyncRequest | null; writeRequest: SyncRequest | null },
  ): Promise<void> {
    this.#pending = this.#cachedFrom(this.#writtenEndOffset);
    this.#pendingBytes = this.#pending.reduce((sum, { length }) => sum + length, 0);
    this.#syncRequest = joined(request, this.#syncRequest);
    this.#writeRequest = joined(writeRequest, this.#writeRequest);
    await this.#resumeAppending();
    const { topic, index } = this;
    const fields = { topic: topic.name, partition: index, batches: this.#pending.length };
    const message = `${this.#name}: no room on the disk for the results of queries; they wait for it`;
    this.#logger.error({ ...fields, err: cause }, message);
    if (!(await this.#waitForRoom())) throw cause;
  }

  /** Cuts what is half written, and takes up the last segment again if the next could not be made. */
  async #resumeAppending(): Promise<void> {
    await this.#segments.at(-1)!.resume(this.#writtenEndOffset);
  }

  /** A checkpoint only saves time: on a full disk the next one will do. */
  async #tryCheckpoint(): Promise<void> {
    try {
      await this.#writeCheckpoint();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#putOffCheckpoint();
      this.#logger.warn({ err: error }, `${this.#name}: no room on the disk for a checkpoint`);
    }
  }

  /** The next append takes it. */
  #putOffCheckpoint(): void {
    this.#checkpointDue = null;
    this.#bytesSinceCheckpoint = CHECKPOINT_BYTES;
  }

  async #writePending(): Promise<void> {
    const batches = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    const nowMs = this.#clock.now();
    const { settings } = this.topic;
    const segmentBytesMax = this.#segmentBytesMax;
    let active = this.#segments.at(-1)!;
    let group: Buffer[] = [];
    let sizeBytes = active.sizeBytes;
    let isDue = isDueToRoll(active, settings, nowMs);
    for (const batch of batches) {
      const isCompressed = settings.compression !== 'none';
      const stored = isCompressed ? await compressBatch(batch, settings.compression) : batch;
      if (sizeBytes > 0 && (isDue || sizeBytes + stored.length > segmentBytesMax)) {
        await this.#writeGroup(active, group, nowMs);
        active = await this.#roll(baseOffset(batch));
        group = [];
        sizeBytes = 0;
        isDue = false;
      }
      group.push(stored);
      sizeBytes += stored.length;
    }
    await this.#writeGroup(active, group, nowMs);
  }

  async #writeGroup(active: Segment, group: readonly Buffer[], nowMs: number): Promise<void> {
    if (group.length === 0) return;
    await active.append(group, nowMs);
    this.#writtenEndOffset = lastOffset(group.at(-1)!) + 1;
    this.#cache.written(this.#writtenEndOffset);
  }

  get #segmentBytesMax(): number {
    const { segmentBytes } = this.topic.settings;
    const usual = isCompacted(this.topic.settings) ? COMPACTED_SEGMENT_BYTES : Infinity;
    return Math.min(segmentBytes ?? usual, this.#limits.segmentBytesMax);
  }

  /** Ends the active segment and begins the next; a checkpoint then remembers its times. */
  async #roll(offset: number): Promise<Segment> {
    await this.#segments.at(-1)!.seal();
    const active = await Segment.create(this.#location, offset);
    this.#segments.push(active);
    if (this.#checkpointDue === null) this.#takeCheckpoint();
    return active;
  }

  async #syncWritten(): Promise<void> {
    const writtenEndOffset = this.#writtenEndOffset;
    await this.#segments.at(-1)!.sync();
    this.#durableEndOffset = writtenEndOffset;
    this.#stableEndOffset = this.#transactions.stableBelow(writtenEndOffset);
    this.#stableWaiters.wake(this.#stableEndOffset);
  }

  #takeCheckpoint(): void {
    this.#bytesSinceCheckpoint = 0;
    this.#checkpointDue = {
      offset: this.#endOffset,
      transactions: this.#transactions.snapshot(),
      producers: this.#producers.snapshot(),
    };
  }

  async #writeCheckpoint(): Promise<void> {
    const checkpoint = this.#checkpointDue;
    assert(checkpoint !== null, 'a checkpoint was taken');
    assert(checkpoint.offset <= this.#durableEndOffset, 'a checkpoint is about durable records');
    this.#checkpointDue = null;
    await this.#segments.at(-1)!.saveIndex();
    const segments = this.#segments.flatMap(({ baseOffset: base, writtenMs }) =>
      writtenMs === null ? [] : [{ baseOffset: base, ...writtenMs }],
    );
    const cleanedOffset = this.#cleanedOffset;
    const { files, directory } = this.#location;
    await writeCheckpoint(files, directory, { ...checkpoint, segments, cleanedOffset });
    this.#checkpointOffset = checkpoint.offset;
  }

  // Removing.

  async #maintain(neededFrom: number): Promise<void> {
    const { settings } = this.topic;
    const nowMs = this.#clock.now();
    const active = this.#segments.at(-1);
    if (active === undefined) return;
    if (active.sizeBytes > 0 && isDueToRoll(active, settings, nowMs)) await this.#rollIdle();
    const known = { nowMs, neededFrom, stableEndOffset: this.#stableEndOffset };
    const start = retainedFrom(this.#segments, settings, known);
    if (start > this.#startOffset && start > neededFrom) {
      const fields = { topic: this.topic.name, partition: this.index, start, neededFrom };
      this.#logger.warn(fields, 'a bound in bytes removes records that a query has still to read');
    }
    await this.#startFrom(start);
    if (isCompacted(settings)) await this.#compact(Math.min(neededFrom, this.#stableEndOffset));
  }

  /** Begins a new segment while nothing is being written. */
  async #rollIdle(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    if (this.#failure !== null) return;
    this.#writing = this.#roll(this.#writtenEndOffset)
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!isDiskFull(error) || this.#segments.at(-1)!.isInDoubt) throw error;
        this.#logger.warn({ err: error }, `${this.#name}: no room on the disk for a new segment`);
        return this.#resumeAppending();
      })
      .catch((error: unknown) => {
        this.#failFor(error, 'beginning a segment');
      })
      .finally(() => {
        this.#writing = null;
        if (this.#hasToWrite) this.#startWriting();
      });
    await this.#writing;
  }

  /** Moves the start up: first durably, then segments that lie below it go. */
  async #startFrom(offset: number): Promise<void> {
    if (offset <= this.#startOffset) return;
    const { files, directory } = this.#location;
    await writeLogStart(files, directory, offset);
    this.#startOffset = offset;
    const isBelow = (i: number): boolean =>
      (this.#segments[i + 1]?.baseOffset ?? Infinity) <= offset;
    const removed = this.#segments.filter((_, i) => isBelow(i));
    this.#segments = this.#segments.slice(removed.length);
    this.#transactions.forgetBelow(offset);
    for (const segment of removed) {
      segment.isStale = true;
      await segment.remove();
    }
  }

  async #compact(endOffset: number): Promise<void> {
    const segments = this.#segments.slice(0, -1);
    const segmentsEnd = this.#segments.at(-1)!.baseOffset;
    const cleanableEnd = Math.min(endOffset, segmentsEnd);
    if (!isWorthCompacting(segments, { cleanedOffset: this.#cleanedOffset, cleanableEnd })) return;
    const { deleteRetentionMs } = this.topic.settings;
    this.#cleanedOffset = await compact({
      location: this.#location,
      clock: this.#clock,
      segments,
      cleanedOffset: this.#cleanedOffset,
      endOffset: cleanableEnd,
      segmentsEnd,
      segmentBytesMax: this.#segmentBytesMax,
      tombstonesBeforeMs: this.#clock.now() - deleteRetentionMs,
      transactions: this.#transactions,
      replace: (old, fresh) => {
        const first = this.#segments.indexOf(old[0]!);
        this.#segments = this.#segments.toSpliced(first, old.length, fresh);
      },
      isWanted: () => this.#failure === null && !this.#isClosing,
    });
    if (this.#checkpointDue === null) this.#takeCheckpoint();
  }
}

/** One request for those who waited before and those who came meanwhile. */
function joined(earlier: SyncRequest | null, later: SyncRequest | null): SyncRequest | null {
  if (earlier === null || later === null) return earlier ?? later;
  earlier.promise.then(later.resolve, later.reject);
  return earlier;
}
