import { join } from 'node:path';
import type { FileSystem } from '../../base/env.ts';
import { listSegments, removeSegment, segmentStem } from './segment.ts';

/*
 * How compaction puts one file in the place of some segments, so that a crash at any moment leaves the old ones or the
 * new one:
 *
 * | step | in the directory                        | after a crash                              |
 * |------|-----------------------------------------|--------------------------------------------|
 * | 1    | <base>.cleaned is written and synced    | removed: the old segments still stand      |
 * | 2    | it becomes <base>-<end>.swap            | steps 3 and 4 are done again               |
 * | 3    | the segments from base on below end go  | as before                                  |
 * | 4    | the .swap becomes <base>.log            | nothing is left to do                      |
 *
 * The directory is synced after 2, 3 and 4, because the order of changes to it means something.
 */
const CLEANED = '.cleaned';
const SWAP = /^(\d{20})-(\d{20})\.swap$/;

/** Segments with base offsets from `base` on and below `end`. */
export interface OffsetRange {
  readonly base: number;
  readonly end: number;
}

/** Where step 1 writes; how many segments it takes in is only known afterwards. */
export function cleanedPath(directory: string, base: number): string {
  return segmentStem(directory, base) + CLEANED;
}

/** Steps 2 to 4. Readers must have been told that the segments are stale. */
export async function swapIn(
  files: FileSystem,
  directory: string,
  range: OffsetRange,
): Promise<void> {
  const swap = `${swapStem(directory, range)}.swap`;
  await files.rename(cleanedPath(directory, range.base), swap);
  await files.syncDirectory(directory);
  await finishSwap(files, directory, range);
}

/** Drops what step 1 left and finishes what step 2 decided; before the segments are opened. */
export async function recoverSwaps(files: FileSystem, directory: string): Promise<void> {
  for (const name of await files.list(directory)) {
    if (name.endsWith(CLEANED)) await files.remove(join(directory, name));
    const [, base, end] = SWAP.exec(name) ?? [];
    if (base === undefined || end === undefined) continue;
    await finishSwap(files, directory, { base: Number(base), end: Number(end) });
  }
}

async function finishSwap(files: FileSystem, directory: string, range: OffsetRange): Promise<void> {
  for (const offset of await listSegments(files, directory)) {
    if (offset >= range.base && offset < range.end) await removeSegment(files, directory, offset);
  }
  await files.syncDirectory(directory);
  const path = `${segmentStem(directory, range.base)}.log`;
  await files.rename(`${swapStem(directory, range)}.swap`, path);
  await files.syncDirectory(directory);
}

function swapStem(directory: string, { base, end }: OffsetRange): string {
  return `${segmentStem(directory, base)}-${String(end).padStart(20, '0')}`;
}
