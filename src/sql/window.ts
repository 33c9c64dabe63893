// Hot path: once per record of a windowed aggregation.

/** Where the tumbling window of that size that contains the timestamp starts; both in milliseconds. */
export function windowStart(timestamp: number, sizeMs: number): number {
  return Math.floor(timestamp / sizeMs) * sizeMs;
}
