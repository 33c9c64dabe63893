// Hot path: once per record of a windowed aggregation.

/** Where the tumbling window of that size that contains the timestamp starts; both in milliseconds. */
export function windowStart(timestamp: number, sizeMs: number): number {
  return Math.floor(timestamp / sizeMs) * sizeMs;
}

/**
 * Where the first of the hopping windows that contain the timestamp starts: they start at the multiples of `advanceMs`
 * from 0 on. The others follow at that distance, up to the timestamp.
 */
export function firstWindowStart(timestamp: number, sizeMs: number, advanceMs: number): number {
  return Math.max(0, (Math.floor((timestamp - sizeMs) / advanceMs) + 1) * advanceMs);
}

/** The most windows one timestamp can be in. */
export function windowsPerRow(sizeMs: number, advanceMs: number): number {
  return Math.ceil(sizeMs / advanceMs);
}
