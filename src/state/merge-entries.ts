import type { StoreEntry } from './store.ts';

const CHUNK_ENTRIES = 512;

/** One of the sequences that are merged, and where it stands. */
interface Cursor {
  readonly source: AsyncIterator<StoreEntry[]>;
  chunk: readonly StoreEntry[];
  index: number;
}

/**
 * Merges sequences of entries into one, in the order of what their keys hold from the byte `start` on; entries that
 * are equal there come in the order of their sequences. Each sequence is in that order.
 */
export async function* mergeEntries(
  sources: readonly AsyncIterator<StoreEntry[]>[],
  start: number,
): AsyncGenerator<StoreEntry[]> {
  let cursors: Cursor[] = sources.map((source) => ({ source, chunk: [], index: 0 }));
  try {
    await Promise.all(cursors.map(refill));
    let chunk: StoreEntry[] = [];
    for (;;) {
      cursors = cursors.filter(({ index, chunk: { length } }) => index < length);
      const [first] = cursors;
      if (first === undefined) break;
      let least = first;
      for (const cursor of cursors) if (compare(cursor, least, start) < 0) least = cursor;
      chunk.push(least.chunk[least.index++] as StoreEntry);
      if (least.index === least.chunk.length) await refill(least);
      if (chunk.length < CHUNK_ENTRIES) continue;
      yield chunk;
      chunk = [];
    }
    if (chunk.length > 0) yield chunk;
  } finally {
    await Promise.all(sources.map((source) => source.return?.()));
  }
}

async function refill(cursor: Cursor): Promise<void> {
  const { value, done } = await cursor.source.next();
  cursor.chunk = done === true ? [] : (value as StoreEntry[]);
  cursor.index = 0;
}

function compare(a: Cursor, b: Cursor, start: number): number {
  const [left] = a.chunk[a.index] as StoreEntry;
  const [right] = b.chunk[b.index] as StoreEntry;
  return Buffer.compare(left.subarray(start), right.subarray(start));
}

/**
 * Sorts entries the same way, in memory; entries that are equal there stay in their order.
 * @param countMax no more than the first that many are read, and given.
 */
export async function* sortEntries(
  source: AsyncIterable<StoreEntry[]>,
  { start, countMax }: { start: number; countMax: number },
): AsyncGenerator<StoreEntry[]> {
  const entries: StoreEntry[] = [];
  for await (const chunk of source) {
    for (const entry of chunk) entries.push(entry);
    if (entries.length >= countMax) break;
  }
  entries.sort(([a], [b]) => Buffer.compare(a.subarray(start), b.subarray(start)));
  for (let from = 0; from < entries.length; from += CHUNK_ENTRIES) {
    yield entries.slice(from, from + CHUNK_ENTRIES);
  }
}
