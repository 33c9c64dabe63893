// Hot path: once per record of the segments that are compacted.
import type { Env, File } from '../../base/env.ts';
import { compressBatch, decompressBatch } from '../batch-compression.ts';
import {
  baseOffset,
  compressionOf,
  isControl,
  isTransactional,
  producerId,
  recordCount,
  replaceRecords,
} from '../record-batch.ts';
import { RecordCursor } from '../record-cursor.ts';
import type { Compression } from '../topic-settings.ts';
import { Segment } from './segment.ts';
import type { SegmentLocation } from './segment.ts';
import { cleanedPath, swapIn } from './segment-swap.ts';
import type { Transactions } from './transactions.ts';

/** Keys of one pass; what comes behind the last of them waits for the next. */
const KEYS_MAX = 500_000;
const KEY_BYTES_MAX = 32 << 20;
/** Batches looked at between two chances for others. */
const BATCHES_PER_TURN = 8;
/** Index entries hold distances of 31 bits. */
const OFFSETS_PER_SEGMENT_MAX = 2 ** 31 - 1;

export interface CompactionOptions {
  readonly location: SegmentLocation;
  readonly clock: Env['clock'];
  /** All that are not written to any more, in order. */
  readonly segments: readonly Segment[];
  /** Below it every key was looked at before. */
  readonly cleanedOffset: number;
  /** Records at or beyond it are left alone: somebody needs them, or they are undecided or in the active segment. */
  readonly endOffset: number;
  /** Where the segment behind the last one begins. */
  readonly segmentsEnd: number;
  readonly segmentBytesMax: number;
  /** Tombstones go from segments whose last record was written before this, ms since the epoch. */
  readonly tombstonesBeforeMs: number;
  readonly transactions: Transactions;
  /** Takes the new segment in the place of the old ones; called before readers may use either again. */
  replace(old: readonly Segment[], fresh: Segment): void;
  /** False when the partition was closed meanwhile. */
  isWanted(): boolean;
}

/**
 * Removes what is superseded from the segments of a partition: of each key only the last record below `endOffset`
 * stays. Records of aborted transactions go, and markers of transactions of which nothing is left. Offsets stay as they
 * are. Records without a key stay.
 *
 * @returns the offset below which all keys are looked at now.
 */
export async function compact(options: CompactionOptions): Promise<number> {
  const { latest, endOffset } = await findLatest(options);
  if (latest.size === 0 && endOffset <= options.cleanedOffset) return options.cleanedOffset;
  const cleaning = { latest, endOffset, undecided: new Map<number, boolean>() };
  const segments = options.segments.filter(({ baseOffset: base }) => base < endOffset);
  for (let i = 0; i < segments.length;) {
    const count = await cleanSome(segments.slice(i), { options, cleaning });
    if (count === 0) return options.cleanedOffset;
    i += count;
  }
  return endOffset;
}

/** Whether at least half of the bytes have never been looked at: less is not worth writing the rest again. */
export function isWorthCompacting(
  segments: readonly Segment[],
  {
    cleanedOffset,
    cleanableEnd,
  }: { readonly cleanedOffset: number; readonly cleanableEnd: number },
): boolean {
  if (cleanableEnd <= cleanedOffset) return false;
  let bytes = 0;
  let dirtyBytes = 0;
  for (const { baseOffset: base, sizeBytes } of segments) {
    if (base >= cleanableEnd) break;
    bytes += sizeBytes;
    if (base >= cleanedOffset) dirtyBytes += sizeBytes;
  }
  return dirtyBytes > 0 && dirtyBytes * 2 >= bytes;
}

interface Cleaning {
  /** Offset of the last record by key. */
  readonly latest: ReadonlyMap<string, number>;
  readonly endOffset: number;
  /** Transactions met without their marker, by producer: whether any of their records stayed. */
  readonly undecided: Map<number, boolean>;
}

async function findLatest(
  options: CompactionOptions,
): Promise<{ latest: Map<string, number>; endOffset: number }> {
  const { clock, segments, cleanedOffset, transactions } = options;
  const latest = new Map<string, number>();
  const cursor = new RecordCursor();
  let endOffset = options.endOffset;
  let keyBytes = 0;
  let batches = 0;
  for (const [i, segment] of segments.entries()) {
    const next = segments[i + 1]?.baseOffset ?? options.segmentsEnd;
    if (next <= cleanedOffset || segment.baseOffset >= endOffset) continue;
    await segment.visit(async (batch) => {
      if (++batches % BATCHES_PER_TURN === 0) await clock.yield();
      if (baseOffset(batch) >= endOffset || !options.isWanted()) return false;
      if (isControl(batch) || transactions.isAborted(batch)) return true;
      cursor.reset(decompressBatch(batch));
      while (cursor.next() && cursor.offset < endOffset) {
        if (cursor.offset < cleanedOffset || cursor.keyStart < 0) continue;
        if (latest.size >= KEYS_MAX || keyBytes >= KEY_BYTES_MAX) {
          endOffset = cursor.offset;
          return false;
        }
        const key = cursor.buffer.toString('latin1', cursor.keyStart, cursor.keyEnd);
        keyBytes += key.length;
        latest.set(key, cursor.offset);
      }
      return true;
    });
  }
  return { latest, endOffset };
}

