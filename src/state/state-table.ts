// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { Env } from '../base/env.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import { KeyReader, prefixEnd, writeKeyInt64 } from './key-bytes.ts';
import type { PackedChanges } from './packed-changes.ts';
import { mergeEntries } from './merge-entries.ts';
import type { Store, StoreEntry, StoreSnapshot } from './store.ts';

/** Bytes of one entry beside its key and value: the object, its slot in the Map, array headers. */
const ENTRY_BYTES = 200;
/** A decoded value takes about this many times its encoding. */
const DECODED_FACTOR = 4;
/** A Map throws at 2^24 entries, and pauses long before. */
const PART_ENTRIES_MAX = 8_000_000;
const LOAD_CHUNK = 1_000;
const SEAL_CHUNK = 512;
const YIELD_AFTER_MS = 2;
const BUCKETS = 24;

/** How keys and values of one table become bytes. Key bytes must end themselves (see key-bytes.ts). */
export interface StateCodec<K, V> {
  writeKey(writer: ByteWriter, key: K): void;
  readKey(reader: KeyReader): K;
  writeValue(writer: ByteWriter, value: V): void;
  readValue(bytes: Uint8Array): V;
}

/** Where windows are kept and for how long. All in milliseconds of stream time. */
export interface WindowLayout {
  readonly sizeMs: number;
  readonly retentionMs: number;
}

/** One key (of one window) and its value now. Values are replaced, never edited, once set by an earlier tick. */
export class StateEntry<K, V> {
  readonly key: K;
  readonly windowStart: number;
  value: V | null = null;
  /** The value at the start of the tick that changed it last. */
  before: V | null = null;
  /** The tick attempt that changed it last. */
  dirtyTick = -1;
  usedTick: number;
  /** Estimated memory; -1 once it left the table. */
  bytes = 0;
  loaded: boolean;

  constructor(key: K, windowStart: number, usedTick: number, loaded: boolean) {
    this.key = key;
    this.windowStart = windowStart;
    this.usedTick = usedTick;
    this.loaded = loaded;
  }
}

/** The entries of one window; an unwindowed table has just one part. */
interface Part<K, V> {
  readonly windowStart: number;
  readonly entries: Map<unknown, StateEntry<K, V>>;
  /** Every key that the store has for this window is here too: a miss needs no look into the store. */
  complete: boolean;
}

export interface StateTableOptions<K, V> {
  readonly store: Store;
  /** Key prefix of this table in the store; nothing else uses it. */
  readonly prefix: Buffer;
  readonly codec: StateCodec<K, V>;
  readonly window: WindowLayout | null;
  readonly budget: MemoryBudget;
  readonly clock: Env['clock'];
  /** True when the store is known to hold nothing under the prefix. */
  readonly empty: boolean;
  /** For a windowed table: windows that start later are known not to be in the store. */
  readonly windowStartMax: number;
}

/**
 * The state of one step in one task: a write-back cache over the store.
 *
 * A tick names the entries it needs (`entry`), loads those that are not in memory (`load`), then reads and replaces
 * values synchronously. At the end the changes are sealed into bytes or abandoned. Only entries whose last change is
 * committed may leave memory; a key that is absent from the store is remembered as an entry without a value.
 *
 * Store key: prefix, then for windowed tables the start of the time bucket, the key, and the window start (both times
 * as 64-bit integers). A bucket covers at least one window and 1/24 of the retention, so a key's windows are one range
 * in each live bucket and expiry removes whole buckets.
 */
export class StateTable<K, V> {
  readonly #store: Store;
  readonly #prefix: Buffer;
  readonly #codec: StateCodec<K, V>;
  readonly #budget: MemoryBudget;
  readonly #clock: Env['clock'];
  readonly #parts = new Map<number, Part<K, V>>();
  readonly #empty: boolean;
  readonly #windowStartMax: number;
  readonly #bucketMs: number;
  #lastPart: Part<K, V> | null = null;
  #missing: StateEntry<K, V>[] = [];
  #dirty: StateEntry<K, V>[] = [];
  #tick = 0;
  #removedBelow = -Infinity;

  constructor(options: StateTableOptions<K, V>) {
    this.#store = options.store;
    this.#prefix = options.prefix;
    this.#codec = options.codec;
    this.#budget = options.budget;
    this.#clock = options.clock;
    this.#empty = options.empty;
    this.#windowStartMax = options.windowStartMax;
    this.#bucketMs = options.window === null ? 0 : bucketMsOf(options.window);
  }

