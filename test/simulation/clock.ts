import type { Clock } from '../../src/base/env.ts';

/** More than any tick may take. */
const HURRY_MS = 1_000;

/** A wall clock that is moved by hand; nothing waits for it. Unless it is hurried, nothing takes any time. */
export class SimulatedClock implements Clock {
  readonly #stepMs: number;
  #now = 0;
  #monotonic = 0;
  #advances = 0;

  /** @param options.isHurried whether every look finds that much time has gone by. */
  constructor({ isHurried = false }: { readonly isHurried?: boolean } = {}) {
    this.#stepMs = isHurried ? HURRY_MS : 0;
  }

  now(): number {
    return this.#now;
  }

  /** Lets time go by. */
  advance(ms: number): void {
    this.#now += ms;
    this.#advances++;
  }

  /** How often time went by. */
  get advances(): number {
    return this.#advances;
  }

  monotonic(): number {
    return (this.#monotonic += this.#stepMs);
  }

  after(): () => void {
    return () => {};
  }

  yield(): Promise<void> {
    return Promise.resolve();
  }
}
