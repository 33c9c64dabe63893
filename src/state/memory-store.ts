import { assert } from '../base/assert.ts';
import type { RangeOptions, Store, StoreChange, StoreEntry, StoreSnapshot } from './store.ts';

/**
 * A Store in memory: the state of transient queries, and the model the durable one is tested against. Ranges sort
 * when asked, which is fine for what it is used for.
 */
export class MemoryStore implements Store {
  /** By the key's bytes as latin1 text, which orders like the bytes. Replaced, never edited: snapshots keep theirs. */
  #entries: ReadonlyMap<string, Uint8Array> = new Map();
  #open = true;

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(textOf(key));
  }

  async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
    return keys.map((key) => this.get(key));
  }

  range(options: RangeOptions): AsyncIterableIterator<StoreEntry[]> {
    return rangeOf(this.#entries, options);
  }

  snapshot(): StoreSnapshot {
    const entries = this.#entries;
    return {
      get: (key) => entries.get(textOf(key)),
      getMany: async (keys) => keys.map((key) => entries.get(textOf(key))),
      range: (options) => rangeOf(entries, options),
      close: async () => {},
    };
  }

  async commit(changes: Iterable<StoreChange>): Promise<void> {
    assert(this.#open, 'a closed store takes no commits');
    const entries = new Map(this.#entries);
    for (const [key, value] of changes) {
      if (value === null) entries.delete(textOf(key));
      else entries.set(textOf(key), Uint8Array.from(value));
    }
    this.#entries = entries;
  }

  async reopen(): Promise<void> {}

  async removeRange({ from, to }: { from: Uint8Array; to: Uint8Array }): Promise<void> {
    const [low, high] = [textOf(from), textOf(to)];
    this.#entries = new Map([...this.#entries].filter(([key]) => key < low || key >= high));
  }

  async close(): Promise<void> {
    this.#open = false;
  }
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

async function* rangeOf(
  entries: ReadonlyMap<string, Uint8Array>,
  options: RangeOptions,
): AsyncIterableIterator<StoreEntry[]> {
  const [low, high] = [textOf(options.from), textOf(options.to)];
  const found = [...entries]
    .filter(([key]) => key >= low && key < high)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, options.limit)
    .map(([key, value]): StoreEntry => [Buffer.from(key, 'latin1'), value]);
  if (found.length > 0) yield found;
}
