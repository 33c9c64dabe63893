import type { Value } from './types.ts';

/**
 * The entries of a map in the order in which the dialect shows them where order matters: that of a hash table with
 * the least power of two of buckets that are at most three quarters full. Text is spread over the buckets by its
 * 32-bit hash (31 times the hash so far plus the next UTF-16 unit, the upper half folded into the lower); what
 * shares a bucket, and everything in maps whose keys are not text, stays in the order in which it was put in.
 * @param bucketCountMin the table has at least this many, a power of two.
 */
export function entriesInOrder(
  map: ReadonlyMap<Value, Value>,
  bucketCountMin = 1,
): readonly (readonly [Value, Value])[] {
  const bucketCount = bucketCountFor(map.size, bucketCountMin);
  const placed = Array.from(map, (entry) => ({
    entry,
    bucket: hash(entry[0]) & (bucketCount - 1),
  }));
  return placed.sort((a, b) => a.bucket - b.bucket).map(({ entry }) => entry);
}

function bucketCountFor(size: number, min: number): number {
  let count = min;
  while (count * 0.75 < size) count *= 2;
  return count;
}

function hash(key: Value): number {
  if (typeof key !== 'string') return 0;
  let hash = 0;
  for (let index = 0; index < key.length; index++) {
    hash = (Math.imul(hash, 31) + key.charCodeAt(index)) | 0;
  }
  return hash ^ (hash >>> 16);
}
