import type { Store, StoreChange } from '../../src/state/store.ts';
import { MemoryStore } from '../../src/state/memory-store.ts';
import type { SeededRandom } from './random.ts';

/** How the next commits of a store go wrong. */
export interface StoreFault {
  /** Which commit of the store's life it is, counted from 1. */
  readonly at: number;
  readonly lasts: 'once' | 'always';
  /** Default: EIO. */
  readonly code?: 'EIO' | 'ENOSPC';
}

/**
 * A store whose commits are atomic and durable, as LevelDB's synced batches are. A commit that fails may have been
 * written all the same; nobody can tell before the store is opened again.
 */
export class SimulatedStore {
  readonly #random: SeededRandom;
  readonly #entries = new MemoryStore();
  #commits = 0;
  #fault: StoreFault | null = null;
  #life = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get commits(): number {
    return this.#commits;
  }

  failAt(fault: StoreFault): void {
    this.#fault = fault;
  }

  heal(): void {
    this.#fault = null;
  }

  /** What was committed stays; the process that had it open can do nothing more. */
  killProcess(): void {
    this.#life++;
  }

  /** Opens it for a new process; earlier openings are dead. */
  open(): Store {
    const life = ++this.#life;
    const entries = this.#entries;
    let broken = false;
    return {
      get: (key) => entries.get(key),
      getMany: (keys) => entries.getMany(keys),
      range: (options) => entries.range(options),
      snapshot: () => entries.snapshot(),
      commit: async (changes) => {
        if (life !== this.#life || broken) throw new Error('the store is closed');
        const taken = [...changes].map(([key, value]): StoreChange => [
          Uint8Array.from(key),
          value === null ? null : Uint8Array.from(value),
        ]);
        if (this.#isDue()) {
          broken = true;
          if (this.#random.chance(0.5)) await entries.commit(taken);
          const { code = 'EIO' } = this.#fault ?? {};
          throw Object.assign(new Error(`${code}: simulated, commit`), { code });
        }
        await entries.commit(taken);
      },
      reopen: async () => {
        if (life !== this.#life) throw new Error('the store is closed');
        broken = false;
      },
      removeRange: async (range) => {
        if (life === this.#life) await entries.removeRange(range);
      },
      close: async () => {},
    };
  }

  #isDue(): boolean {
    this.#commits++;
    const fault = this.#fault;
    if (fault === null) return false;
    return fault.lasts === 'once' ? this.#commits === fault.at : this.#commits >= fault.at;
  }
}
