import { ByteWriter } from '../base/byte-writer.ts';
import { KeyReader, prefixEnd, writeKeyInt64 } from './key-bytes.ts';
import { mergeEntries, sortEntries } from './merge-entries.ts';
import { bucketMsOf, type StateCodec, type WindowLayout } from './state-table.ts';
import type { Store, StoreEntry, StoreSnapshot } from './store.ts';

/** Store keys asked for at a time. */
const LOOKUP_CHUNK = 1_000;

const BUCKET_BYTES = 8;
/** Time buckets that are read side by side; the rows of more are sorted in memory. */
const MERGED_MAX = 64;
/** One more than a pull query may read. */
const SORTED_MAX = 100_001;

/** One stored key and its value, as a pull query sees them. */
export interface StoredRow<K, V> {
  readonly key: K;
  readonly windowStart: number;
  readonly value: V;
}

/** Reads one table out of a snapshot of the store: what pull queries use. Never looks into the cache. */
export class StateReader<K, V> {
  readonly #prefix: Buffer;
  readonly #codec: StateCodec<K, V>;
  readonly #bucketMs: number;
  readonly #ownBuckets: boolean;
  readonly #writer = new ByteWriter();

  constructor(options: { prefix: Buffer; codec: StateCodec<K, V>; window: WindowLayout | null }) {
    this.#prefix = options.prefix;
    this.#codec = options.codec;
    this.#bucketMs = options.window === null ? 0 : bucketMsOf(options.window);
    this.#ownBuckets = options.window?.bucketMs !== undefined;
  }

  /** The row of a key of a table without windows; null when there is none. */
  get(store: Pick<Store, 'get'>, key: K): StoredRow<K, V> | null {
    const writer = this.#writer;
    writer.reset();
    writer.writeBytes(this.#prefix);
    this.#codec.writeKey(writer, key);
    const bytes = store.get(writer.view());
    return bytes === undefined
      ? null
      : { key, windowStart: 0, value: this.#codec.readValue(bytes) };
  }

  /**
   * The rows of one key of a windowed table, windows in ascending order.
   * @param windowStartMin, windowStartMax bounds, inclusive and finite.
   */
  async *lookup(
    snapshot: StoreSnapshot,
    { key, windowStartMin, windowStartMax }: KeyLookup<K>,
  ): AsyncIterableIterator<StoredRow<K, V>[]> {
    const writer = new ByteWriter();
    const first = Math.floor(windowStartMin / this.#bucketMs) * this.#bucketMs;
    if (this.#ownBuckets) {
      yield* this.#lookupEach(snapshot, { key, windowStartMin: first, windowStartMax });
      return;
    }
    for (let bucket = first; bucket <= windowStartMax; bucket += this.#bucketMs) {
      writer.reset();
      writer.writeBytes(this.#prefix);
      writeKeyInt64(writer, bucket);
      this.#codec.writeKey(writer, key);
      const from = writer.copy();
      for await (const entries of snapshot.range({ from, to: prefixEnd(from) })) {
        yield this.#decode(entries);
      }
    }
  }

  /** Where each window has a bucket of its own, the store keys are known. */
  async *#lookupEach(
    snapshot: StoreSnapshot,
    { key, windowStartMin, windowStartMax }: KeyLookup<K>,
  ): AsyncIterableIterator<StoredRow<K, V>[]> {
    const writer = new ByteWriter();
    for (let from = windowStartMin; from <= windowStartMax;) {
      const starts: number[] = [];
      const keys: Buffer[] = [];
      for (; from <= windowStartMax && starts.length < LOOKUP_CHUNK; from += this.#bucketMs) {
        writer.reset();
        writer.writeBytes(this.#prefix);
        writeKeyInt64(writer, from);
        this.#codec.writeKey(writer, key);
        writeKeyInt64(writer, from);
        starts.push(from);
        keys.push(writer.copy());
      }
      const values = await snapshot.getMany(keys);
      yield values.flatMap((bytes, index) => {
        if (bytes === undefined) return [];
        const windowStart = starts[index] as number;
        return [{ key, windowStart, value: this.#codec.readValue(bytes) }];
      });
    }
  }

  /**
   * All rows in key order; of a windowed table the windows of a key in ascending order, those of the time buckets that
   * reach into the bounds: windows beside the bounds may be among them.
   */
  async *scan(
    snapshot: StoreSnapshot,
    { windowStartMin, windowStartMax }: WindowRange,
  ): AsyncIterableIterator<StoredRow<K, V>[]> {
    if (this.#bucketMs === 0) {
      const range = { from: this.#prefix, to: prefixEnd(this.#prefix) };
      for await (const entries of snapshot.range(range)) yield this.#decode(entries);
      return;
    }
    if (windowStartMax < windowStartMin) return;
    const from = this.#bucketPrefix(windowStartMin);
    const to = prefixEnd(this.#bucketPrefix(windowStartMax));
    const buckets = await this.#bucketsIn(snapshot, { from, to });
    // Each bucket is in key order; what stands before the key is of one length in all of them.
    const start = this.#prefix.length + BUCKET_BYTES;
    const entries =
      buckets === null
        ? sortEntries(snapshot.range({ from, to }), { start, countMax: SORTED_MAX })
        : mergeEntries(
            buckets.map((bucket) => snapshot.range({ from: bucket, to: prefixEnd(bucket) })),
            start,
          );
    for await (const chunk of entries) yield this.#decode(chunk);
  }

  /** The prefixes of the time buckets that hold anything, oldest first; null when they are many. */
  async #bucketsIn(
    snapshot: StoreSnapshot,
    { from, to }: { from: Buffer; to: Buffer },
  ): Promise<Buffer[] | null> {
    const length = this.#prefix.length + BUCKET_BYTES;
    const buckets: Buffer[] = [];
    let next = from;
    while (buckets.length <= MERGED_MAX) {
      let found: Buffer | null = null;
      for await (const [entry] of snapshot.range({ from: next, to, limit: 1 })) {
        if (entry !== undefined) found = Buffer.from(entry[0].subarray(0, length));
      }
      if (found === null) return buckets;
      buckets.push(found);
      next = prefixEnd(found);
    }
    return null;
  }

  #bucketPrefix(windowStart: number): Buffer {
    const writer = new ByteWriter();
    writer.writeBytes(this.#prefix);
    writeKeyInt64(writer, Math.floor(windowStart / this.#bucketMs) * this.#bucketMs);
    return writer.copy();
  }

  #decode(entries: readonly StoreEntry[]): StoredRow<K, V>[] {
    return entries.map(([keyBytes, valueBytes]) => {
      const reader = new KeyReader(keyBytes, this.#prefix.length);
      if (this.#bucketMs !== 0) reader.readInt64();
      const key = this.#codec.readKey(reader);
      const windowStart = this.#bucketMs === 0 ? 0 : Number(reader.readInt64());
      return { key, windowStart, value: this.#codec.readValue(valueBytes) };
    });
  }
}

/** Starts of windows, ms, inclusive; finite for a windowed table, ignored otherwise. */
export interface WindowRange {
  readonly windowStartMin: number;
  readonly windowStartMax: number;
}

/** One key, and which of its windows. */
export interface KeyLookup<K> extends WindowRange {
  readonly key: K;
}
