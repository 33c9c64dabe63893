import { join } from 'node:path';
import { assert } from '../../base/assert.ts';
import { CorruptionError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { baseOffset } from '../record-batch.ts';
import { readCheckpoint } from './checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import { listSegments, Segment } from './segment.ts';
import type { ScanResult, SegmentLocation } from './segment.ts';
import { Transactions } from './transactions.ts';

export interface PartitionRecoveryOptions {
  readonly location: SegmentLocation;
  readonly logger: Logger;
  readonly quarantineDirectory: string;
  readonly topicId: number;
  readonly partition: number;
  /** Below it everything was on disk once; undefined if nobody wrote that down. */
  readonly durableEndOffset: number | undefined;
}

/** A partition as it is on disk: everything below `endOffset` is sound and durable, the last segment is active. */
export interface RecoveredPartition {
  readonly segments: Segment[];
  readonly endOffset: number;
  readonly transactions: Transactions;
  readonly checkpointOffset: number;
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
  const segments = await openSegments(location, durableEnd);
  try {
    return await checkSegments(segments, { checkpoint, durableEnd, options });
  } catch (error) {
    await segments.at(-1)!.close();
    throw error;
  }
}

async function checkSegments(
  segments: Segment[],
  known: {
    readonly checkpoint: Checkpoint | null;
    readonly durableEnd: number;
    readonly options: PartitionRecoveryOptions;
  },
): Promise<RecoveredPartition> {
  const { checkpoint, durableEnd, options } = known;
  const active = segments.at(-1)!;
  const scan = await scanSegments(segments, { checkpoint, durableEnd });
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
    endOffset: scan.endOffset,
    transactions: scan.transactions,
    checkpointOffset: checkpoint?.offset ?? 0,
    scannedBytes: scan.bytes,
  };
}

async function openSegments(location: SegmentLocation, durableEnd: number): Promise<Segment[]> {
  const { files, directory } = location;
  if (!(await files.exists(directory))) {
    refuseLoss(`${directory} is missing`, durableEnd);
    await files.makeDirectory(directory);
    await files.syncDirectory(join(directory, '..'));
    await files.syncDirectory(join(directory, '../..'));
  }
  const offsets = await listSegments(files, directory);
  if (offsets.length === 0) {
    refuseLoss(`${directory} holds no segment`, durableEnd);
    return [await Segment.create(location, 0)];
  }
  if (offsets[0] !== 0) {
    throw new CorruptionError(`${directory} begins at offset ${offsets[0]}: a segment is missing`);
  }
  const segments: Segment[] = [];
  for (const offset of offsets) segments.push(await Segment.open(location, offset));
  await segments.at(-1)!.activate();
  return segments;
}

function refuseLoss(what: string, durableEnd: number): void {
  if (durableEnd === 0) return;
  throw new CorruptionError(`${what}, but everything below offset ${durableEnd} was on disk`);
}

interface LogScan extends ScanResult {
  readonly transactions: Transactions;
  readonly bytes: number;
  /** In the last segment: from here on nobody knows whether the bytes shown are on disk. */
  readonly rewritePosition: number;
}

async function scanSegments(
  segments: readonly Segment[],
  known: { readonly checkpoint: Checkpoint | null; readonly durableEnd: number },
): Promise<LogScan> {
  const { checkpoint, durableEnd } = known;
  const start = checkpoint?.offset ?? 0;
  const transactions = new Transactions(checkpoint?.transactions);
  const active = segments.at(-1)!;
  let result: ScanResult | null = null;
  let rewritePosition: number | null = null;
  let bytes = 0;
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1];
    if (next !== undefined && next.baseOffset <= start) {
      checkGap(segment, await segment.endOffset(), next);
      continue;
    }
    result = await segment.scan(Math.max(start, segment.baseOffset), (batch, position) => {
      transactions.observe(batch);
      bytes += batch.length;
      if (segment === active && baseOffset(batch) >= durableEnd) rewritePosition ??= position;
    });
    if (next === undefined) break;
    if (result.damage !== null) throw result.damage;
    checkGap(segment, result.endOffset, next);
  }
  assert(result !== null, 'the last segment is always scanned');
  return { ...result, transactions, bytes, rewritePosition: rewritePosition ?? result.position };
}

function checkGap(segment: Segment, endOffset: number, next: Segment): void {
  if (endOffset === next.baseOffset) return;
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
