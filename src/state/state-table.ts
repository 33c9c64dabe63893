// Hot path: once per record.
import { assert } from '../base/assert.ts';
import { ByteWriter } from '../base/byte-writer.ts';
import type { Env } from '../base/env.ts';
import type { MemoryBudget } from '../base/memory-budget.ts';
import { KeyReader, prefixEnd, writeKeyInt64 } from './key-bytes.ts';
import type { PackedChanges } from './packed-changes.ts';
import {
  indexAfter,
  mergeRows,
  type Page,
  type PagePosition,
  type PageRequest,
  type PageRow,
  sortedTexts,
} from './page.ts';
import type { Store } from './store.ts';

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
/** A time in a store key. */
const TIME_BYTES = 8;

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
  /**
   * Windows start at its multiples only, and each has a bucket of its own, so that a whole window can be read. Absent:
   * a bucket covers at least one window and 1/24 of the retention.
   */
  readonly bucketMs?: number;
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
  /** Its map keys in order, from when they were last needed so until the next one came. */
  sorted: readonly string[] | null;
}

/** Starts of windows, ms, inclusive; finite for a windowed table, ignored otherwise. */
export interface WindowRange {
  readonly windowStartMin: number;
  readonly windowStartMax: number;
}

interface MissingWindows<K> {
  readonly range: WindowRange;
  readonly mapKey: (key: K) => unknown;
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
  readonly #ownBuckets: boolean;
  #lastPart: Part<K, V> | null = null;
  #missing: StateEntry<K, V>[] = [];
  #pages: Page<K, V>[] = [];
  /** Windows asked for whole and not yet loaded. */
  #missingWindows: MissingWindows<K> | null = null;
  /** Windows that were loaded whole: one without a part among them is empty. */
  #known: WindowRange | null = null;
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
    this.#ownBuckets = options.window?.bucketMs !== undefined;
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
      part.sorted = null;
      part.entries.set(mapKey, entry);
      entry.bytes = ENTRY_BYTES + (typeof mapKey === 'string' ? mapKey.length * 2 : 0);
      this.#budget.add(entry.bytes);
      if (!entry.loaded) this.#missing.push(entry);
    } else {
      entry.usedTick = this.#tick;
    }
    return entry;
  }

  /**
   * The entry of a key like `entry`, for looking only: null when it is known without a look into the store that the key
   * has none.
   */
  find(mapKey: unknown, key: K, windowStart: number): StateEntry<K, V> | null {
    const part =
      this.#lastPart !== null && this.#lastPart.windowStart === windowStart
        ? this.#lastPart
        : this.#parts.get(windowStart);
    if (part === undefined) {
      return this.#isNew(windowStart) ? null : this.entry(mapKey, key, windowStart);
    }
    const found = part.entries.get(mapKey);
    if (found !== undefined) {
      found.usedTick = this.#tick;
      return found;
    }
    return part.complete ? null : this.entry(mapKey, key, windowStart);
  }

  /** Whether a window without a part has nothing in the store. */
  #isNew(windowStart: number): boolean {
    const isNewWindow = this.#bucketMs !== 0 && windowStart > this.#windowStartMax;
    return this.#empty || isNewWindow || this.#isKnown(windowStart);
  }

  #part(windowStart: number): Part<K, V> {
    let part = this.#parts.get(windowStart);
    if (part === undefined) {
      const complete = this.#isNew(windowStart);
      part = { windowStart, entries: new Map(), complete, sorted: null };
      this.#parts.set(windowStart, part);
    }
    this.#lastPart = part;
    return part;
  }

  /**
   * Names a page of a table whose windows have a bucket each and whose map keys are the text of the key bytes (see
   * mapKeyFunction): rows in the order of their windows, then of their keys. To be read only after `load()`.
   */
  page(request: PageRequest): Page<K, V> {
    assert(this.#ownBuckets, 'only windows with a bucket each are read in pages');
    const page: Page<K, V> = { request, rows: [], isLast: false, next: null };
    this.#pages.push(page);
    return page;
  }

  /**
   * Names every key of the windows that start within the bounds. After `load()` all of them are in memory, for
   * `entriesIn`, until the end of the tick.
   * @param mapKey as the keys are given to `entry`.
   */
  nameWindows(range: WindowRange, mapKey: (key: K) => unknown): void {
    assert(this.#bucketMs !== 0, 'only windowed tables have windows');
    const unknown = this.#unknownIn(range);
    if (unknown !== null) this.#missingWindows = { range: unknown, mapKey };
  }

  /** The part of the range that may hold keys that are not in memory; null when there is none. */
  #unknownIn({ windowStartMin, windowStartMax }: WindowRange): WindowRange | null {
    let first = windowStartMin;
    // Of a table that began in this process only what has left memory is in the store.
    let last = this.#empty ? -Infinity : Math.min(windowStartMax, this.#windowStartMax);
    const known = this.#known;
    if (known !== null && known.windowStartMin <= first && known.windowStartMax >= first) {
      first = known.windowStartMax + 1;
    }
    for (const { windowStart, complete } of this.#parts.values()) {
      if (complete || windowStart < windowStartMin || windowStart > windowStartMax) continue;
      first = Math.min(first, windowStart);
      last = Math.max(last, windowStart);
    }
    return first > last ? null : { windowStartMin: first, windowStartMax: last };
  }

  /** The entries in memory of the windows that start within the bounds: windows in order, keys in none. */
  *entriesIn({ windowStartMin, windowStartMax }: WindowRange): Generator<StateEntry<K, V>> {
    const starts = [...this.#parts.keys()].filter(
      (start) => start >= windowStartMin && start <= windowStartMax,
    );
    for (const start of starts.sort((a, b) => a - b)) {
      yield* (this.#parts.get(start) as Part<K, V>).entries.values();
    }
  }

  #isKnown(windowStart: number): boolean {
    const known = this.#known;
    return (
      known !== null && windowStart >= known.windowStartMin && windowStart <= known.windowStartMax
    );
  }

  /** Whether its keys in the store have the prefix. */
  isUnder(prefix: Uint8Array): boolean {
    return this.#prefix.equals(prefix);
  }

  /**
   * The value of a key of a table without windows as the store has it; null for none, undefined when that is not known in
   * memory.
   * @param committedTick the last tick attempt of the query that was committed.
   */
  committed(mapKey: unknown, committedTick: number): V | null | undefined {
    const entry = this.#parts.get(0)?.entries.get(mapKey);
    if (entry === undefined || !entry.loaded || entry.dirtyTick > committedTick) return undefined;
    return entry.value;
  }

  /** Whether `load()` has anything to do. */
  get needsLoad(): boolean {
    return this.#missing.length > 0 || this.#pages.length > 0 || this.#missingWindows !== null;
  }

  /** Brings the entries, pages and windows named since the last call into memory. */
  async load(): Promise<void> {
    const pages = this.#pages;
    this.#pages = [];
    const windows = this.#missingWindows;
    this.#missingWindows = null;
    await this.#loadEntries();
    if (windows !== null) await this.#loadWindows(windows);
    for (const page of pages) await this.#loadPage(page);
  }

  /** What is in memory is newer than what the store has: a commit may be under way. */
  async #loadPage(page: Page<K, V>): Promise<void> {
    const { request } = page;
    const memory = await this.#rowsInMemory(request);
    const stored = this.#mayBeStored(request) ? await this.#rowsInStore(request) : [];
    const { countMax } = request;
    page.isLast = memory.length < countMax && stored.length < countMax;
    page.rows = mergeRows(memory, stored, page.isLast ? Infinity : countMax);
    const last = page.rows.at(-1);
    page.next = last === undefined ? null : { windowStart: last.windowStart, after: last.keyText };
  }

  async #rowsInMemory(request: PageRequest): Promise<PageRow<K, V>[]> {
    const { from, windowStartMax, countMax } = request;
    const parts = [...this.#parts.values()]
      .filter((part) => part.windowStart >= from.windowStart && part.windowStart <= windowStartMax)
      .sort((a, b) => a.windowStart - b.windowStart);
    const rows: PageRow<K, V>[] = [];
    for (const part of parts) {
      part.sorted ??= await sortedTexts([...part.entries.keys()] as string[], this.#clock);
      const { windowStart, sorted } = part;
      const after = windowStart === from.windowStart ? from.after : null;
      for (let i = after === null ? 0 : indexAfter(sorted, after); i < sorted.length; i++) {
        if (rows.length >= countMax) return rows;
        const keyText = sorted[i] as string;
        const entry = part.entries.get(keyText);
        if (entry?.loaded !== true) continue;
        rows.push({ keyText, key: entry.key, windowStart, value: entry.value });
      }
    }
    return rows;
  }

  #mayBeStored({ from, windowStartMax }: PageRequest): boolean {
    if (!this.#empty && from.windowStart <= this.#windowStartMax) return true;
    for (const part of this.#parts.values()) {
      const isAskedFor = part.windowStart >= from.windowStart && part.windowStart <= windowStartMax;
      if (isAskedFor && !part.complete) return true;
    }
    return false;
  }

  async #rowsInStore({ from, windowStartMax, countMax }: PageRequest): Promise<PageRow<K, V>[]> {
    const rows: PageRow<K, V>[] = [];
    const range = {
      from: this.#pageStart(from),
      to: prefixEnd(this.#bucketPrefix(windowStartMax)),
      limit: countMax,
    };
    for await (const entries of this.#store.range(range)) {
      for (const [keyBytes, valueBytes] of entries) rows.push(this.#pageRow(keyBytes, valueBytes));
    }
    return rows;
  }

  #pageRow(keyBytes: Uint8Array, valueBytes: Uint8Array): PageRow<K, V> {
    const start = this.#prefix.length + TIME_BYTES;
    const bytes = Buffer.from(keyBytes.buffer, keyBytes.byteOffset, keyBytes.byteLength);
    const keyText = bytes.toString('latin1', start, bytes.length - TIME_BYTES);
    const reader = new KeyReader(keyBytes, start);
    const key = this.#codec.readKey(reader);
    const windowStart = Number(reader.readInt64());
    return { keyText, key, windowStart, value: this.#codec.readValue(valueBytes) };
  }

  async #loadWindows({ range, mapKey }: MissingWindows<K>): Promise<void> {
    const { windowStartMin, windowStartMax } = range;
    const to = prefixEnd(this.#bucketPrefix(windowStartMax));
    for await (const entries of this.#store.range({
      from: this.#bucketPrefix(windowStartMin),
      to,
    })) {
      for (const [keyBytes, valueBytes] of entries) {
        const reader = new KeyReader(keyBytes, this.#prefix.length);
        reader.readInt64();
        const key = this.#codec.readKey(reader);
        const windowStart = Number(reader.readInt64());
        if (windowStart < windowStartMin || windowStart > windowStartMax) continue;
        this.#takeIn(mapKey(key), key, windowStart, valueBytes);
      }
    }
    for (const part of this.#parts.values()) {
      if (part.windowStart < windowStartMin || part.windowStart > windowStartMax) continue;
      part.complete = true;
    }
    const known = this.#known;
    const follows =
      known !== null &&
      known.windowStartMin <= windowStartMin &&
      known.windowStartMax >= windowStartMin - 1;
    this.#known = follows
      ? { ...known, windowStartMax: Math.max(known.windowStartMax, windowStartMax) }
      : range;
  }

  /** What is in memory is newer than what the store has. */
  #takeIn(mapKey: unknown, key: K, windowStart: number, valueBytes: Uint8Array): void {
    if (this.#part(windowStart).entries.get(mapKey)?.loaded === true) return;
    const entry = this.entry(mapKey, key, windowStart);
    if (entry.loaded) return;
    this.#missing.pop();
    entry.loaded = true;
    entry.value = this.#codec.readValue(valueBytes);
    this.#resize(entry, valueBytes.length);
  }

  #bucketPrefix(windowStart: number): Buffer {
    const writer = new ByteWriter();
    writer.writeBytes(this.#prefix);
    writeKeyInt64(writer, Math.floor(windowStart / this.#bucketMs) * this.#bucketMs);
    return writer.copy();
  }

  /** The first store key of a page. */
  #pageStart({ windowStart, after }: PagePosition): Buffer {
    const prefix = this.#bucketPrefix(windowStart);
    return after === null
      ? prefix
      : prefixEnd(Buffer.concat([prefix, Buffer.from(after, 'latin1')]));
  }

  async #loadEntries(): Promise<void> {
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
    this.#resize(entry, writer.length - start);
    into.end(entry.value === null);
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
    this.#pages = [];
    this.#missingWindows = null;
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
    const end = new ByteWriter();
    end.writeBytes(this.#prefix);
    writeKeyInt64(end, bucket);
    await this.#store.removeRange({ from: this.#prefix, to: end.copy() });
    this.#removedBelow = bucket;
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

/** How much time one bucket of a windowed table covers. */
export function bucketMsOf(window: WindowLayout): number {
  return window.bucketMs ?? Math.max(window.sizeMs, Math.ceil(window.retentionMs / BUCKETS));
}
