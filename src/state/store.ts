/**
 * State: an ordered map from bytes to bytes that is changed in atomic, durable commits. One store holds the state
 * of all queries; keys are compared as unsigned bytes.
 */
export interface Store {
  /** Undefined when there is no such key. Synchronous: for single misses. */
  get(key: Uint8Array): Uint8Array | undefined;
  /** Values in the order of the keys. */
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
  /** Entries with `from <= key < to` in key order, in chunks. Reads one moment: later commits are not seen. */
  range(options: RangeOptions): AsyncIterableIterator<StoreEntry[]>;
  /** All reads through it see the store as it was now. Must be closed. */
  snapshot(): StoreSnapshot;
  /**
   * Applies all changes atomically and durably. The caller awaits it before the next one.
   * @throws when the outcome is unknown; nothing more can be committed before `reopen`.
   */
  commit(changes: Iterable<StoreChange>): Promise<void>;
  /** Closes and opens it after a failed commit: what is in it then is what was committed. Snapshots are lost. */
  reopen(): Promise<void>;
  /**
   * Removes a range in the background, not atomically; for data nothing refers to any more.
   * @throws when that failed; nothing can be committed before `reopen`.
   */
  removeRange(range: { from: Uint8Array; to: Uint8Array }): Promise<void>;
  close(): Promise<void>;
}

export type StoreEntry = readonly [key: Uint8Array, value: Uint8Array];

export interface RangeOptions {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly limit?: number;
}

export interface StoreSnapshot {
  /** Undefined when there is no such key. Synchronous: for a few keys. */
  get(key: Uint8Array): Uint8Array | undefined;
  getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]>;
  range(options: RangeOptions): AsyncIterableIterator<StoreEntry[]>;
  close(): Promise<void>;
}

/** A value of null deletes the key. Of several changes of one key the last counts. */
export type StoreChange = readonly [key: Uint8Array, value: Uint8Array | null];
