import { join } from 'node:path';
import { assert } from '../../base/assert.ts';
import { CorruptionError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { baseOffset } from '../record-batch.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { readLogStart } from './log-start.ts';
import { listSegments, removeSegment, Segment } from './segment.ts';
import type { ScanResult, SegmentLocation } from './segment.ts';
import { recoverSwaps } from './segment-swap.ts';
import { Producers } from './producers.ts';
import { Transactions } from './transactions.ts';

export interface PartitionRecoveryOptions {
  readonly location: SegmentLocation;
  readonly logger: Logger;
  readonly quarantineDirectory: string;
  readonly topicId: number;
  readonly partition: number;
  /** Below it everything was on disk once; undefined if nobody wrote that down. */
  readonly durableEndOffset: number | undefined;
  /** Taken for the time of segments of which nobody wrote down when they were written. */
  readonly nowMs: number;
}

/** A partition as it is on disk: everything below `endOffset` is sound and durable, the last segment is active. */
export interface RecoveredPartition {
  readonly segments: Segment[];
  readonly startOffset: number;
  readonly endOffset: number;
  readonly transactions: Transactions;
  readonly producers: Producers;
  readonly checkpointOffset: number;
  readonly cleanedOffset: number;
  /** Bytes after the checkpoint, which the next opening would read again. */
  readonly scannedBytes: number;
}

/**
 * Opens the files of one partition after whatever happened to the last process.
 *
 * Everything after the checkpoint is read and checked. A damaged batch in the last segment at or beyond the offset
 * known to be durable is what a crash leaves of an unfinished write: the file is cut there and the bytes go to the
 * quarantine. Any other damage is refused. Can be interrupted anywhere and run again.
 *
 * @throws CorruptionError naming file, position and what is wrong.
 */
export async function recoverPartition(
  options: PartitionRecoveryOptions,
): Promise<RecoveredPartition> {
  const { location } = options;
  const checkpoint = await readCheckpoint(location.files, location.directory);
  const durableEnd = Math.max(options.durableEndOffset ?? 0, checkpoint?.offset ?? 0);
  const { segments, startOffset } = await openSegments(location, durableEnd);
  try {
    setTimes(segments, checkpoint, options.nowMs);
    return await checkSegments(segments, { startOffset, checkpoint, durableEnd, options });
  } catch (error) {
    await segments.at(-1)!.close();
    throw error;
  }
}

async function checkSegments(
  segments: Segment[],
  known: {
    readonly startOffset: number;
    readonly checkpoint: Checkpoint | null;
    readonly durableEnd: number;
    readonly options: PartitionRecoveryOptions;
  },
): Promise<RecoveredPartition> {
  const { startOffset, checkpoint, durableEnd, options } = known;
  const active = segments.at(-1)!;
  const { gapsAllowed } = options.location;
  const scan = await scanSegments(segments, { checkpoint, durableEnd, gapsAllowed });
  if (scan.endOffset < durableEnd) {
    throw (
      scan.damage ??
      new CorruptionError(
        `${active.path} ends at offset ${scan.endOffset}, but everything below ${durableEnd} was on disk`,
      )
    );
  }
  if (scan.damage !== null) await cutTornTail(active, scan, options);
  await active.rewrite(scan.rewritePosition);
  return {
    segments,
    startOffset,
    endOffset: scan.endOffset,
    transactions: scan.transactions,
    producers: scan.producers,
    checkpointOffset: checkpoint?.offset ?? 0,
    cleanedOffset: checkpoint?.cleanedOffset ?? 0,
    scannedBytes: scan.bytes,
  };
}

async function openSegments(
  location: SegmentLocation,
  durableEnd: number,
): Promise<{ readonly segments: Segment[]; readonly startOffset: number }> {
  const { files, directory } = location;
  if (!(await files.exists(directory))) {
    refuseLoss(`${directory} is missing`, durableEnd);
    await files.makeDirectory(directory);
    await files.syncDirectory(join(directory, '..'));
    await files.syncDirectory(join(directory, '../..'));
  }
  await recoverSwaps(files, directory);
  const startOffset = await readLogStart(files, directory);
  const offsets = await listSegments(files, directory);
  if (offsets.length === 0) {
    refuseLoss(`${directory} holds no segment`, Math.max(durableEnd, startOffset));
    return { segments: [await Segment.create(location, 0)], startOffset };
  }
  // Those wholly below the start were about to be removed.
  while (offsets.length > 1 && offsets[1]! <= startOffset) {
    await removeSegment(files, directory, offsets.shift()!);
  }
  if (offsets[0]! > startOffset) {
    throw new CorruptionError(
      `${directory} begins at offset ${offsets[0]} instead of ${startOffset}: a segment is missing`,
    );
  }
  const segments: Segment[] = [];
  for (const offset of offsets) segments.push(await Segment.open(location, offset));
  await segments.at(-1)!.activate();
  return { segments, startOffset };
}

function setTimes(
  segments: readonly Segment[],
  checkpoint: Checkpoint | null,
  nowMs: number,
): void {
  const times = new Map(checkpoint?.segments?.map((entry) => [entry.baseOffset, entry]));
  for (const segment of segments) {
    const { first = nowMs, last = nowMs } = times.get(segment.baseOffset) ?? {};
    if (segment.sizeBytes > 0) segment.writtenMs = { first, last };
  }
}

function refuseLoss(what: string, durableEnd: number): void {
  if (durableEnd === 0) return;
  throw new CorruptionError(`${what}, but everything below offset ${durableEnd} was on disk`);
}

interface LogScan extends ScanResult {
  readonly transactions: Transactions;
  readonly producers: Producers;
  readonly bytes: number;
  /** In the last segment: from here on nobody knows whether the bytes shown are on disk. */
  readonly rewritePosition: number;
}

async function scanSegments(
  segments: readonly Segment[],
  known: {
    readonly checkpoint: Checkpoint | null;
    readonly durableEnd: number;
    readonly gapsAllowed: boolean;
  },
): Promise<LogScan> {
  const { checkpoint, durableEnd, gapsAllowed } = known;
  const start = checkpoint?.offset ?? 0;
  const transactions = new Transactions(checkpoint?.transactions);
  const producers = new Producers(checkpoint?.producers);
  const active = segments.at(-1)!;
  let result: ScanResult | null = null;
  let rewritePosition: number | null = null;
  let bytes = 0;
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1];
    if (next !== undefined && next.baseOffset <= start) {
      checkGap(segment, await segment.endOffset(), { next, gapsAllowed });
      continue;
    }
    result = await segment.scan(Math.max(start, segment.baseOffset), (batch, position) => {
      transactions.observe(batch);
      producers.observe(batch);
      bytes += batch.length;
      if (segment === active && baseOffset(batch) >= durableEnd) rewritePosition ??= position;
    });
    if (next === undefined) break;
    if (result.damage !== null) throw result.damage;
    checkGap(segment, result.endOffset, { next, gapsAllowed });
  }
  assert(result !== null, 'the last segment is always scanned');
  return {
    ...result,
    transactions,
    producers,
    bytes,
    rewritePosition: rewritePosition ?? result.position,
  };
}

