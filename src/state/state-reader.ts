import { ByteWriter } from '../base/byte-writer.ts';
import { KeyReader, prefixEnd, writeKeyInt64 } from './key-bytes.ts';
import { bucketMsOf, type StateCodec, type WindowLayout, type WindowRange } from './state-table.ts';
import type { StoreEntry, StoreSnapshot } from './store.ts';

/** Store keys asked for at a time. */
const LOOKUP_CHUNK = 1_000;

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

  constructor(options: { prefix: Buffer; codec: StateCodec<K, V>; window: WindowLayout | null }) {
    this.#prefix = options.prefix;
    this.#codec = options.codec;
    this.#bucketMs = options.window === null ? 0 : bucketMsOf(options.window);
    this.#ownBuckets = options.window?.bucketMs !== undefined;
  }

  /**
   * The rows of one key, windows in ascending order.
   * @param windowStartMin, windowStartMax bounds, inclusive; finite for a windowed table, ignored otherwise.
   */
  async *lookup(
    snapshot: StoreSnapshot,
    { key, windowStartMin, windowStartMax }: KeyLookup<K>,
  ): AsyncIterableIterator<StoredRow<K, V>[]> {
    const writer = new ByteWriter();
    if (this.#bucketMs === 0) {
      writer.writeBytes(this.#prefix);
      this.#codec.writeKey(writer, key);
      const [bytes] = await snapshot.getMany([writer.copy()]);
      if (bytes !== undefined) {
        yield [{ key, windowStart: 0, value: this.#codec.readValue(bytes) }];
      }
      return;
    }
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
   * All rows, in key order; of a windowed table those of the time buckets that reach into the bounds, by bucket and
   * then key. Windows beside the bounds may be among them.
   */
  async *scan(
    snapshot: StoreSnapshot,
    { windowStartMin, windowStartMax }: WindowRange,
  ): AsyncIterableIterator<StoredRow<K, V>[]> {
    if (this.#bucketMs !== 0 && windowStartMax < windowStartMin) return;
    const range =
      this.#bucketMs === 0
        ? { from: this.#prefix, to: prefixEnd(this.#prefix) }
        : {
            from: this.#bucketPrefix(windowStartMin),
            to: prefixEnd(this.#bucketPrefix(windowStartMax)),
          };
    for await (const entries of snapshot.range(range)) yield this.#decode(entries);
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

/** One key, and which of its windows. */
export interface KeyLookup<K> extends WindowRange {
  readonly key: K;
}
