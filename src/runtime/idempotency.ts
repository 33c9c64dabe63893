import { createHash } from 'node:crypto';
import type { NewRecord } from './ingest.ts';

/** Producer ids of keys begin here; those of queries and of other producers stay below. */
const FIRST_PRODUCER_ID = 2 ** 51;
const SEQUENCES = 2 ** 31;

/**
 * A request that carries an Idempotency-Key is a producer of its own that sends one batch to each partition: the key
 * decides the producer id and the records decide the sequence. So the log itself remembers what was written, and tells
 * the same request from another one with the same key.
 */
export function producerIdOfKey(key: string): number {
  const hash = createHash('sha256').update(key).digest();
  // 51 bits.
  return FIRST_PRODUCER_ID + hash.readUIntBE(0, 6) * 8 + ((hash[6] as number) >>> 5);
}

/** The sequence that stands for a text: the statement that makes the records, say. */
export function sequenceOfText(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % SEQUENCES;
}

/** The sequence of the first of the records; other records, almost certainly, have another. */
export function sequenceOfRecords(records: readonly NewRecord[]): number {
  const hash = createHash('sha256');
  for (const { key, value, timestamp, headers = [] } of records) {
    const lengths = [key?.length ?? -1, value?.length ?? -1, timestamp ?? null, headers.length];
    hash.update(JSON.stringify(lengths));
    if (key !== null) hash.update(key);
    if (value !== null) hash.update(value);
    for (const header of headers) {
      hash.update(JSON.stringify([header.key, header.value?.length ?? -1]));
      if (header.value !== null) hash.update(header.value);
    }
  }
  return hash.digest().readUInt32BE(0) % SEQUENCES;
}
