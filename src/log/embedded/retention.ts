import { isDeleted } from '../topic-settings.ts';
import type { TopicSettings } from '../topic-settings.ts';
import type { Segment } from './segment.ts';

/** A topic that keeps records for a short time gets new segments so often in it: only whole segments are removed. */
const SEGMENTS_PER_RETENTION = 4;
const ROLL_MS_MIN = 1_000;

/** How long after its first record a segment is followed by a new one, ms. */
export function rollAfterMs({ segmentMs, retentionMs }: TopicSettings): number {
  if (retentionMs === null) return segmentMs;
  return Math.min(segmentMs, Math.max(ROLL_MS_MIN, retentionMs / SEGMENTS_PER_RETENTION));
}

/** Whether the active segment shall be followed by a new one although it has room. */
export function isDueToRoll(active: Segment, settings: TopicSettings, nowMs: number): boolean {
  return active.writtenMs !== null && nowMs - active.writtenMs.first >= rollAfterMs(settings);
}

/**
 * Where a partition shall begin, given its segments, of which the last is active; always the base offset of a segment,
 * or 0 for no change.
 *
 * Age counts from when the last record of a segment was written, not from what the records say: old events that are
 * imported today are kept as long as any. Segments go by age when nobody needs them, by size in any case.
 * @param known.neededFrom somebody has still to read the records from here on.
 * @param known.stableEndOffset nothing from here on is removed.
 */
export function retainedFrom(
  segments: readonly Segment[],
  settings: TopicSettings,
  known: {
    readonly nowMs: number;
    readonly neededFrom: number;
    readonly stableEndOffset: number;
  },
): number {
  if (!isDeleted(settings)) return 0;
  const { retentionMs, retentionBytes } = settings;
  let bytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let start = 0;
  for (const [i, segment] of segments.entries()) {
    const end = segments[i + 1]?.baseOffset;
    if (end === undefined || end > known.stableEndOffset) break;
    bytes -= segment.sizeBytes;
    const writtenMs = segment.writtenMs?.last ?? known.nowMs;
    const isOld = retentionMs !== null && known.nowMs - writtenMs > retentionMs;
    const isTooMuch = retentionBytes !== null && bytes >= retentionBytes;
    if (!isTooMuch && !(isOld && end <= known.neededFrom)) break;
    start = end;
  }
  return start;
}