  /** Begins a tick attempt; attempts are numbered upwards, abandoned ones included. */
  begin(tick: number): void {
    assert(this.#dirty.length === 0, 'the previous tick was sealed or abandoned');
    this.#tick = tick;
  }

  /**
   * The entry of a key. `mapKey` is the key as a Map key: equal keys, equal map keys.
   * Its value is to be read only after `load()`, unless `loaded` is set.
   */
  entry(mapKey: unknown, key: K, windowStart: number): StateEntry<K, V> {
    const part =
      this.#lastPart !== null && this.#lastPart.windowStart === windowStart
        ? this.#lastPart
        : this.#part(windowStart);
    let entry = part.entries.get(mapKey);
    if (entry === undefined) {
      entry = new StateEntry<K, V>(key, windowStart, this.#tick, part.complete);
      part.entries.set(mapKey, entry);
      entry.bytes = ENTRY_BYTES + (typeof mapKey === 'string' ? mapKey.length * 2 : 0);
      this.#budget.add(entry.bytes);
      if (!entry.loaded) this.#missing.push(entry);
    } else {
      entry.usedTick = this.#tick;
    }
    return entry;
  }

  #part(windowStart: number): Part<K, V> {
    let part = this.#parts.get(windowStart);
    if (part === undefined) {
      const isNewWindow = this.#bucketMs !== 0 && windowStart > this.#windowStartMax;
      const complete = this.#empty || isNewWindow;
      part = { windowStart, entries: new Map(), complete };
      this.#parts.set(windowStart, part);
    }
    this.#lastPart = part;
    return part;
  }

  /** Whether `load()` has anything to do. */
  get needsLoad(): boolean {
    return this.#missing.length > 0;
  }

  /** Brings the entries named since the last call into memory. */
  async load(): Promise<void> {
    const missing = this.#missing;
    this.#missing = [];
    const writer = new ByteWriter();
    for (let from = 0; from < missing.length; from += LOAD_CHUNK) {
      const chunk = missing.slice(from, from + LOAD_CHUNK);
      const keys = chunk.map((entry) => {
        writer.reset();
        this.#writeStoreKey(writer, entry);
        return writer.copy();
      });
      const values = await this.#store.getMany(keys);
      chunk.forEach((entry, index) => {
        const bytes = values[index];
        entry.loaded = true;
        entry.value = bytes === undefined ? null : this.#codec.readValue(bytes);
        if (bytes !== undefined) this.#resize(entry, bytes.length);
      });
    }
  }

  /** Whether this tick has changed the entry already. */
  isDirty(entry: StateEntry<K, V>): boolean {
    return entry.dirtyTick === this.#tick;
  }

  /** Gives the entry a new value; null removes the key. */
  set(entry: StateEntry<K, V>, value: V | null): void {
    if (entry.dirtyTick !== this.#tick) {
      entry.dirtyTick = this.#tick;
      entry.before = entry.value;
      this.#dirty.push(entry);
    }
    entry.value = value;
  }

  /** Entries changed in this tick so far, in the order of their first change. */
  get dirtyEntries(): readonly StateEntry<K, V>[] {
    return this.#dirty;
  }

  /** Writes the changes of this tick as bytes and counts them as handed over. Yields every few hundred entries. */
  async seal(into: PackedChanges): Promise<void> {
    const dirty = this.#dirty;
    this.#dirty = [];
    let yieldedAt = this.#clock.monotonic();
    for (let i = 0; i < dirty.length; i++) {
      this.#sealOne(dirty[i] as StateEntry<K, V>, into);
      if (i % SEAL_CHUNK === 0 && this.#clock.monotonic() - yieldedAt > YIELD_AFTER_MS) {
        await this.#clock.yield();
        yieldedAt = this.#clock.monotonic();
      }
    }
  }

  #sealOne(entry: StateEntry<K, V>, into: PackedChanges): void {
    const writer = into.begin();
    const start = writer.length;
    this.#writeStoreKey(writer, entry);
    into.endKey();
    if (entry.value !== null) this.#codec.writeValue(writer, entry.value);
    into.end(entry.value === null);
    this.#resize(entry, writer.length - start);
  }

