// Hot path: once per record.

const SEED = 0x9747b28c;
const MULTIPLIER = 0x5bd1e995;
const ROTATION = 24;

/**
 * MurmurHash 2 (32 bits) with the seed Kafka's default partitioner uses.
 *
 * @returns a signed 32-bit integer.
 */
export function murmur2(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const length = end - start;
  let hash = SEED ^ length;
  let at = start;
  const lastWord = end - 4;
  while (at <= lastWord) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, MULTIPLIER);
    word ^= word >>> ROTATION;
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER);
    at += 4;
  }
  const rest = end - at;
  if (rest > 2) hash ^= bytes[at + 2]! << 16;
  if (rest > 1) hash ^= bytes[at + 1]! << 8;
  if (rest > 0) hash = Math.imul(hash ^ bytes[at]!, MULTIPLIER);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/**
 * The partition Kafka's default partitioner gives a record with this key, so that data written by Kafka clients and
 * by us is partitioned alike.
 *
 * @param partitionCount at least 1.
 */
export function partitionForKey(
  key: Uint8Array,
  partitionCount: number,
  start = 0,
  end = key.length,
): number {
  return (murmur2(key, start, end) & 0x7fffffff) % partitionCount;
}