/**
 * Puts one segment in the place of the first segments, as many as fit together.
 * @returns how many; 0 when nobody wants it any more.
 */
async function cleanSome(
  segments: readonly Segment[],
  { options, cleaning }: { options: CompactionOptions; cleaning: Cleaning },
): Promise<number> {
  const { location } = options;
  const { files, directory } = location;
  const base = segments[0]!.baseOffset;
  const path = cleanedPath(directory, base);
  const taken: Segment[] = [];
  const file = await files.open(path, 'create');
  try {
    await file.truncate(0);
    let position = 0;
    for (const segment of segments) {
      const fits =
        position + segment.sizeBytes <= options.segmentBytesMax &&
        endOf(segment, options) - base < OFFSETS_PER_SEGMENT_MAX;
      if (position > 0 && !fits) break;
      position = await cleanSegment(segment, { file, position }, { options, cleaning });
      taken.push(segment);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (!options.isWanted()) {
    await files.remove(path);
    return 0;
  }
  for (const segment of taken) segment.isStale = true;
  await swapIn(files, directory, { base, end: endOf(taken.at(-1)!, options) });
  const fresh = await Segment.open(location, base);
  fresh.writtenMs = timesOf(taken);
  for (const segment of taken) {
    location.recentIndexes.forget(segment);
    segment.stopReading();
  }
  options.replace(taken, fresh);
  return taken.length;
}

/** Where the segment behind it begins. */
function endOf(segment: Segment, { segments, segmentsEnd }: CompactionOptions): number {
  return segments[segments.indexOf(segment) + 1]?.baseOffset ?? segmentsEnd;
}

function timesOf(segments: readonly Segment[]): Segment['writtenMs'] {
  const times = segments.flatMap(({ writtenMs }) => writtenMs ?? []);
  if (times.length === 0) return null;
  const first = Math.min(...times.map((time) => time.first));
  return { first, last: Math.max(...times.map((time) => time.last)) };
}

/** Writes what is left of a segment and returns where that ends. */
async function cleanSegment(
  segment: Segment,
  { file, position }: { readonly file: File; readonly position: number },
  { options, cleaning }: { options: CompactionOptions; cleaning: Cleaning },
): Promise<number> {
  const dropsTombstones = (segment.writtenMs?.last ?? Infinity) < options.tombstonesBeforeMs;
  let end = position;
  let batches = 0;
  await segment.visit(async (batch) => {
    if (++batches % BATCHES_PER_TURN === 0) await options.clock.yield();
    const kept = await cleanBatch(batch, { options, cleaning, dropsTombstones });
    if (kept !== null) {
      await file.write(kept, end);
      end += kept.length;
    }
    return options.isWanted();
  });
  return end;
}

/** What is left of a batch; null for nothing. */
async function cleanBatch(
  batch: Buffer,
  {
    options,
    cleaning,
    dropsTombstones,
  }: { options: CompactionOptions; cleaning: Cleaning; dropsTombstones: boolean },
): Promise<Buffer | null> {
  const { endOffset, undecided } = cleaning;
  const id = producerId(batch);
  if (isControl(batch)) {
    const isNeeded = undecided.get(id) === true || baseOffset(batch) >= endOffset;
    undecided.delete(id);
    return isNeeded ? batch : null;
  }
  let kept: Buffer | null = batch;
  if (baseOffset(batch) < endOffset) {
    kept = options.transactions.isAborted(batch)
      ? null
      : await withoutSuperseded(batch, { cleaning, dropsTombstones });
  }
  if (isTransactional(batch)) undecided.set(id, kept !== null || undecided.get(id) === true);
  return kept;
}

async function withoutSuperseded(
  batch: Buffer,
  { cleaning, dropsTombstones }: { cleaning: Cleaning; dropsTombstones: boolean },
): Promise<Buffer | null> {
  const { latest, endOffset } = cleaning;
  const plain = decompressBatch(batch);
  const cursor = new RecordCursor(plain);
  const kept: Buffer[] = [];
  while (cursor.next()) {
    const { offset, keyStart, keyEnd } = cursor;
    if (keyStart >= 0 && offset < endOffset) {
      const last = latest.get(plain.toString('latin1', keyStart, keyEnd));
      if (last !== undefined && last > offset) continue;
      if (cursor.valueStart < 0 && dropsTombstones) continue;
    }
    kept.push(plain.subarray(cursor.recordStart, cursor.recordEnd));
  }
  if (kept.length === recordCount(batch)) return batch;
  if (kept.length === 0) return null;
  const records = Buffer.concat(kept);
  const cleaned = replaceRecords(plain, { records, compression: 0, count: kept.length });
  return compressBatch(cleaned, compressionOf(batch) as Compression);
}
