import type { QueryBatch } from '../src/engine.ts';

/** Clients may use as many ids and formats as they like; what is made for the first few is kept. */
const KEPT_MAX = 16;

const made = new WeakMap<QueryBatch, Map<string, unknown>>();

/**
 * What is made of a batch that many queries are given: made once, as long as the batch lives.
 * @param key names what is made, and everything it depends on besides the batch.
 */
export function onceForAll<T>(batch: QueryBatch, key: string, make: () => T): T {
  let ofBatch = made.get(batch);
  if (ofBatch === undefined) {
    ofBatch = new Map();
    made.set(batch, ofBatch);
  }
  const found = ofBatch.get(key);
  if (found !== undefined) return found as T;
  const fresh = make();
  if (ofBatch.size < KEPT_MAX) ofBatch.set(key, fresh);
  return fresh;
}