function checkGap(
  segment: Segment,
  endOffset: number,
  { next, gapsAllowed }: { readonly next: Segment; readonly gapsAllowed: boolean },
): void {
  if (endOffset === next.baseOffset || (gapsAllowed && endOffset < next.baseOffset)) return;
  throw new CorruptionError(
    `${segment.path} ends at offset ${endOffset}, but the next segment begins at ${next.baseOffset}`,
  );
}

async function cutTornTail(
  active: Segment,
  scan: ScanResult,
  options: PartitionRecoveryOptions,
): Promise<void> {
  const { logger, quarantineDirectory, topicId, partition, location } = options;
  await location.files.makeDirectory(quarantineDirectory);
  const stem = join(quarantineDirectory, `${topicId}-${partition}-${scan.endOffset}`);
  const quarantine = await freePath(options, stem);
  const bytes = active.sizeBytes - scan.position;
  logger.warn(
    { topicId, partition, offset: scan.endOffset, bytes, quarantine, reason: scan.damage?.message },
    `cut ${bytes} bytes of an unfinished write off ${active.path}; they were copied to the quarantine`,
  );
  await active.cut(scan.position, quarantine);
}

/** Bytes once put aside are never overwritten. */
async function freePath(options: PartitionRecoveryOptions, stem: string): Promise<string> {
  const { files } = options.location;
  let path = `${stem}.bin`;
  for (let i = 1; await files.exists(path); i++) path = `${stem}.${i}.bin`;
  return path;
}