  #resize(entry: StateEntry<K, V>, encodedBytes: number): void {
    if (entry.bytes < 0) return;
    const bytes = ENTRY_BYTES + encodedBytes * DECODED_FACTOR;
    this.#budget.add(bytes - entry.bytes);
    entry.bytes = bytes;
  }

  /** Ends a tick whose changes stay in memory only: what transient queries do. */
  settle(): void {
    this.#dirty = [];
  }

  /** Takes back everything this tick changed. */
  abandon(): void {
    for (const entry of this.#dirty) entry.value = entry.before;
    this.#dirty = [];
    this.#missing = [];
    // Entries that were asked for but never loaded must not look known.
    for (const part of this.#parts.values()) {
      for (const [mapKey, entry] of part.entries) {
        if (!entry.loaded) this.#drop(part, mapKey, entry);
      }
    }
  }

  /**
   * Lets clean entries go that were not used of late, until `bytes` are freed or all were looked at.
   * @param committedTick changes up to this tick attempt are in the store.
   * @returns the bytes freed.
   */
  evict({ bytes, committedTick }: { bytes: number; committedTick: number }): number {
    let freed = 0;
    for (const part of this.#parts.values()) {
      const oversize = part.entries.size > PART_ENTRIES_MAX;
      let left = part.entries.size;
      for (const [mapKey, entry] of part.entries) {
        // Entries moved to the end below come round again: stop after one round.
        if (left-- <= 0 || (freed >= bytes && !oversize)) break;
        if (entry.dirtyTick > committedTick || !entry.loaded) continue;
        if (entry.usedTick >= committedTick && !oversize) {
          part.entries.delete(mapKey);
          part.entries.set(mapKey, entry);
          entry.usedTick = -1;
          continue;
        }
        freed += entry.bytes;
        this.#drop(part, mapKey, entry);
        part.complete = false;
      }
      if (freed >= bytes) break;
    }
    return freed;
  }

  #drop(part: Part<K, V>, mapKey: unknown, entry: StateEntry<K, V>): void {
    part.entries.delete(mapKey);
    this.#forget(entry);
  }

  #forget(entry: StateEntry<K, V>): void {
    this.#budget.add(-entry.bytes);
    entry.bytes = -1;
  }

  /** Forgets the windows that start before `windowStart`; `removeExpired` then takes them out of the store. */
  expire(windowStart: number): void {
    for (const part of this.#parts.values()) {
      if (part.windowStart >= windowStart) continue;
      for (const entry of part.entries.values()) this.#forget(entry);
      this.#parts.delete(part.windowStart);
      if (this.#lastPart === part) this.#lastPart = null;
    }
  }

  /** Removes whole expired buckets from the store; after the commit, outside any tick. */
  async removeExpired(windowStart: number): Promise<void> {
    const bucket = Math.floor(windowStart / this.#bucketMs) * this.#bucketMs;
    if (bucket <= this.#removedBelow || !Number.isSafeInteger(bucket)) return;
    this.#removedBelow = bucket;
    const end = new ByteWriter();
    end.writeBytes(this.#prefix);
    writeKeyInt64(end, bucket);
    await this.#store.removeRange({ from: this.#prefix, to: end.copy() });
  }

  /** Gives back the memory of all entries; the table is not used again. */
  close(): void {
    for (const part of this.#parts.values()) {
      for (const entry of part.entries.values()) this.#forget(entry);
    }
    this.#parts.clear();
    this.#lastPart = null;
    this.#dirty = [];
  }

  #writeStoreKey(writer: ByteWriter, entry: StateEntry<K, V>): void {
    writer.writeBytes(this.#prefix);
    if (this.#bucketMs === 0) {
      this.#codec.writeKey(writer, entry.key);
      return;
    }
    writeKeyInt64(writer, Math.floor(entry.windowStart / this.#bucketMs) * this.#bucketMs);
    this.#codec.writeKey(writer, entry.key);
    writeKeyInt64(writer, entry.windowStart);
  }
}

function bucketMsOf(window: WindowLayout): number {
  return Math.max(window.sizeMs, Math.ceil(window.retentionMs / BUCKETS));
}

const BUCKET_BYTES = 8;

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
  readonly #writer = new ByteWriter();

  constructor(options: { prefix: Buffer; codec: StateCodec<K, V>; window: WindowLayout | null }) {
    this.#prefix = options.prefix;
    this.#codec = options.codec;
    this.#bucketMs = options.window === null ? 0 : bucketMsOf(options.window);
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
    const buckets = await this.#bucketsIn(snapshot, windowStartMin, windowStartMax);
    // Each bucket is in key order; what stands before the key is of one length in all of them.
    const ranges = buckets.map((from) => snapshot.range({ from, to: prefixEnd(from) }));
    const start = this.#prefix.length + BUCKET_BYTES;
    for await (const entries of mergeEntries(ranges, start)) yield this.#decode(entries);
  }

  /** The prefixes of the time buckets that hold anything, oldest first. */
  async #bucketsIn(snapshot: StoreSnapshot, start: number, end: number): Promise<Buffer[]> {
    const length = this.#prefix.length + BUCKET_BYTES;
    const to = prefixEnd(this.#bucketPrefix(end));
    const buckets: Buffer[] = [];
    let from = this.#bucketPrefix(start);
    for (;;) {
      let found: Buffer | null = null;
      for await (const [entry] of snapshot.range({ from, to, limit: 1 })) {
        if (entry !== undefined) found = Buffer.from(entry[0].subarray(0, length));
      }
      if (found === null) return buckets;
      buckets.push(found);
      from = prefixEnd(found);
    }
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
