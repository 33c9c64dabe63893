import { assert } from '../../base/assert.ts';
import { CorruptionError, DatabaseError } from '../../base/errors.ts';
import type { Isolation, Partition, ReadOptions, ReadResult, Topic } from '../log.ts';
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  batchSizeAt,
  compressionOf,
  lastOffset,
  lastOffsetDelta,
  setBaseOffset,
} from '../record-batch.ts';
import { writeCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RecoveredPartition } from './partition-recovery.ts';
import { describePartition, partitionDamage, partitionFailure } from './partition-errors.ts';
import { ReadCollector } from './read-collector.ts';
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
  readonly limits: PartitionLimits;
  readonly cacheBudget: CacheBudget;
}

interface SyncRequest {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One partition of the embedded log. Appending is memory only; one loop at a time writes and syncs for everybody who
 * waits. After an error of the file system the partition has failed: what the disk holds is known only after opening
 * the log again.
 *
 * What is appended between two syncs stays in memory until written, so whoever appends bounds it, as a tick does.
 */
export class EmbeddedPartition implements Partition {
  readonly topic: Topic;
  readonly index: number;
  readonly #location: SegmentLocation;
  readonly #limits: PartitionLimits;
  readonly #segments: Segment[];
  readonly #cache: TailCache;
  readonly #transactions: Transactions;
  readonly #appendedWaiters = new Waiters();
  readonly #stableWaiters = new Waiters();

  #endOffset: number;
  #writtenEndOffset: number;
  #durableEndOffset: number;
  #stableEndOffset: number;

  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #syncRequest: SyncRequest | null = null;
  #writing: Promise<void> | null = null;

  #checkpointOffset: number;
  #bytesSinceCheckpoint: number;
  /** Taken while appending, written once everything below its offset is durable. */
  #checkpointDue: Checkpoint | null = null;

  /** Why nothing works any more. */
  #failure: DatabaseError | null = null;
  #isClosing = false;

  constructor(options: PartitionOptions, recovered: RecoveredPartition) {
    this.topic = options.topic;
    this.index = options.index;
    this.#location = options.location;
    this.#limits = options.limits;
    this.#segments = recovered.segments;
    this.#transactions = recovered.transactions;
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
    return this.#segments[0]?.baseOffset ?? 0;
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
    this.#appendedWaiters.wake(Infinity);
    this.#stableWaiters.wake(Infinity);
  }

  append(batch: Buffer): number {
    this.#checkUsable();
    if (this.#isClosing) throw this.#closedError();
    assert(batch.length > BATCH_HEADER_BYTES, 'a batch has a header and records');
    assert(batchSizeAt(batch, 0) === batch.length, 'the buffer is exactly one batch');
    assert(compressionOf(batch) === 'none', 'batches of the embedded log are not compressed');
    const offset = this.#endOffset;
    setBaseOffset(batch, offset);
    this.#transactions.observe(batch);
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
    if (offset < this.startOffset || offset > this.#endOffset) {
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
    for (const segment of this.#segments) {
      const offset = await this.#readSafely(() => segment.offsetForTime(timestamp, endOffset));
      if (offset !== null) return offset;
    }
    for (const batch of unwritten) {
      const offset = firstOffsetAtTime(batch, timestamp);
      if (offset !== null) return offset;
    }
    return endOffset;
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
    await this.#writing;
    await this.#segments.at(-1)?.close();
    this.#cache.clear();
  }

  async #finish(): Promise<void> {
    await this.sync();
    await this.#writing;
    if (this.#failure !== null) throw this.#failure;
    if (this.#checkpointOffset === this.#endOffset) return;
    this.#takeCheckpoint();
    await this.#writeCheckpoint();
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
      if (collector.next >= this.#cache.startOffset) {
        this.#collectCached(collector);
        break;
      }
      const segment = this.#segmentOf(collector.next);
      const batches = await this.#readSafely(() =>
        segment.read({
          offset: collector.next,
          endOffset: collector.end,
          bytesMax: collector.bytesMax,
        }),
      );
      assert(batches.length > 0, 'an offset below the end is in its segment');
      for (const batch of batches) if (!collector.take(batch)) break;
    }
    return collector.result();
  }

  #segmentOf(offset: number): Segment {
    const segment = this.#segments.findLast(({ baseOffset }) => baseOffset <= offset);
    assert(segment !== undefined, 'an offset at or beyond the start has a segment');
    return segment;
  }

  /** Damage found now that was not found when opening: this read fails, others may work. */
  async #readSafely<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      this.#checkUsable();
      if (error instanceof CorruptionError) throw partitionDamage(this.#name, error);
      throw error;
    }
  }

  #cachedFrom(offset: number): Buffer[] {
    const batches: Buffer[] = [];
    if (offset === this.#endOffset) return batches;
    this.#cache.visitFrom(offset, (batch) => batches.push(batch) > 0);
    return batches;
  }

  // Writing.

  #startWriting(): void {
    this.#writing ??= this.#write();
  }

  /** Runs until nobody waits for a sync and little is pending. Never rejects: errors go to those who wait. */
  async #write(): Promise<void> {
    let request: SyncRequest | null = null;
    try {
      // Appends and syncs of the same moment join the first round.
      await Promise.resolve();
      while (this.#syncRequest !== null || this.#pendingBytes > PENDING_BYTES_MAX) {
        request = this.#syncRequest;
        this.#syncRequest = null;
        await this.#writePending();
        if (request !== null) await this.#syncWritten();
        request?.resolve();
        const due = this.#checkpointDue;
        if (due !== null && due.offset <= this.#durableEndOffset) await this.#writeCheckpoint();
      }
    } catch (error) {
      this.fail(partitionFailure(this.#name, { activity: 'writing its log', cause: error }));
      request?.reject(this.#failure);
    } finally {
      this.#writing = null;
    }
  }

  async #writePending(): Promise<void> {
    const batches = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    let active = this.#segments.at(-1)!;
    let group: Buffer[] = [];
    let sizeBytes = active.sizeBytes;
    for (const batch of batches) {
      if (sizeBytes > 0 && sizeBytes + batch.length > this.#limits.segmentBytesMax) {
        if (group.length > 0) await active.append(group);
        await active.seal();
        active = await Segment.create(this.#location, baseOffset(batch));
        this.#segments.push(active);
        group = [];
        sizeBytes = 0;
      }
      group.push(batch);
      sizeBytes += batch.length;
    }
    if (group.length === 0) return;
    await active.append(group);
    this.#writtenEndOffset = lastOffset(group.at(-1)!) + 1;
    this.#cache.written(this.#writtenEndOffset);
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
    };
  }

  async #writeCheckpoint(): Promise<void> {
    const checkpoint = this.#checkpointDue;
    assert(checkpoint !== null, 'a checkpoint was taken');
    assert(checkpoint.offset <= this.#durableEndOffset, 'a checkpoint is about durable records');
    this.#checkpointDue = null;
    await this.#segments.at(-1)!.saveIndex();
    await writeCheckpoint(this.#location.files, this.#location.directory, checkpoint);
    this.#checkpointOffset = checkpoint.offset;
  }
}
